"""Which paragraphs of a batch make an article, and sums and neighbours within it, without a loop over paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """The articles of a batch of paragraphs; the rows of an article stand together, in the order of the page.

    Attributes
    ----------
    sizes
        Number of paragraphs of each article, each at least 1.
    """

    sizes: Int

    @classmethod
    def of(cls, sizes: Sequence[int] | Int) -> "Layout":
        """Make the layout of articles with so many paragraphs.

        Examples
        --------
        >>> layout = Layout.of([2, 1])
        >>> layout.article.tolist(), layout.position.tolist()
        ([0, 0, 1], [0, 1, 0])
        """
        return cls(np.asarray(sizes, np.int64))

    @cached_property
    def first(self) -> Int:
        """Row of each article's first paragraph."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def article(self) -> Int:
        """Each row's article, from 0."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def position(self) -> Int:
        """Each row's position in its article, from 0."""
        return np.arange(len(self.article)) - self.first[self.article]

    @cached_property
    def start(self) -> Int:
        """Each row's article's first row."""
        return self.first[self.article]

    @cached_property
    def end(self) -> Int:
        """Each row's article's last row, plus one."""
        return self.start + self.sizes[self.article]

    def total(self, values: Float) -> Float:
        """Sum over each article, one value a row."""
        return sums(self.article, values, len(self.sizes))[self.article]

    def maximum(self, values: Float) -> Float:
        """Largest value of each article, one value a row."""
        return np.asarray(np.maximum.reduceat(values, self.first)[self.article])

    def before(self, values: Float) -> Float:
        """Sum over the article's rows before each row."""
        running = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray(running[:-1] - running[self.start])

    def neighbours(self, values: Float, steps: Sequence[int], *, outside: float = 0.0) -> Float:
        """Values so many steps before (negative) or after each row, `outside` beyond the article; a column a step."""
        rows = np.arange(len(self.article))
        columns = []
        for step in steps:
            there = rows + step
            inside = (there >= self.start) & (there < self.end)
            columns.append(np.where(inside, values[np.clip(there, 0, len(rows) - 1)], outside))
        return np.column_stack(columns)

    def means(self, values: Float, widths: Sequence[int], *, outside: float = 0.0) -> Float:
        """Means over so many rows before and after each row, `outside` where there is none; two columns a width."""
        running = np.concatenate([[0.0], np.cumsum(values)])
        rows = np.arange(len(self.article))
        columns = []
        for width in widths:
            before = np.maximum(rows - width, self.start), rows
            after = rows + 1, np.minimum(rows + 1 + width, self.end)
            for low, high in (before, after):
                count = high - low
                mean = (running[high] - running[low]) / np.maximum(count, 1)
                columns.append(np.where(count > 0, mean, outside))
        return np.column_stack(columns)

    def gaps(self, marked: npt.NDArray[np.bool_]) -> list[Float]:
        """Count, as ``log1p``, the steps back to the last other marked row and on to the next; all rows if none."""
        rows = np.arange(len(self.article))
        last = np.maximum.accumulate(np.where(marked, rows, -1))
        last = np.concatenate([[-1], last[:-1]])
        following = np.minimum.accumulate(np.where(marked, rows, len(rows))[::-1])[::-1]
        following = np.concatenate([following[1:], [len(rows)]])
        since = np.where(last >= self.start, rows - last, self.end - self.start)
        until = np.where(following < self.end, following - rows, self.end - self.start)
        return [np.log1p(since), np.log1p(until)]

    def ranks(self, values: Float) -> Float:
        """Share of the article's other rows with a smaller value, or an equal one earlier; 0 to 1."""
        order = np.lexsort((values, self.article))
        rank = np.empty(len(order))
        rank[order] = self.position
        return np.asarray(rank / np.maximum(self.end - self.start - 1, 1))

    def best_run(self, values: Float) -> tuple[Int, Int]:
        """First row and last row plus one of the run with the largest sum in each row's article.

        Of equal runs it is the one that ends first, then the shortest; no run is empty. Maximum subsequence
        segmentation (Pasternack and Roth, WWW 2009).
        """
        bound = float(np.abs(values).sum()) + 1.0
        running = np.cumsum(values)
        previous = np.concatenate([[0.0], running[:-1]])
        # A later article's values lie far below those of the one before, so the running minimum starts anew in each.
        lowered = previous - previous[self.start] - 2 * bound * self.article
        least = np.minimum.accumulate(lowered)
        gain = running - previous[self.start] - 2 * bound * self.article - least
        order = np.lexsort((-np.arange(len(gain)), gain, self.article))
        last = order[self.first + self.sizes - 1]
        is_new = lowered == least
        begun = np.maximum.accumulate(np.where(is_new, np.arange(len(gain)), -1))
        return begun[last][self.article], last[self.article] + 1


def sums(key: Int, values: npt.NDArray[np.bool_] | Float, count: int) -> Float:
    """Sum of the values of each key from 0 to `count` - 1.

    Examples
    --------
    >>> sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [1.0, 0.0, 5.0]
    """
    return np.asarray(np.bincount(key, values, count), np.float64)
