"""Open files and streams as bytes: decompress them, and turn system errors into input errors."""

import zlib
from bz2 import BZ2File
from gzip import GzipFile
from io import BufferedReader, RawIOBase
from typing import BinaryIO, cast

from corestory.errors import InputError, reason_of
from corestory.reading.text import storable
from corestory.remote import AnyPath, open_to_read

# The longest document that is read at once: fifty times the longest page known, and no harm to a small machine.
MAX_DOCUMENT_BYTES = 2**28
# How much of a stream is looked at to tell what it is.
HEAD_BYTES = 2**16

# The endings of compressed files, with the bytes that such a file begins with.
_MAGIC = {".gz": b"\x1f\x8b", ".bz2": b"BZh", ".zst": b"\x28\xb5\x2f\xfd"}
PACKED = tuple(_MAGIC)
_BZIP2_LEVELS = tuple(b"%d" % level for level in range(1, 10))
_NAMES = {".gz": "gzip", ".bz2": "bzip2", ".zst": "Zstandard"}


def unpacked_name(name: str) -> str:
    """Return a file's name in lower case, without the ending of a compressed file.

    Examples
    --------
    >>> unpacked_name("A.jsonl.zst"), unpacked_name("a.txt")
    ('a.jsonl', 'a.txt')
    """
    name = name.lower()
    return next((name.removesuffix(ending) for ending in PACKED if name.endswith(ending)), name)


def open_bytes(path: AnyPath) -> BinaryIO:
    """Open a file for reading, decompressed where its first bytes say gzip, bzip2 or Zstandard, whatever its name.

    Raises
    ------
    InputError
        The file is missing, a folder, or cannot be opened; on reading, damaged or truncated compressed data.
    """
    where = storable(str(path))
    return plain_bytes(open_stored(path), where=where)


def open_stored(path: AnyPath) -> BinaryIO:
    """Open a file for reading as it is stored.

    Raises
    ------
    InputError
        The file is missing, a folder, or cannot be opened.
    """
    where = storable(str(path))
    try:
        return open_to_read(path)
    except FileNotFoundError:
        raise InputError("no such file", where=where) from None
    except IsADirectoryError:
        raise InputError("is a folder", where=where, expected="a file") from None
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        raise InputError(f"cannot be opened ({reason_of(error)})", where=where) from None


def plain_bytes(stream: BinaryIO, *, where: str, close: bool = True) -> BinaryIO:
    """Decompress a stream if it is compressed; its faults become input errors that name `where`.

    With `close`, closing what is returned closes `stream` too.
    """
    magic = _read_all(stream, max(map(len, _MAGIC.values())))
    plain = _buffered(_Stream(magic, stream, where, close=close))
    packed = next((ending for ending, start in _MAGIC.items() if magic.startswith(start)), "")
    if not packed or (packed == ".bz2" and magic[3:] not in _BZIP2_LEVELS):
        return plain
    unpacked = _unpacked(plain, packed)
    return _buffered(_Stream(b"", unpacked, where, below=plain, packed=_NAMES[packed]))


def _unpacked(plain: BinaryIO, packed: str) -> BinaryIO:
    if packed == ".gz":
        return cast("BinaryIO", GzipFile(fileobj=plain, mode="rb"))
    if packed == ".bz2":
        return cast("BinaryIO", BZ2File(plain))
    import pyarrow

    return cast("BinaryIO", pyarrow.CompressedInputStream(pyarrow.PythonFile(plain, "r"), "zstd"))


def peek_bytes(stream: BinaryIO, *, where: str, size: int = HEAD_BYTES, close: bool = True) -> tuple[bytes, BinaryIO]:
    """Return the first `size` bytes of a stream, and the stream from its beginning, as of `plain_bytes`."""
    head = _read_all(stream, size)
    return head, _buffered(_Stream(head, stream, where, close=close))


def read_document(stream: BinaryIO, *, where: str, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Read a stream to its end, refusing one of more than `limit` bytes."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(
            f"more than {limit:,} bytes in one document",
            where=where,
            hint="Give many articles as JSON Lines, CSV or Parquet, which are read one at a time.",
        )
    return data


class _Stream(RawIOBase):
    """A stream that begins with what was already read of it, and whose faults are input errors."""

    def __init__(
        self,
        head: bytes,
        rest: BinaryIO,
        where: str,
        *,
        close: bool = True,
        below: BinaryIO | None = None,
        packed: str = "",
    ) -> None:
        self._head, self._rest, self._where, self._close = head, rest, where, close
        self._below = below  # decompressing leaves the file below open
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            try:
                piece = self._rest.read(len(buffer))
            except EOFError:
                raise InputError(
                    f"the {self._packed or 'compressed'} data ends too early",
                    where=self._where,
                    hint="Fetch or compress the file again.",
                ) from None
            except (OSError, zlib.error) as error:  # gzip's own error is an OSError
                raise InputError(f"cannot be read ({reason_of(error)})", where=self._where) from None
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            if self._close:
                self._rest.close()
            if self._below is not None:
                self._below.close()
        super().close()


def _buffered(stream: _Stream) -> BinaryIO:
    return cast("BinaryIO", BufferedReader(stream, HEAD_BYTES))


def _read_all(stream: BinaryIO, size: int) -> bytes:
    # A pipe gives what it has; what a stream is shows only in enough of it.
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
