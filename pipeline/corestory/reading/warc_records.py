"""The records of a WARC file as bytes, one at a time: where each begins, and where reading goes on after damage.

A compressed WARC file is a sequence of gzip members, in the standard one for each record. Only the damaged record is
left out: the first bytes of a member and of a record show where the next one begins.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corestory.reading.streams import GZIP_MAGIC, MAX_DOCUMENT_BYTES, PIECE_BYTES, RawBytes, Unpacked, inflated_start

# The number of first bytes of a record by which a reader decides whether it wants the rest.
HEAD_BYTES = 2**16
# The longest header of a record, which is also the longest that fastwarc reads.
_HEADER_BYTES = 2**15
# Consecutive members prove a boundary if they are longer than a stored block of deflate can be: a page that is itself a
# .warc.gz file may be uncompressed in a member, but not in one piece.
_PROOF_BYTES = 2**16
_MOST_PROVEN = 2**22
# The most bytes that are read again to find records in the data after damaged ones: a file may consist of these.
_MOST_AGAIN = 2**30
# The first bytes of a gzip member, enough to recognise its content.
_START_BYTES = 2**12

_MAGIC = b"WARC/"
_LONGEST_LINE = 64
_FIRST_LINE = re.compile(rb"WARC/[01]\.\d{1,2}[ \t]*\r?\n")
_LATER_LINE = re.compile(rb"\n(?=WARC/[01]\.\d{1,2}[ \t]*\r?\n)")
_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WarcBytes:
    """A record as it is stored in the file.

    Attributes
    ----------
    start
        The position of its gzip member in the file; in an uncompressed file, of the record.
    name
        The position as text. If the record is not the first of its member, ``+`` and its position there follow.
    data
        The record with its header; empty if it was not wanted.
    """

    start: int
    name: str
    data: bytes


def warc_records(
    stream: BinaryIO,
    *,
    refuse: Callable[[str, str], None],
    wants: Callable[[bytes], bool],
    start: int = 0,
    stop: int | None = None,
) -> Iterator[WarcBytes]:
    """Yield the records that begin in a part of a file.

    Parameters
    ----------
    stream
        The file as it is stored, or decompressed. If it can seek, no record after a damaged one is lost.
    refuse
        Called with the name of a damaged or too long record and the reason.
    wants
        Called with at most `HEAD_BYTES` of each record; returns whether the whole record is read.
    start
        The position at which reading begins; a boundary from `record_start`.
    stop
        The position at which reading ends; None for the end of the file.

    Raises
    ------
    InputError
        The stream cannot be read.
    """
    raw = RawBytes(stream, start)
    packed = _is_packed(raw)
    raw.go_to(start)
    return _Reader(raw, packed=packed, refuse=refuse, wants=wants, stop=stop).records()


def record_start(stream: BinaryIO, offset: int) -> int:
    """Return the position of the first record at or after an offset in a compressed WARC file.

    The same offset always leads to the same record, so parts that begin and end there contain each record once. If the
    members of a file are not records, its end is returned.

    Parameters
    ----------
    stream
        The file, which can seek.
    offset
        The offset in bytes.
    """
    raw = RawBytes(stream, offset)
    while (found := _next_member(raw)) is not None:
        fault = _fault_after(raw, found)
        if fault is None:
            return found
        raw.go_to(fault + 1)
    return raw.position


class _DamageError(Exception):
    """A record whose header or length is wrong."""


class _Reader:
    """Reads the records of a stream, one after the other."""

    def __init__(
        self,
        raw: RawBytes,
        *,
        packed: bool,
        refuse: Callable[[str, str], None],
        wants: Callable[[bytes], bool],
        stop: int | None,
    ) -> None:
        self._raw, self._content = raw, Unpacked(raw, packed=packed)
        self._refuse, self._wants, self._stop = refuse, wants, stop
        self._buffer, self._at = b"", 0
        # The place of the buffer's first byte: its member, and the position in the member's content.
        self._member, self._inner = raw.position, 0
        self._again = 0

    def records(self) -> Iterator[WarcBytes]:
        while True:
            lost = True  # unless the damaged record has no page
            start, name = self._raw.position, f"{self._raw.position}"
            inner = 0
            try:
                if not self._to_next():
                    return
                start, inner, name = self._place()
                if self._stop is not None and start >= self._stop:
                    return
                header, length = self._header()
                head = header + self._take(min(length, HEAD_BYTES))
                lost = self._wants(head)
                rest = len(header) + length - len(head)
                data = b""
                if lost and rest > MAX_DOCUMENT_BYTES:
                    self._refuse(name, f"more than {MAX_DOCUMENT_BYTES:,} bytes in one document")
                    lost = False
                if lost:
                    data = head + self._take(rest)
                else:
                    self._skip(rest)
                self._check_end()
            except (_DamageError, zlib.error, EOFError) as error:
                if self._stop is not None and start >= self._stop:
                    return
                if lost:
                    self._refuse(name, _in_words(error))
                self._recover(start, inner, in_header=isinstance(error, _DamageError))
                continue
            yield WarcBytes(start, name, data)

    def _place(self) -> tuple[int, int, str]:
        inner = self._inner + self._at
        if not self._content.packed:
            return self._member + inner, 0, f"{self._member + inner}"
        return self._member, inner, f"{self._member}+{inner}" if inner else f"{self._member}"

    def _fill(self, *, in_record: bool = False) -> bool:
        """Read the next piece, and return whether there is one; a record does not end in another record's member."""
        piece = self._content.read()
        if in_record and self._content.packed and not self._content.inner and piece.startswith(_MAGIC):
            raise _DamageError("it is shorter than its header states")
        self._add(piece)
        return bool(piece)

    def _add(self, piece: bytes) -> None:
        if self._at == len(self._buffer):
            self._buffer, self._at = b"", 0
            self._member, self._inner = self._content.member, self._content.inner
        self._buffer = self._buffer[self._at :] + piece
        self._inner, self._at = self._inner + self._at, 0

    def _to_next(self) -> bool:
        """Skip line ends between records; return whether there is another record."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in b"\r\n":
                    return True
                self._at += 1
            if not self._fill():
                return False

    def _header(self) -> tuple[bytes, int]:
        while (end := _END.search(self._buffer, self._at)) is None:
            if len(self._buffer) - self._at > _HEADER_BYTES or not self._begins_record():
                raise _DamageError("no WARC header where one should be")
            if not self._fill(in_record=True):
                raise EOFError
        header = self._buffer[self._at : end.end()]
        length = _LENGTH.search(header)
        if len(header) > _HEADER_BYTES or not _FIRST_LINE.match(header):
            raise _DamageError("no WARC header where one should be")
        if length is None:
            raise _DamageError("its header gives no length")
        self._at = end.end()
        return header, int(length[1])

    def _begins_record(self) -> bool:
        begin = self._buffer[self._at : self._at + len(_MAGIC)]
        return begin == _MAGIC[: len(begin)]

    def _take(self, size: int) -> bytes:
        pieces = []
        while size:
            if self._at == len(self._buffer) and not self._fill(in_record=True):
                raise EOFError
            piece = self._buffer[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _skip(self, size: int) -> None:
        there = min(size, len(self._buffer) - self._at)
        self._at += there
        size -= there
        if size and not self._content.packed:
            self._raw.skip(size)
            size = 0
        while size:
            size -= len(self._take(min(size, PIECE_BYTES)))

    def _check_end(self) -> None:
        """Check that two line ends, another record or nothing follow a record, and that its member is whole."""
        line_ends = 0
        while True:
            rest = self._buffer[self._at :]
            after = rest.lstrip(b"\r\n")
            line_ends += rest.count(b"\n", 0, len(rest) - len(after))
            self._at = len(self._buffer) - len(after)
            if after:
                break
            piece = self._content.rest() if self._content.packed else self._content.read()
            if not piece:
                return
            self._add(piece)
        if line_ends < 2 and not self._begins_record():
            raise _DamageError("it is longer than its header states")

    def _recover(self, start: int, inner: int, *, in_header: bool) -> None:
        """Go to the next record after a damaged one."""
        packed = self._content.packed
        if packed and inner and in_header:  # the member has more records and is itself intact
            self._to_line()
            return
        begin = (start if in_header or not packed else self._content.member) + 1
        self._again += self._raw.position - begin
        if self._again < _MOST_AGAIN:
            self._raw.go_to(begin)
        if packed:
            found = _next_member(self._raw)
            if found is not None:
                self._raw.go_to(found)
        self._buffer, self._at = b"", 0
        self._content.restart()
        if not packed:
            self._to_line()

    def _to_line(self) -> None:
        """Go to the next line that begins a record, or to the end."""
        while (found := _LATER_LINE.search(self._buffer, self._at)) is None:
            self._at = max(self._at, len(self._buffer) - _LONGEST_LINE)
            if not self._fill():
                self._at = len(self._buffer)
                return
        self._at = found.end()


def _in_words(error: Exception) -> str:
    if isinstance(error, _DamageError):
        return f"a damaged record: {error}"
    return "a damaged record: " + (
        "the file ends before the record does" if isinstance(error, EOFError) else "its gzip data is damaged"
    )


def _is_packed(raw: RawBytes) -> bool:
    """Return whether the records are in gzip members; the first of these may be damaged."""
    begin = raw.position
    first = raw.read()
    if first.startswith((GZIP_MAGIC, _MAGIC)):
        return first.startswith(GZIP_MAGIC)
    raw.go_to(begin)
    return _next_member(raw, within=_MOST_PROVEN) is not None


def _next_member(raw: RawBytes, *, within: int | None = None) -> int | None:
    """Return the position of the next gzip member that begins with a record; None at the end of the stream.

    `within` is the most bytes that are searched.
    """
    first = raw.position
    while (within is None or raw.position - first < within) and (piece := raw.read()):
        begin = raw.position - len(piece)
        at = piece.find(GZIP_MAGIC)
        while at >= 0:
            start = piece[at : at + _START_BYTES]
            if len(start) < _START_BYTES:
                raw.go_to(begin + at)
                start = raw.read() + raw.read()
            if _FIRST_LINE.match(inflated_start(start)):
                return begin + at
            at = piece.find(GZIP_MAGIC, at + 1)
        if len(piece) < len(GZIP_MAGIC):
            return None
        raw.go_to(begin + len(piece) - len(GZIP_MAGIC) + 1)
    return None


def _fault_after(raw: RawBytes, start: int) -> int | None:
    """Return the position after the last consecutive member with records; None if there are enough, or to the end."""
    raw.go_to(start)
    content = Unpacked(raw, packed=True)
    try:
        while content.member - start <= _PROOF_BYTES:
            piece = content.read()
            if not piece:
                return None
            if (not content.inner and not _FIRST_LINE.match(piece)) or raw.position - start > _MOST_PROVEN:
                return content.member
    except (zlib.error, EOFError):
        return content.member
    return None
