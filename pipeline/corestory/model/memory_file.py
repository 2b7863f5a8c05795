"""Site memories as safetensors files, and back: everything in a file is checked before it is used.

Pages stand one after the other, those of a site together, sites by name. ``sites`` has the names, a line each;
``pages`` the number of pages of each site; ``sizes`` the number of paragraphs of each page; ``hashes`` and ``lengths``
describe the paragraphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import safetensors
from safetensors.numpy import load, save

from corestory.errors import InputError, OutputError, reason_of
from corestory.model.site_memory import LINES, LONGEST, PAGES, Lines, SiteMemory
from corestory.remote import open_to_read, path_of

if TYPE_CHECKING:
    from pathlib import Path

    from corestory.remote import AnyPath
    from corestory.types import Int

VERSION = 1
"""Changes when the same paragraph gets another hash."""
MAX_BYTES = 2**30
"""About 10,000 sites with all the pages that are kept of one."""

_MAX_HEADER_BYTES = 4_096
_MAX_NAME_CHARACTERS = 300
_DTYPES = {
    "version": "uint32", "sites": "uint8", "pages": "uint32", "sizes": "uint32", "hashes": "uint64", "lengths": "uint16"
}  # fmt: skip
_AGAIN = "Make one with: corestory remember PAGES --output FILE"


def memory_bytes(memory: SiteMemory, *, where: str) -> bytes:
    """Write a memory as a safetensors file; memories with the same pages give the same bytes.

    Raises
    ------
    OutputError
        It is larger than `MAX_BYTES`.
    """
    kept = memory.pages
    pages = [page for site in kept.values() for page in site]
    empty = Lines(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    arrays = {
        "version": np.array([VERSION]),
        "sites": np.frombuffer("\n".join(kept).encode(), np.uint8),
        "pages": np.array([len(site) for site in kept.values()]),
        "sizes": np.array([len(page.hashes) for page in pages]),
        "hashes": np.concatenate([page.hashes for page in [*pages, empty]]),
        "lengths": np.concatenate([page.lengths for page in [*pages, empty]]),
    }
    data = bytes(save({name: array.astype(_DTYPES[name]) for name, array in arrays.items()}))
    if len(data) > MAX_BYTES:
        raise OutputError(
            f"has {len(data):,} bytes", where=where, expected=f"at most {MAX_BYTES:,}", hint="Make several memories."
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
        It is missing, damaged, or no site memory. Loading one from a stranger runs nothing.

    Examples
    --------
    >>> load_memory("no/such/site.memory")
    Traceback (most recent call last):
    corestory.errors.InputError: no/such/site.memory: cannot be read (No such file or directory); expected ...
    """
    return read_memory(stored_memory(path_of(str(path))), where=str(path))


def stored_memory(path: AnyPath) -> bytes:
    """Return the bytes of a memory's file, unchecked but for their number; raises as `load_memory`."""
    try:
        with open_to_read(path) as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a ValueError where the name has a NUL
        raise InputError(
            f"cannot be read ({reason_of(error)})", where=str(path), expected="a site memory", hint=_AGAIN
        ) from error
    if len(data) > MAX_BYTES:
        raise InputError("is too large", where=str(path), expected=f"a site memory of at most {MAX_BYTES:,} bytes")
    return data


def read_memory(data: bytes, *, where: str) -> SiteMemory:
    """Read a memory from the bytes of its file; raises as `load_memory`."""
    fault, memory = _read(data)
    if fault:
        raise InputError(f"is no site memory ({fault})", where=where, expected="one of this version", hint=_AGAIN)
    return memory


def _read(data: bytes) -> tuple[str, SiteMemory]:
    memory = SiteMemory()
    if int.from_bytes(data[:8], "little") > _MAX_HEADER_BYTES:
        return "not safetensors", memory
    try:
        arrays = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError):
        return "not safetensors", memory
    if {name: str(array.dtype) for name, array in arrays.items()} != _DTYPES:
        return "other arrays", memory
    if any(array.ndim != 1 for array in arrays.values()) or arrays["version"].tolist() != [VERSION]:
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
    """Say whether parts, each from 1 to `most`, add up to a total."""
    return bool((parts >= 1).all() and (parts <= most).all() and parts.sum() == total)
