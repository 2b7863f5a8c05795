"""The pages of a WARC file and the texts of a WET file, read by fastwarc one record at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from corestory.errors import InputError, Note, Refuse, no_note, reason_of
from corestory.installation import install_command
from corestory.reading.decoding import decode
from corestory.reading.file_kinds import begins_warc, kind_by_content
from corestory.reading.streams import GZIP_MAGIC, HEAD_BYTES, MAX_DOCUMENT_BYTES, open_stored
from corestory.reading.tables import SourceRow, folded, source_name
from corestory.reading.text import storable
from corestory.reading.warc_records import record_start, warc_records
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    from fastwarc import WarcRecord

_HTML_TYPES = ("text/html", "application/xhtml+xml")


def warc_rows(
    stream: BinaryIO, *, name: str, refuse: Refuse, note: Note = no_note, start: int = 0, stop: int | None = None
) -> Iterator[SourceRow]:
    """Read the responses that are HTML pages, and the conversions, which are texts.

    Other records are skipped: requests, metadata, revisits, pictures, redirections and error pages.

    Parameters
    ----------
    stream
        The file as it is stored, or decompressed.
    name
        Its name, ``-`` for the standard input.
    refuse
        Called with the reason for each record that is damaged; the other records are read.
    note
        Called with a message at the end if pages were cut off; their beginnings are read.
    start, stop
        The part of the file in which the records begin, as in `corestory.reading.warc_records.warc_records`.

    Yields
    ------
    SourceRow
        ``html`` or ``text``, ``url``, ``article_id`` (the WARC-Record-ID), and each header of the record and of the
        response by its name in lower case.

    Raises
    ------
    InputError
        fastwarc is not installed, or the stream cannot be read.
    """
    where = source_name(name)
    try:
        import fastwarc  # noqa: F401
    except ImportError:
        hint = install_command("warc")
        raise InputError("reading a WARC file needs the package fastwarc", where=where, hint=f"Run {hint}") from None

    def refuse_record(position: str, reason: str) -> None:
        refuse(InputError(reason, where=_place(where, position)))

    cut_off = 0
    for record in warc_records(stream, refuse=refuse_record, wants=_is_wanted, start=start, stop=stop):
        if record.data:
            try:
                row = _row(record.data, _place(where, record.name), f"{name}:{record.name}")
            except InputError as error:
                refuse(error)
            else:
                cut_off += _is_cut_off(row, record.data)
                yield row
    if cut_off:
        pages, them = ("1 page is", "it") if cut_off == 1 else (f"{cut_off:,} pages are", "them")
        note(f"{where}: {pages} cut off; the part of {them} that the file contains is read")


def _place(where: str, position: str) -> str:
    return f"{where}, record at byte {position}"


def warc_cuts(path: AnyPath, part_bytes: int) -> tuple[int, ...]:
    """Return the positions of a file's parts, and the file's size.

    A compressed file is cut anywhere, if each record is a member of its own; a part begins with the first record after
    its position. An uncompressed file is cut before records, and all their headers are read to find these.

    Parameters
    ----------
    path
        The file.
    part_bytes
        The least size of a part in bytes.

    Returns
    -------
    tuple of int
        Empty if the file is not cut.
    """
    with open_stored(path) as stream:
        head = stream.read(HEAD_BYTES)
        size = stream.seek(0, 2)
        if head.startswith(GZIP_MAGIC):
            cuts = [*range(0, size, part_bytes)] if record_start(stream, 0) < part_bytes else []
        elif begins_warc(head) and not isinstance(path, RemotePath):  # each header would be a request
            cuts = [0]
            for record in warc_records(stream, refuse=lambda *_: None, wants=lambda _: False):
                if record.start >= cuts[-1] + part_bytes:
                    cuts.append(record.start)
        else:
            cuts = []
    return (*cuts, size) if len(cuts) > 1 else ()


def warc_part_rows(
    stream: BinaryIO, first: int, last: int, *, name: str, refuse: Refuse, note: Note = no_note
) -> Iterator[SourceRow]:
    """Read the records that begin between two cuts of `warc_cuts`, as `warc_rows` does."""
    if stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
        first, last = (record_start(stream, cut) if cut else 0 for cut in (first, last))
    yield from warc_rows(stream, name=name, refuse=refuse, note=note, start=first, stop=last)


def _is_wanted(head: bytes) -> bool:
    """Return whether a record is a page or a text, by its first bytes."""
    try:
        return _is_page_or_text(_record(head))
    except (OSError, ValueError):
        return True  # reading the whole record reports the reason


def _is_page_or_text(record: WarcRecord) -> bool:
    kind, of_record = str(record.record_type), _media_type(record.headers.get("Content-Type"))
    if kind == "conversion":
        return of_record in ("", "text/plain")
    if kind != "response" or of_record not in ("", "application/http"):
        return False
    record.parse_http(quirks_mode=True)
    if record.http_headers is None or record.http_headers.status_code is None:
        return True
    if not 200 <= record.http_headers.status_code < 300:
        return False
    of_page = _media_type(record.http_headers.get("Content-Type"))
    return of_page in _HTML_TYPES or (not of_page and _kind_of(record.reader.read(HEAD_BYTES)) == "html")


def _kind_of(head: bytes) -> str:
    """Return the kind of some bytes, or an empty string if that kind is not read."""
    try:
        return kind_by_content(head, where="")
    except InputError:
        return ""


def _row(data: bytes, where: str, name: str) -> SourceRow:
    try:
        record = _record(data)
        values: dict[str, object] = {folded(key): storable(value) for key, value in record.headers.items()}
        if str(record.record_type) == "conversion":
            content = {"text": decode(_read(record, where), where=where)}
        else:
            content = {"html": _page(data, where, values)}
    except (OSError, ValueError) as error:
        raise InputError(f"a damaged record ({reason_of(error)})", where=where) from None
    address = str(values.get("warc-target-uri", "")).strip("<> ")
    identity = str(values.get("warc-record-id", "")).strip("<> ")
    return SourceRow({**values, **content, "url": address, "article_id": identity}, where, name)


def _page(data: bytes, where: str, values: dict[str, object]) -> str:
    """Return the HTML of a response, and add the headers of the response to those of the record."""
    damage = ""
    # Some crawlers store the decompressed page, but keep the header that names its compression.
    for decoding in ("all", "transfer", "none"):
        record = _record(data)
        try:
            record.parse_http(auto_decode=decoding, quirks_mode=True)
            if record.http_headers is None or record.http_headers.status_code is None:
                raise InputError("a damaged record: a response without HTTP headers", where=where)
            payload = _read(record, where)
            if damage and decoding == "transfer":
                payload = _inflated(payload, record.http_headers.get("Content-Encoding") or "")
            values.update((folded(key), storable(value)) for key, value in record.http_headers.items())
            charset = (record.http_charset or "").strip("\"' ")
            return decode(payload, where=where, html=True, charset=charset)
        except OSError as error:
            damage = damage or str(error)
        except InputError as error:
            if damage:
                break
            raise error
    raise InputError(f"a damaged record: its page cannot be decompressed ({damage})", where=where)


def _is_cut_off(row: SourceRow, data: bytes) -> bool:
    """Return whether a page is cut off: the crawler has marked it, or its gzip data has no end."""
    if "warc-truncated" in row.values:
        return True
    coding, page = str(row.values.get("content-encoding", "")).strip().lower(), row.values.get("html")
    if coding not in ("gzip", "x-gzip") or page is None:
        return False
    record = _record(data)
    record.parse_http(auto_decode="transfer", quirks_mode=True)
    unpacker = zlib.decompressobj(31)
    try:
        unpacker.decompress(record.reader.read(), MAX_DOCUMENT_BYTES)
    except (OSError, ValueError, zlib.error):  # stored decompressed or in one piece, with the old headers
        return False
    return not unpacker.eof


def _inflated(payload: bytes, coding: str) -> bytes:
    """Decompress a page in the forms that browsers read and fastwarc does not: x-gzip, deflate without header."""
    bits = {"x-gzip": 31, "deflate": -zlib.MAX_WBITS}.get(coding.strip().lower())
    if bits is None:
        return payload
    unpacker = zlib.decompressobj(bits)
    try:
        data = unpacker.decompress(payload, MAX_DOCUMENT_BYTES)
    except zlib.error:
        return payload
    # A page may be cut off. But bytes that only look like bare deflate have no header that shows it.
    return data if unpacker.eof or (data and bits > 0) else payload


def _read(record: WarcRecord, where: str) -> bytes:
    pieces = []
    size = 0
    while piece := record.reader.read(2**20):
        size += len(piece)
        pieces.append(piece)
        if size > MAX_DOCUMENT_BYTES:
            raise InputError(f"more than {MAX_DOCUMENT_BYTES:,} bytes in one document", where=where)
    return b"".join(pieces)


def _record(data: bytes) -> WarcRecord:
    from fastwarc import WarcRecord

    return WarcRecord.from_reader(BytesIO(data), quirks_mode=True)


def _media_type(header: str | None) -> str:
    return (header or "").partition(";")[0].strip().lower()
