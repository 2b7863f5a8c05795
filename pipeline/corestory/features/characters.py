"""Texts as arrays of characters: the class of each character, and the beginnings of words and marks."""

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from corestory.types import Bool, Int

Codes = npt.NDArray[np.integer]
Flags = npt.NDArray[np.uint16]

# First and last code points of the scripts without spaces between words (Thai to Khmer, kana, Han).
UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x31FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
            (0x20000, 0x3FFFF))  # fmt: skip

WORD, ALONE, DIGIT, UPPER, LOWER, SENTENCE, CLOSING, QUOTE, COMMA, SYMBOL, QUESTION, COLON, ELLIPSIS, SPACE = (
    1 << bit for bit in range(14)
)
_MARKS = {
    SENTENCE: ".!?。！？।॥؟۔։።။។…",
    CLOSING: "\"'”’»«“)]」』",
    QUOTE: '"“”„«»「」『』‘',
    COMMA: ",;，、；،",
    SYMBOL: "|•·›‹→←↑↓▸►▶@/\\©®™#*+=<>~^_{}[]$€£%&✓✔★☆",
    QUESTION: "?？؟",
    COLON: ":：",
    ELLIPSIS: "…",
}
# By character, because the flags of one character are read at a time.
_OF_MARK = {
    mark: sum(flag for flag, marks in _MARKS.items() if mark in marks) for marks in _MARKS.values() for mark in marks
}
# Not a flag of a character: it marks the code points whose flags are in the table below.
_KNOWN = 1 << 15


def flags(codes: Codes) -> Flags:
    """Return the class of each code point, as a sum of `WORD`, `DIGIT`, `UPPER` and the like.

    Examples
    --------
    >>> (flags(np.array([ord("a"), ord("1"), ord(".")])) & DIGIT > 0).tolist()
    [False, True, False]
    """
    table = _table()
    found = table.take(codes)
    if len(found) and found.min() < _KNOWN:
        # Once for each code point that a process meets: a page has a few hundred of more than a million.
        for code in set(codes[found < _KNOWN].tolist()):
            table[code] = _flags(code) | _KNOWN
        found = table.take(codes)
    found &= _KNOWN - 1
    return found


def _flags(code: int) -> int:
    character = chr(code)
    found = _OF_MARK.get(character, 0)
    if character.isalnum() or character == "_":  # the characters of Python's \w
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


# The number of characters that are read at once, so that their arrays fit in the processor's caches; each takes some
# forty bytes.
PIECE = 1 << 17

SEPARATOR = "\x00"
# The result of `str.lower` depends on the neighbours of the first, and is two characters for the second.
_NOT_ONE_TO_ONE = ("Σ", "İ")


class Characters:
    """Some texts, joined by a 0, as an array of code points.

    Parameters
    ----------
    texts
        Any strings. A NUL is replaced with a space; a lone surrogate stays.

    Attributes
    ----------
    count
        The number of texts.
    codes
        The code points.
    begins, ends
        The position of each text's first character, and the position after its last one.

    Examples
    --------
    >>> characters = Characters(["Ab", "", "c!"])
    >>> characters.codes.tolist(), characters.ends.tolist(), characters.starts.tolist()
    ([65, 98, 0, 0, 99, 33], [2, 3, 6], [0, 4, 5])
    """

    def __init__(self, texts: Sequence[str]) -> None:
        joined = SEPARATOR.join(texts)
        if joined.count(SEPARATOR) != len(texts) - 1:
            joined = SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)
        self._joined = joined
        self.count = len(texts)
        found = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        self.codes: Int = found.astype(np.int64)
        self.ends: Int = np.append(np.flatnonzero(found == 0), len(found))[: self.count]
        self.begins: Int = np.concatenate([np.zeros(1, np.int64), self.ends + 1])[: self.count]

    @cached_property
    def flags(self) -> Flags:
        """The flags of each character (`corestory.features.characters.flags`)."""
        return flags(self.codes)

    @cached_property
    def word(self) -> Bool:
        """Whether each character belongs to a word."""
        return self.flags & WORD > 0

    def lowered(self) -> "Characters":
        """Return the texts in lower case, or itself if each character can be lowered independently of the others."""
        if not any(character in self._joined for character in _NOT_ONE_TO_ONE):
            return self
        return Characters(self._joined.lower().split(SEPARATOR))

    def __contains__(self, character: str) -> bool:
        """Return whether one of the texts contains a character."""
        return character in self._joined

    @cached_property
    def starts(self) -> Int:
        """The beginnings of words and marks; each mark, and each character of a script without spaces, has its own."""
        begin = self.flags & (WORD | SPACE) == 0
        begin[:1] |= self.word[:1]
        begin[1:] |= self.word[1:] > self.word[:-1]
        alone = self.flags & ALONE > 0
        if alone.any():
            begin |= alone
            begin[1:] |= alone[:-1] & self.word[1:]
        return np.flatnonzero(begin)

    @cached_property
    def at(self) -> Flags:
        """The flags of the first character of each word or mark."""
        return self.flags.take(self.starts)

    @cached_property
    def begun(self) -> Bool:
        """Whether each word or mark is a word."""
        return self.at & WORD > 0

    @cached_property
    def bounds(self) -> Int:
        """The number of words and marks before each text, and in total."""
        return np.append(np.searchsorted(self.starts, self.begins), len(self.starts))

    @cached_property
    def row(self) -> Int:
        """The text of each word or mark."""
        return np.repeat(np.arange(self.count), np.diff(self.bounds))

    def totals(self, values: Bool | Int) -> Int:
        """Sum the values of the words and marks of each text."""
        return np.diff(_running(values).take(self.bounds))

    @cached_property
    def lengths(self) -> tuple[Int, Int, Int, Int]:
        """The numbers of characters, digits, capitals and small letters of each word; 0 for marks."""
        # From one beginning to the next, only the characters of the first word or mark count.
        bounds = np.append(self.starts, len(self.codes))
        length = np.diff(_running(self.word).take(bounds))
        cases = np.diff(_running(_cases().take(self.flags)).take(bounds))
        return length, cases & _FIELD, cases >> _BITS & _FIELD, cases >> 2 * _BITS


def pieces(texts: Sequence[str]) -> Iterator[Characters]:
    """Read texts in pieces, in order; a text is never cut.

    Examples
    --------
    >>> [piece.count for piece in pieces(["The quay", "x" * 2 * PIECE, "The ferry"])]
    [2, 1]
    """
    length = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    # A text belongs to the piece in which it begins.
    piece = (np.cumsum(length) - length) // PIECE
    bounds = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(texts)]
    for begin, end in pairwise(bounds):
        if begin < end:
            yield Characters(texts[begin:end])


# Three counts in one number, so that one pass counts all. If a word is longer than a field can count (two million),
# only its form is wrong, and it is not a real word.
_BITS = 21
_FIELD = (1 << _BITS) - 1


@cache
def _cases() -> Int:
    flags = np.arange(2 * SPACE)
    digit, upper, lower = (np.asarray(flags & flag > 0, np.int64) for flag in (DIGIT, UPPER, LOWER))
    return np.asarray(digit | upper << _BITS | lower << 2 * _BITS)


def _running(values: Bool | Int) -> Int:
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running
