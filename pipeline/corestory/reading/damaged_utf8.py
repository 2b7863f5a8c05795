"""UTF-8 that is not whole: with bytes of Windows-1252 pasted into it, with broken characters, or encoded twice."""

import codecs
import re

# A byte alone that Windows-1252 has for a sign of typography, or for a letter beside one of ASCII. The first byte of
# two whose second one is lost (0xC2, 0xC3) is no letter, nor is the last byte of a text that is cut off.
_SIGN = "[\udc80\udc82-\udc85\udc91-\udc97\udc99\udca0\udcab\udcb0\udcbb]"
_LETTER = r"(?<=[A-Za-z])[\udcc4-\udcff](?!\Z)|[\udcc4-\udcff](?=[A-Za-z])"
_PASTED = re.compile(rf"(?<![\udc80-\udcff])(?:{_SIGN}|{_LETTER})(?![\udc80-\udcff])")
_BROKEN = re.compile("[\udc80-\udcff]+")
# Characters from U+0800 on take three bytes or four, which stand by chance in no text of an encoding of one byte.
# Ranges of so many characters compile in 0.3 ms where they are excluded, and in 9 ms where they are named.
_SEVERAL_BYTES = re.compile("[^\0-\u07ff\ud800-\udfff]")
# UTF-8 read as Windows-1252, and written as UTF-8: "Ã©", "â€™", "Ð°". So many of them, and nothing else, are no chance.
_TWICE = re.compile(
    rb"\xc3[\x82-\x85\x8e-\x91\x97-\x9a\xa0-\xaf](?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92"
    rb"|\xcb[\x86\x9c]|\xe2(?:\x80[\x93-\xba]|\x82\xac|\x84\xa2))"
)
_TWICE_CHARACTERS = 3
# Such signs of typography: "â€™", "â€œ", "â€¦".
_TWICE_SIGN = re.compile("â€[\x80-\xbf˜™š›œžŸ“”¦¡¢–—‘’‚„†‡•…‰‹]")
# The byte of each character in Windows-1252, or in Latin-1 where that leaves it free.
_BYTES = {byte: byte for byte in range(256)} | {
    ord(character): byte for byte in range(256) if (character := bytes((byte,)).decode("cp1252", "ignore"))
}


def damaged_utf8(data: bytes) -> str:
    r"""Decode damaged UTF-8: single bytes of Windows-1252 as such, others as U+FFFD.

    Examples
    --------
    >>> damaged_utf8("Le café d’Arras, ".encode() + b"qu\x92on a ferm\xe9 : \xe2\x80")
    'Le café d’Arras, qu’on a fermé : �'
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    text = _PASTED.sub(lambda byte: bytes((ord(byte[0]) - 0xDC00,)).decode("cp1252"), text)
    return _BROKEN.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), text)


def pasted_utf8(data: bytes) -> str | None:
    r"""Decode UTF-8 with many bytes of Windows-1252, if a character of three bytes tells that it is UTF-8.

    Examples
    --------
    >>> pasted_utf8("“We wait,” ".encode() + b"he said. \x93It\x92s late.\x94"), pasted_utf8(b"It\x92s late.")
    ('“We wait,” he said. “It’s late.”', None)
    """
    text = damaged_utf8(data)
    whole = data.decode("utf-8-sig", "ignore")
    return text if "\ufffd" not in text and _SEVERAL_BYTES.search(whole) else None


def repaired_twice(text: str, encoded: bytes) -> str:
    """Repair UTF-8 that was read as Windows-1252 and encoded again, where several characters show that.

    Where not every character beyond ASCII does, those of three bytes have to: signs such as quotation marks.

    Parameters
    ----------
    text, encoded
        The text, and the same in UTF-8.

    Examples
    --------
    >>> [repaired_twice(text, text.encode()) for text in ("CafÃ© â€“ GenÃ¨ve", "CafÃ© â€“ Genève")]
    ['Café – Genève', 'CafÃ© â€“ Genève']
    """
    if text.isascii() or len(_TWICE.findall(encoded)) < _TWICE_CHARACTERS:
        return text
    # The last byte of the closing quotation mark is none of Windows-1252, and gets lost on the way.
    text = text.replace("â€\ufffd", "â€\x9d")
    try:
        return codecs.charmap_encode(text, "strict", _BYTES)[0].decode()
    except UnicodeError:
        return _repaired_signs(text)


def _repaired_signs(text: str) -> str:
    """Repair the signs of typography that were encoded twice beside text that was not: other stories, a template."""
    found = _TWICE_SIGN.findall(text)
    return text if len(found) < _TWICE_CHARACTERS else _TWICE_SIGN.sub(_repaired_sign, text)


def _repaired_sign(sign: re.Match[str]) -> str:
    try:
        return codecs.charmap_encode(sign[0], "strict", _BYTES)[0].decode()
    except UnicodeError:
        return sign[0]
