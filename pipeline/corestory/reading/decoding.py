"""Bytes to text: choose the encoding, or refuse the bytes if no encoding is certain."""

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from corestory.errors import InputError, Note, no_note
from corestory.reading.file_kinds import refuse_kind
from corestory.reading.streams import HEAD_BYTES, MAX_DOCUMENT_BYTES, open_bytes, read_document
from corestory.reading.text import storable
from corestory.reading.undeclared import (
    MOST_CONTROLS,
    SAMPLE,
    control_count,
    detected_text,
    repaired_twice,
    share_of_controls,
    western_text,
    wide_text,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A text is damaged UTF-8, not another encoding, if it has so many whole characters beyond ASCII for each broken byte,
# whatever it declares; or if it has as many, and declares UTF-8 or nothing.
_WHOLE_PER_BROKEN = 20
# Encodings that Python names otherwise than browsers, or whose larger variant browsers read.
_PYTHON_NAMES = {"gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs"}
_META = re.compile(rb"<meta\b[^<>]{0,500}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml\b[^<>]{0,500}?\bencoding\s*=\s*[\"']([A-Za-z0-9_:.+-]+)")
# Bytes that no text is made of, whatever its encoding.
_BINARY = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})


def read_bytes(path: Path, *, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    r"""Read a document whole, gunzipped where its first bytes say gzip.

    Parameters
    ----------
    path
        The file; a name need not end in ``.gz`` to be gunzipped.
    limit
        The most bytes that one document may have, counted after gunzipping, so that a small file cannot fill memory.

    Raises
    ------
    InputError
        The file is missing, a folder, longer than `limit`, or its gzip data is damaged or truncated.

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
        return read_document(stream, where=storable(str(path)), limit=limit)


def refuse_binary(head: bytes, *, where: str) -> None:
    """Raise an `InputError` that says what it looks like if a file that is read by lines begins as a binary one."""
    refuse_kind(head, where=where)
    if not marked_encoding(head) and head.count(0) > MOST_CONTROLS * len(head):
        raise InputError("binary data, or UTF-16 without its mark", where=where, expected="UTF-8")


def marked_encoding(head: bytes) -> str:
    """Return the encoding that a byte order mark tells, one that drops the mark, or an empty string."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), "")


def decode(data: bytes, *, where: str, html: bool = False, charset: str = "", note: Note = no_note) -> str:
    r"""Decode a document.

    In this order: a byte order mark; UTF-8, if the bytes are valid UTF-8, or nearly; what the server declares, or for
    HTML the page, as browsers understand it; UTF-16 and UTF-32 without a mark, if they give text; Windows-1252, of
    which Latin-1 is a part, if the letters beyond ASCII are few and those of one Western European language; and what
    charset-normalizer finds, if it is sure. Broken bytes become U+FFFD. Text that was encoded twice is repaired if all
    of it shows that.

    Parameters
    ----------
    data
        The document's bytes, not compressed.
    where
        The file's name, for the error.
    html
        Whether a ``<meta charset>`` in the bytes counts. UTF-8 comes first: pages that collectors have converted to
        UTF-8 still declare what they were.
    charset
        The encoding that the server declares in the HTTP header, which goes before that of the page.
    note
        Called with a message if characters were replaced or a text was repaired.

    Raises
    ------
    InputError
        The bytes are not text, or their encoding cannot be determined.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfThe quay", where="a.txt"), decode("é à".encode("utf-16"), where="a.txt")
    ('The quay', 'é à')
    >>> decode("Le café de la rue d’Arras a brûlé.".encode("cp1252"), where="a.txt")
    'Le café de la rue d’Arras a brûlé.'
    >>> decode(b"Le caf\xc3\xa9 de la rue d\xe2\x80\x99Arras a br\xc3", where="a.txt", note=print)
    a.txt: 1 character could not be decoded and is shown as \ufffd
    'Le café de la rue d’Arras a br\ufffd'
    """
    refuse_kind(data[:HEAD_BYTES], where=where)
    text = _decoded(data, where, _encoding_named(charset) or (_declared_encoding(data) if html else ""))
    repaired = repaired_twice(text)
    if repaired != text:
        note(f"{where}: its text was encoded twice, and is repaired")
    replaced = repaired.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if replaced > 0:
        characters = "1 character" if replaced == 1 else f"{replaced:,} characters"
        note(f"{where}: {characters} could not be decoded and {'is' if replaced == 1 else 'are'} shown as \ufffd")
    return repaired


def _decoded(data: bytes, where: str, declared: str) -> str:
    encoding = marked_encoding(data)
    if encoding:
        return _marked(data, encoding, where)
    attempts: tuple[Callable[[], str | None], ...] = (
        # The only encoding of pages that is made of ASCII bytes alone, and so is valid UTF-8 as well.
        lambda: data.decode(declared, "replace") if declared == "iso2022_jp" and b"\x1b" in data else None,
        lambda: _utf8(data, least=_WHOLE_PER_BROKEN),
        lambda: _utf8(data, least=1) if declared == "utf-8" else _declared(data, declared),
        lambda: wide_text(data),
        lambda: _utf8(data, least=1),
        lambda: western_text(data),
        lambda: detected_text(data),
        lambda: _utf8(data, least=0) if declared == "utf-8" else None,
    )
    text = next((text for attempt in attempts if (text := attempt()) is not None), None)
    if text is not None:
        return text
    sample = data[:SAMPLE]
    if len(sample.translate(None, _BINARY)) < (1 - MOST_CONTROLS / 2) * len(sample):
        raise InputError("binary data", where=where, expected="text")
    raise InputError("text in an encoding that cannot be told", where=where, expected="UTF-8", hint="Save it as UTF-8.")


def _marked(data: bytes, encoding: str, where: str) -> str:
    text = data.decode(encoding, errors="replace")
    # Rather another encoding, or no text, after what looks like a mark.
    if text.count("\ufffd") + control_count(text) > max(1, MOST_CONTROLS * len(text)):
        raise InputError(f"damaged {encoding.removesuffix('-sig').upper()}", where=where)
    return text


def _declared_encoding(data: bytes) -> str:
    head = data[:HEAD_BYTES]
    match = _META.search(head) or _XML.search(head)
    return _encoding_named(match[1].decode("ascii")) if match else ""


def _encoding_named(label: str) -> str:
    """Return the Python name of an encoding by its label, in browsers' understanding, or an empty string."""
    if not label:
        return ""
    import webencodings

    found = webencodings.lookup(label)
    if found is None or found.name in ("replacement", "x-user-defined"):
        return ""
    # A declaration in ASCII letters is not in UTF-16.
    if found.name.startswith("utf-"):
        return "utf-8"
    return _PYTHON_NAMES.get(found.name, str(found.codec_info.name))


def _utf8(data: bytes, *, least: float) -> str | None:
    """Decode UTF-8 with so many whole characters beyond ASCII for each broken byte."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kept = data.decode("utf-8-sig", errors="ignore")
        broken = len(data) - len(kept.encode())
        whole = len(kept) - len(kept.encode("ascii", "ignore"))
        # A text that is cut off within a character has that one broken; one byte alone may be a letter of cp1252.
        cut_off = error.reason == "unexpected end of data" and (whole > 0 or broken > 1)
        if whole < least * broken and not cut_off:
            return None
        text = data.decode("utf-8-sig", errors="replace")
    return text if share_of_controls(text) <= MOST_CONTROLS else None


def _declared(data: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    text = data.decode(encoding, errors="replace")
    return text if share_of_controls(text) + text.count("\ufffd") / max(1, len(text)) <= MOST_CONTROLS / 10 else None
