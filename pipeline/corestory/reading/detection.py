"""Detect undeclared encodings by decoding the text with each and comparing the results."""

import re
from collections import Counter

# Of all characters, at most this share is control characters in anything that is text.
MOST_CONTROLS = 0.1
SAMPLE = 2**20  # as many of its characters tell
CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
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
# UTF-8 read as Windows-1252: "Ã©", "â€™", "Ð°". So many of them, and nothing else, are no accident.
_TWICE = re.compile(
    "[ÂÃÄÅÎÏÐÑØÙÚ×à-ï][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_TWICE_CHARACTERS = 3


def share_of_controls(text: str) -> float:
    """Return which share of a text's beginning is control characters."""
    sample = text[:SAMPLE]
    return len(CONTROL.findall(sample)) / max(1, len(sample))


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
    if len(data.translate(None, bytes(range(128)))) < _HIGH_BYTES or b"\x00" in data[:SAMPLE]:
        return None
    from charset_normalizer import from_bytes

    matches = [
        match
        for match in from_bytes(data[:_DETECTED_BYTES], cp_isolation=list(_LEGACY), enable_fallback=False)
        if not _SIGN_IN_WORD.search(str(match))
    ]
    if not matches:
        return None
    best = matches[0]
    if best.encoding not in _MULTIBYTE and best.coherence < _LEAST_COHERENCE:
        return None
    rivals = [match for match in matches[1:] if str(match) != str(best)]
    if best.chaos > _MOST_CHAOS or any(
        match.chaos - best.chaos < _MARGIN and best.coherence - match.coherence < _MARGIN for match in rivals
    ):
        return None
    text = data.decode(best.encoding, errors="replace")
    return text if share_of_controls(text) + text.count("\ufffd") / len(text) <= MOST_CONTROLS / 10 else None


def repaired_twice(text: str) -> str:
    """Repair UTF-8 that was read as Windows-1252 and encoded again, where every character beyond ASCII shows that."""
    if len(_TWICE.findall(text)) < _TWICE_CHARACTERS:
        return text
    try:
        repaired = b"".join([_byte_of(char) for char in text]).decode("utf-8")
    except UnicodeError:
        return text
    return repaired


def _byte_of(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")  # what cp1252 leaves free
