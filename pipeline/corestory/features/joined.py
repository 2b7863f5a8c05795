"""Texts that are put together from the same parts: each part's tokens are hashed and looked up once, wherever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corestory.features.tokens import Bool, Find, Int64, Tokens, UInt64, joint


@dataclass(frozen=True, slots=True)
class JoinedTokens:
    """Tokens of a batch of texts, each some parts with a space between; n-grams are single tokens and pairs.

    Attributes
    ----------
    parts
        Tokens of the parts.
    row
        For each place where a part stands, the number of the text; never decreasing.
    part
        For each of them, the part's number.
    count
        How many texts the batch has.

    Examples
    --------
    >>> from corestory.features.tokens import hash_token, tokenise
    >>> joined = JoinedTokens(tokenise(["the", "old quay"]), np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    >>> joined.having(np.array([hash_token("quay")], np.uint64)).tolist()
    [True, True, False]
    """

    parts: Tokens
    row: Int64
    part: Int64
    count: int

    def having(self, hashes: UInt64) -> Bool:
        """Say of each text whether it has one of some tokens."""
        return np.bincount(self.row, self.parts.having(hashes).take(self.part), self.count) > 0

    def known(self, find: Find, size: int) -> Iterator[tuple[int, list[tuple[Int64, Int64]]]]:
        """Find the n-grams, as `corestory.features.tokens.Tokens.known` does."""
        within = [(row, place) for _, found in self.parts.known(find, max(self.parts.count, 1)) for row, place in found]
        row, place = (np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*within, strict=True))
        order = np.argsort(row, kind="stable")
        lengths = np.bincount(row, minlength=self.parts.count)
        row, at = _gathered(self.row, self.part, np.cumsum(lengths) - lengths, lengths)
        found = [(row, place.take(order).take(at)), self._joints(find)]
        for first in range(0, self.count, size):
            insides = [slice(*np.searchsorted(row, (first, first + size))) for row, _ in found]
            yield first, [(row[inside], place[inside]) for (row, place), inside in zip(found, insides, strict=True)]

    def _joints(self, find: Find) -> tuple[Int64, Int64]:
        """Find the pairs of a part's last token and the first of the next."""
        lengths = np.bincount(self.parts.row, minlength=self.parts.count)
        begins = np.cumsum(lengths) - lengths
        held = lengths.take(self.part) > 0
        row, part = self.row[held], self.part[held]
        ends = (begins + lengths - 1).take(part[:-1])
        pairs = joint(self.parts.hashes.take(ends), self.parts.hashes.take(begins.take(part[1:])))
        at, place = find(pairs, row[1:] == row[:-1])
        return row.take(at), place


def _gathered(row: Int64, part: Int64, begins: Int64, lengths: Int64) -> tuple[Int64, Int64]:
    """Give what the parts hold, end to end: for each the text, and where it stands among what all parts hold."""
    length = lengths.take(part)
    before = np.cumsum(length) - length
    at = np.repeat(begins.take(part) - before, length)
    at += np.arange(len(at))
    return np.repeat(row, length), at
