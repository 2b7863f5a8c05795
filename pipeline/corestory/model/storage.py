"""Models in folders: weights and a manifest, no pickle; everything is checked before it is used.

A folder holds ``weights.safetensors``, the manifest with its hash (``manifest.json``), and the model card for people.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from corestory.errors import ModelError
from corestory.model.manifest import FORMAT_VERSION, Manifest, Stored, StoredFile, manifest_bytes, read_manifest
from corestory.model.stored_weights import MAX_BYTES, read_weights, weights_bytes
from corestory.model.tagger import Tagger

WEIGHTS_NAME = "weights.safetensors"
MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"

MAX_MANIFEST_BYTES = 32 * 2**20
"""A manifest has some thousand bytes, and eleven more for each training article."""

_AGAIN = "Copy the model's folder again from an undamaged one, or train it again."


def save_model(tagger: Tagger, folder: str | Path, *, card: str, force: bool = False) -> None:
    """Write a model's folder, whole or not at all; it is read back before it takes its name.

    Parameters
    ----------
    tagger
        What to save. Equal weights give an equal ``weights.safetensors``. A manifest of None is saved empty.
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
    >>> tagger = ParagraphClassifier(members=1, text_hidden=(4, 4), folds=2, steps=20).fit(frame).tagger_
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(tagger, f"{folder}/quay", card="# The quay model")
    ...     loaded = load_model(f"{folder}/quay")
    >>> loaded.score_frame(frame).equals(tagger.score_frame(frame))
    True
    """
    from corestory.atomic import atomic_folder  # loading, which is to be quick, does without

    where = str(folder)
    data = weights_bytes(tagger.weights)
    manifest = tagger.manifest or Manifest()
    file = StoredFile(len(data), hashlib.sha256(data).hexdigest())
    document = manifest_bytes(
        Stored(FORMAT_VERSION, manifest.corestory, manifest, tagger.settings, file), where=f"{where}/{MANIFEST_NAME}"
    )
    with atomic_folder(Path(folder), force=force, marker=MANIFEST_NAME) as temporary:
        (temporary / WEIGHTS_NAME).write_bytes(data)
        (temporary / CARD_NAME).write_bytes(card.encode("utf-8", "backslashreplace"))
        (temporary / MANIFEST_NAME).write_bytes(document)
        _load(temporary, where)


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
        hint="Install it again, or name a model of your own.",
    )


def _load(folder: Path, where: str) -> Tagger:
    _check_folder(folder, where)
    manifest = f"{where}/{MANIFEST_NAME}"
    stored = read_manifest(_bytes(folder / MANIFEST_NAME, MAX_MANIFEST_BYTES, manifest), where=manifest)
    weights = f"{where}/{WEIGHTS_NAME}"
    data = _bytes(folder / WEIGHTS_NAME, MAX_BYTES, weights)
    if len(data) != stored.weights.bytes:
        raise ModelError(
            f"has {len(data):,} bytes", where=weights, expected=f"{stored.weights.bytes:,} by its manifest", hint=_AGAIN
        )
    if hashlib.sha256(data).hexdigest() != stored.weights.sha256:
        raise ModelError("is damaged, or of another model than its manifest", where=weights, hint=_AGAIN)
    return Tagger(read_weights(data, where=weights), stored.settings, stored.manifest)


def _check_folder(folder: Path, where: str) -> None:
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError as error:
        raise ModelError(
            "there is no such folder",
            where=where,
            expected="a model's",
            hint="Train one with: corestory train DATA --output models/NAME",
        ) from error
    except (OSError, ValueError) as error:  # a ValueError where the name has a NUL
        raise ModelError(f"cannot be read ({_reason(error)})", where=where, expected="a model's folder") from error
    if not stat.S_ISDIR(mode):
        raise ModelError(
            "is no folder", where=where, expected=f"a model's folder, with {MANIFEST_NAME} and {WEIGHTS_NAME} in it"
        )


def _bytes(file: Path, limit: int, where: str) -> bytes:
    """Read a whole file of limited size. Links are followed, because some installers link; the hash is checked."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device may never end
            raise ModelError("is no regular file", where=where, hint=_AGAIN)
        if found.st_size > limit:
            raise ModelError(
                f"has {found.st_size:,} bytes", where=where, expected=f"at most {limit:,} in any model", hint=_AGAIN
            )
        with file.open("rb") as opened:
            return opened.read(found.st_size)
    except FileNotFoundError as error:
        raise ModelError(
            "is missing", where=where, expected=f"{MANIFEST_NAME} and {WEIGHTS_NAME} in a model's folder", hint=_AGAIN
        ) from error
    except OSError as error:
        raise ModelError(f"cannot be read ({_reason(error)})", where=where) from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
