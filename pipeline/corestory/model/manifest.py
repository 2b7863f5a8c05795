"""The manifest of a model: its training data, settings and scores, and the versions of the libraries."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated

import msgspec

from corestory.errors import ModelError
from corestory.model.calibration import Settings
from corestory.model.overlap import TrainingHashes

if TYPE_CHECKING:
    import pandas as pd

FORMAT_VERSION = 2
"""Version of the model folder.

Raise it by one in a change after which old code would misread a new model, or new code an old one. Such a change adds
or renames an array or a setting or changes its meaning; adds, moves or changes a feature; or changes how tokens are cut
or hashed. ``format_version`` and ``corestory`` stay at the top of the manifest in every format, so that old code can
name the version that reads a new model. Then

1. train the default model again (``make model``) and commit it with the change;
2. name the change in the changelog: users train their own models again, as `read_manifest` asks them to;
3. refuse old models. Training takes minutes, and a slightly wrong conversion would go unnoticed.
"""

HASHED_COLUMNS = ("article_id", "position", "text", "label", "split")
LIBRARIES = ("numpy", "scikit-learn", "scipy", "selectolax")

_VERSION = re.compile(r"[\w.+!-]{1,40}", re.ASCII)
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class TrainedOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The amount of training data from one source.

    Attributes
    ----------
    source
        Its name in the labelled table.
    sites, articles, paragraphs
        Their numbers; each view of an article counts as an article.
    core
        The number of core paragraphs.
    """

    source: str
    sites: _Count
    articles: _Count
    paragraphs: _Count
    core: _Count

    def __post_init__(self) -> None:
        if self.core > self.paragraphs:
            raise ValueError("more core paragraphs than paragraphs")


class AdaptedTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One adaptation of a model.

    Attributes
    ----------
    corestory, created
        The version of corestory that adapted the model, and the time in UTC.
    base_sha256
        The hash of the weights of the original model.
    sites, articles, paragraphs, core
        The numbers of labelled sites, articles and paragraphs it learned from, and of core paragraphs.
    gains
        By form (``"html"``, ``"text"``), the mean gain in word F1 on articles that were left out of the fit; no entry
        if it could not be measured.
    methods
        By form, the method that was kept (`corestory.training.adaptation.FormResult.method`).
    """

    corestory: str
    created: str
    base_sha256: _Sha256
    sites: _Count
    articles: _Count
    paragraphs: _Count
    core: _Count
    gains: dict[str, float] = {}
    methods: dict[str, str] = {}


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The origin of a model; empty for a tagger that was fitted and has no manifest yet.

    Attributes
    ----------
    corestory
        The version of corestory that trained the model.
    created
        The time of the training in UTC, in the format of ISO 8601.
    trained_on
        The sources, in the order of the model card.
    splits
        The splits of the labelled table on which the model was trained.
    data_sha256
        `data_sha256` of the labelled table.
    seed
        The seed of the training.
    scores
        The scores by name, for each source and for all sources together.
    libraries
        Versions of Python and of the libraries that affect the numbers.
    training
        Hashes of the articles and sites of the training and of all adaptations.
    adapted
        The adaptations since the training, oldest first.

    Examples
    --------
    >>> manifest = new_manifest((TrainedOn("sample", 12, 60, 900, 700),), splits=("train",), data_sha256="0" * 64)
    >>> manifest.trained_on[0].articles, sorted(manifest.libraries)[:2]
    (60, ['numpy', 'python'])
    """

    corestory: str = ""
    created: str = ""
    trained_on: tuple[TrainedOn, ...] = ()
    splits: tuple[str, ...] = ()
    data_sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    seed: int = 0
    scores: dict[str, dict[str, float]] = {}
    libraries: dict[str, str] = {}
    training: TrainingHashes = TrainingHashes()
    adapted: tuple[AdaptedTo, ...] = ()


class StoredFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Size in bytes and hash of the file of weights."""

    bytes: _Count
    sha256: _Sha256


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``manifest.json``.

    Attributes
    ----------
    format_version
        `FORMAT_VERSION`.
    corestory
        The version of corestory that trained the model, as in `manifest`: old code reads it here in every format.
    manifest
        The origin of the model.
    settings
        The tagger's settings.
    weights
        The size and the hash of the model's file of weights.
    """

    format_version: int
    corestory: str
    manifest: Manifest
    settings: Settings
    weights: StoredFile


def new_manifest(
    trained_on: tuple[TrainedOn, ...],
    *,
    splits: tuple[str, ...],
    data_sha256: str,
    seed: int = 0,
    scores: dict[str, dict[str, float]] | None = None,
    training: TrainingHashes | None = None,
) -> Manifest:
    """Make the manifest of a model that was just trained on this machine.

    Parameters
    ----------
    trained_on, splits, data_sha256, seed, scores, training
        As in `Manifest`.

    Returns
    -------
    Manifest
    """
    import importlib.metadata
    import platform

    from corestory.installation import version

    return Manifest(
        corestory=version(),
        created=now(),
        trained_on=trained_on,
        splits=splits,
        data_sha256=data_sha256,
        seed=seed,
        scores=scores or {},
        libraries={"python": platform.python_version()}
        | {library: importlib.metadata.version(library) for library in LIBRARIES},
        training=training or TrainingHashes(),
    )


def now() -> str:
    """Return the time in UTC, in the format of ISO 8601, to the second."""
    import datetime

    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def data_sha256(frame: pd.DataFrame) -> str:
    """Hash the rows of a labelled table, in order; the same rows have the same hash in any file.

    Parameters
    ----------
    frame
        A labelled table; only `HASHED_COLUMNS` count.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"article_id": ["a"], "position": [0], "text": ["The quay opened."], "label": [None], "split": ["test"]}
    >>> data_sha256(pd.DataFrame(row)) == data_sha256(pd.DataFrame(row | {"label": ["core"]}))
    False
    """
    import numpy as np

    digest = hashlib.sha256()
    for column in HASHED_COLUMNS:
        known = frame[column].notna().tolist()
        values = [str(value) if there else "" for value, there in zip(frame[column].tolist(), known, strict=True)]
        # Without the lengths, different columns could have the same bytes.
        digest.update(np.array([len(values), *map(len, values)], "<u8").tobytes())
        digest.update("".join(values).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def manifest_bytes(stored: Stored, *, where: str) -> bytes:
    """Write ``manifest.json``.

    Raises
    ------
    ModelError
        JSON cannot hold a value, such as NaN or a lone surrogate.
    """
    try:
        data = msgspec.json.format(msgspec.json.encode(stored), indent=2) + b"\n"
        same = read_manifest(data, where=where) == stored
    except (TypeError, ValueError) as error:  # a lone surrogate is a UnicodeEncodeError
        raise ModelError(f"cannot be written as JSON ({error})", where=where) from error
    if not same:
        raise ModelError("has settings or a manifest that JSON cannot represent", where=where)
    return data


def read_manifest(data: bytes, *, where: str) -> Stored:
    """Read ``manifest.json`` and check every value.

    Parameters
    ----------
    data
        The file's bytes.
    where
        The file's name in errors.

    Raises
    ------
    ModelError
        The manifest has another format version, or a field is missing, unknown, of another type or out of range.

    Examples
    --------
    >>> read_manifest(b'{"format_version": 99, "corestory": "7.1"}', where="manifest.json")
    Traceback (most recent call last):
    corestory.errors.ModelError: manifest.json: has format version 99; expected 2. Install corestory 7.1 or newer.
    """
    try:
        _check_version(msgspec.json.decode(data, type=_Version), where)
        return msgspec.json.decode(data, type=Stored)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ModelError(
            f"cannot be read ({error})", where=where, expected="the manifest of a model that corestory train made"
        ) from error


class _Version(msgspec.Struct):
    format_version: int
    corestory: str = ""


def _check_version(found: _Version, where: str) -> None:
    version, maker = found.format_version, found.corestory
    if version == FORMAT_VERSION:
        return
    known = _VERSION.fullmatch(maker) is not None
    if version > FORMAT_VERSION:
        hint = f"Install corestory {maker} or newer." if known else "Install the newest version of corestory."
    else:
        hint = "Train the model again: corestory train DATA --output FOLDER"
        hint += f", or install corestory {maker}, which made it." if known else "."
    # Printing an integer of thousands of digits fails or floods the terminal.
    shown = str(version) if abs(version) < 10**6 else "of many digits"
    raise ModelError(f"has format version {shown}", where=where, expected=str(FORMAT_VERSION), hint=hint)
