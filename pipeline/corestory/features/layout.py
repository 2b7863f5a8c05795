"""The articles of a batch of paragraphs, and sums and neighbours within each, without a loop over paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from corestory.types import Float, Int, UInt64

Number = TypeVar("Number", Float, Int)

# `best_run` divides 1 into this number of steps. Two runs are equal if their sums differ by less than a step.
STEPS = 2.0**30

# Steps of 2 ** -32 keep sums of up to two million exact, more than the words of a batch. Steps of 2 ** -24 keep sums of
# 500 million exact, more than these words counted once for each element around them.
GRID_BITS = 32
COARSE_BITS = 24


@dataclass(frozen=True)
class Layout:
    """The articles of a batch of paragraphs; the rows of an article are consecutive, in the order of the page.

    Attributes
    ----------
    sizes
        The number of paragraphs of each article, at least 1.
    """

    sizes: Int

    @classmethod
    def of(cls, sizes: Sequence[int] | Int) -> "Layout":
        """Make the layout of articles from their numbers of paragraphs.

        Examples
        --------
        >>> layout = Layout.of([2, 1])
        >>> layout.article.tolist(), layout.position.tolist()
        ([0, 0, 1], [0, 1, 0])
        """
        return cls(np.asarray(sizes, np.int64))

    @cached_property
    def first(self) -> Int:
        """The row of each article's first paragraph."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def article(self) -> Int:
        """The article of each row, from 0."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @cached_property
    def position(self) -> Int:
        """The position of each row in its article, from 0."""
        return np.arange(len(self.article)) - self.first[self.article]

    @cached_property
    def start(self) -> Int:
        """The first row of each row's article."""
        return self.first[self.article]

    @cached_property
    def end(self) -> Int:
        """The last row of each row's article, plus one."""
        return self.start + self.sizes[self.article]

    def of_rows(self, kept: npt.NDArray[np.bool_]) -> "Layout":
        """Lay out some rows without the others; leave out articles without kept rows.

        Examples
        --------
        >>> Layout.of([3, 2, 1]).of_rows(np.array([True, False, True, False, False, True])).sizes.tolist()
        [2, 1]
        """
        sizes = np.add.reduceat(kept, self.first, dtype=np.int64)
        return Layout(sizes[sizes > 0])

    def all_but_last(self, marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Leave out the last marked row of each article.

        Examples
        --------
        >>> Layout.of([3, 1]).all_but_last(np.array([True, False, True, True])).tolist()
        [True, False, False, False]
        """
        rows = np.flatnonzero(marked)
        article, found = self.article[rows], np.zeros(len(marked), bool)
        found[rows[:-1][article[1:] == article[:-1]]] = True
        return found

    def slices(self) -> list[slice]:
        """Return the rows of each article.

        Examples
        --------
        >>> Layout.of([2, 1]).slices()
        [slice(0, 2, None), slice(2, 3, None)]
        """
        begins, ends = self.first.tolist(), (self.first + self.sizes).tolist()
        return [slice(begin, end) for begin, end in zip(begins, ends, strict=True)]

    def total(self, values: Float) -> Float:
        """Sum the values of each article; one sum per row."""
        return sums(self.article, values, len(self.sizes))[self.article]

    def maximum(self, values: Number) -> Number:
        """Return the largest value of each article, one per row."""
        return np.maximum.reduceat(values, self.first)[self.article]

    def before(self, values: Float) -> Float:
        """Sum the values of the article's rows before each row."""
        running = np.concatenate([[0.0], np.cumsum(on_grid(values))])
        return np.asarray(running[:-1] - running[self.start])

    def neighbours(self, values: Float, steps: Sequence[int], *, outside: float = 0.0) -> Float:
        """Return values some steps before (negative) or after each row, `outside` beyond the article; in columns."""
        count = len(values)
        columns = np.empty((len(steps), count))
        for column, step in zip(columns, steps, strict=True):
            # Shift all rows at once, then overwrite those whose neighbour belongs to another article.
            column[max(-step, 0) : max(count - step, 0)] = values[max(step, 0) : max(count + step, 0)]
            column[self._beyond(step)] = outside
        return columns.T

    def means(self, values: Float, widths: Sequence[int]) -> Float:
        """Return means over some rows before and after each row, 0 if there are none; two columns for each width."""
        running = np.concatenate([np.zeros(1), np.cumsum(on_grid(values))])
        columns = np.empty((2 * len(widths), len(values)))
        for number, width in enumerate(widths):
            low, high, below, above = self._around(width)
            before, after = columns[2 * number : 2 * number + 2]
            np.subtract(running[:-1], running.take(low), out=before)
            np.subtract(running.take(high), running[1:], out=after)
            before /= below
            after /= above
        return columns.T

    def gaps(self, marked: npt.NDArray[np.bool_]) -> list[Float]:
        """Return ``log1p`` of the steps back to the last marked row and on to the next one; of all rows if none."""
        rows = np.arange(len(self.article))
        last, following = self.nearest(marked)
        since = np.where(last >= self.start, rows - last, self.end - self.start)
        until = np.where(following < self.end, following - rows, self.end - self.start)
        return [np.log1p(since), np.log1p(until)]

    def nearest(self, marked: npt.NDArray[np.bool_]) -> tuple[Int, Int]:
        """Find the last marked row before each row and the first one after it, also beyond its article.

        Examples
        --------
        >>> last, following = Layout.of([3]).nearest(np.array([True, False, True]))
        >>> last.tolist(), following.tolist()
        ([-1, 0, 0], [2, 2, 3])
        """
        rows, count = np.arange(len(marked)), len(marked)
        last = np.append(-1, np.maximum.accumulate(np.where(marked, rows, -1)))
        following = np.append(np.minimum.accumulate(np.where(marked, rows, count)[::-1])[::-1], count)
        return last[:-1], following[1:]

    def order(self, values: Float | UInt64) -> Int:
        """Sort the rows of each article by value; rows of equal value stay in the order of the page.

        Examples
        --------
        >>> Layout.of([3, 2]).order(np.array([2.0, 1.0, 2.0, 0.5, 0.1])).tolist()
        [1, 0, 2, 4, 3]
        """
        order = stable_order(_as_whole(values))
        return order.take(stable_order(self.article.take(order)))

    def ranks(self, values: Float) -> Float:
        """Return the share of the article's other rows with a smaller value, or an equal one earlier; 0 to 1."""
        order = self.order(values)
        rank = np.empty(len(order))
        rank[order] = self.position
        return np.asarray(rank / np.maximum(self.end - self.start - 1, 1))

    def best_run(self, values: Float) -> tuple[Int, Int]:
        """Return the first row, and the last row plus one, of the run with the largest sum in each row's article.

        Among equal sums, the run that ends first wins, then the shortest; no run is empty. Maximum subsequence
        segmentation (Pasternack and Roth, WWW 2009).
        """
        # Sums of integers are exact, so an article's best run does not depend on the articles before it.
        whole = np.rint(values * STEPS).astype(np.int64)
        running = np.cumsum(whole)
        previous = running - whole
        # The values of a later article are below those of the one before, so the running minimum starts anew in each.
        span = np.add.reduceat(np.abs(whole), self.first) + 1 if len(whole) else whole
        base = previous.take(self.start) + np.repeat(2 * np.cumsum(span) - span, self.sizes)
        lowered = previous - base
        least = np.minimum.accumulate(lowered)
        gain = running - base - least
        best = np.flatnonzero(gain == self.maximum(gain))[::-1]
        last = np.zeros(len(self.sizes), np.int64)
        last[self.article.take(best)] = best
        begun = np.maximum.accumulate(np.where(lowered == least, np.arange(len(gain)), -1))
        return np.repeat(begun[last], self.sizes), np.repeat(last + 1, self.sizes)

    def _beyond(self, step: int) -> Int:
        """Return the rows without a row this many steps away in their article."""
        found = self._known_beyond.get(step)
        if found is None:
            there = self.position + step
            found = np.flatnonzero((there < 0) | (there >= np.repeat(self.sizes, self.sizes)))
            self._known_beyond[step] = found
        return found

    def _around(self, width: int) -> tuple[Int, Int, Float, Float]:
        """Return the bounds of the rows within `width` of each, and their counts before and after it, at least 1."""
        found = self._known_around.get(width)
        if found is None:
            rows = np.arange(len(self.article))
            low, high = np.maximum(rows - width, self.start), np.minimum(rows + 1 + width, self.end)
            below, above = (np.maximum(count, 1).astype(float) for count in (rows - low, high - rows - 1))
            found = self._known_around[width] = (low, high, below, above)
        return found

    # Many features use the same few steps and widths.

    @cached_property
    def _known_beyond(self) -> dict[int, Int]:
        return {}

    @cached_property
    def _known_around(self) -> dict[int, tuple[Int, Int, Float, Float]]:
        return {}


def stable_order(values: Int | UInt64) -> Int:
    """Sort whole numbers, none of them negative; equal ones keep their order.

    NumPy sorts 16-bit numbers by their digits (a radix sort), so several such passes take a third of the time of any
    other sort.

    Examples
    --------
    >>> stable_order(np.array([70_000, 5, 70_000, 1])).tolist()
    [3, 1, 0, 2]
    """
    order = values.astype(np.uint16).argsort(kind="stable")
    for shift in range(16, int(values.max(initial=0)).bit_length(), 16):
        order = order.take((values >> values.dtype.type(shift)).astype(np.uint16).take(order).argsort(kind="stable"))
    return order


def _as_whole(values: Float | UInt64) -> UInt64:
    """Return whole numbers that have the same order as some numbers."""
    if values.dtype == np.uint64:
        return np.asarray(values, np.uint64)
    # The bits of positive numbers sort as the numbers do; adding 0 turns -0 into 0.
    bits = (values + 0.0).view(np.uint64)
    sign = np.uint64(1 << 63)
    return np.where(bits >= sign, ~bits, bits | sign)


def changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return whether each value differs from the one before it; True for the first.

    Examples
    --------
    >>> changes(np.array([1, 1, 2])).tolist()
    [True, False, True]
    """
    new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def on_grid(values: npt.NDArray[np.bool_ | np.floating], *, bits: int = GRID_BITS) -> Float:
    """Round to multiples of ``2 ** -bits``, whose sums are exact in any order.

    An article's sums are differences of running sums over the whole batch. Exact sums do not depend on the articles
    before it, so neither do the article's scores.

    Examples
    --------
    >>> values = on_grid(np.array([0.1, 1e6 / 3, 0.1]))
    >>> bool(np.cumsum(values)[2] - np.cumsum(values)[1] == values[2])
    True
    """
    steps = values * np.float64(2.0**bits)
    return np.multiply(np.rint(steps, out=steps), 2.0**-bits, out=steps)


def sums(key: Int, values: npt.NDArray[np.bool_] | Float, count: int) -> Float:
    """Return the sum of the values of each key from 0 to `count` - 1.

    Examples
    --------
    >>> sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [1.0, 0.0, 5.0]
    """
    return np.asarray(np.bincount(key, values, count), np.float64)
