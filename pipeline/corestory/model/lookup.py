"""Finding hashes among the known ones."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.types import Bool, Int, UInt64

# Buckets by the power of two that is at least so many times the number of hashes: most unknown ones meet none.
ROOM = 2
# For so few hashes no table is made: a single article's are found sooner among the sorted ones.
FEW = 20_000
# Hashes are spread evenly; where a bucket holds more of them than this, they are none, and are searched for.
CROWDED = 32

_PLACE = (1 << 30) - 1


class Lookup:
    """Finds hashes among known ones.

    Parameters
    ----------
    known
        The known hashes, ascending.

    Examples
    --------
    >>> lookup = Lookup(np.array([3, 5 << 60, 6 << 60], np.uint64))
    >>> at, place = lookup.find(np.array([5 << 60, 4, 3], np.uint64))
    >>> at.tolist(), place.tolist()
    ([0, 2], [1, 0])
    """

    def __init__(self, known: UInt64) -> None:
        self.known = known
        self._asked = 0

    def find(self, hashes: UInt64, chosen: Bool | None = None) -> tuple[Int, Int]:
        """Find hashes.

        Parameters
        ----------
        hashes
            In any order.
        chosen
            Which of them to find; all by default.

        Returns
        -------
        at, place : numpy.ndarray
            For each hash that is known, in the order given, its number among `hashes` and its number among the known.
        """
        if not len(self.known):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._asked += len(hashes)
        if self._asked < FEW or self._crowded:
            place = np.minimum(np.searchsorted(self.known, hashes), len(self.known) - 1)
            hit = self.known.take(place) == hashes
            at = np.flatnonzero(hit if chosen is None else hit & chosen)
            return at, place.take(at)
        bucket = (hashes >> self._shift).astype(np.int64)
        found = self._begin.take(bucket)
        place = found & _PLACE
        hit = self._padded.take(place) == hashes
        # Nearly all are the first of their bucket, or alike to none in it; the others go on to the next.
        other = np.flatnonzero((found > _PLACE) & ~hit)
        end = self._begin.take(bucket.take(other) + 1) & _PLACE
        while len(other):
            place[other] += 1
            further = place.take(other)
            same = self.known.take(further) == hashes.take(other)
            hit[other] = same
            on = ~same & (further + 1 < end)
            other, end = other[on], end[on]
        at = np.flatnonzero(hit if chosen is None else hit & chosen)
        return at, place.take(at)

    @cached_property
    def _begin(self) -> npt.NDArray[np.int32]:
        """Where each bucket begins, and where the last ends; with a mark where it holds several."""
        sizes = np.bincount((self.known >> self._shift).astype(np.int64), minlength=1 << 64 - int(self._shift))
        begin = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(sizes, out=begin[1:])
        begin[:-1] += np.where(sizes > 1, _PLACE + 1, 0).astype(np.int32)
        return begin

    @cached_property
    def _padded(self) -> UInt64:
        # An empty bucket at the end begins where there is nothing more; what stands there is in the first bucket.
        return np.append(self.known, self.known[0])

    @cached_property
    def _crowded(self) -> bool:
        return bool(np.bincount((self.known >> self._shift).astype(np.int64)).max() > CROWDED)

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(64 - (ROOM * len(self.known)).bit_length())
