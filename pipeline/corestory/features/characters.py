"""Texts as characters: what each is, and where words and marks begin; read once for all that is made of them."""

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import pairwise

import numpy as np

from corestory.features import codepoints as cp
from corestory.types import Bool, Int

# About so many characters are read at once, for an array of them to lie close to the processor; each costs some forty
# bytes.
PIECE = 1 << 17

SEPARATOR = "\x00"
# For these, the result of `str.lower` depends on their neighbours, or is more than one character.
_NOT_ONE_TO_ONE = ("Σ", "İ")


class Characters:
    """Some texts, joined by a 0, as an array of code points.

    Parameters
    ----------
    texts
        Any strings; a NUL or a lone surrogate in one is kept out of the way.

    Attributes
    ----------
    count
        Number of texts.
    codes
        The code points.
    begins, ends
        Where each text's characters begin, and where they end.

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
    def flags(self) -> cp.Flags:
        """The flags of each character (`corestory.features.codepoints.flags`)."""
        return cp.flags(self.codes)

    @cached_property
    def word(self) -> Bool:
        """Which characters belong to a word."""
        return self.flags & cp.WORD > 0

    def lowered(self) -> "Characters":
        """Give the same in lower case, or itself where each character can be lowered apart from the others."""
        if not any(character in self._joined for character in _NOT_ONE_TO_ONE):
            return self
        return Characters(self._joined.lower().split(SEPARATOR))

    def __contains__(self, character: str) -> bool:
        """Whether a character is in one of the texts."""
        return character in self._joined

    @cached_property
    def starts(self) -> Int:
        """Where a word or a mark begins: in scripts without spaces each character is a word, and each mark is one."""
        begin = self.flags & (cp.WORD | cp.SPACE) == 0
        begin[:1] |= self.word[:1]
        begin[1:] |= self.word[1:] > self.word[:-1]
        alone = self.flags & cp.ALONE > 0
        if alone.any():
            begin |= alone
            begin[1:] |= alone[:-1] & self.word[1:]
        return np.flatnonzero(begin)

    @cached_property
    def at(self) -> cp.Flags:
        """What the first character of each word or mark is."""
        return self.flags.take(self.starts)

    @cached_property
    def begun(self) -> Bool:
        """Of the words and marks, which are words."""
        return self.at & cp.WORD > 0

    @cached_property
    def bounds(self) -> Int:
        """Number of the words and marks before each text, and of all."""
        return np.append(np.searchsorted(self.starts, self.begins), len(self.starts))

    @cached_property
    def row(self) -> Int:
        """The text of each word or mark."""
        return np.repeat(np.arange(self.count), np.diff(self.bounds))

    def totals(self, values: Bool | Int) -> Int:
        """Sum over the words and marks of each text."""
        return np.diff(_running(values).take(self.bounds))

    @cached_property
    def lengths(self) -> tuple[Int, Int, Int, Int]:
        """Number of characters of each word, of its digits, its capitals and its small letters; 0 for marks."""
        # Between two of them there is nothing that counts but the first one's own characters.
        bounds = np.append(self.starts, len(self.codes))
        length = np.diff(_running(self.word).take(bounds))
        cases = np.diff(_running(_cases().take(self.flags)).take(bounds))
        return length, cases & _FIELD, cases >> _BITS & _FIELD, cases >> 2 * _BITS


def pieces(texts: Sequence[str]) -> Iterator[Characters]:
    """Read texts some at a time, in order; a text is never cut.

    Examples
    --------
    >>> [piece.count for piece in pieces(["The quay", "x" * 2 * PIECE, "The ferry"])]
    [2, 1]
    """
    length = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    # A text is of the piece in which it begins.
    piece = (np.cumsum(length) - length) // PIECE
    bounds = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(texts)]
    for begin, end in pairwise(bounds):
        if begin < end:
            yield Characters(texts[begin:end])


# Three counts in one number, so that one pass counts all. Of a word longer than a field can count, two million, the
# form is wrong, and that is all: it is no word.
_BITS = 21
_FIELD = (1 << _BITS) - 1


@cache
def _cases() -> Int:
    flags = np.arange(2 * cp.SPACE)
    digit, upper, lower = (np.asarray(flags & flag > 0, np.int64) for flag in (cp.DIGIT, cp.UPPER, cp.LOWER))
    return np.asarray(digit | upper << _BITS | lower << 2 * _BITS)


def _running(values: Bool | Int) -> Int:
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running
