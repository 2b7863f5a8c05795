"""The trees of a batch's block elements: sums up and maxima down them, a level of all pages at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Float, Int

if TYPE_CHECKING:
    from corestory.reading.html.outline import Outline


@dataclass(frozen=True)
class Forest:
    """Block elements, a tree an article, and where the paragraphs stand in them.

    Elements are numbered through, article by article and in document order; each holds a paragraph, itself or further
    down.

    Attributes
    ----------
    parent
        Each element's parent, -1 for an outermost one.
    likes
        How many of each element's siblings have the same tag and class, itself included.
    at
        Each paragraph's innermost element.
    """

    parent: Int
    likes: Int
    at: Int

    @classmethod
    def of_chains(cls, elements: Sequence[Sequence[int]], repeats: Sequence[Sequence[int]], article: Int) -> Forest:
        """Make the trees of the `elements` and `repeats` of `corestory.reading.article.Markup`.

        Examples
        --------
        >>> forest = Forest.of_chains([(0, 4), (0, 5)], [(1, 2), (1, 2)], np.array([0, 0]))
        >>> forest.parent.tolist(), forest.likes.tolist(), forest.at.tolist()
        ([-1, 0, 0], [1, 2, 2], [1, 2])
        """
        depth = np.array([len(chain) for chain in elements], np.int64)
        numbers, like = _end_to_end(elements), _end_to_end(repeats)
        widest = int(numbers.max(initial=0)) + 1
        unique, key = np.unique(np.repeat(article, depth) * widest + numbers, return_inverse=True)
        inner = np.ones(len(numbers), bool)
        inner[np.cumsum(depth) - depth] = False
        parent = np.full(len(unique), -1, np.int64)
        parent[key[inner]] = key[np.flatnonzero(inner) - 1]
        likes = np.zeros(len(unique), np.int64)
        likes[key] = like
        return cls(parent, likes, key[np.cumsum(depth) - 1])

    @classmethod
    def of_outlines(cls, outlines: Sequence[Outline]) -> Forest:
        """Make the trees of pages.

        Examples
        --------
        >>> from corestory.reading.html.page import read_page
        >>> forest = Forest.of_outlines([read_page("<hr><p>One<p>Two").paragraphs])
        >>> forest.parent.tolist(), forest.likes.tolist(), forest.at.tolist()
        ([-1, 0, 0], [1, 2, 2], [1, 2])
        """
        parents, shapes, at = ([np.zeros(0, np.int64)] for _ in range(3))
        begin = 0
        for outline in outlines:
            parent = np.array(outline.parents, np.int64)
            parents.append(np.where(parent >= 0, parent + begin, -1))
            shapes.append(np.array(outline.shapes, np.int64))
            # What is declared and not shown stands in the first element.
            place = np.full(len(outline), begin)
            place[: len(outline.elements)] += np.array(outline.elements, np.int64)
            at.append(place)
            begin += len(parent)
        parent = np.concatenate(parents)
        shape = np.concatenate(shapes)
        widest = int(shape.max(initial=0)) + 1
        # The outermost have no siblings, and each its own number here.
        family = np.where(parent >= 0, parent, -1 - np.arange(len(parent))) * widest + shape
        _, which, count = np.unique(family, return_inverse=True, return_counts=True)
        return cls(parent, count[which], np.concatenate(at)).pruned()

    def rows(self, inside: slice) -> Forest:
        """Give the trees of some paragraphs that are whole articles."""
        return Forest(self.parent, self.likes, self.at[inside]).pruned()

    def pruned(self) -> Forest:
        """Leave the elements out that hold no paragraph."""
        held = self.mark(self.at)
        number = np.cumsum(held) - 1
        parent = self.parent[held]
        return Forest(np.where(parent >= 0, number[parent], -1), self.likes[held], number[self.at])

    def mark(self, elements: Int) -> npt.NDArray[np.bool_]:
        """Mark some elements and all around them."""
        marked = np.zeros(len(self.parent), bool)
        # Each element once, by who wrote its number last: `numpy.unique` imports masked arrays, for a tenth of the time
        # that one article takes.
        last = np.zeros(len(self.parent), np.int64)
        while len(elements):
            marked[elements] = True
            elements = self.parent[elements]
            elements = elements[elements >= 0]
            elements = elements[~marked[elements]]
            places = np.arange(len(elements))
            last[elements] = places
            elements = elements[last[elements] == places]
        return marked

    @cached_property
    def depth(self) -> Int:
        """How many elements there are from the outermost to each, itself included."""
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
        order = np.argsort(self.depth, kind="stable")
        ends = np.cumsum(np.bincount(self.depth, minlength=2))[1:]
        return [(order[begin:end], self.parent[order[begin:end]]) for begin, end in pairwise(ends)]

    def sums(self, values: Float) -> Float:
        """Sum the paragraphs' values in each element."""
        total = np.bincount(self.at, values, len(self.parent)).astype(np.float64)
        for below, above in reversed(self.levels):
            np.add.at(total, above, total[below])
        return total

    def largest(self, values: Float) -> Float:
        """Largest of the elements' values from the outermost to each."""
        found = values.copy()
        for below, above in self.levels:
            found[below] = np.maximum(found[below], found[above])
        return found


def _end_to_end(chains: Sequence[Sequence[int]]) -> Int:
    return np.concatenate([np.zeros(0, np.int64), *(np.asarray(chain, np.int64) for chain in chains)])
