"""The kind of a file by its name or its first bytes, and the kinds that are recognised but not read.

A page that a browser saved as MHTML is an e-mail whose parts are the page and its pictures.
"""

import csv
import os
import re
from collections.abc import Sequence
from itertools import islice

from corestory.errors import InputError
from corestory.reading.field_names import role_of
from corestory.reading.streams import GZIP_MAGIC, inflated_start, unpacked_name
from corestory.remote import AnyPath

# The kind of a file by its name. The name may also end in .gz, .bz2 or .zst, except for Parquet and ZIP, which are
# compressed themselves.
KINDS = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".mhtml": "html",
    ".mht": "html",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".jl": "lines",
    ".jsonlines": "lines",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "warc",
    ".zip": "zip",
}

_UNREAD = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a RIFF file (WebP, WAV or AVI)",
    b"%PDF-": "a PDF",
    b"%!PS": "PostScript",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document",
    b"PK\x03\x04": "a ZIP archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "gzip inside another compression",
    b"BZh91AY&SY": "bzip2 inside another compression",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "Zstandard inside another compression",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"PAR1": "a Parquet file",
    b"filedesc://": "an ARC file of a web archive",
    b"ARROW1": "an Arrow file",
    b"\x93NUMPY": "a NumPy array",
    b"SQLite format 3\x00": "a SQLite database",
    b"\x7fELF": "a program",
    b"wOFF": "a font",
    b"wOF2": "a font",
    b"OggS": "an Ogg file",
    b"ID3": "an MP3",
    b"\x1aE\xdf\xa3": "a Matroska or WebM video",
}
_HINTS = {
    "a WARC or WET file of a web archive": "Rename it to end in .warc.",
    "a ZIP archive": "Rename it to end in .zip.",
    "a Parquet file": "Rename it to end in .parquet.",
    "an Arrow file": "Convert it to Parquet.",
    "an xz file": "Decompress it.",
    "a tar archive": "Unpack it into a folder, or make a ZIP archive of it.",
    "an ARC file of a web archive": "Convert it to WARC.",
    "a feed or a site map": "Fetch the pages that it lists.",
    "a list of items in XML": "Export the items as JSON Lines (in Scrapy, with -o items.jl).",
}
# The position of the format's name in a tar archive.
_TAR = slice(257, 262)
# XML that is not an article: RSS, Atom, lists of pages, dumps of a wiki, exports of a scraper.
_FEED = re.compile(
    # Atomic, because otherwise a comment could reach over the next ones, and a page that begins with many would take
    # very long.
    rb"(?:\xef\xbb\xbf)?\s*(?>(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*)"
    rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|mediawiki|(items)>\s*<item)[\s>]",
    re.DOTALL,
)
_WARC = re.compile(rb"WARC/[01]\.\d{1,2}[ \t]*\r?\n")
_IN_ZIP = {
    "an EPUB book": re.compile(rb"PK\x03\x04.{26}mimetypeapplication/epub", re.DOTALL),
    "an OpenDocument file": re.compile(rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis", re.DOTALL),
    "an Office document": re.compile(
        rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/)", re.DOTALL
    ),
}
_HTML = re.compile(
    r"\s*<(?:!--|!doctype\s+html|\?xml|html|head|body|title|meta|div|article|section|main|h1|p)\b", re.IGNORECASE
)
_JSON_OBJECT = re.compile(r'\s*\{\s*["}]')
_JSON_LIST = re.compile(r"\s*\[\s*\{")
# The beginning of an e-mail or of a page saved as one: lines "Name: value". Some of the names occur only in e-mails.
_HEADER = re.compile(rb"(?:From [^\n]*\n)?(?:[A-Za-z][A-Za-z0-9-]*:[ \t]?[^\n]*\n(?:[ \t][^\n]*\n)*){3,}")
_MAIL_ONLY = re.compile(
    rb"^(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To|Content-Transfer-Encoding|DKIM-Signature):",
    re.I | re.M,
)
_SAVED_PAGE = re.compile(rb"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
# Column names that show that the standard input is CSV.
_COLUMNS = frozenset(("text", "html", "paragraphs", "article_id"))
_NAME = re.compile(r"\s*[^\W\d][\w.-]{0,40}\s*$")
_LONGEST_HEADER = 10_000
_SNIFFED_LINES = 5


def kind_by_name(path: AnyPath) -> str:
    """Return the kind of a file by its name, one of the values of `KINDS`, or an empty string.

    Examples
    --------
    >>> from pathlib import Path
    >>> kind_by_name(Path("a/story.html.gz")), kind_by_name(Path("story.docx"))
    ('html', '')
    """
    return KINDS.get(os.path.splitext(unpacked_name(path.name))[1], "")  # noqa: PTH122 (a pure function of the name)


def unread_kind(head: bytes) -> str:
    r"""Name the kind of a file that is recognised by its first bytes and not read, or return an empty string.

    Examples
    --------
    >>> unread_kind(b"%PDF-1.7 ..."), unread_kind(b"The quay opened.")
    ('a PDF', '')
    """
    if _WARC.match(head):
        return "a WARC or WET file of a web archive"
    if head.startswith(b"PK") and (kind := next((kind for kind, start in _IN_ZIP.items() if start.match(head)), "")):
        return kind
    if is_mail(head) and not is_saved_page(head):
        return "an e-mail"
    if head[_TAR] == b"ustar":
        return "a tar archive"
    if feed := _FEED.match(head):
        return "a list of items in XML" if feed[1] else "a feed or a site map"
    return next((kind for magic, kind in _UNREAD.items() if head.startswith(magic)), "")


def begins_warc(head: bytes) -> bool:
    r"""Return whether the first bytes of a file, compressed or not, are those of a WARC file.

    Examples
    --------
    >>> import gzip
    >>> begins_warc(gzip.compress(b"WARC/1.0\r\n")), begins_warc(b"WARC/1 is a format.")
    (True, False)
    """
    return _WARC.match(inflated_start(head) if head.startswith(GZIP_MAGIC) else head) is not None


def archive_kind(head: bytes) -> str:
    r"""Return ``warc`` or ``zip`` if a stored file is an archive by its first bytes, or an empty string.

    Examples
    --------
    >>> archive_kind(b"WARC/1.1\r\n"), archive_kind(b"PK\x03\x04"), archive_kind(b"The quay opened.")
    ('warc', 'zip', '')
    """
    return "warc" if begins_warc(head) else "zip" if unread_kind(head) == "a ZIP archive" else ""


def refuse_kind(head: bytes, *, where: str) -> None:
    """Raise an `InputError` with the kind of a file if its first bytes show that it is not text."""
    kind = unread_kind(head)
    if kind:
        hint = _HINTS.get(kind, "Convert it to plain text or HTML.")
        raise InputError(f"looks like {kind}", where=where, expected="text", hint=hint)


def kind_by_content(head: bytes, *, where: str) -> str:
    r"""Return the kind of a file by its first bytes, one of the values of `KINDS`.

    Raises
    ------
    InputError
        The first bytes show that it is not text.

    Examples
    --------
    >>> kind_by_content(b"<p>The quay", where="a"), kind_by_content(b"id,text\n7,The quay\n", where="a")
    ('html', 'csv')
    """
    refuse_kind(head, where=where)
    if is_saved_page(head):
        return "html"
    text = head.decode("utf-8-sig", errors="replace")
    if b"\x00" in head[:4096]:
        text = text.replace("\x00", "")  # UTF-16 whose beginning is ASCII
    text = text.lstrip("\ufeff\ufffd")
    if _HTML.match(text):
        return "html"
    if _JSON_OBJECT.match(text) or _JSON_LIST.match(text):
        return "json"
    # The first line may be malformed.
    lines = [line for line in text.splitlines() if line.strip()]
    objects = sum(_JSON_OBJECT.match(line) is not None for line in lines)
    if lines and objects >= len(lines) / 2:
        return "lines"
    return "csv" if is_table(lines) else "text"


def is_table(lines: Sequence[str]) -> bool:
    """Return whether lines are those of a CSV file: a header of names, and a row with as many fields."""
    if len(lines) < 2 or len(lines[0]) > _LONGEST_HEADER:
        return False
    for delimiter in ",\t;|":
        if delimiter not in lines[0]:
            continue
        try:
            names, *rows = csv.reader(islice(lines, _SNIFFED_LINES), delimiter=delimiter)
        except (csv.Error, ValueError):
            continue
        known = _COLUMNS.intersection(name.strip().lower() for name in names)
        alike = sum(len(row) == len(names) for row in rows)
        # Prose may have as many commas in each line, but its first line is not a list of names.
        if (
            all(map(_NAME.match, names))
            and alike >= len(rows) / 2
            and (
                known
                or (len(names) > 2 and (len(rows) > 1 or any(role_of(name) in ("text", "html") for name in names)))
            )
        ):
            return True
    return False


def is_mail(head: bytes) -> bool:
    r"""Return whether the first bytes of a file are those of an e-mail, or of a page saved as one.

    Examples
    --------
    >>> is_mail(b"Subject: Quay\nTo: Ann\nMIME-Version: 1.0\n"), is_mail(b"Subject: Quay\nTo: Ann\nDate: Monday\n")
    (True, False)
    """
    header = _HEADER.match(head)
    return header is not None and _MAIL_ONLY.search(header[0]) is not None


def is_saved_page(head: bytes) -> bool:
    r"""Return whether the first bytes of a file are those of a page that a browser saved as MHTML.

    Examples
    --------
    >>> is_saved_page(b"Subject: Quay\nMIME-Version: 1.0\nContent-Type: multipart/related\n"), is_saved_page(b"<p>Quay")
    (True, False)
    """
    header = _HEADER.match(head)
    return header is not None and is_mail(head) and _SAVED_PAGE.search(header[0]) is not None


def saved_page(data: bytes, *, where: str) -> tuple[bytes, str]:
    r"""Return the HTML of a page that was saved as MHTML.

    Parameters
    ----------
    data
        The whole file.
    where
        Its name, for the error.

    Returns
    -------
    page : bytes
        The first part that is a page; the others are pictures, style sheets and pages in frames.
    charset : str
        The encoding that the file declares for the page, or an empty string.

    Raises
    ------
    InputError
        No part is a page.

    Examples
    --------
    >>> head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    >>> page = b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p id=3Da>The =\nquay.\n--x--"
    >>> saved_page(head + page, where="a.mhtml")
    (b'<p id=a>The quay.', '')
    """
    # Importing it takes longer than reading a page, and few files need it.
    from email import message_from_bytes

    try:
        for part in message_from_bytes(data).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                if isinstance(page, bytes):
                    return page, part.get_content_charset("")
    except (RecursionError, ValueError, LookupError):  # endlessly nested parts, unreadable headers
        pass
    raise InputError("an MHTML file without a page", where=where, expected="a part of the type text/html")
