"""The manifest of a model: what it was trained on and by what, and what its folder must hold to be that model."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from corestory.errors import ModelError
from corestory.model.typed_json import build, from_json, to_json

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

FORMAT_VERSION = 1
"""Version of the model folder.

Raise it by one in the change after which an old model would be misread or a new one would be misread by old code: an
array is added, renamed or means something else, a setting is added, a feature is added, moved or computed otherwise,
tokens are cut or hashed otherwise. ``format_version`` and ``corestory`` stay at the top of the manifest in every
format, so that old code can say what it would take to read a new model. Then

1. train the default model anew (``make model``) and commit it with the change;
2. name the change in the changelog: users train their own models anew, as `read_manifest` tells them;
3. leave old models refused. A model is minutes of training; a conversion that is a little wrong is noticed by nobody.
"""

HASHED_COLUMNS = ("article_id", "position", "text", "label", "split")
LIBRARIES = ("numpy", "scikit-learn", "scipy", "selectolax")

Settings = TypeVar("Settings", bound="DataclassInstance")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[\w.+!-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """How much one source gave to the training.

    Attributes
    ----------
    source
        Its name in the labelled table.
    sites, articles, paragraphs
        How many it gave; an article in each of its views counts as one each.
    core
        How many of the paragraphs are core.
    """

    source: str
    sites: int
    articles: int
    paragraphs: int
    core: int

    def __post_init__(self) -> None:
        if not (self.sites >= 0 and self.articles >= 0 and 0 <= self.core <= self.paragraphs):
            raise ValueError("counts below 0, or more core paragraphs than paragraphs")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Where a model comes from; empty in a tagger that was just fitted and is not yet to be saved.

    Attributes
    ----------
    corestory
        The version that trained the model.
    created
        When, in UTC, as ISO 8601 writes it.
    trained_on
        The sources, in the order of the model card.
    splits
        The splits of the labelled table whose rows the model has seen.
    data_sha256
        `data_sha256` of the labelled table.
    seed
        What made the training repeatable.
    scores
        For each source, and for all together, its scores by name.
    libraries
        Versions of Python and of the libraries that had a part in the numbers.

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
    data_sha256: str = ""
    seed: int = 0
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data_sha256 and not _SHA256.fullmatch(self.data_sha256):
            raise ValueError("data_sha256 is no SHA-256 in hexadecimal")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Size in bytes and hash of a file that the manifest was written for."""

    bytes: int
    sha256: str

    def __post_init__(self) -> None:
        if self.bytes < 0 or not _SHA256.fullmatch(self.sha256):
            raise ValueError("no size, or no SHA-256 in hexadecimal")


@dataclass(frozen=True, slots=True)
class Stored(Generic[Settings]):
    """What ``manifest.json`` holds.

    Attributes
    ----------
    manifest
        Where the model comes from.
    settings
        The tagger's settings.
    arrays
        The file of arrays that belongs to it.
    """

    manifest: Manifest
    settings: Settings
    arrays: StoredFile


def new_manifest(
    trained_on: tuple[TrainedOn, ...],
    *,
    splits: tuple[str, ...],
    data_sha256: str,
    seed: int = 0,
    scores: dict[str, dict[str, float]] | None = None,
) -> Manifest:
    """Make the manifest of a model that was trained just now, here.

    Parameters
    ----------
    trained_on, splits, data_sha256, seed, scores
        As in `Manifest`.

    Returns
    -------
    Manifest
    """
    import datetime
    import importlib.metadata
    import platform

    from corestory.version import version

    return Manifest(
        corestory=version(),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_on=trained_on,
        splits=splits,
        data_sha256=data_sha256,
        seed=seed,
        scores=scores or {},
        libraries={"python": platform.python_version()}
        | {library: importlib.metadata.version(library) for library in LIBRARIES},
    )


def data_sha256(frame: pd.DataFrame) -> str:
    """Hash a labelled table's rows, in order: equal for the same rows whatever file they were read from.

    Parameters
    ----------
    frame
        A labelled table; of its columns, `HASHED_COLUMNS` count.

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
        # With their lengths, no two columns run into the same bytes.
        digest.update(np.array([len(values), *map(len, values)], "<u8").tobytes())
        digest.update("".join(values).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def manifest_bytes(stored: Stored[Settings], *, where: str) -> bytes:
    """Write ``manifest.json``, with a hash of its own content in it.

    Raises
    ------
    ModelError
        A setting or a score is nothing that JSON can hold, as NaN.
    """
    document = {
        "format_version": FORMAT_VERSION,
        **asdict(stored.manifest),
        "settings": asdict(stored.settings),
        "arrays": asdict(stored.arrays),
    }
    return to_json({**document, "sha256": _own_sha256(document, where)}, where=where)


def read_manifest(data: bytes, settings: type[Settings], *, where: str) -> Stored[Settings]:
    """Read ``manifest.json`` without trust.

    Parameters
    ----------
    data
        The file's bytes.
    settings
        The class of the tagger's settings: a dataclass.
    where
        What an error names as its place.

    Raises
    ------
    ModelError
        It is of another format version, was changed since it was written, or lacks or has what it should not.

    Examples
    --------
    >>> read_manifest(b'{"format_version": 99, "corestory": "7.1"}', TrainedOn, where="manifest.json")
    Traceback (most recent call last):
    corestory.errors.ModelError: manifest.json: has format version 99; expected 1. Install corestory 7.1 or newer.
    """
    document = from_json(data, where=where)
    _check_version(document, where)
    signed = {name: value for name, value in document.items() if name != "sha256"}
    if document.get("sha256") != _own_sha256(signed, where):
        raise ModelError(
            "was changed after it was written, or damaged",
            where=where,
            mend="Copy the model's folder anew from where it was whole, or train it again.",
        )
    own = ("format_version", "settings", "arrays", "sha256")
    return Stored(
        build(Manifest, {name: value for name, value in document.items() if name not in own}, where=where),
        build(settings, document.get("settings"), where=where, path="settings"),
        build(StoredFile, document.get("arrays"), where=where, path="arrays"),
    )


def _check_version(document: dict[str, object], where: str) -> None:
    version = document.get("format_version")
    if type(version) is not int:
        raise ModelError(
            "has no format version", where=where, expected="the manifest of a model made by corestory train"
        )
    if version == FORMAT_VERSION:
        return
    maker = document.get("corestory")
    known = isinstance(maker, str) and _VERSION.fullmatch(maker) is not None
    if version > FORMAT_VERSION:
        mend = f"Install corestory {maker} or newer." if known else "Install the newest corestory."
    else:
        mend = "Train the model anew with: corestory train"
        mend += f", or install corestory {maker}, which made it." if known else "."
    # A whole number of thousands of digits cannot be printed; the size says enough.
    shown = str(version) if abs(version) < 10**6 else "of many digits"
    raise ModelError(f"has format version {shown}", where=where, expected=str(FORMAT_VERSION), mend=mend)


def _own_sha256(document: dict[str, object], where: str) -> str:
    return hashlib.sha256(to_json(document, where=where, compact=True)).hexdigest()
