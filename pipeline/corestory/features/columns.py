"""Feature columns, each with the group to which it belongs, in words that explanations and reports use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corestory.types import Float32

OWN_WORDS = "own words"
BEFORE = "neighbours before"
AFTER = "neighbours after"
SHAPE = "shape"
POSITION = "position"
TOPIC = "topic"
MARKUP = "markup"

GROUPS = {
    OWN_WORDS: "what the paragraph's own words say",
    BEFORE: "what the paragraphs before it say, and how long they are",
    AFTER: "what the paragraphs after it say, and how long they are",
    SHAPE: "its length, punctuation, capitals and digits",
    POSITION: "where it stands in the article and in the story, and how it compares with the whole",
    TOPIC: "how close its words, and its neighbours', are to the rest of the story",
    MARKUP: "what the page's HTML says: links, headings, enclosing elements",
}
"""The groups and their meanings, in the order in which people see them. Plain text has no `MARKUP`."""

EARLIER_ROUND = "earlier round"
"""The group of the columns in which a later round reads the paragraph's own score from the round before.

It is not in `GROUPS`, because that score depends on all groups: when perturbing a group, recompute later rounds and
leave these columns alone.
"""


class Columns:
    """Feature columns in order, each with its group.

    Examples
    --------
    >>> columns = Columns()
    >>> columns.add(SHAPE, np.array([1.0, 2.0]))
    >>> columns.add([BEFORE, AFTER], np.array([[3.0, 4.0], [5.0, 6.0]]))
    >>> columns.groups
    ['shape', 'neighbours before', 'neighbours after']
    >>> columns.matrix().tolist()
    [[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]
    """

    def __init__(self) -> None:
        self.groups: list[str] = []
        self._blocks: list[npt.NDArray[np.floating | np.bool_]] = []

    def add(self, groups: str | Sequence[str], *blocks: npt.NDArray[np.floating | np.bool_]) -> None:
        """Add columns.

        Parameters
        ----------
        groups
            The group of all these columns, or a group for each column of each block.
        blocks
            Single columns, shape (paragraphs,), or several, shape (paragraphs, columns).
        """
        for block in blocks:
            two_dimensional = block if block.ndim > 1 else block[:, None]
            width = two_dimensional.shape[1]
            self.groups += [groups] * width if isinstance(groups, str) else groups
            self._blocks.append(two_dimensional)

    def extend(self, other: Columns, *, group: str | None = None) -> None:
        """Add the columns of another, all as of one group if it is given."""
        self.groups += other.groups if group is None else [group] * len(other.groups)
        self._blocks += other._blocks

    def matrix(self) -> Float32:
        """Put the columns side by side; shape (paragraphs, features)."""
        # Each column lies in one piece in memory, so that it is written at one go.
        columns = np.empty((len(self.groups), len(self._blocks[0])), np.float32)
        np.concatenate([block.T for block in self._blocks], out=columns, casting="unsafe")
        return columns.T
