"""Bytes to text: what an encoding says where it can be told, and a refusal where it cannot."""

import codecs
import re
from collections import Counter
from pathlib import Path

from corestory.errors import InputError
from corestory.reading.streams import HEAD_BYTES, MAX_DOCUMENT_BYTES, open_bytes, read_document
from corestory.reading.text import storable

_KINDS = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a RIFF file (WebP, WAV or AVI)",
    b"%PDF-": "a PDF",
    b"%!PS": "PostScript",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document",
    b"PK\x03\x04": "a ZIP archive (as .docx, .xlsx, .odt and .epub are)",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "gzip inside gzip",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"PAR1": "a Parquet file",
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
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of all characters, at most this share is control characters in anything that is text.
_MOST_CONTROLS = 0.1
SAMPLE = 2**20  # as many of its characters tell
# A text is damaged UTF-8, not another encoding, if it has so many whole characters beyond ASCII for each broken one.
_WHOLE_PER_BROKEN = 20
# What a page declares stands for this in practice (and in browsers).
_DECLARED = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_NO_PAGE = ("utf-", "unicode", "raw", "idna", "punycode", "undefined", "mbcs", "oem")
_META = re.compile(rb"<meta\b[^<>]{0,500}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9_:.+-]+)")
# Bytes that no text is made of, whatever its encoding.
_BINARY = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# Western Europe's letters beyond ASCII, a language (or two) each: no other language's text, misread as cp1252, keeps
# to one of them.
_ALPHABETS = (
    "àâæçèéêëîïôœùûüÿ",  # French
    "äöüßéè",  # German
    "áéíóúüñçï",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíîòóù",  # Italian
    "àçèéíïòóúü",  # Catalan
    "áéíóúëïöüèê",  # Dutch
    "åäöéæøòóôüà",  # Swedish, Finnish, Danish, Norwegian
    "äöüõšž",  # Estonian
    "áéíóúýðþæö",  # Icelandic
    "áéíóúàèìòù",  # Irish, Gaelic
)
_SIGNS = frozenset("’‘“”„‚…–—•·«»‹›€£¥§©®™°ºª½¼¾²³´¡¿× ­")
_BETWEEN_LETTERS = frozenset("’‘–—…·€×\xa0\xad")
_IN_LANGUAGE = 0.95
_MOST_HIGH = 0.3


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


def binary_kind(head: bytes) -> str:
    r"""Name what binary file begins so, or return an empty string for what may be text.

    Examples
    --------
    >>> binary_kind(b"%PDF-1.7 ..."), binary_kind(b"The quay opened.")
    ('a PDF', '')
    """
    return next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), "")


def refuse_binary(head: bytes, *, where: str) -> None:
    """Raise an `InputError` that says what it looks like if a file that is read by lines begins as a binary one."""
    _refuse_kind(head, where)
    if not marked_encoding(head) and head.count(0) > _MOST_CONTROLS * len(head):
        raise InputError("binary data, or UTF-16 without its mark", where=where, expected="UTF-8")


def _refuse_kind(head: bytes, where: str) -> None:
    kind = binary_kind(head)
    if kind:
        raise InputError(f"looks like {kind}", where=where, expected="text", mend="Convert it to plain text or HTML.")


def marked_encoding(head: bytes) -> str:
    """Return the encoding that a byte order mark tells, one that drops the mark, or an empty string."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), "")


def decode(data: bytes, *, where: str, html: bool = False) -> str:
    r"""Decode a document.

    In this order: a byte order mark; UTF-8, if the bytes are valid UTF-8 (or nearly, in a text far longer than its
    damage: broken bytes become U+FFFD); for HTML, what the page declares; UTF-16 and UTF-32 without a mark, if they
    give text; Windows-1252, of which Latin-1 is a part, if the letters beyond ASCII are few and those of one Western
    European language. No character of a text is dropped, but for the byte order mark.

    Parameters
    ----------
    data
        The document's bytes, not compressed.
    where
        The file's name, for the error.
    html
        Whether a ``<meta charset>`` in the bytes counts. UTF-8 comes first: pages that collectors have converted to
        UTF-8 still declare what they were.

    Raises
    ------
    InputError
        The bytes are not text, or their encoding cannot be told.

    Examples
    --------
    >>> decode(b"\xef\xbb\xbfThe quay", where="a.txt"), decode("é à".encode("utf-16"), where="a.txt")
    ('The quay', 'é à')
    >>> decode("Le café de la rue d’Arras a brûlé.".encode("cp1252"), where="a.txt")
    'Le café de la rue d’Arras a brûlé.'
    >>> decode("Набережная открылась.".encode("cp1251"), where="a.txt")
    Traceback (most recent call last):
    corestory.errors.InputError: a.txt: text in an encoding that cannot be told; expected UTF-8. Save it as UTF-8.
    """
    _refuse_kind(data[:64], where)
    encoding = marked_encoding(data)
    if encoding:
        return _marked(data, encoding, where)
    for attempt in (_declared_escapes if html else None, _utf8, _declared if html else None, _wide, _western):
        text = attempt(data) if attempt is not None else None
        if text is not None:
            return text
    sample = data[:SAMPLE]
    if len(sample.translate(None, _BINARY)) < (1 - _MOST_CONTROLS / 2) * len(sample):
        raise InputError("binary data", where=where, expected="text")
    raise InputError("text in an encoding that cannot be told", where=where, expected="UTF-8", mend="Save it as UTF-8.")


def _marked(data: bytes, encoding: str, where: str) -> str:
    try:
        text = _utf8(data) if encoding == "utf-8-sig" else data.decode(encoding)
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise InputError(f"damaged or truncated {encoding.removesuffix('-sig').upper()}", where=where)
    return text


def _declared_encoding(data: bytes) -> str:
    head = data[:HEAD_BYTES]
    match = _META.search(head) or _XML.search(head)
    if match is None:
        return ""
    try:
        name = codecs.lookup(match[1].decode("ascii"))
    except LookupError:
        return ""
    # Python also calls base64 and the like encodings, and UTF-16 cannot be declared in ASCII letters.
    odd = not name._is_text_encoding or name.name.startswith(_NO_PAGE)
    return "" if odd else name.name


def _declared_escapes(data: bytes) -> str | None:
    # The only encoding of pages that is made of ASCII bytes alone, and so is valid UTF-8 as well.
    if b"\x1b" in data and _declared_encoding(data).startswith("iso2022_jp"):
        return data.decode("iso2022_jp", errors="replace")
    return None


def _utf8(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        kept = data.decode("utf-8-sig", errors="ignore")
        broken = len(data) - len(kept.encode())
        if len(kept) - len(kept.encode("ascii", "ignore")) < _WHOLE_PER_BROKEN * broken:
            return None
        text = data.decode("utf-8-sig", errors="replace")
    return text if _share_of_controls(text) <= _MOST_CONTROLS else None


def _declared(data: bytes) -> str | None:
    encoding = _declared_encoding(data)
    if not encoding:
        return None
    text = data.decode(_DECLARED.get(encoding, encoding), errors="replace")
    return text if _share_of_controls(text) + text.count("\ufffd") / max(1, len(text)) <= _MOST_CONTROLS / 10 else None


def _wide(data: bytes) -> str | None:
    if b"\x00" not in data:
        return None
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # In the other byte order a space is U+2000; prose of every script has spaces or line ends.
        if text.count(" ") + text.count("\n") >= len(text) / 50 and _share_of_controls(text) <= _MOST_CONTROLS / 10:
            return text
    return None


def _western(data: bytes) -> str | None:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    letters: Counter[str] = Counter()
    for match in _BEYOND_ASCII.finditer(text):
        sign = match[0]
        if sign in _SIGNS:
            before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
            if before.isalpha() and after.isalpha() and sign not in _BETWEEN_LETTERS:
                return None
        elif sign.isalpha():
            letters[sign.lower()] += 1
        else:
            return None
    high = letters.total()
    if high > _MOST_HIGH * sum(map(str.isalpha, text)) or _share_of_controls(text) > _MOST_CONTROLS / 10:
        return None
    known = max(sum(letters[letter] for letter in alphabet) for alphabet in _ALPHABETS)
    return text if known >= _IN_LANGUAGE * high else None


def _share_of_controls(text: str) -> float:
    sample = text[:SAMPLE]
    return len(_CONTROL.findall(sample)) / max(1, len(sample))
