"""Enclosing elements: the share of core in each, because an element is usually core or filler as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from corestory.features.layout import COARSE_BITS, Layout, changes, on_grid, stable_order
from corestory.types import Float, Int


@dataclass(frozen=True)
class Forest:
    """Block elements, one tree per article, and the innermost element of each paragraph.

    Elements are numbered consecutively, article by article and in document order. Each contains a paragraph, directly
    or further down.

    Attributes
    ----------
    parent
        The parent of each element; -1 for an outermost one.
    likes
        The number of each element's siblings with the same tag and class, including itself.
    at
        Each paragraph's innermost element.

    Examples
    --------
    >>> forest = Forest(np.array([-1, 0, 0, 2]), np.array([1, 2, 2, 1]), np.array([1, 3]))
    >>> forest.depth.tolist(), forest.sums(np.array([2.0, 3.0])).tolist()
    ([1, 2, 2, 3], [5.0, 2.0, 3.0, 3.0])
    """

    parent: Int
    likes: Int
    at: Int

    def rows(self, inside: slice | Int) -> Forest:
        """Return the trees of some paragraphs that are whole articles."""
        return Forest(self.parent, self.likes, self.at[inside]).pruned()

    def pruned(self) -> Forest:
        """Leave out the elements that contain no paragraph."""
        held = self.mark(self.at)
        number = np.cumsum(held) - 1
        parent = self.parent[held]
        return Forest(np.where(parent >= 0, number[parent], -1), self.likes[held], number[self.at])

    def mark(self, elements: Int) -> npt.NDArray[np.bool_]:
        """Mark some elements and all elements around them."""
        marked = np.zeros(len(self.parent), bool)
        # Each element once: the last index written for it wins. `numpy.unique` would import masked arrays, which takes
        # a tenth of the time of one article.
        last = np.zeros(len(self.parent), np.int64)
        while len(elements):
            marked[elements] = True
            elements = self.parent[elements]
            elements = elements[elements >= 0]
            elements = elements[~marked[elements]]
            turns = np.arange(len(elements))
            last[elements] = turns
            elements = elements[last[elements] == turns]
        return marked

    def around(self, paragraph: int) -> list[int]:
        """Return the elements around a paragraph, from its own to the outermost."""
        found, element = [], int(self.at[paragraph])
        while element >= 0:
            found.append(element)
            element = int(self.parent[element])
        return found

    def common(self, paragraph: int, other: int) -> int:
        """Return the innermost element around both of two paragraphs, -1 without one."""
        element, above = int(self.at[paragraph]), int(self.at[other])
        while element != above:
            # An element has a higher number than those around it.
            element, above = min(element, above), int(self.parent[max(element, above)])
        return element

    @cached_property
    def depth(self) -> Int:
        """The number of elements from the outermost to each, including itself."""
        depth = np.ones(len(self.parent), np.int64)
        above, below = self.parent, np.arange(len(self.parent))
        while len(below := below[above >= 0]):
            above = above[above >= 0]
            depth[below] += 1
            above = self.parent[above]
        return depth

    @cached_property
    def levels(self) -> list[tuple[Int, Int]]:
        """The elements at each depth from the second on, and their parents."""
        order = stable_order(self.depth)
        ends = np.cumsum(np.bincount(self.depth, minlength=2))[1:]
        return [(order[begin:end], self.parent[order[begin:end]]) for begin, end in pairwise(ends)]

    def sums(self, values: Float) -> Float:
        """Sum the paragraphs' values in each element."""
        total = np.bincount(self.at, values, len(self.parent)).astype(np.float64)
        for below, above in reversed(self.levels):
            np.add.at(total, above, total[below])
        return total

    def largest(self, values: Float) -> Float:
        """Return the largest value among each element and the elements around it."""
        found = values.copy()
        for below, above in self.levels:
            found[below] = np.maximum(found[below], found[above])
        return found


# The number of nearest elements that describe a paragraph.
LEVELS = 5
# The best element has the most core above this share of its words: one generous share and one strict share.
BEST_SHARES = (0.3, 0.5)


class Elements:
    """The enclosing block elements of a batch's paragraphs.

    Parameters
    ----------
    forest
        The elements of each article.
    layout
        Which paragraphs belong to which article.
    """

    def __init__(self, forest: Forest, layout: Layout) -> None:
        self.forest, self.layout = forest, layout
        self.count = len(forest.parent)
        self.depth: Int = forest.depth[forest.at]
        self.number = forest.sums(np.ones(len(forest.at)))
        self.of_article = np.zeros(self.count, np.int64)
        self.of_article[forest.at] = layout.article
        for below, above in reversed(forest.levels):
            self.of_article[above] = self.of_article[below]
        # Siblings of one shape form a family: they have the same parent and the same number of likes.
        family = (forest.parent + 1) * (forest.likes.max(initial=0) + 1) + forest.likes
        self.family_order = stable_order(family)
        new = changes(family.take(self.family_order))
        self.family_start = np.maximum.accumulate(np.where(new, np.arange(self.count), 0))

    def features(self, core: Float, words: Float, link: Float) -> Float:
        """Describe each paragraph by its nearest enclosing elements and by the element that separates core best.

        Parameters
        ----------
        core
            The probability of core so far of each paragraph.
        words
            Paragraph lengths in words.
        link
            The share of each paragraph's characters that are in links.

        Returns
        -------
        numpy.ndarray
            Shape (paragraphs, features).
        """
        mass = words + 1.0
        total, hits = self.forest.sums(mass), self.forest.sums(core * mass)
        all_mass, all_core = self.layout.total(mass), self.layout.total(core * mass)
        columns = self._nearest(core, mass, link, hits, total)
        for share in BEST_SHARES:
            columns += self._best(hits - share * total, hits, total, all_mass, all_core)
        columns += [np.log1p(self.depth), link, *self._siblings(hits, all_core)]
        return np.column_stack(columns)

    def _nearest(self, core: Float, mass: Float, link: Float, hits: Float, total: Float) -> list[Float]:
        # First for each element, because there are fewer elements than paragraphs.
        of_element = np.column_stack(
            [
                hits / total, total, hits, np.log1p(self.number), self.forest.sums(core) / self.number,
                self.forest.sums(link * mass) / total, np.log1p(self.forest.likes),
            ]
        )  # fmt: skip
        all_mass, all_core = self.layout.total(mass), np.maximum(self.layout.total(core * mass), 1e-9)
        columns: list[Float] = []
        element = self.forest.at
        for _ in range(LEVELS):
            share, whole, held, number, simple, links, likes = of_element[element].T
            rest = np.maximum(whole - mass, 0)
            columns += [
                share, np.where(rest > 0, (held - core * mass) / np.maximum(rest, 1e-9), -0.2), whole / all_mass,
                held / all_core, number, simple, links, likes,
            ]  # fmt: skip
            parent = self.forest.parent[element]
            element = np.where(parent >= 0, parent, element)
        return columns

    def _best(self, gain: Float, hits: Float, total: Float, all_mass: Float, all_core: Float) -> list[Float]:
        # The element with the most core less its filler contains the story.
        article, at = self.layout.article, self.forest.at
        # Of equal elements the outermost; sums of the same numbers in another order count as equal.
        rounded = np.round(gain, 9)
        greatest = np.maximum.reduceat(rounded, np.flatnonzero(changes(self.of_article)))
        equal = np.flatnonzero(rounded == greatest.take(self.of_article))
        best = equal[changes(self.of_article.take(equal))]
        chosen = best[article]
        is_best = np.zeros(self.count)
        is_best[best] = 1
        within = self.forest.largest(is_best)[at]
        height = self.depth - self.forest.depth[chosen]
        # How far up the paragraph's elements meet those of the best element's first paragraph: this shows whether it is
        # a neighbour of the story, or in another corner of the page.
        rows = np.arange(len(at))
        first_row = np.minimum.reduceat(np.where(within > 0, rows, len(rows)), self.layout.first) if len(rows) else rows
        met = self.forest.mark(at[first_row])
        apart = self.depth - self.forest.largest(np.where(met, self.forest.depth, 0))[at]
        return [
            within, np.where(within > 0, np.log1p(np.maximum(height, 0)), -1.0), hits[chosen] / total[chosen],
            total[chosen] / all_mass, hits[chosen] / np.maximum(all_core, 1e-9),
            apart / np.maximum(self.depth, 1), np.minimum(apart, 8) / 4,
        ]  # fmt: skip

    def _siblings(self, hits: Float, all_core: Float) -> list[Float]:
        # Pages that load one story after another repeat its element: the first one contains the story, the later ones
        # do not. In a list of similar parts of one story, each part is small.
        running = np.concatenate([[0.0], np.cumsum(on_grid(hits[self.family_order], bits=COARSE_BITS))])
        earlier = np.empty(self.count)
        earlier[self.family_order] = running[:-1] - running[self.family_start]
        relevant = (self.forest.likes > 1) & (self.forest.parent >= 0)
        later = earlier > 0
        whole = np.maximum(all_core, 1e-9)
        return [
            self.forest.largest(np.where(chosen, values, 0.0))[self.forest.at] / whole
            for chosen, values in ((relevant, earlier), (relevant & later, hits), (relevant & ~later, hits))
        ]
