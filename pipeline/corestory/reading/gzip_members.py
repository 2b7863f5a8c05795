"""The gzip members of a stream and the bytes around them, with a way back for a reader that has lost its place."""

import zlib
from typing import BinaryIO

# A member begins with these bytes: the magic number, and the only method of compression.
GZIP_MAGIC = b"\x1f\x8b\x08"
PIECE_BYTES = 2**16
# So much of a stream that cannot seek is kept to go back to.
_KEPT_BYTES = 2**24
_LINE_BYTES = 64


class RawBytes:
    """The bytes of a stream, with a way back to those that were read last, or to any if the stream can seek."""

    def __init__(self, stream: BinaryIO, position: int) -> None:
        self._stream = stream
        self._can_seek = stream.seekable()
        self._kept = bytearray()
        self._kept_to = self.position = position
        if self._can_seek:
            stream.seek(position)

    def read(self) -> bytes:
        """Return the next `PIECE_BYTES`, fewer only at the end."""
        behind = self._kept_to - self.position
        if behind < PIECE_BYTES:  # a piece is short only at the end
            more = self._stream.read(PIECE_BYTES - behind)
            self._kept += more
            self._kept_to += len(more)
            behind += len(more)
            if len(self._kept) > (PIECE_BYTES * 4 if self._can_seek else _KEPT_BYTES + 2**20):
                del self._kept[: -PIECE_BYTES * 2 if self._can_seek else -_KEPT_BYTES]
        begin = len(self._kept) - behind
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
        """Pass over bytes, all of which must be there."""
        if self._can_seek and size > PIECE_BYTES:
            self.go_to(self.position + size - 1)  # that there is a last byte shows that all are there
            size = 1
        while size:
            piece = self.read()
            if not piece:
                raise EOFError
            if len(piece) > size:
                self.go_to(self.position - len(piece) + size)
            size -= min(size, len(piece))


class Unpacked:
    """The content of a stream a piece at a time, decompressed if it is compressed."""

    def __init__(self, raw: RawBytes, *, packed: bool) -> None:
        self.raw, self.packed = raw, packed
        self.restart()

    def restart(self) -> None:
        """Begin with the stream's next byte, which is the first of a member or of a record."""
        self._inflater: zlib._Decompress | None = None
        self._input = b""
        # Where the piece begins that was read last: its member, and the position in what that holds.
        self.member = self.raw.position
        self.inner = self._size = 0

    def read(self) -> bytes:
        """Return a piece, empty at the end. The first of a member has a whole line.

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
            self._input = packed.lstrip(b"\x00")  # some tools fill the last block of a file
            self.member = self.raw.position - len(self._input)
            if self._input:
                self._inflater = zlib.decompressobj(31)
            while len(piece) < _LINE_BYTES and (more := self.rest()):
                piece += more
            self.inner = 0
        return piece

    def rest(self) -> bytes:
        """Return the next piece of the member that is open, empty at its end."""
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
    """Return the first bytes of what a gzip member holds; none if it is damaged.

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
