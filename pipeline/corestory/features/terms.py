"""The words of a batch as small numbers, and how often each stands in each paragraph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.layout import Float, Int, Layout, changes
from corestory.features.tokens import Tokens, UInt64


@dataclass(frozen=True, slots=True)
class Terms:
    """Tokens of some texts, each word a number.

    Attributes
    ----------
    row
        For each token, the number of its text; never decreasing.
    number
        For each token, its word's number.
    idf
        For each number, the word's inverse document frequency.
    """

    row: Int
    number: Int
    idf: Float


def number_words(batches: Sequence[Tokens], idf_of: Callable[[UInt64], Float]) -> list[Terms]:
    """Give each word of several batches a number, in all of them the same.

    Parameters
    ----------
    batches
        Unigrams.
    idf_of
        What gives hashes their inverse document frequencies.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> batches = tokenise(["The ferry, the quay"]), tokenise(["Ferry"])
    >>> texts, titles = number_words(batches, lambda hashes: np.ones(len(hashes)))
    >>> len(texts.idf), (texts.number == titles.number[0]).tolist()
    (3, [False, True, False, False])
    """
    hashes = np.concatenate([np.zeros(0, np.uint64), *(batch.hashes for batch in batches)])
    order = np.argsort(hashes)
    ordered = hashes.take(order)
    new = changes(ordered)
    number = np.empty(len(hashes), np.int64)
    number[order] = np.cumsum(new) - 1
    idf = idf_of(ordered[new])
    bounds = np.cumsum([len(batch.hashes) for batch in batches])
    return [Terms(batch.row, part, idf) for batch, part in zip(batches, np.split(number, bounds[:-1]), strict=True)]


class Entries:
    """The distinct words of each paragraph of a batch, counted.

    They stand article by article, in it word by word, and those of a word in the order of the page.

    Parameters
    ----------
    terms
        The paragraphs' words.
    layout
        Which paragraphs make an article.

    Attributes
    ----------
    row, word, count
        For each entry its paragraph, its word's place below, and how often it stands there.
    first, size
        For each word of an article, the first of its entries, and how many it has.
    idf
        For each word of an article, its inverse document frequency.
    """

    def __init__(self, terms: Terms, layout: Layout) -> None:
        # Article, word and paragraph are one number, which sorts much faster than three.
        row_bits = len(layout.article).bit_length()
        self._number_bits = len(terms.idf).bit_length()
        key = self._keys(layout.article.take(terms.row), terms.number) << row_bits | terms.row
        key.sort()
        starts = np.flatnonzero(changes(key))
        self.count: Int = np.diff(starts, append=len(key))
        key = key.take(starts)
        self.row: Int = key & (1 << row_bits) - 1
        key >>= row_bits
        new = changes(key)
        self.word: Int = np.cumsum(new) - 1
        self.first: Int = np.flatnonzero(new)
        self.size: Int = np.diff(self.first, append=len(key))
        self._known = key.take(self.first)
        self.idf: Float = terms.idf.take(self._known & (1 << self._number_bits) - 1)

    def find(self, article: Int, number: Int) -> Int:
        """Give the words of articles that are among theirs, by the words' numbers in `Terms`."""
        if not len(self._known):
            return np.zeros(0, np.int64)
        keys = self._keys(article, number)
        place = np.minimum(np.searchsorted(self._known, keys), len(self._known) - 1)
        return np.asarray(place[self._known.take(place) == keys])

    def _keys(self, article: Int, number: Int) -> Int:
        return article << self._number_bits | number
