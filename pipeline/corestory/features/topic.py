"""Topic: how close a paragraph's words are to the rest of its own article, by TF-IDF cosine."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Float, Int, Layout, sums
from corestory.features.terms import Entries

NAMES = ("topic of likely core", "topic of likely filler", "topic of neighbours", "words found in likely core",
         "same text in article", "topic before", "topic after")  # fmt: skip

# Neighbours are the paragraphs at most so many rows away.
NEAR = 3
# A paragraph as likely and as long as this counts as core where words are looked up in the core before and after.
SURE = 0.5
SURE_WORDS = 8


class TopicVectors:
    """TF-IDF vectors of a batch's paragraphs over all their words, known to the model or not.

    Parameters
    ----------
    entries
        The words of the paragraphs.
    layout
        Which paragraphs make an article.
    """

    def __init__(self, entries: Entries, layout: Layout) -> None:
        self.layout = layout
        rows = len(layout.article)
        weight = entries.idf.take(entries.word)
        several = np.flatnonzero(entries.count > 1)
        weight[several] *= 1.0 + np.log(entries.count.take(several))
        weight /= np.sqrt(sums(entries.row, weight**2, rows)).take(entries.row)
        # Equal words have equal sums, taken in the same order.
        self._signature = sums(entries.row, weight * (entries.word + 1.0), rows)
        self._some: Float = (np.bincount(entries.row, minlength=rows) > 0).astype(float)
        # Nothing is shared by way of a word that only one paragraph of its article has.
        shared = entries.size > 1
        chosen = np.flatnonzero(shared.take(entries.word))
        self._row: Int = entries.row.take(chosen)
        self._weight: Float = weight.take(chosen)
        self._squared: Float = self._weight**2
        self._size: Int = entries.size[shared]
        self._first: Int = np.cumsum(self._size) - self._size
        self._word: Int = np.repeat(np.arange(len(self._size)), self._size)
        self._article: Int = layout.article.take(self._row.take(self._first))
        self._own: Float = self._some - sums(self._row, self._squared, rows)

    def features(self, core: Float, words: Float) -> Float:
        """Say how close each paragraph is to its article's likely core, its likely filler and its neighbours.

        Parameters
        ----------
        core
            Probability of core so far, one a paragraph.
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
        # Entries of one word stand in the order of the page, so a word's next use is the entry that follows.
        count = len(self._some)
        position = self.layout.position.take(self._row)
        near = np.zeros(count)
        for step in range(1, NEAR + 1):
            close = (self._word[step:] == self._word[:-step]) & (position[step:] - position[:-step] <= NEAR)
            one = np.flatnonzero(close)
            product = self._weight.take(one) * self._weight.take(one + step)
            near += sums(self._row.take(one), product, count) + sums(self._row.take(one + step), product, count)
        return near

    def _found(self, core: npt.NDArray[np.bool_]) -> tuple[Float, Float, Float]:
        # Share of a paragraph's word weight that core elsewhere, core before it and core after it has too.
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
        # The rest's length: the centre's without the paragraph's own part.
        whole = sums(self._article, centre**2, len(self.layout.sizes))[self.layout.article]
        whole += self.layout.total(mass**2 * self._own)
        rest = whole - mass * (2 * dot + mass * self._some)
        return np.asarray(dot / np.sqrt(np.maximum(rest, 1e-12)))

    @cached_property
    def _repeats(self) -> Float:
        order = self.layout.order(self._signature)
        same = (np.abs(np.diff(self._signature[order])) < 1e-9) & (np.diff(self.layout.article[order]) == 0)
        repeated = np.zeros(len(order))
        repeated[order[1:]] += same
        repeated[order[:-1]] += same
        return np.minimum(repeated, 1.0)
