"""The beginnings of the words of many lines: which lines have one of many words is found without a look at each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corestory.features import characters as cp
from corestory.features.characters import Characters, pieces
from corestory.types import Int

LETTERS = 4
"""So many first letters of a word are its beginning; a shorter word is its own."""


class WordBegins:
    """The beginnings of the words of some lines, each as one number.

    Parameters
    ----------
    lines
        Case-folded. A character of a script without spaces begins a word.

    Attributes
    ----------
    line, begin
        Of each word, the number of its line, and its beginning.

    Examples
    --------
    >>> begins = WordBegins(["the old quays", "a quay", "the sea"])
    >>> begins.among(np.sort(WordBegins(["quay", "sea"]).begin))
    [(0, 0), (1, 0), (2, 1)]
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.line, self.begin, before = np.zeros(0, np.int64), np.zeros(0, np.int64), 0
        for piece in pieces(lines):
            self.line = np.append(self.line, piece.row[piece.begun] + before)
            self.begin = np.append(self.begin, _begins(piece))
            before += piece.count

    def among(self, known: Int) -> list[tuple[int, int]]:
        """Find the words whose beginnings are among some, ascending: their lines, and the places of the beginnings."""
        may_be = np.zeros(1 << 16, bool)
        may_be[_spread(known)] = True
        found = np.flatnonzero(may_be.take(_spread(self.begin)))
        begin = self.begin.take(found)
        place = np.minimum(np.searchsorted(known, begin), len(known) - 1)
        same = known.take(place) == begin
        return list(zip(self.line.take(found[same]).tolist(), place[same].tolist(), strict=True))


def _begins(characters: Characters) -> Int:
    codes = np.append(np.where(characters.flags & cp.WORD > 0, characters.codes, 0), np.zeros(LETTERS, np.int64))
    at = characters.starts[characters.begun]
    letter = begin = codes.take(at)
    for _ in range(1, LETTERS):
        at = at + 1
        letter = np.where(letter > 0, codes.take(at), 0)
        begin = begin << 16 ^ letter
    return begin


def _spread(begins: Int) -> Int:
    return (begins ^ begins >> 16 ^ begins >> 29 ^ begins >> 43) & 0xFFFF
