"""What each code point is: a letter, a digit, a mark; learned of each when it is first met."""

import sys
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Flags = npt.NDArray[np.uint16]

# First and last code points of the scripts that put no space between words (Thai to Khmer, kana, Han).
UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x31FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
            (0x20000, 0x3FFFF))  # fmt: skip

WORD, ALONE, DIGIT, UPPER, LOWER, SENTENCE, CLOSING, QUOTE, COMMA, SYMBOL, QUESTION, COLON, ELLIPSIS, SPACE = (
    1 << bit for bit in range(14)
)
_MARKS = {
    SENTENCE: ".!?。！？।؟…",
    CLOSING: "\"'”’»«“)]」』",
    QUOTE: '"“”„«»「」『』‘',
    COMMA: ",;，、；،",
    SYMBOL: "|•·›‹→←↑↓▸►▶@/\\©®™#*+=<>~^_{}[]$€£%&✓✔★☆",
    QUESTION: "?？؟",
    COLON: ":：",
    ELLIPSIS: "…",
}
# By character, for each is asked for by itself.
_OF_MARK = {
    mark: sum(flag for flag, marks in _MARKS.items() if mark in marks) for marks in _MARKS.values() for mark in marks
}
# No flag of its own: set in the table below where a code point's flags are known.
_KNOWN = 1 << 15


def flags(codes: Codes) -> Flags:
    """Say what each code point is, as a sum of `WORD`, `DIGIT`, `UPPER` and the like.

    Examples
    --------
    >>> (flags(np.array([ord("a"), ord("1"), ord(".")])) & DIGIT > 0).tolist()
    [False, True, False]
    """
    table = _table()
    found = table.take(codes)
    if len(found) and found.min() < _KNOWN:
        # Once for each code point that a process meets: a page has some hundred of more than a million.
        for code in set(codes[found < _KNOWN].tolist()):
            table[code] = _flags(code) | _KNOWN
        found = table.take(codes)
    found &= _KNOWN - 1
    return found


def _flags(code: int) -> int:
    character = chr(code)
    found = _OF_MARK.get(character, 0)
    if character.isalnum() or character == "_":  # what Python's \w is
        found |= WORD
        if any(first <= code <= last for first, last in UNSPACED):
            found |= ALONE
        elif unicodedata.category(character) == "Nd":
            found |= DIGIT
        if character.isupper():
            found |= UPPER
        elif character.islower():
            found |= LOWER
    elif character.isspace() or code == 0:
        found |= SPACE
    return found


@cache
def _table() -> Flags:
    # Zeros take no memory until something else is written in their place.
    return np.zeros(sys.maxunicode + 1, np.uint16)
