"""Which element each tag of a page opens, closes or stands in, by arithmetic on all tags at once."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.types import Bool, Int


class Nesting:
    """The elements of a page by their tags' positions.

    Parameters
    ----------
    opens, closes
        Which tags open an element, and which close the innermost open one; shape (tags,).

    Attributes
    ----------
    level
        How many elements are open around each tag's element, or around the tag if it neither opens nor closes any.
    closing
        The positions of the end tags.

    Examples
    --------
    >>> tags = np.array(["body", "p", "br", "/p", "p", "/p", "/body"])
    >>> nesting = Nesting(np.isin(tags, ["body", "p"]), np.char.startswith(tags, "/"))
    >>> nesting.level.tolist()
    [0, 1, 2, 1, 1, 1, 0]
    >>> nesting.closing.tolist(), nesting.opening.tolist(), nesting.around(np.array([1, 2, 3])).tolist()
    ([3, 5, 6], [1, 4, 0], [0, 1, 0])
    """

    def __init__(self, opens: Bool, closes: Bool) -> None:
        self.level: Int = np.cumsum(opens.view(np.int8) - closes.view(np.int8), dtype=np.int64)
        self.level -= opens
        self.closing: Int = np.flatnonzero(closes)
        self._bits = len(opens).bit_length()
        at = np.flatnonzero(opens)
        # Level and position as one number: the open element at a level is the last that began before.
        self._keys: Int = np.sort(self.level.take(at) << self._bits | at)

    @cached_property
    def opening(self) -> Int:
        """The tag that opens what each end tag closes."""
        return self._last(self.level.take(self.closing), self.closing)

    def around(self, tags: Int) -> Int:
        """Return the tags that open the elements around some tags' elements; -1 where there is none."""
        level = self.level.take(tags) - 1
        return np.where(level >= 0, self._last(level, tags), -1)

    def closes(self, opened: Bool) -> Bool:
        """Return whether each tag is the end tag of some elements, given whether each tag opens one of them."""
        found = np.zeros(len(self.level), bool)
        found[self.closing] = opened.take(self.opening)
        return found

    def ends(self) -> Int:
        """Return the position of the end tag of each element that is opened, and the number of tags for the others."""
        found = np.full(len(self.level), len(self.level))
        found[self.opening] = self.closing
        return found

    def _last(self, level: Int, tags: Int) -> npt.NDArray[np.int64]:
        place = np.searchsorted(self._keys, level << self._bits | tags) - 1
        return self._keys.take(place, mode="clip") & (1 << self._bits) - 1
