"""Open files and streams as bytes: decompress gzip, and turn system errors into input errors."""

import zlib
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

_GZIP = b"\x1f\x8b"


def open_bytes(path: AnyPath) -> BinaryIO:
    """Open a file for reading, gunzipped where its first bytes say gzip, whatever its name says.

    Raises
    ------
    InputError
        The file is missing, a folder, or cannot be opened; on reading, damaged or truncated gzip.
    """
    where = storable(str(path))
    try:
        return plain_bytes(open_to_read(path), where=where)
    except FileNotFoundError:
        raise InputError("no such file", where=where) from None
    except IsADirectoryError:
        raise InputError("is a folder", where=where, expected="a file") from None
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        raise InputError(f"cannot be opened ({reason_of(error)})", where=where) from None


def plain_bytes(stream: BinaryIO, *, where: str, close: bool = True) -> BinaryIO:
    """Gunzip a stream if it is gzip; its faults become input errors that name `where`.

    With `close`, closing what is returned closes `stream` too.
    """
    magic = _read_all(stream, len(_GZIP))
    plain = _buffered(_Stream(magic, stream, where, close=close))
    if magic != _GZIP:
        return plain
    unpacked = GzipFile(fileobj=plain, mode="rb")
    return _buffered(_Stream(b"", cast(BinaryIO, unpacked), where, below=plain))


def peek_bytes(stream: BinaryIO, *, where: str) -> tuple[bytes, BinaryIO]:
    """Return the first `HEAD_BYTES` bytes of a stream, and the stream from its beginning."""
    head = _read_all(stream, HEAD_BYTES)
    return head, _buffered(_Stream(head, stream, where))


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
        self, head: bytes, rest: BinaryIO, where: str, *, close: bool = True, below: BinaryIO | None = None
    ) -> None:
        self._head, self._rest, self._where, self._close = head, rest, where, close
        self._below = below  # GzipFile leaves the file that it reads open

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
                    "the gzip data ends too early", where=self._where, hint="Fetch or compress the file again."
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
    return cast(BinaryIO, BufferedReader(stream, HEAD_BYTES))


def _read_all(stream: BinaryIO, size: int) -> bytes:
    # A pipe gives what it has; what a stream is shows only in enough of it.
    pieces = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
