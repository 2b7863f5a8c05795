"""A batch of texts as one array of code points, and what each code point is."""

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.uint32]

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
# By character: the table below is made in every run, also of a single article.
_OF_MARK = {
    mark: sum(flag for flag, marks in _MARKS.items() if mark in marks) for marks in _MARKS.values() for mark in marks
}

SEPARATOR = "\x00"


def join(texts: Sequence[str], *, lower: bool) -> Codes:
    """Code points of all texts, a 0 between two.

    Parameters
    ----------
    texts
        Any strings; a NUL or a lone surrogate in one is kept out of the way.
    lower
        Whether to lower-case first, which can change a text's length.

    Examples
    --------
    >>> join(["Ab", "", "c"], lower=True).tolist()
    [97, 98, 0, 0, 99]
    """
    joined = SEPARATOR.join(texts)
    if joined.count(SEPARATOR) != len(texts) - 1:
        joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
    if lower:
        joined = joined.lower()
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def flags(codes: Codes) -> Flags:
    """Say what each code point is, as a sum of `WORD`, `DIGIT`, `UPPER` and the like.

    Examples
    --------
    >>> (flags(join(["a1.Z"], lower=False)) & DIGIT > 0).tolist()
    [False, True, False, False]
    """
    table = _table()
    small = codes < len(table)
    if small.all():
        return table[codes]
    found = np.zeros(len(codes), np.uint32)
    found[small] = table[codes[small]]
    rare, inverse = np.unique(codes[~small], return_inverse=True)
    found[~small] = np.array([_flags(int(code)) for code in rare], np.uint32)[inverse]
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
    # General punctuation ends below this; what lies above is looked up once a batch for each distinct code point.
    return np.array([_flags(code) for code in range(0x2300)], dtype=np.uint32)
