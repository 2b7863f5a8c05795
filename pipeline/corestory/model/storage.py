"""Models in folders and site memories in files: without pickle, and everything is checked before it is used.

The folder of a model holds ``weights.safetensors``, the manifest with the hash of that file (``manifest.json``), and
the model card.

A site memory is a safetensors file. Its pages follow each other, sorted by the name of their site. ``sites`` holds the
names, one per line; ``pages`` the number of pages of each site; ``sizes`` the number of paragraphs of each page;
``hashes`` and ``lengths`` describe the paragraphs.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import safetensors
from safetensors.numpy import load, save

from corestory.errors import InputError, ModelError, OutputError, reason_of
from corestory.model.manifest import FORMAT_VERSION, Manifest, Stored, StoredFile, manifest_bytes, read_manifest
from corestory.model.site_memory import LINES, LONGEST, PAGES, Lines, SiteMemory
from corestory.model.stored_weights import MAX_BYTES, read_weights, weights_bytes
from corestory.model.tagger import Tagger
from corestory.remote import open_to_read, path_of

if TYPE_CHECKING:
    from corestory.remote import AnyPath
    from corestory.types import Int


WEIGHTS_NAME = "weights.safetensors"
MANIFEST_NAME = "manifest.json"
CARD_NAME = "README.md"

MAX_MANIFEST_BYTES = 32 * 2**20
"""The most bytes of a manifest. It has a few thousand bytes, and eleven more for each training article."""

_AGAIN = "Copy the model's folder again from an undamaged copy, or train the model again."


def save_model(tagger: Tagger, folder: str | Path, *, card: str, force: bool = False) -> None:
    """Write a model's folder, whole or not at all; the files are read back before the folder gets its name.

    Parameters
    ----------
    tagger
        The tagger to save. Equal weights give an equal ``weights.safetensors``. A manifest of None is saved empty.
    folder
        The folder to write.
    card
        The model card, as Markdown.
    force
        Whether an existing model may be replaced. A folder that holds anything else is never replaced.

    Raises
    ------
    ModelError
        The tagger could not be loaded again, for example because a weight is not finite; nothing is written then.
    OutputError
        The folder exists, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from corestory.training.estimator import ParagraphClassifier
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
    from corestory.atomic import atomic_folder  # not needed to load a model, which must be quick

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
    corestory.errors.ModelError: no/such/folder: no such folder; expected a model's folder. Train one with: ...
    """
    path = default_model() if folder is None else Path(folder)
    return _load(path, str(path))


def default_model() -> Path:
    """Return the folder of the model that comes with corestory: in the installed package, or beside it in a checkout.

    Raises
    ------
    ModelError
        The model is in neither place.
    """
    return default_of(Path(__file__).resolve().parents[1])


def default_of(package: Path) -> Path:
    """Return the folder of the model that comes with a package of corestory, as `default_model` does."""
    for folder in (package / "default_model", package.parents[1] / "models" / "default"):
        if (folder / MANIFEST_NAME).is_file():
            return folder
    raise ModelError(
        "this installation of corestory has no default model",
        where=str(package),
        hint="Install corestory again, or give a model of your own.",
    )


def _load(folder: Path, where: str) -> Tagger:
    _check_folder(folder, where)
    manifest = f"{where}/{MANIFEST_NAME}"
    stored = read_manifest(_bytes(folder / MANIFEST_NAME, MAX_MANIFEST_BYTES, manifest), where=manifest)
    weights = f"{where}/{WEIGHTS_NAME}"
    data = _bytes(folder / WEIGHTS_NAME, MAX_BYTES, weights)
    if len(data) != stored.weights.bytes:
        raise ModelError(
            f"has {len(data):,} bytes",
            where=weights,
            expected=f"{stored.weights.bytes:,}, as in its manifest",
            hint=_AGAIN,
        )
    if hashlib.sha256(data).hexdigest() != stored.weights.sha256:
        raise ModelError("is damaged, or does not belong to its manifest", where=weights, hint=_AGAIN)
    return Tagger(read_weights(data, where=weights), stored.settings, stored.manifest)


def _check_folder(folder: Path, where: str) -> None:
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError as error:
        raise ModelError(
            "no such folder",
            where=where,
            expected="a model's folder",
            hint="Train one with: corestory train DATA --output models/NAME",
        ) from error
    except (OSError, ValueError) as error:  # a ValueError if the name contains a NUL
        raise ModelError(f"cannot be read ({reason_of(error)})", where=where, expected="a model's folder") from error
    if not stat.S_ISDIR(mode):
        raise ModelError(
            "is not a folder", where=where, expected=f"a model's folder, with {MANIFEST_NAME} and {WEIGHTS_NAME} in it"
        )


def _bytes(file: Path, limit: int, where: str) -> bytes:
    """Read a whole file of limited size. Links are followed, because some installers make links."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device may never end
            raise ModelError("is not a regular file", where=where, hint=_AGAIN)
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
        raise ModelError(f"cannot be read ({reason_of(error)})", where=where) from error


MEMORY_VERSION = 1
"""The version of the format; it changes when the same paragraph gets another hash."""
MAX_MEMORY_BYTES = 2**30
"""The most bytes of a site memory: about 10,000 sites with `PAGES` pages each."""

_MAX_HEADER_BYTES = 4_096
_MAX_NAME_CHARACTERS = 300
_DTYPES = {
    "version": "uint32", "sites": "uint8", "pages": "uint32", "sizes": "uint32", "hashes": "uint64", "lengths": "uint16"
}  # fmt: skip
_REMEMBER = "Make one with: corestory remember PAGES --output FILE"


def memory_bytes(memory: SiteMemory, *, where: str) -> bytes:
    """Write a memory as a safetensors file; memories with the same pages give the same bytes.

    Raises
    ------
    OutputError
        The file would be larger than `MAX_MEMORY_BYTES`.
    """
    kept = memory.pages
    pages = [page for site in kept.values() for page in site]
    empty = Lines(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    arrays = {
        "version": np.array([MEMORY_VERSION]),
        "sites": np.frombuffer("\n".join(kept).encode(), np.uint8),
        "pages": np.array([len(site) for site in kept.values()]),
        "sizes": np.array([len(page.hashes) for page in pages]),
        "hashes": np.concatenate([page.hashes for page in [*pages, empty]]),
        "lengths": np.concatenate([page.lengths for page in [*pages, empty]]),
    }
    data = bytes(save({name: array.astype(_DTYPES[name]) for name, array in arrays.items()}))
    if len(data) > MAX_MEMORY_BYTES:
        raise OutputError(
            f"has {len(data):,} bytes",
            where=where,
            expected=f"at most {MAX_MEMORY_BYTES:,}",
            hint="Write several memories, each for fewer sites.",
        )
    return data


def load_memory(path: str | Path) -> SiteMemory:
    """Load a site memory that ``corestory remember`` wrote.

    Parameters
    ----------
    path
        The file, or its URL.

    Raises
    ------
    InputError
        The file is missing, damaged, or not a site memory. Loading a file from a stranger is safe: it runs no code.

    Examples
    --------
    >>> load_memory("no/such/site.memory")
    Traceback (most recent call last):
    corestory.errors.InputError: no/such/site.memory: cannot be read (No such file or directory); expected ...
    """
    return read_memory(stored_memory(path_of(str(path))), where=str(path))


def stored_memory(path: AnyPath) -> bytes:
    """Return the bytes of a memory's file, and check only their number; raises as `load_memory`."""
    try:
        with open_to_read(path) as file:
            data = file.read(MAX_MEMORY_BYTES + 1)
    except (OSError, ValueError) as error:  # a ValueError if the name contains a NUL
        raise InputError(
            f"cannot be read ({reason_of(error)})", where=str(path), expected="a site memory", hint=_REMEMBER
        ) from error
    if len(data) > MAX_MEMORY_BYTES:
        raise InputError(
            "is too large", where=str(path), expected=f"a site memory of at most {MAX_MEMORY_BYTES:,} bytes"
        )
    return data


def read_memory(data: bytes, *, where: str) -> SiteMemory:
    """Read a memory from the bytes of its file; raises as `load_memory`."""
    fault, memory = _read_arrays(data)
    if fault:
        raise InputError(
            f"is not a site memory ({fault})", where=where, expected="a site memory of this version", hint=_REMEMBER
        )
    return memory


def _read_arrays(data: bytes) -> tuple[str, SiteMemory]:
    memory = SiteMemory()
    if int.from_bytes(data[:8], "little") > _MAX_HEADER_BYTES:
        return "not safetensors", memory
    try:
        arrays = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError):
        return "not safetensors", memory
    if {name: str(array.dtype) for name, array in arrays.items()} != _DTYPES:
        return "other arrays", memory
    if any(array.ndim != 1 for array in arrays.values()) or arrays["version"].tolist() != [MEMORY_VERSION]:
        return "another version", memory
    names = arrays["sites"].tobytes().decode("utf-8", "replace").split("\n") if len(arrays["sites"]) else []
    pages, sizes = arrays["pages"].astype(np.int64), arrays["sizes"].astype(np.int64)
    hashes, lengths = arrays["hashes"], arrays["lengths"].astype(np.int64)
    if len(names) != len(pages) or not _fits(pages, PAGES, len(sizes)) or not _fits(sizes, LINES, len(hashes)):
        return "sizes that do not fit", memory
    if len(lengths) != len(hashes) or lengths.max(initial=0) > LONGEST:
        return "sizes that do not fit", memory
    within = np.ones(max(len(hashes) - 1, 0), bool)
    within[(np.cumsum(sizes)[:-1] - 1)] = False
    if not (hashes[1:] > hashes[:-1])[within].all():
        return "hashes out of order", memory
    if names != sorted(set(names)) or not all(name and len(name) <= _MAX_NAME_CHARACTERS for name in names):
        return "names out of order", memory
    ends = np.cumsum(sizes).tolist()
    page = iter(zip([0, *ends], ends, strict=False))
    for name, count in zip(names, pages.tolist(), strict=True):
        for _ in range(count):
            start, end = next(page)
            memory.add_page(name, Lines(hashes[start:end].copy(), lengths[start:end]))
    return "", memory


def _fits(parts: Int, most: int, total: int) -> bool:
    """Return whether all parts are from 1 to `most` and add up to a total."""
    return bool((parts >= 1).all() and (parts <= most).all() and parts.sum() == total)
