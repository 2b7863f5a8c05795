"""Topic: how close a paragraph's words are to the rest of its own article, as the cosine of TF-IDF vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout, changes, stable_order, sums
from corestory.features.tokens import Tokens
from corestory.types import Bool, Float, Int, UInt64

# The least probability and the fewest words of a paragraph that counts as story: for the distance to the story, and for
# its words.
SURE = 0.5
SURE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """The tokens of some texts, with a number for each word.

    Attributes
    ----------
    row
        The number of each token's text; never decreasing.
    number
        The number of each token's word.
    idf
        The inverse document frequency of each word, by its number.
    hashes
        The hash of each word, by its number.
    """

    row: Int
    number: Int
    idf: Float
    hashes: UInt64


def number_words(batches: Sequence[Tokens], idf_of: Callable[[UInt64], Float]) -> list[Terms]:
    """Give each word of several batches a number, the same in all of them.

    Parameters
    ----------
    batches
        The words of each batch, as single tokens.
    idf_of
        Returns the inverse document frequencies of words by their hashes.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> batches = tokenise(["The ferry, the quay"]), tokenise(["Ferry"])
    >>> texts, titles = number_words(batches, lambda hashes: np.ones(len(hashes)))
    >>> len(texts.idf), (texts.number == titles.number[0]).tolist()
    (3, [False, True, False, False])
    """
    hashes = np.concatenate([np.zeros(0, np.uint64), *(batch.hashes for batch in batches)])
    order = stable_order(hashes)
    ordered = hashes.take(order)
    new = changes(ordered)
    number = np.empty(len(hashes), np.int64)
    number[order] = np.cumsum(new) - 1
    known = ordered[new]
    idf = idf_of(known)
    bounds = np.cumsum([len(batch.hashes) for batch in batches])
    return [
        Terms(batch.row, part, idf, known) for batch, part in zip(batches, np.split(number, bounds[:-1]), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Entries:
    """The distinct words of each paragraph of a batch, with their counts.

    The entries are sorted by article, then by word, then in the order of the page.

    Attributes
    ----------
    row, word, count, weight
        For each entry its paragraph, the index of its word in the arrays below, the count of the word in the paragraph,
        and its TF-IDF weight. A paragraph's weights are a vector of length 1.
    first, size
        For each word of an article its first entry, and the number of its entries.
    article, number, idf
        For each word of an article the article, the word's number in `Terms`, and its inverse document frequency.
    signature
        For each paragraph a number that is equal for paragraphs with the same words and counts.
    """

    row: Int
    word: Int
    count: Int
    weight: Float
    first: Int
    size: Int
    article: Int
    number: Int
    idf: Float
    signature: UInt64

    @classmethod
    def of(cls, terms: Terms, layout: Layout) -> Entries:
        """Count the words of paragraphs.

        Parameters
        ----------
        terms
            The paragraphs' words.
        layout
            Which paragraphs belong to which article.
        """
        # The sum of hashes does not depend on their order, nor on the batch, because 64-bit addition wraps and is
        # exact.
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms.hashes.take(terms.number), dtype=np.uint64)])
        signature = np.diff(running.take(np.searchsorted(terms.row, np.arange(len(layout.article) + 1))))
        number_bits = len(terms.idf).bit_length()
        key = layout.article.take(terms.row) << number_bits | terms.number
        order = stable_order(key)
        key, row = key.take(order), terms.row.take(order)
        starts = np.flatnonzero(changes(key) | changes(row))
        count = np.diff(starts, append=len(key))
        key, row = key.take(starts), row.take(starts)
        word, first, size = _numbered(key)
        article, number = key.take(first) >> number_bits, key.take(first) & (1 << number_bits) - 1
        idf = terms.idf.take(number)
        weight = idf.take(word)
        several = np.flatnonzero(count > 1)
        weight[several] *= 1.0 + np.log(count.take(several))
        weight /= np.sqrt(sums(row, weight**2, len(layout.article))).take(row)
        return cls(row, word, count, weight, first, size, article, number, idf, signature)

    def of_rows(self, kept: Bool, layout: Layout) -> Entries:
        """Return the entries of some paragraphs, as if there were no others.

        Parameters
        ----------
        kept
            Whether each paragraph is one of them.
        layout
            Which of them belong to which article.
        """
        inside = np.flatnonzero(kept.take(self.row))
        row = (np.cumsum(kept) - 1).take(self.row.take(inside))
        old = self.word.take(inside)
        word, first, size = _numbered(old)
        words = old.take(first)
        return Entries(
            row, word, self.count.take(inside), self.weight.take(inside), first, size,
            layout.article.take(row.take(first)), self.number.take(words), self.idf.take(words), self.signature[kept],
        )  # fmt: skip

    def find(self, article: Int, number: Int) -> Int:
        """Return the indexes of articles' words, by their numbers in `Terms`; leave out words that an article lacks."""
        if not len(self.number):
            return np.zeros(0, np.int64)
        bits = max(int(self.number.max()), int(number.max(initial=0))).bit_length()
        known, keys = self.article << bits | self.number, article << bits | number
        index = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.asarray(index[known.take(index) == keys])


def _numbered(words: Int) -> tuple[Int, Int, Int]:
    """Give each sorted entry the index of its distinct word, and each word its first entry and its size."""
    new = changes(words)
    first = np.flatnonzero(new)
    return np.cumsum(new) - 1, first, np.diff(first, append=len(words))


NAMES = ("topic of likely core", "topic of likely filler", "topic of neighbours", "words found in likely core",
         "times in article", "topic before", "topic after")  # fmt: skip

# The most rows from a paragraph to its neighbours.
NEAR = 3


class TopicVectors:
    """TF-IDF vectors of a batch's paragraphs over all their words, known to the model or not.

    Parameters
    ----------
    entries
        The words of the paragraphs.
    layout
        Which paragraphs belong to which article.
    """

    def __init__(self, entries: Entries, layout: Layout) -> None:
        self.layout = layout
        rows = len(layout.article)
        self._signature = entries.signature
        self._some: Float = (np.bincount(entries.row, minlength=rows) > 0).astype(float)
        # A word that only one paragraph of its article has is shared with none.
        shared = entries.size > 1
        chosen = np.flatnonzero(shared.take(entries.word))
        self._row: Int = entries.row.take(chosen)
        self._weight: Float = entries.weight.take(chosen)
        self._squared: Float = self._weight**2
        self._size: Int = entries.size[shared]
        self._first: Int = np.cumsum(self._size) - self._size
        self._word: Int = np.repeat(np.arange(len(self._size)), self._size)
        self._article: Int = entries.article[shared]
        self._own: Float = self._some - sums(self._row, self._squared, rows)

    def features(self, core: Float, words: Float) -> Float:
        """Return how close each paragraph is to its article's likely core, its likely filler and its neighbours.

        Parameters
        ----------
        core
            The probability of core so far of each paragraph.
        words
            Paragraph lengths in words.

        Returns
        -------
        numpy.ndarray
            One column for each of `NAMES`.
        """
        mass = np.sqrt(words)
        likely, unlikely = self._cosine(core * mass), self._cosine((1 - core) * mass)
        found, before, after = self._found((core > SURE) & (words >= SURE_WORDS))
        return np.array([likely, unlikely, self._near, found, self._repeats, before, after]).T

    @cached_property
    def _near(self) -> Float:
        # The entries of one word are in the order of the page, so a word's next use is the next entry.
        count = len(self._some)
        position = self.layout.position.take(self._row)
        near = np.zeros(count)
        for step in range(1, NEAR + 1):
            close = (self._word[step:] == self._word[:-step]) & (position[step:] - position[:-step] <= NEAR)
            before = np.flatnonzero(close)
            product = self._weight.take(before) * self._weight.take(before + step)
            near += sums(self._row.take(before), product, count) + sums(self._row.take(before + step), product, count)
        return near

    def _found(self, core: npt.NDArray[np.bool_]) -> tuple[Float, Float, Float]:
        # The shares of a paragraph's word weight that core elsewhere, core before it and core after it also have.
        count, entry = len(self._some), np.arange(len(self._row))
        sure = np.flatnonzero(core.take(self._row))
        words = self._word.take(sure)
        first, last = np.full(len(self._size), len(entry)), np.full(len(self._size), -1)
        last[words] = sure
        first[words[::-1]] = sure[::-1]
        earlier, later = entry > first.take(self._word), entry < last.take(self._word)
        found, before, after = (
            sums(self._row, self._squared * there, count) for there in (earlier | later, earlier, later)
        )
        return found, before, after

    def _cosine(self, mass: Float) -> Float:
        count = len(self._some)
        pulled = self._weight * mass.take(self._row)
        centre = np.add.reduceat(pulled, self._first) if len(pulled) else pulled
        dot = sums(self._row, self._weight * (centre.take(self._word) - pulled), count)
        # The length of the rest: that of the centre without the paragraph's own part.
        whole = sums(self._article, centre**2, len(self.layout.sizes))[self.layout.article]
        whole += self.layout.total(mass**2 * self._own)
        rest = whole - mass * (2 * dot + mass * self._some)
        return np.asarray(dot / np.sqrt(np.maximum(rest, 1e-12)))

    @cached_property
    def _repeats(self) -> Float:
        """The logarithm of the number of times that the paragraph's text is in its article."""
        order = self.layout.order(self._signature)
        number = np.empty(len(order), np.int64)
        number[order] = np.cumsum(changes(self._signature[order]) | changes(self.layout.article[order]))
        return np.asarray(np.log(np.bincount(number, minlength=1).take(number)))


TITLE_NAMES = ("words in title", "title words", "is title", "rows from title", "after title", "words in title before",
         "words in title after")  # fmt: skip

# A paragraph is the title itself if more than this share of its words is in the title, and of the title's words in it.
SAME = 0.75


def title_features(entries: Entries, titles: Terms, layout: Layout) -> Float:
    """Describe each paragraph by the title of its article.

    Parameters
    ----------
    entries
        The words of the paragraphs.
    titles
        The words of the titles, with the same numbers; one text per article, empty if there is no title.
    layout
        Which paragraphs belong to which article.

    Returns
    -------
    numpy.ndarray
        One column for each of `TITLE_NAMES`.
    """
    count = len(layout.article)
    named = np.zeros(len(entries.size), bool)
    named[entries.find(titles.row, titles.number)] = True
    held = np.flatnonzero(named.take(entries.word))
    row, idf = entries.row.take(held), entries.idf.take(entries.word.take(held))
    weight = sums(entries.row, entries.count * entries.idf.take(entries.word), count)
    shared = sums(row, entries.count.take(held) * idf, count)
    covered = sums(row, idf, count)
    distinct = max(len(titles.idf), 1)
    keys = np.sort(titles.row * distinct + titles.number)
    article, number = np.divmod(keys[changes(keys)], distinct)
    whole = sums(article, titles.idf.take(number), len(layout.sizes))[layout.article]
    of_paragraph = shared / np.maximum(weight, 1e-9)
    of_title = covered / np.maximum(whole, 1e-9)
    same = (of_paragraph > SAME) & (of_title > SAME) & (whole > 0)
    rows = np.arange(count)
    first = np.minimum.reduceat(np.where(same, rows, count), layout.first)[layout.article] if count else rows
    last = np.maximum.accumulate(np.where(same, rows, -1)) if count else rows
    known = first < layout.end
    distance = np.where(known, np.sign(rows - first) * np.log1p(np.abs(rows - first)), 0.0)
    after = np.where(last >= layout.start, np.log1p(rows - last), -1.0)
    means = layout.means(of_paragraph, (5,))
    return np.column_stack([of_paragraph, of_title, same, distance, after, means])
