"""Encodings that nothing declares: told by the bytes and the text that they give, and UTF-8 that was encoded twice."""

import codecs
import re
from collections import Counter

# Of all characters, at most this share is control characters in anything that is text.
MOST_CONTROLS = 0.1
SAMPLE = 2**20  # as many of its characters tell
# Control characters in UTF-8, of one byte and of two: a pattern finds them in bytes many times as fast as in a text.
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r\x1b"})
_LATE_CONTROL = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
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
# Encodings that a page or a text may have without saying so, and how sure charset-normalizer must be of one.
_LEGACY = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "cp932", "euc_jp", "big5"),
    *("gb18030", "cp949", "koi8_r", "iso8859_2"),
)
_DETECTED_BYTES = 2**16
_HIGH_BYTES = 12
_MOST_CHAOS = 0.05
_LEAST_COHERENCE = 0.2  # of letters with those of a language; Chinese, Japanese and Korean have none
_MULTIBYTE = frozenset(("cp932", "euc_jp", "big5", "gb18030", "cp949"))
_MARGIN = 0.035
# No language has these within a word; they are letters of another encoding.
_SIGN_IN_WORD = re.compile(r"[^\W\d_][±¶¼½¾¹²³¬¦¤¥¢¸¨¿¡×÷]+[^\W\d_]|(?<!\w)[±¶¼½¾¬¦¨¸][^\W\d_]{2}")
# UTF-8 read as Windows-1252, and written as UTF-8: "Ã©", "â€™", "Ð°". So many of them, and nothing else, are no
# accident.
_TWICE = re.compile(
    rb"\xc3[\x82-\x85\x8e-\x91\x97-\x9a\xa0-\xaf](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92"
    rb"|\xcb[\x86\x9c]|\xe2(?:\x80[\x93-\xba]|\x82\xac|\x84\xa2))"
)
_TWICE_CHARACTERS = 3
# The byte of each character in Windows-1252, or in Latin-1 where that leaves it free.
_BYTES = {byte: byte for byte in range(256)} | {
    ord(character): byte for byte in range(256) if (character := bytes((byte,)).decode("cp1252", "ignore"))
}


def share_of_controls(text: str) -> float:
    """Return which share of a text's beginning is control characters."""
    sample = text[:SAMPLE]
    return control_count(sample) / max(1, len(sample))


def control_count(text: str) -> int:
    """Count the control characters of a text but for white space and escape."""
    data = text.encode(errors="replace")
    return len(data) - len(data.translate(None, _CONTROLS)) + len(_LATE_CONTROL.findall(data))


def wide_text(data: bytes) -> str | None:
    """Decode UTF-16 or UTF-32 without a mark; None if it gives no text."""
    if b"\x00" not in data:
        return None
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # In the other byte order a space is U+2000; prose of every script has spaces or line ends.
        if text.count(" ") + text.count("\n") >= len(text) / 50 and share_of_controls(text) <= MOST_CONTROLS / 10:
            return text
    return None


def western_text(data: bytes) -> str | None:
    """Decode Windows-1252 if the letters beyond ASCII are few and those of one Western European language."""
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
    if high > _MOST_HIGH * sum(map(str.isalpha, text)) or share_of_controls(text) > MOST_CONTROLS / 10:
        return None
    known = max(sum(letters[letter] for letter in alphabet) for alphabet in _ALPHABETS)
    return text if known >= _IN_LANGUAGE * high else None


def detected_text(data: bytes) -> str | None:
    """Decode what charset-normalizer finds, if no other encoding gives another text that is nearly as good."""
    encoding = _detected_encoding(data)
    if not encoding:
        return None
    text = data.decode(encoding, errors="replace")
    return text if share_of_controls(text) + text.count("\ufffd") / len(text) <= MOST_CONTROLS / 10 else None


def legacy_encoding(data: bytes) -> str:
    """Return the encoding of a table by its beginning if it is certain and not UTF-8, else an empty string.

    Of a table that has UTF-8 in some rows, each row tells its own encoding.

    Examples
    --------
    >>> legacy_encoding("Die Schleuse öffnete am Montag wieder.".encode("cp1252")), legacy_encoding("öffnete".encode())
    ('cp1252', '')
    """
    if data.isascii() or not data.decode("utf-8", errors="ignore").isascii():
        return ""
    return "cp1252" if western_text(data) is not None else _detected_encoding(data)


def _detected_encoding(data: bytes) -> str:
    if len(data.translate(None, bytes(range(128)))) < _HIGH_BYTES or b"\x00" in data[:SAMPLE]:
        return ""
    from charset_normalizer import from_bytes

    matches = [
        match
        for match in from_bytes(data[:_DETECTED_BYTES], cp_isolation=list(_LEGACY), enable_fallback=False)
        if not _SIGN_IN_WORD.search(str(match))
    ]
    if not matches:
        return ""
    best = matches[0]
    if best.encoding not in _MULTIBYTE and best.coherence < _LEAST_COHERENCE:
        return ""
    rivals = [match for match in matches[1:] if str(match) != str(best)]
    if best.chaos > _MOST_CHAOS or any(
        match.chaos - best.chaos < _MARGIN and best.coherence - match.coherence < _MARGIN for match in rivals
    ):
        return ""
    return str(best.encoding)


def repaired_twice(text: str) -> str:
    """Repair UTF-8 that was read as Windows-1252 and encoded again, where every character beyond ASCII shows that.

    Examples
    --------
    >>> repaired_twice("CafÃ© â€“ GenÃ¨ve"), repaired_twice("CafÃ© â€“ Genève")
    ('Café – Genève', 'CafÃ© â€“ Genève')
    """
    if len(_TWICE.findall(text.encode(errors="replace"))) < _TWICE_CHARACTERS:
        return text
    try:
        return codecs.charmap_encode(text, "strict", _BYTES)[0].decode()
    except UnicodeError:
        return text
