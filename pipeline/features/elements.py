"""Enclosing elements: with HTML known, whole subtrees are core or not."""

from collections.abc import Sequence

import numpy as np

from pipeline.features.layout import Float, Int, Layout, sums

# So many of a paragraph's nearest elements are described.
LEVELS = 5
# The best element is the one with the most core above this share of its words: once generous, once strict.
BEST_SHARES = (0.3, 0.5)


class Elements:
    """The enclosing block elements of a batch's paragraphs.

    A paragraph's elements are its chain; all chains stand end to end, a link for each paragraph and element.

    Parameters
    ----------
    elements, repeats
        For each paragraph, the numbers of its enclosing elements, outermost first, and how many like siblings each has;
        at least one a paragraph.
    layout
        Which paragraphs make an article.
    """

    def __init__(self, elements: Sequence[Sequence[int]], repeats: Sequence[Sequence[int]], layout: Layout) -> None:
        self.layout = layout
        self.depth: Int = np.array([len(chain) for chain in elements], np.int64)
        self.offset: Int = np.cumsum(self.depth) - self.depth
        self.row: Int = np.repeat(np.arange(len(self.depth)), self.depth)
        self.like = _end_to_end(repeats)
        numbers = _end_to_end(elements)
        # How far above its paragraph each link is.
        self.height = self.depth[self.row] - 1 - (np.arange(len(numbers)) - self.offset[self.row])
        # Number the elements of all articles.
        widest = int(numbers.max(initial=0)) + 1
        unique, self.key = np.unique(layout.article[self.row] * widest + numbers, return_inverse=True)
        self.count = len(unique)
        self.of_article = unique // widest
        inner = np.ones(len(numbers), bool)
        inner[self.offset] = False
        self.parent = np.full(self.count, -1, np.int64)
        self.parent[self.key[inner]] = self.key[np.flatnonzero(inner) - 1]
        self.likes = np.zeros(self.count, np.int64)
        self.likes[self.key] = self.like
        # Siblings of one shape, a family: the same parent and the same number of likes.
        self.family_order = np.lexsort((np.arange(self.count), self.likes, self.parent))
        new = np.ones(self.count, bool)
        new[1:] = (np.diff(self.parent[self.family_order]) != 0) | (np.diff(self.likes[self.family_order]) != 0)
        self.family_start = np.maximum.accumulate(np.where(new, np.arange(self.count), 0))

    def features(self, core: Float, words: Float, link: Float) -> Float:
        """Describe each paragraph by its nearest enclosing elements and the one that separates core best.

        Parameters
        ----------
        core
            Probability of core so far, one a paragraph.
        words
            Paragraph lengths in words.
        link
            Share of each paragraph's characters that are in links.

        Returns
        -------
        numpy.ndarray
            Shape (paragraphs, features).
        """
        mass = words + 1.0
        total = sums(self.key, mass[self.row], self.count)
        hits = sums(self.key, (core * mass)[self.row], self.count)
        all_mass, all_core = self.layout.total(mass), self.layout.total(core * mass)
        columns = self._nearest(core, mass, link, hits, total)
        for share in BEST_SHARES:
            columns += self._best(hits - share * total, hits, total, all_mass, all_core)
        columns += [np.log1p(self.depth), link, *self._siblings(hits, all_core)]
        return np.column_stack(columns)

    def _nearest(self, core: Float, mass: Float, link: Float, hits: Float, total: Float) -> list[Float]:
        simple = sums(self.key, core[self.row], self.count)
        number = np.bincount(self.key, minlength=self.count)
        links = sums(self.key, (link * mass)[self.row], self.count)
        all_mass, all_core = self.layout.total(mass), self.layout.total(core * mass)
        last = self.offset + self.depth - 1
        columns: list[Float] = []
        for level in range(LEVELS):
            at = np.maximum(last - level, self.offset)
            key = self.key[at]
            rest = np.maximum(total[key] - mass, 0)
            columns += [
                hits[key] / total[key], np.where(rest > 0, (hits[key] - core * mass) / np.maximum(rest, 1e-9), -0.2),
                total[key] / all_mass, hits[key] / np.maximum(all_core, 1e-9), np.log1p(number[key]),
                simple[key] / number[key], links[key] / total[key], np.log1p(self.like[at]),
            ]  # fmt: skip
        return columns

    def _best(self, gain: Float, hits: Float, total: Float, all_mass: Float, all_core: Float) -> list[Float]:
        # The element whose core, less its filler, is largest: where the story is.
        rows = len(self.depth)
        order = np.lexsort((-np.arange(self.count), gain, self.of_article))
        best = order[np.flatnonzero(np.diff(self.of_article[order], append=-1))]
        chosen = best[self.layout.article]
        inside = self.key == chosen[self.row]
        within = sums(self.row, inside, rows)
        height = sums(self.row, np.where(inside, self.height, 0), rows)
        # How far up the paragraph's chain meets that of the best element's first paragraph: a neighbour of the story,
        # or another corner of the page.
        first_row = np.full(self.count, -1, np.int64)
        first_row[self.key[::-1]] = self.row[::-1]
        leading = np.zeros(rows, bool)
        leading[first_row[best]] = True
        met = np.zeros(self.count, bool)
        met[self.key[leading[self.row]]] = True
        apart = self.depth - sums(self.row, met[self.key], rows)
        return [
            within, np.where(within > 0, np.log1p(height), -1.0), hits[chosen] / total[chosen],
            total[chosen] / all_mass, hits[chosen] / np.maximum(all_core, 1e-9),
            apart / np.maximum(self.depth, 1), np.minimum(apart, 8) / 4,
        ]  # fmt: skip

    def _siblings(self, hits: Float, all_core: Float) -> list[Float]:
        # Pages that load one story behind the other repeat its element: what stands in the first is the story, what
        # stands in the later ones is not. In a list of like parts of one story, each part is small.
        running = np.concatenate([[0.0], np.cumsum(hits[self.family_order])])
        earlier = np.empty(self.count)
        earlier[self.family_order] = running[:-1] - running[self.family_start]
        whole = np.maximum(all_core[self.row], 1e-9)
        before, share = earlier[self.key] / whole, hits[self.key] / whole
        relevant = (self.likes[self.key] > 1) & (self.parent[self.key] >= 0)
        later = earlier[self.key] > 0
        return [
            self._largest(np.where(relevant, before, 0.0)),
            self._largest(np.where(relevant & later, share, 0.0)),
            self._largest(np.where(relevant & ~later, share, 0.0)),
        ]

    def _largest(self, values: Float) -> Float:
        found = np.zeros(len(self.depth))
        np.maximum.at(found, self.row, values)
        return found


def _end_to_end(chains: Sequence[Sequence[int]]) -> Int:
    return np.concatenate([np.zeros(0, np.int64), *(np.asarray(chain, np.int64) for chain in chains)])
