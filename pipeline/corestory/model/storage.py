"""Models in folders: arrays and a manifest, no pickle; everything is checked before it is used.

A folder holds ``arrays.npz``, the manifest that has its hash, and the model card for people.
"""

from __future__ import annotations

import hashlib
import stat
from itertools import pairwise
from pathlib import Path

from corestory.errors import ModelError
from corestory.model.arrays import MAX_BYTES, arrays_bytes, read_arrays
from corestory.model.manifest import Manifest, Stored, StoredFile, manifest_bytes, read_manifest
from corestory.model.packing import kind_of, pack, unpack
from corestory.model.settings import Settings
from corestory.model.tagger import Tagger

ARRAYS_NAME = "arrays.npz"
MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"

# A manifest has some thousand bytes, and grows with the number of sources only.
MAX_MANIFEST_BYTES = 2**20
SETTING_RANGES = {
    "cut": (0.0, 1.0),
    "clean_cut": (0.0, 1.0),
    "threshold": (0.0, 1.0),
    # A slope of zero or below would turn the ranking round; training never gives one.
    "text_slope": (1e-6, 1e3),
    "html_slope": (1e-6, 1e3),
    "text_offset": (-1e3, 1e3),
    "html_offset": (-1e3, 1e3),
    "sure_expected": (0.0, 1.0),
    "sure_measured": (0.0, 1.0),
}

_ANEW = "Copy the model's folder anew from where it was whole, or train it again."


def save_model(tagger: Tagger, folder: str | Path, *, card: str, force: bool = False) -> None:
    """Write a model's folder; it is whole or not there, and was read back before it takes its name.

    Parameters
    ----------
    tagger
        What to save. Equal arrays give an equal ``arrays.npz``. A manifest of None is saved empty.
    folder
        Where.
    card
        The model card, as Markdown.
    force
        Whether a model that is there may be replaced. A folder that holds something else never is.

    Raises
    ------
    ModelError
        The tagger could not be loaded again, as with a weight that is not finite; nothing is written then.
    OutputError
        The folder exists, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from corestory.model.estimator import ParagraphClassifier
    >>> frame = pd.DataFrame({
    ...     "article_id": [*"aabbcc"], "site": [*"xxyyzz"], "position": [0, 1] * 3, "label": ["core", "filler"] * 3,
    ...     "text": ["The quay opened on Monday, she said.", "Read more: Ferry sold"] * 3})
    >>> tagger = ParagraphClassifier(rounds=1, members=1, text_hidden=(4,), folds=2).fit(frame).tagger_
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(tagger, f"{folder}/quay", card="# The quay model")
    ...     loaded = load_model(f"{folder}/quay")
    >>> loaded.score_frame(frame).equals(tagger.score_frame(frame))
    True
    """
    from corestory.atomic import atomic_folder  # loading, which is to be quick, does without

    where = str(folder)
    data = arrays_bytes(pack(tagger.parts))
    stored = Stored(
        tagger.manifest or Manifest(), tagger.settings, StoredFile(len(data), hashlib.sha256(data).hexdigest())
    )
    manifest = manifest_bytes(stored, where=where)
    with atomic_folder(Path(folder), force=force, marker=MANIFEST_NAME) as temporary:
        (temporary / ARRAYS_NAME).write_bytes(data)
        (temporary / CARD_NAME).write_bytes(card.encode("utf-8", "backslashreplace"))
        (temporary / MANIFEST_NAME).write_bytes(manifest)
        loaded = _load(temporary, where)
        if (loaded.settings, loaded.manifest) != (stored.settings, stored.manifest):
            raise ModelError("its settings or its manifest would not come back as they are", where=where)


def load_model(folder: str | Path | None = None) -> Tagger:
    """Load a model after checking everything in its folder.

    Parameters
    ----------
    folder
        The model's folder; None for the model that comes with corestory.

    Returns
    -------
    Tagger

    Raises
    ------
    ModelError
        The folder is missing, incomplete, damaged, tampered with, or of another format version.

    Examples
    --------
    >>> load_model("no/such/folder")
    Traceback (most recent call last):
    corestory.errors.ModelError: no/such/folder: there is no such folder; expected a model's. Train one with: ...
    """
    path = default_model() if folder is None else Path(folder)
    return _load(path, str(path))


def default_model() -> Path:
    """Say where the model is that comes with corestory: inside the installed package, or beside it in a checkout.

    Raises
    ------
    ModelError
        It is in neither place.
    """
    return default_of(Path(__file__).resolve().parents[1])


def default_of(package: Path) -> Path:
    """Say where the model is that comes with a package of corestory; as `default_model`."""
    for folder in (package / "default_model", package.parents[1] / "models" / "default"):
        if (folder / MANIFEST_NAME).is_file():
            return folder
    raise ModelError(
        "this installation of corestory came without its default model",
        where=str(package),
        mend="Install it again, or name a model of your own.",
    )


def _load(folder: Path, where: str) -> Tagger:
    _check_folder(folder, where)
    manifest = f"{where}/{MANIFEST_NAME}"
    stored = read_manifest(_bytes(folder / MANIFEST_NAME, MAX_MANIFEST_BYTES, manifest), Settings, where=manifest)
    _check_settings(stored.settings, manifest)
    place = f"{where}/{ARRAYS_NAME}"
    data = _bytes(folder / ARRAYS_NAME, MAX_BYTES, place)
    if len(data) != stored.arrays.bytes:
        raise ModelError(
            f"has {len(data):,} bytes", where=place, expected=f"{stored.arrays.bytes:,} by its manifest", mend=_ANEW
        )
    if hashlib.sha256(data).hexdigest() != stored.arrays.sha256:
        raise ModelError("is not the file that its manifest was written for, or damaged", where=place, mend=_ANEW)
    return Tagger(unpack(read_arrays(data, kind_of, where=place), where=place), stored.settings, stored.manifest)


def _check_folder(folder: Path, where: str) -> None:
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError as error:
        raise ModelError(
            "there is no such folder",
            where=where,
            expected="a model's",
            mend="Train one with: corestory train DATA --output models/NAME",
        ) from error
    except (OSError, ValueError) as error:  # a ValueError where the name has a NUL
        raise ModelError(f"cannot be read ({_reason(error)})", where=where, expected="a model's folder") from error
    if not stat.S_ISDIR(mode):
        raise ModelError(
            "is no folder", where=where, expected=f"a model's folder, with {MANIFEST_NAME} and {ARRAYS_NAME} in it"
        )


def _bytes(file: Path, limit: int, where: str) -> bytes:
    """Read a whole file of limited size. A link is followed, for some installers link; the hash says what is right."""
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):  # a pipe would be waited for without end, a device has no end
            raise ModelError("is no regular file", where=where, mend=_ANEW)
        with file.open("rb") as opened:
            data = opened.read(limit + 1)
    except FileNotFoundError as error:
        raise ModelError(
            "is missing", where=where, expected=f"{MANIFEST_NAME} and {ARRAYS_NAME} in a model's folder", mend=_ANEW
        ) from error
    except OSError as error:
        raise ModelError(f"cannot be read ({_reason(error)})", where=where) from error
    if len(data) > limit:
        raise ModelError(f"has more than {limit:,} bytes", where=where, expected="less in any model", mend=_ANEW)
    return data


def _check_settings(settings: Settings, where: str) -> None:
    """Check what the types do not say, so that tagging cannot stumble over it."""
    for name, (least, most) in SETTING_RANGES.items():
        value = getattr(settings, name)
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None and not least <= one <= most:
                raise ModelError(f"'settings.{name}' is {one:g}", where=where, expected=f"{least:g} to {most:,g}")
    expected, measured = settings.sure_expected, settings.sure_measured
    if len(expected) != len(measured) or not expected:
        raise ModelError(
            f"'settings.sure_expected' and 'settings.sure_measured' have {len(expected)} and {len(measured)} values",
            where=where,
            expected="the same number, and at least one",
        )
    if any(after < before for before, after in pairwise(expected)):
        raise ModelError("'settings.sure_expected' is not ascending", where=where)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
