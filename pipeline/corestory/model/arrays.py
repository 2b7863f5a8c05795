"""Named arrays in one file, in NumPy's ``.npz`` layout, written to the same bytes each time and read without trust.

`numpy.load` would do for reading files of our own. It believes what a file says of itself, though: it unpacks a member
before it looks at the size, and its errors are of a dozen kinds. Here everything is checked before it is unpacked, and
whatever is wrong is a `ModelError`.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from corestory.errors import ModelError

Array = npt.NDArray[Any]

MAX_MEMBERS = 2_000
MAX_BYTES = 512 * 2**20
# Learned numbers hardly shrink; what unpacks to a large multiple of its size is there to fill memory.
MAX_RATIO = 200
SMALL = 2**20

_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?P<size>..)\{'descr': (?P<dtype>'[^']{1,20}'|\[[^\]]{0,200}\]), "
    rb"'fortran_order': (?P<fortran>True|False), 'shape': \((?P<shape>[-0-9, ]{0,60})\), \} *\n",
    re.DOTALL,
)
_HEADER_BYTES = 128
_CODES = {"float32": "<f4", "uint64": "<u8"}
# 1980 is the first year that a zip file knows.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ArrayKind:
    """What an array must be.

    Attributes
    ----------
    dtype
        Its type.
    limits
        For each dimension, its greatest size.
    """

    dtype: Literal["float32", "uint64"]
    limits: tuple[int, ...] = ()

    @property
    def most_bytes(self) -> int:
        """Greatest size of the member that holds it."""
        return _HEADER_BYTES + math.prod(self.limits) * np.dtype(self.dtype).itemsize


def arrays_bytes(arrays: Mapping[str, Array]) -> bytes:
    """Write arrays as an ``.npz`` file, which `numpy.load` reads too: equal arrays give equal bytes.

    Parameters
    ----------
    arrays
        By name; their order in the file is the order given.

    Examples
    --------
    >>> data = arrays_bytes({"idf": np.ones(3, np.float32)})
    >>> data == arrays_bytes({"idf": np.ones(3, np.float32)}), np.load(io.BytesIO(data))["idf"].tolist()
    (True, [1.0, 1.0, 1.0])
    """
    packed = io.BytesIO()
    # Stored, not deflated: that would save a seventh of the size and take nearly twice as long to load.
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same bytes on every system
            archive.writestr(info, member.getvalue())
    return packed.getvalue()


def read_arrays(data: bytes, kind_of: Callable[[str], ArrayKind | None], *, where: str) -> dict[str, Array]:
    """Read arrays; what is not as `kind_of` wants it is not unpacked.

    Parameters
    ----------
    data
        The file's bytes.
    kind_of
        What the array of a name must be; None where there should be none of that name.
    where
        What an error names as its place.

    Returns
    -------
    dict
        The arrays by name, read-only.

    Raises
    ------
    ModelError
        The file is no ``.npz`` file, or anything in it is not what it should be.

    Examples
    --------
    >>> data = arrays_bytes({"idf": np.ones(3, np.float32)})
    >>> read_arrays(data, lambda name: ArrayKind("float32", (2,)), where="arrays.npz")
    Traceback (most recent call last):
    corestory.errors.ModelError: arrays.npz: 'idf' would unpack to 140 bytes; expected at most 136
    """
    # Before the directory is read: it may be as long as the file.
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:
        raise ModelError(f"has more than {MAX_MEMBERS:,} members", where=where, expected="the arrays of a model")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _checked_members(archive, kind_of, where)
            return {name: _read(archive, info, name, kind, where) for name, (info, kind) in members.items()}
    except ModelError:
        raise
    except Exception as error:
        # On hostile bytes zipfile and zlib raise errors of some ten kinds, and promise none of them.
        raise ModelError(f"is no .npz file that can be read ({error or type(error).__name__})", where=where) from error


def _checked_members(
    archive: zipfile.ZipFile, kind_of: Callable[[str], ArrayKind | None], where: str
) -> dict[str, tuple[zipfile.ZipInfo, ArrayKind]]:
    members: dict[str, tuple[zipfile.ZipInfo, ArrayKind]] = {}
    total = 0
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        shown = repr(name[:40])
        kind = kind_of(name) if info.filename.endswith(".npy") else None
        if kind is None:
            raise ModelError(f"has a member {shown} that belongs to no model", where=where)
        if name in members:
            raise ModelError(f"has {shown} twice", where=where)
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ModelError(f"{shown} is encrypted or compressed in an unknown way", where=where)
        if info.file_size > kind.most_bytes:
            raise ModelError(
                f"{shown} would unpack to {info.file_size:,} bytes",
                where=where,
                expected=f"at most {kind.most_bytes:,}",
            )
        if info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
            raise ModelError(f"{shown} would unpack to over {MAX_RATIO} times its size", where=where)
        total += info.file_size
        members[name] = (info, kind)
    if total > MAX_BYTES:
        raise ModelError(f"would unpack to {total:,} bytes", where=where, expected=f"at most {MAX_BYTES:,}")
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, kind: ArrayKind, where: str) -> Array:
    with archive.open(info) as member:
        data = member.read(info.file_size)
    found = _HEADER.match(data[:_HEADER_BYTES])
    if found is None or int.from_bytes(found["size"], "little") + 10 != found.end():
        raise ModelError(f"{name!r} has no header of the .npy format, version 1.0", where=where)
    dtype, code = found["dtype"].decode("ascii", "replace").strip("'"), _CODES[kind.dtype]
    if dtype != code:
        what = f"{name!r} holds pickled objects" if "O" in dtype else f"{name!r} is of type {dtype!r}"
        raise ModelError(what, where=where, expected=f"type {code!r}, {kind.dtype}")
    if found["fortran"] == b"True":
        raise ModelError(f"{name!r} is in Fortran order", where=where, expected="C order")
    shape = tuple(int(size) for size in found["shape"].decode("ascii").split(",") if size.strip())
    if len(shape) != len(kind.limits):
        raise ModelError(f"{name!r} has shape {shape}", where=where, expected=f"{len(kind.limits)} dimensions")
    if any(not 0 <= size <= limit for size, limit in zip(shape, kind.limits, strict=True)):
        raise ModelError(f"{name!r} has shape {shape}", where=where, expected=f"at most {kind.limits}")
    expected = found.end() + math.prod(shape) * np.dtype(code).itemsize
    if len(data) != expected:
        raise ModelError(
            f"{name!r} has {len(data):,} bytes", where=where, expected=f"{expected:,} by its shape {shape}"
        )
    # A view of bytes, so read-only: a loaded model cannot be changed by what uses it.
    array: Array = np.frombuffer(data, code, offset=found.end()).reshape(shape)
    return array.astype(kind.dtype, copy=False)
