"""Open files and streams as decompressed bytes; turn system errors into input errors; read on in damaged gzip data."""

import zlib
from bz2 import BZ2File
from gzip import GzipFile
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

from corestory.errors import InputError, reason_of
from corestory.reading.text import storable
from corestory.remote import AnyPath, open_to_read

# The most bytes of a document that is read at once: fifty times the longest page known, and safe for a small machine.
MAX_DOCUMENT_BYTES = 2**28
# The number of first bytes of a stream that are read to detect its kind.
HEAD_BYTES = 2**16

# The endings of compressed files, with the first bytes of such files.
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
    """Open a file for reading; gzip, bzip2 and Zstandard are decompressed by their first bytes, whatever the name.

    Raises
    ------
    InputError
        The file is missing, a folder, or cannot be opened. On reading: damaged or truncated compressed data.
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
    """Decompress a stream if it is compressed; its errors become input errors that name `where`.

    With `close`, closing the returned stream closes `stream`, too.
    """
    magic = _read_all(stream, max(map(len, _MAGIC.values())))
    plain = _buffered(_Stream(magic, stream, where, *([stream] if close else [])))
    packed = next((ending for ending, start in _MAGIC.items() if magic.startswith(start)), "")
    if not packed or (packed == ".bz2" and magic[3:] not in _BZIP2_LEVELS):
        return plain
    unpacked = _unpacked(plain, packed)
    # The decompressor leaves the file below open.
    return _buffered(_Stream(b"", unpacked, where, unpacked, plain, packed=_NAMES[packed]))


def _unpacked(plain: BinaryIO, packed: str) -> BinaryIO:
    if packed == ".gz":
        return cast("BinaryIO", GzipFile(fileobj=plain, mode="rb"))
    if packed == ".bz2":
        return cast("BinaryIO", BZ2File(plain))
    import pyarrow

    return cast("BinaryIO", pyarrow.CompressedInputStream(pyarrow.PythonFile(plain, "r"), "zstd"))


def peek_bytes(stream: BinaryIO, *, where: str, size: int = HEAD_BYTES, close: bool = True) -> tuple[bytes, BinaryIO]:
    """Return the first `size` bytes of a stream, and the stream from its beginning, as `plain_bytes` does."""
    head = _read_all(stream, size)
    return head, _buffered(_Stream(head, stream, where, *([stream] if close else [])))


def read_document(stream: BinaryIO, *, where: str, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Read a stream to its end; refuse one of more than `limit` bytes."""
    data = _read_all(stream, limit + 1)
    if len(data) > limit:
        raise InputError(
            f"more than {limit:,} bytes in one document",
            where=where,
            hint="Give many articles as JSON Lines, CSV or Parquet, which are read one at a time.",
        )
    return data


def read_bytes(path: Path) -> bytes:
    r"""Read a whole document; gzip, bzip2 and Zstandard are decompressed by their first bytes.

    Parameters
    ----------
    path
        The file, whatever the ending of its name.

    Raises
    ------
    InputError
        The file is missing, a folder or too long, or its compressed data is damaged or truncated.

    Examples
    --------
    >>> import gzip, pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "story.txt.gz")
    ...     _ = path.write_bytes(gzip.compress(b"The quay opened.\n"))
    ...     read_bytes(path)
    b'The quay opened.\n'
    """
    with open_bytes(path) as stream:
        return read_document(stream, where=storable(str(path)))


class _Stream(RawIOBase):
    """A stream that begins with the bytes already read from it, and whose errors are input errors."""

    def __init__(self, head: bytes, rest: BinaryIO, where: str, *closes: BinaryIO, packed: str = "compressed") -> None:
        self._head, self._rest, self._where, self._closes, self._packed = head, rest, where, closes, packed

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
                    f"the {self._packed} data ends too early",
                    where=self._where,
                    hint="Fetch or compress the file again.",
                ) from None
            except (OSError, zlib.error) as error:  # gzip's own error is an OSError
                raise InputError(f"cannot be read ({reason_of(error)})", where=self._where) from None
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            for stream in self._closes:
                stream.close()
        super().close()


def _buffered(stream: _Stream) -> BinaryIO:
    return cast("BinaryIO", BufferedReader(stream, HEAD_BYTES))


def _read_all(stream: BinaryIO, size: int) -> bytes:
    # A pipe returns the bytes that it has, and the kind of a stream shows only in enough bytes.
    pieces = []
    # A reader allocates as much memory as it is asked for, on each of its levels.
    while size > 0 and (piece := stream.read(min(size, HEAD_BYTES))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


# The first bytes of a gzip member: the magic number, and the only method of compression.
GZIP_MAGIC = b"\x1f\x8b\x08"
PIECE_BYTES = 2**16
# The number of last bytes that are kept of a stream that cannot seek, to go back to them.
_KEPT_BYTES = 2**24
_LINE_BYTES = 64


class RawBytes:
    """The bytes of a stream, with a way back to the last ones read, or to any if the stream can seek."""

    def __init__(self, stream: BinaryIO, position: int) -> None:
        self._stream = stream
        self._can_seek = stream.seekable()
        self._kept = bytearray()
        self._kept_to = self.position = position
        if self._can_seek:
            stream.seek(position)

    def read(self) -> bytes:
        """Return the next `PIECE_BYTES` bytes, fewer only at the end."""
        after = self._kept_to - self.position
        if after < PIECE_BYTES:  # a piece is short only at the end
            more = self._stream.read(PIECE_BYTES - after)
            self._kept += more
            self._kept_to += len(more)
            after += len(more)
            if len(self._kept) > (PIECE_BYTES * 4 if self._can_seek else _KEPT_BYTES + 2**20):
                del self._kept[: -PIECE_BYTES * 2 if self._can_seek else -_KEPT_BYTES]
        begin = len(self._kept) - after
        piece = bytes(self._kept[begin : begin + PIECE_BYTES])
        self.position += len(piece)
        return piece

    def go_to(self, position: int) -> None:
        """Go to a position, or as near to it as the stream allows."""
        oldest = self._kept_to - len(self._kept)
        if not oldest <= position <= self._kept_to and self._can_seek:
            self._stream.seek(position)
            self._kept.clear()
            self._kept_to = oldest = position
        self.position = min(max(position, oldest), self._kept_to)

    def skip(self, size: int) -> None:
        """Skip bytes, all of which must exist."""
        if self._can_seek and size > PIECE_BYTES:
            self.go_to(self.position + size - 1)  # if the last byte is there, all are
            size = 1
        while size:
            piece = self.read()
            if not piece:
                raise EOFError
            if len(piece) > size:
                self.go_to(self.position - len(piece) + size)
            size -= min(size, len(piece))


class Unpacked:
    """The content of a stream, one piece at a time, decompressed if it is compressed."""

    def __init__(self, raw: RawBytes, *, packed: bool) -> None:
        self.raw, self.packed = raw, packed
        self.restart()

    def restart(self) -> None:
        """Begin with the stream's next byte, which is the first byte of a member or of a record."""
        self._inflater: zlib._Decompress | None = None
        self._input = b""
        # The place of the last piece that was read: its member, and the position in the member's content.
        self.member = self.raw.position
        self.inner = self._size = 0

    def read(self) -> bytes:
        """Return the next piece, empty at the end. The first piece of a member has a whole line.

        Raises
        ------
        zlib.error, EOFError
            The compressed data is damaged, or ends too early.
        """
        if not self.packed:
            self.member = self.raw.position
            return self.raw.read()
        piece = self.rest()
        while not piece:
            self.restart()
            packed = self.raw.read()
            if not packed:
                return b""
            self._input = packed.lstrip(b"\x00")  # some tools fill the last block of a file with zeros
            self.member = self.raw.position - len(self._input)
            if self._input:
                self._inflater = zlib.decompressobj(31)
            while len(piece) < _LINE_BYTES and (more := self.rest()):
                piece += more
            self.inner = 0
        return piece

    def rest(self) -> bytes:
        """Return the next piece of the open member, empty at its end."""
        while self._inflater is not None:
            piece = self._inflater.decompress(self._input, 4 * PIECE_BYTES)
            self._input = self._inflater.unconsumed_tail
            if self._inflater.eof:
                self.raw.go_to(self.raw.position - len(self._inflater.unused_data))
                self._inflater = None
            elif not piece and not self._input:
                self._input = self.raw.read()
                if not self._input:
                    raise EOFError
            if piece:
                self.inner, self._size = self._size, self._size + len(piece)
                return piece
        return b""


def inflated_start(packed: bytes) -> bytes:
    """Return the first bytes of a gzip member's content; none if it is damaged.

    Examples
    --------
    >>> import gzip
    >>> inflated_start(gzip.compress(b"The quay.")[:-8]), inflated_start(b"The quay.")
    (b'The quay.', b'')
    """
    try:
        return zlib.decompressobj(31).decompress(packed, 64)
    except zlib.error:
        return b""
