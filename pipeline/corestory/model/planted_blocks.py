"""Blocks of other pages that are planted beside a story: headlines, teasers, a second story, comments.

Their paragraphs look like story, and few gold texts hold one that the first decision keeps. Only the story beside them
tells that they are of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.model.training_rows import Rows
from corestory.types import Bool, Int

Group = tuple[int, str]
"""A fold and a language: a block and its story are of the same."""

HEADLINES, TEASERS, SECOND_STORY, COMMENTS = 0.12, 0.2, 0.05, 0.1
"""So many stories get a block of this sort."""
HEADING = 0.6
"""So many blocks have a heading; lists of headlines always have."""
LEAST_HEADLINES, MOST_HEADLINES, MOST_TEASERS = 2, 7, 5
LEAST_SECOND, MOST_SECOND = 2, 10
"""So many paragraphs of a second story, or comments, are planted."""
LIST_BEHIND, TEASERS_BEFORE, TEASERS_BEHIND = 0.8, 0.05, 0.4
"""So many lists of headlines stand behind the story, so many teasers before and behind it; the others stand within."""
PARTS_OF_TEASERS = (0, 1), (0, 1), (2,), (1,)
"""A block shows headlines and openings, both in one paragraph, or openings alone; columns of `Blocks.teasers`."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Training rows to make blocks from, by group.

    Attributes
    ----------
    headings
        Headings of lists.
    teasers
        As of `corestory.model.planting.ExtendedRows`.
    stories, comments
        The paragraphs of the story of each page, and its comments.
    page
        The page of each row.
    """

    headings: dict[Group, Int]
    teasers: dict[Group, Int]
    stories: dict[Group, list[Int]]
    comments: dict[Group, list[Int]]
    page: Int

    @classmethod
    def of(cls, rows: Rows, language: Sequence[str], headings: Int, teasers: Int, comments: Bool) -> Blocks:
        """Sort what blocks are made of by group.

        Parameters
        ----------
        rows
            The training rows, and behind them the rows of headings and teasers.
        language
            Of each row.
        headings, teasers
            As of `corestory.model.planting.ExtendedRows`.
        comments
            Which rows are comments.
        """

        def grouped(parts: Sequence[Int]) -> dict[Group, list[Int]]:
            found: dict[Group, list[Int]] = {}
            for part in parts:
                found.setdefault((int(rows.fold[part[0]]), language[part[0]]), []).append(part)
            return found

        def by_page(chosen: Bool) -> dict[Group, list[Int]]:
            own = np.flatnonzero(chosen & rows.first_view)
            parts = np.split(own, np.flatnonzero(np.diff(rows.batch.layout.article[own])) + 1)
            return grouped([part for part in parts if len(part) >= LEAST_SECOND])

        return cls(
            {group: np.concatenate(parts) for group, parts in grouped(list(headings[:, None])).items()},
            {group: np.stack(parts) for group, parts in grouped(list(teasers)).items()},
            by_page(rows.core & rows.labelled),
            by_page(comments),
            rows.page,
        )

    @property
    def rows(self) -> Int:
        """The rows of all headings, teasers and comments."""
        comments = [part for parts in self.comments.values() for part in parts]
        parts = [*self.headings.values(), *(part.ravel() for part in self.teasers.values()), *comments]
        every = np.concatenate([np.zeros(0, np.int64), *parts])
        return every[every >= 0]

    def some(self, group: Group, page: int, size: int, generator: np.random.Generator) -> tuple[Int, float]:
        """Give a story a block of other pages, or none.

        Parameters
        ----------
        group, page, size
            The group and the page of the story, and its number of paragraphs.
        generator
            Of the choice.

        Returns
        -------
        rows : numpy.ndarray
            Of the block, in order.
        position : float
            Before which paragraph of the story it stands: -0.5 is before the first, `size` behind the last.
        """
        within, behind = float(generator.integers(1, max(size, 2))) - 0.5, float(size)
        headings = self.headings.get(group, np.zeros(0, np.int64))
        heading = headings[generator.permutation(len(headings))[:1]]
        sort, place = generator.random(2)
        if sort < HEADLINES and len(heading):
            listed = self._teasers(group, page, generator)[:, 0]
            length = generator.integers(LEAST_HEADLINES, MOST_HEADLINES, endpoint=True)
            return np.concatenate([heading, listed[:length]]), behind if place < LIST_BEHIND else within
        if generator.random() > HEADING:
            heading = heading[:0]
        sort -= HEADLINES
        if sort < TEASERS:
            teasers = self._teasers(group, page, generator)
            shown = teasers[teasers[:, 1] >= 0][: generator.integers(1, MOST_TEASERS, endpoint=True)]
            parts = PARTS_OF_TEASERS[generator.integers(len(PARTS_OF_TEASERS))]
            before, after = place < TEASERS_BEFORE, place > 1 - TEASERS_BEHIND
            return np.concatenate([heading, shown[:, parts].ravel()]), -0.5 if before else behind if after else within
        sort -= TEASERS
        if sort < SECOND_STORY:
            other = self._other(self.stories.get(group, []), page, generator)
            teasers = self._of_group(group)
            headline = teasers[np.isin(self.page[teasers[:, 0]], self.page[other[:1]]), 0]
            return np.concatenate([heading, headline, other]), behind
        if sort - SECOND_STORY < COMMENTS:
            return np.concatenate([heading, self._other(self.comments.get(group, []), page, generator)]), behind
        return heading[:0], behind

    def _of_group(self, group: Group) -> Int:
        return self.teasers.get(group, np.zeros((0, 3), np.int64))

    def _teasers(self, group: Group, page: int, generator: np.random.Generator) -> Int:
        teasers = self._of_group(group)
        return generator.permutation(teasers[self.page[teasers[:, 0]] != page])

    def _other(self, pages: Sequence[Int], page: int, generator: np.random.Generator) -> Int:
        """Give the first paragraphs of those of another page."""
        others = [part for part in pages if self.page[part[0]] != page]
        length = generator.integers(LEAST_SECOND, MOST_SECOND, endpoint=True)
        return others[generator.integers(len(others))][:length] if others else np.zeros(0, np.int64)
