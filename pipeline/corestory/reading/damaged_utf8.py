"""Damaged UTF-8: with pasted bytes of Windows-1252, with broken characters, or encoded twice."""

import codecs
import re

# A single byte that in Windows-1252 is a typographic sign, or a letter beside an ASCII letter. 0xC2 and 0xC3 do not
# count as letters, because they may have lost their second byte; nor does the last byte of a text, which may be cut
# off.
_SIGN = "[\udc80\udc82-\udc85\udc91-\udc97\udc99\udca0\udcab\udcb0\udcbb]"
_LETTER = r"(?<=[A-Za-z])[\udcc4-\udcff](?!\Z)|[\udcc4-\udcff](?=[A-Za-z])"
_PASTED = re.compile(rf"(?<![\udc80-\udcff])(?:{_SIGN}|{_LETTER})(?![\udc80-\udcff])")
_BROKEN = re.compile("[\udc80-\udcff]+")
# Characters from U+0800 on take three or four bytes, which do not occur by chance in a text of a one-byte encoding.
# A pattern that excludes the other characters compiles in 0.3 ms, one that names these in 9 ms.
_SEVERAL_BYTES = re.compile("[^\0-\u07ff\ud800-\udfff]")
# UTF-8 that was read as Windows-1252 and encoded as UTF-8 again: "Ã©", "â€™", "Ð°". Several of them are not chance.
_TWICE = re.compile(
    rb"\xc3[\x82-\x85\x8e-\x91\x97-\x9a\xa0-\xaf](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92"
    rb"|\xcb[\x86\x9c]|\xe2(?:\x80[\x93-\xba]|\x82\xac|\x84\xa2))"
)
_TWICE_CHARACTERS = 3
# Typographic signs that were encoded twice: "â€™", "â€œ", "â€¦".
_TWICE_SIGN = re.compile("â€[\x80-\xbf˜™š›œžŸ“”¦¡¢–—‘’‚„†‡•…‰‹]")
# The byte of each character in Windows-1252, or in Latin-1 for bytes that Windows-1252 does not use.
_BYTES = {byte: byte for byte in range(256)} | {
    ord(character): byte for byte in range(256) if (character := bytes((byte,)).decode("cp1252", "ignore"))
}


def damaged_utf8(data: bytes) -> str:
    r"""Decode damaged UTF-8: single bytes of Windows-1252 as such, other broken bytes as U+FFFD.

    Examples
    --------
    >>> damaged_utf8("Le café d’Arras, ".encode() + b"qu\x92on a ferm\xe9 : \xe2\x80")
    'Le café d’Arras, qu’on a fermé : �'
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    text = _PASTED.sub(lambda byte: bytes((ord(byte[0]) - 0xDC00,)).decode("cp1252"), text)
    return _BROKEN.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), text)


def pasted_utf8(data: bytes) -> str | None:
    r"""Decode UTF-8 with many bytes of Windows-1252, or return None if no character of three bytes shows UTF-8.

    Examples
    --------
    >>> pasted_utf8("“We wait,” ".encode() + b"he said. \x93It\x92s late.\x94"), pasted_utf8(b"It\x92s late.")
    ('“We wait,” he said. “It’s late.”', None)
    """
    text = damaged_utf8(data)
    whole = data.decode("utf-8-sig", "ignore")
    return text if "\ufffd" not in text and _SEVERAL_BYTES.search(whole) else None


def repaired_twice(text: str, encoded: bytes) -> str:
    """Repair UTF-8 that was read as Windows-1252 and encoded again, if several characters show that.

    If other characters beyond ASCII do not, only typographic signs such as quotation marks are repaired.

    Parameters
    ----------
    text, encoded
        The text, and the same text in UTF-8.

    Examples
    --------
    >>> [repaired_twice(text, text.encode()) for text in ("CafÃ© â€“ GenÃ¨ve", "CafÃ© â€“ Genève")]
    ['Café – Genève', 'CafÃ© â€“ Genève']
    """
    if text.isascii() or len(_TWICE.findall(encoded)) < _TWICE_CHARACTERS:
        return text
    # Windows-1252 does not use the last byte of the closing quotation mark, so it is lost on the way.
    text = text.replace("â€\ufffd", "â€\x9d")
    try:
        return codecs.charmap_encode(text, "strict", _BYTES)[0].decode()
    except UnicodeError:
        return _repaired_signs(text)


def _repaired_signs(text: str) -> str:
    """Repair typographic signs that were encoded twice beside text that was not: other stories, a template."""
    found = _TWICE_SIGN.findall(text)
    return text if len(found) < _TWICE_CHARACTERS else _TWICE_SIGN.sub(_repaired_sign, text)


def _repaired_sign(sign: re.Match[str]) -> str:
    try:
        return codecs.charmap_encode(sign[0], "strict", _BYTES)[0].decode()
    except UnicodeError:
        return sign[0]
