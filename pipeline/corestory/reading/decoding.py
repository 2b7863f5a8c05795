"""Bytes to text: choose the encoding, from the text itself if nothing declares it, or refuse the bytes."""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Sequence

from corestory.errors import InputError, Note, no_note
from corestory.reading.damaged_utf8 import damaged_utf8, pasted_utf8, repaired_twice
from corestory.reading.file_kinds import refuse_kind
from corestory.reading.streams import HEAD_BYTES

# The greatest share of control characters in a text.
MOST_CONTROLS = 0.1
SAMPLE = 2**20  # the number of characters that are checked
# Control characters in UTF-8, of one byte and of two: searching bytes is many times as fast as searching a text.
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r\x1b"})
_LATE_CONTROL = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
# Letters beyond ASCII, one or two languages per line. Text of another language, decoded wrongly with one of these
# encodings, has letters outside each line.
_WESTERN = (
    "àâçèéêëîïôœùûü",  # French without æ, which wrongly decoded Croatian has, too
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
_EASTERN = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţ",  # Romanian
    "čćđšž",  # Croatian, Slovenian
    "ıiğşçöüâîû",  # Turkish; its capital İ becomes i and a dot
    "ąčęėįšųūž",  # Lithuanian
    "āčēģīķļņšūž",  # Latvian
)
_OF_EASTERN = ("cp1250", "iso8859_2", "cp1254", "cp1257")
_SIGNS = frozenset("’‘“”„‚…–—•·«»‹›€£¥§©®™°ºª½¼¾²³´¡¿× ­")
_BETWEEN_LETTERS = frozenset("’‘–—…·€×\xa0\xad")
_IN_LANGUAGE = 0.95
_MOST_HIGH = 0.3
# Encodings that pages and texts have without declaring them, and limits for those that charset-normalizer finds.
_LEGACY = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "cp932", "euc_jp", "big5"),
    *("gb18030", "cp949", "koi8_u", "iso8859_2"),
)
_DETECTED_BYTES = 2**16
_HIGH_BYTES, _FEW_LETTERS = 12, 6
_MOST_CHAOS = 0.05
_LEAST_COHERENCE = 0.2  # agreement with the letters of a language; not for Chinese, Japanese and Korean
_MULTIBYTE = frozenset(("cp932", "euc_jp", "big5", "gb18030", "cp949"))
_MARGIN = 0.035
# Signs that no language has within a word, and lines of boxes: there they are letters of another encoding.
_NO_LETTER = "±¶¼½¾¹²³¬¦¤¥¢¸¨¿¡×÷§©®™‚„†‡ˆ‰‹›ƒˇ˘˛˙˝\u2500-\u259f"
_SIGN_IN_WORD = re.compile(rf"[^\W\d_][{_NO_LETTER}]+[^\W\d_]|(?<!\w)[±¶¼½¾¬¦¨¸\u2500-\u259f][^\W\d_]{{2}}")


def share_of_controls(text: str, encoded: bytes | None = None) -> float:
    """Return the share of control characters at a text's beginning; `encoded` is the text in UTF-8, if known."""
    sample = text[:SAMPLE]
    return control_count(sample, encoded if len(sample) == len(text) else None) / max(1, len(sample))


def control_count(text: str, encoded: bytes | None = None) -> int:
    """Count the control characters of a text except white space and escape."""
    data = text.encode(errors="replace") if encoded is None else encoded
    late = 0 if text.isascii() else len(_LATE_CONTROL.findall(data))
    return len(data) - len(data.translate(None, _CONTROLS)) + late


def wide_text(data: bytes) -> str | None:
    """Decode UTF-16 or UTF-32 without a byte order mark; return None if the result is not text."""
    if b"\x00" not in data:
        return None
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # In the other byte order a space is U+2000. Prose of every script has spaces or line ends.
        if text.count(" ") + text.count("\n") >= len(text) / 50 and share_of_controls(text) <= MOST_CONTROLS / 10:
            return text
    return None


def latin_text(
    data: bytes, encoding: str = "cp1252", alphabets: Sequence[str] = _WESTERN, *, least: int = 0
) -> str | None:
    """Decode Windows-1252, or another encoding, if the letters beyond ASCII are few and of one language; else None.

    `least` is the fewest such letters. No language has a capital within a word.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    letters: Counter[str] = Counter()
    for match in _BEYOND_ASCII.finditer(text):
        sign, before = match[0], text[match.start() - 1 : match.start()]
        if sign in _SIGNS:
            after = text[match.end() : match.end() + 1]
            if before.isalpha() and after.isalpha() and sign not in _BETWEEN_LETTERS:
                return None
        elif sign.isalpha():
            letters[sign if sign.isupper() and before.islower() else sign.lower()[0]] += 1
        else:
            return None
    high = letters.total()
    if high < least or high > _MOST_HIGH * sum(map(str.isalpha, text)) or share_of_controls(text) > MOST_CONTROLS / 10:
        return None
    known = max(sum(letters[letter] for letter in alphabet) for alphabet in alphabets)
    return text if known >= _IN_LANGUAGE * high else None


def legacy_encoding(data: bytes) -> str:
    """Return the encoding of a table from its first bytes, or an empty string if it is UTF-8 or not certain.

    If some rows of a table are UTF-8, the encoding of each row is found by itself.

    Examples
    --------
    >>> legacy_encoding("Die Schleuse öffnete am Montag wieder.".encode("cp1252")), legacy_encoding("öffnete".encode())
    ('cp1252', '')
    """
    if data.isascii() or not data.decode("utf-8", errors="ignore").isascii():
        return ""
    return "cp1252" if latin_text(data) is not None else _detected_encoding(data)


def _detected_encoding(data: bytes) -> str:
    """Return the encoding whose letters fit an Eastern European language, or the one that charset-normalizer finds.

    The result is empty if another encoding gives a different text that is nearly as good.
    """
    if len(data.translate(None, bytes(range(128)))) < _HIGH_BYTES or b"\x00" in data[:SAMPLE]:
        return ""
    eastern = {text: encoding for encoding in _OF_EASTERN if (text := latin_text(data, encoding, _EASTERN)) is not None}
    if len(eastern) == 1:
        return next(iter(eastern.values()))
    from charset_normalizer import from_bytes

    found = from_bytes(data[:_DETECTED_BYTES], cp_isolation=list(_LEGACY), enable_fallback=False)
    matches = [match for match in found if not _SIGN_IN_WORD.search(str(match))]
    if not matches:
        return ""
    best = matches[0]
    is_foreign = best.encoding in _OF_EASTERN and best.encoding not in eastern.values()
    if is_foreign or (best.encoding not in _MULTIBYTE and best.coherence < _LEAST_COHERENCE):
        return ""
    has_rival = any(
        match.chaos - best.chaos < _MARGIN and best.coherence - match.coherence < _MARGIN
        for match in matches[1:] if str(match) != str(best)
    )  # fmt: skip
    return "" if has_rival or best.chaos > _MOST_CHAOS else str(best.encoding)


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The fewest intact characters beyond ASCII per broken byte of UTF-8. If UTF-8 or nothing is declared, one is enough.
_WHOLE_PER_BROKEN = 20
# Encodings whose names differ in Python and in browsers, or of which browsers read a larger variant.
_PYTHON_NAMES = {"gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs"}
_META = re.compile(rb"<meta\b[^<>]{0,500}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]+)", re.IGNORECASE)
_KANJI_ESCAPE = re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]")
_XML = re.compile(rb"^\s*<\?xml\b[^<>]{0,500}?\bencoding\s*=\s*[\"']([A-Za-z0-9_:.+-]+)")
# Bytes that are in no text, whatever its encoding.
_BINARY = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})


def refuse_binary(head: bytes, *, where: str) -> None:
    """Raise an `InputError` with the kind of file if the head of a file that is read by lines is binary."""
    refuse_kind(head, where=where)
    if not marked_encoding(head) and head.count(0) > MOST_CONTROLS * len(head):
        raise InputError("binary data, or UTF-16 without a byte order mark", where=where, expected="UTF-8")


def marked_encoding(head: bytes) -> str:
    """Return the encoding that a byte order mark shows, in the form that drops the mark, or an empty string."""
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), "")


def decode(data: bytes, *, where: str, html: bool = False, charset: str = "", note: Note = no_note) -> str:
    r"""Decode a document.

    The first of these that fits is chosen:

    - the encoding that a byte order mark shows;
    - UTF-8, if the bytes are valid, or nearly;
    - the encoding that the server declares, or else an HTML page, as browsers understand it;
    - UTF-16 or UTF-32 without a mark, if the result is text;
    - Windows-1252, which includes Latin-1, if the letters beyond ASCII are few and of one Western European language,
      or an encoding of Eastern Europe by the same test;
    - the encoding that charset-normalizer finds, if it is certain;
    - an encoding of old Macs or of DOS, by the test of Windows-1252.

    Bytes of Windows-1252 within UTF-8 are read as such; other broken bytes become U+FFFD. Text that was encoded twice
    is repaired.

    Parameters
    ----------
    data
        The document's bytes, not compressed.
    where
        The file's name, for the error.
    html
        Whether a ``<meta charset>`` in the bytes counts. UTF-8 comes first, because pages that collectors converted to
        UTF-8 still declare their former encoding.
    charset
        The encoding in the server's HTTP header, which comes before that of the page.
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
    declared = _encoding_named(charset) or (_declared_encoding(data) if html else "")
    # Most documents are valid UTF-8 and need not be encoded again.
    text, encoded = _valid_utf8(data, declared), data
    if text is None:
        text = _decoded(data, where, declared)
        encoded = text.encode(errors="replace")
    repaired = repaired_twice(text, encoded)
    if repaired != text:
        note(f"{where}: its text was encoded twice, and is repaired")
    replaced = repaired.count("\ufffd")
    if replaced and (replaced := replaced - data.count(b"\xef\xbf\xbd")) > 0:
        characters = "1 character" if replaced == 1 else f"{replaced:,} characters"
        note(f"{where}: {characters} could not be decoded and {'is' if replaced == 1 else 'are'} shown as \ufffd")
    return repaired


def _valid_utf8(data: bytes, declared: str) -> str | None:
    """Decode valid UTF-8, unless a mark, a declaration or control characters show something else; then return None."""
    if marked_encoding(data) or _is_iso2022_jp(data, declared):
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if share_of_controls(text, data) <= MOST_CONTROLS else None


def _is_iso2022_jp(data: bytes, declared: str) -> bool:
    # ISO-2022-JP is the only encoding of pages that consists of ASCII bytes, so it is valid UTF-8 as well. No other
    # text has its escapes for kanji.
    return b"\x1b" in data and (declared == "iso2022_jp" or (data.isascii() and _KANJI_ESCAPE.search(data) is not None))


def _decoded(data: bytes, where: str, declared: str) -> str:
    if encoding := marked_encoding(data):
        return _marked(data, encoding, where)
    attempts: tuple[Callable[[], str | None], ...] = (
        lambda: data.decode("iso2022_jp", "replace") if _is_iso2022_jp(data, declared) else None,
        lambda: _utf8(data, least=_WHOLE_PER_BROKEN),
        lambda: _utf8(data, least=1) if declared == "utf-8" else _decoded_as(data, declared),
        lambda: wide_text(data),
        lambda: _utf8(data, least=1),
        lambda: pasted_utf8(data),
        lambda: latin_text(data),
        lambda: _decoded_as(data, _detected_encoding(data)),
        lambda: latin_text(data, "mac_roman", least=_FEW_LETTERS) or latin_text(data, "cp850", least=_FEW_LETTERS),
        lambda: _utf8(data, least=0) if declared == "utf-8" else None,
    )
    for attempt in attempts:
        if (text := attempt()) is not None:
            return text
    sample = data[:SAMPLE]
    if len(sample.translate(None, _BINARY)) < (1 - MOST_CONTROLS / 2) * len(sample):
        raise InputError("binary data", where=where, expected="text")
    raise InputError("text in an unknown encoding", where=where, expected="UTF-8", hint="Save it as UTF-8.")


def _marked(data: bytes, encoding: str, where: str) -> str:
    text = data.decode(encoding, errors="replace")
    # With so many errors, the first bytes are not a mark but part of another encoding, or there is no text.
    if text.count("\ufffd") + control_count(text) > max(1, MOST_CONTROLS * len(text)):
        raise InputError(f"damaged {encoding.removesuffix('-sig').upper()}", where=where)
    return text


def _declared_encoding(data: bytes) -> str:
    head = data[:HEAD_BYTES]
    match = _META.search(head) or _XML.search(head)
    return _encoding_named(match[1].decode("ascii")) if match else ""


def _encoding_named(label: str) -> str:
    """Return the Python name of the encoding that browsers read for a label, or an empty string."""
    if not label:
        return ""
    import webencodings

    found = webencodings.lookup(label)
    if found is None or found.name in ("replacement", "x-user-defined"):
        return ""
    # A declaration that is readable as ASCII is not in UTF-16.
    if found.name.startswith("utf-"):
        return "utf-8"
    return _PYTHON_NAMES.get(found.name, str(found.codec_info.name))


def _utf8(data: bytes, *, least: float) -> str | None:
    """Decode UTF-8 with at least `least` intact characters beyond ASCII per broken byte; else return None."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        kept = data.decode("utf-8-sig", errors="ignore")
        broken = len(data) - len(kept.encode())
        whole = len(kept) - len(kept.encode("ascii", "ignore"))
        # A text that is cut off within a character ends in a broken one. A single broken byte may be a letter of
        # cp1252.
        cut_off = error.reason == "unexpected end of data" and (whole > 0 or broken > 1)
        if whole < least * broken and not cut_off:
            return None
        text = damaged_utf8(data)
    return text if share_of_controls(text) <= MOST_CONTROLS else None


def _decoded_as(data: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    text = data.decode(encoding, errors="replace")
    return text if share_of_controls(text) + text.count("\ufffd") / max(1, len(text)) <= MOST_CONTROLS / 10 else None
