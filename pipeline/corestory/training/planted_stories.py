"""Training articles of the second look: kept stories, and stories with planted lines and blocks.

Pages have few plugs between the paragraphs of their story, and gold texts are not consistent about them. So filler
lines are planted into the stories of other pages. Short story lines are also planted, so that the model does not learn
that every short line is a plug. The paragraphs of blocks (headlines, teasers, a second story, comments) look like
story: only the story beside them shows that they belong to another story. The first decision keeps such blocks on few
labelled pages, so they are planted, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.layout import Layout
from corestory.training.planting import PlugLines
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Float, Int

FoldLanguage = tuple[int, str]
"""A fold and a language, which a block and its story have in common."""

HEADLINES, TEASERS, SECOND_STORY, COMMENTS = 0.12, 0.2, 0.05, 0.1
"""The shares of the stories that get a block of each sort."""
HEADING = 0.6
"""The share of the other blocks that have a heading; lists of headlines always have one."""
LEAST_HEADLINES, MOST_HEADLINES, MOST_TEASERS = 2, 7, 5
LEAST_SECOND, MOST_SECOND = 2, 10
"""The fewest and the most paragraphs of a planted second story, and the fewest and the most planted comments."""
LIST_AFTER, TEASERS_BEFORE, TEASERS_AFTER = 0.8, 0.05, 0.4
"""The shares of lists of headlines after the story, and of teasers before and after it; the others are within it."""
PARTS_OF_TEASERS = (0, 1), (0, 1), (2,), (1,)
"""The columns of `Blocks.teasers` that a block shows: headline and opening, both as one paragraph, or the opening."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The training rows from which blocks are made, by fold and language.

    Attributes
    ----------
    headings
        Headings of lists.
    teasers
        As in `corestory.training.planting.ExtendedRows`.
    stories, comments
        The rows of each page's story, and of its comments.
    page
        The page of each row.
    """

    headings: dict[FoldLanguage, Int]
    teasers: dict[FoldLanguage, Int]
    stories: dict[FoldLanguage, list[Int]]
    comments: dict[FoldLanguage, list[Int]]
    page: Int

    @classmethod
    def of(cls, rows: TrainingRows, language: Sequence[str], headings: Int, teasers: Int, comments: Bool) -> Blocks:
        """Group the material of blocks by fold and language.

        Parameters
        ----------
        rows
            The training rows, followed by the rows of headings and teasers.
        language
            The language of each row.
        headings, teasers
            As in `corestory.training.planting.ExtendedRows`.
        comments
            Which rows are comments.
        """

        def grouped(parts: Sequence[Int]) -> dict[FoldLanguage, list[Int]]:
            found: dict[FoldLanguage, list[Int]] = {}
            for part in parts:
                found.setdefault((int(rows.fold[part[0]]), language[part[0]]), []).append(part)
            return found

        def by_page(chosen: Bool) -> dict[FoldLanguage, list[Int]]:
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

    def some(self, group: FoldLanguage, page: int, size: int, generator: np.random.Generator) -> tuple[Int, float]:
        """Choose a block from other pages for a story, or no block.

        Parameters
        ----------
        group, page, size
            The fold and language of the story, its page, and its number of paragraphs.
        generator
            Makes the choice.

        Returns
        -------
        rows : numpy.ndarray
            The rows of the block, in order; empty for no block.
        position : float
            The position of the block among the paragraphs of the story: -0.5 is before the first, 0.5 after the
            first, and `size` after the last.
        """
        within, behind = float(generator.integers(1, max(size, 2))) - 0.5, float(size)
        headings = self.headings.get(group, np.zeros(0, np.int64))
        heading = headings[generator.permutation(len(headings))[:1]]
        sort, draw = generator.random(2)
        if sort < HEADLINES and len(heading):
            listed = self._teasers(group, page, generator)[:, 0]
            length = generator.integers(LEAST_HEADLINES, MOST_HEADLINES, endpoint=True)
            return np.concatenate([heading, listed[:length]]), behind if draw < LIST_AFTER else within
        if generator.random() > HEADING:
            heading = heading[:0]
        sort -= HEADLINES
        if sort < TEASERS:
            teasers = self._teasers(group, page, generator)
            shown = teasers[teasers[:, 1] >= 0][: generator.integers(1, MOST_TEASERS, endpoint=True)]
            parts = PARTS_OF_TEASERS[generator.integers(len(PARTS_OF_TEASERS))]
            before, after = draw < TEASERS_BEFORE, draw > 1 - TEASERS_AFTER
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

    def _of_group(self, group: FoldLanguage) -> Int:
        return self.teasers.get(group, np.zeros((0, 3), np.int64))

    def _teasers(self, group: FoldLanguage, page: int, generator: np.random.Generator) -> Int:
        teasers = self._of_group(group)
        return generator.permutation(teasers[self.page[teasers[:, 0]] != page])

    def _other(self, pages: Sequence[Int], page: int, generator: np.random.Generator) -> Int:
        """Return the first rows of another page, chosen at random."""
        others = [part for part in pages if self.page[part[0]] != page]
        length = generator.integers(LEAST_SECOND, MOST_SECOND, endpoint=True)
        return others[generator.integers(len(others))][:length] if others else np.zeros(0, np.int64)


WRITTEN_LINES, FOUND_LINES, STORY_LINES = 3, 1, 6
"""The mean numbers of lines of each sort that are planted into a story."""
SHORTENED, MOST_SHORTENED = 0.15, 4
"""The share of the stories that are cut to at most `MOST_SHORTENED` paragraphs and get one line."""
MOST_TURNS, FEW_STORIES = 2, 30
"""Each of the n stories of a language is used `FEW_STORIES` // n times: at least once, at most `MOST_TURNS` times."""
LEAST_CORE = 3
"""The fewest paragraphs of a story that gets planted lines."""
LEAST_TRUST = 0.1
"""The least probability, by the first decision, of a label that the fit learns from a kept paragraph."""


@dataclass(frozen=True, slots=True)
class Stories:
    """Articles whose paragraphs are rows of the training rows.

    Attributes
    ----------
    rows
        The training row of each paragraph, shape (paragraphs,); a row may be in several articles.
    layout
        Which paragraphs make an article.
    core
        Whether each paragraph is core.
    planted
        Whether each paragraph is a planted line.
    block
        Whether each paragraph belongs to a planted block.
    own
        One row of the original page of each article, shape (articles,).
    weight
        The weight of each paragraph in the fit; 0 for context only.
    """

    rows: Int
    layout: Layout
    core: Bool
    planted: Bool
    block: Bool
    own: Int
    weight: Float

    def part(self, articles: Bool) -> Stories:
        """Return the stories of some of the articles."""
        inside = np.repeat(articles, self.layout.sizes)
        return Stories(
            self.rows[inside], Layout.of(self.layout.sizes[articles]), self.core[inside], self.planted[inside],
            self.block[inside], self.own[articles], self.weight[inside],
        )  # fmt: skip


def joined_stories(parts: Sequence[Stories]) -> Stories:
    """Concatenate the articles of several parts."""
    layout = Layout.of(np.concatenate([part.layout.sizes for part in parts]))
    names = ("rows", "core", "planted", "block", "own", "weight")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Stories(layout=layout, **columns)


def kept_stories(rows: TrainingRows, numbers: Int, scores: Float, kept: Bool) -> Stories:
    """Make an article of the kept paragraphs of each article.

    Parameters
    ----------
    rows
        The rows of a path.
    numbers
        The training row of each row.
    scores
        Their out-of-fold scores.
    kept
        Whether each row was kept. Labels of kept paragraphs that the scores contradict have weight 0.
    """
    sizes = np.add.reduceat(kept.astype(np.int64), rows.batch.layout.first)
    chosen = np.flatnonzero(kept)
    trusted = rows.labelled & (np.where(rows.core, scores, 1 - scores) >= LEAST_TRUST)
    layout, none = Layout.of(sizes[sizes > 0]), np.zeros(len(chosen), bool)
    return Stories(
        numbers[chosen], layout, rows.core[chosen], none, none, numbers[chosen][layout.first],
        trusted[chosen].astype(float),
    )  # fmt: skip


def planted_stories(rows: TrainingRows, lines: PlugLines, blocks: Blocks, generator: np.random.Generator) -> Stories:
    """Plant lines and blocks into the stories of the training rows: the core paragraphs of the first view of each page.

    A story of a language with few stories is used up to `MOST_TURNS` times, each time with other lines. Every line
    comes from another page of the same fold and the same language, so that out-of-fold scores stay out of fold.
    """
    group = [(int(fold), language) for fold, language in zip(rows.fold.tolist(), lines.language, strict=True)]
    pools = [
        (_grouped(chosen, group), mean)
        for chosen, mean in ((lines.written, WRITTEN_LINES), (lines.found, FOUND_LINES), (lines.story, STORY_LINES))
    ]
    nothing = np.zeros(0, np.int64)
    found: list[Int] = []
    cores: list[Bool] = []
    planted: list[Bool] = []
    foreign: list[Bool] = []
    sources: list[int] = []
    chosen = rows.core & rows.labelled & rows.first_view
    stories = [rows_of[chosen[rows_of]] for rows_of in np.split(np.arange(len(chosen)), rows.batch.layout.first[1:])]
    stories = [own for own in stories if len(own) >= LEAST_CORE]
    count = Counter(lines.language[own[0]] for own in stories)
    turns = [min(max(FEW_STORIES // count[lines.language[own[0]]], 1), MOST_TURNS) for own in stories]
    for own in (own for own, times in zip(stories, turns, strict=True) for _ in range(times)):
        first = own[0]
        added = [_some(pool.get(group[first], nothing), mean, generator) for pool, mean in pools]
        new = np.concatenate([_other_pages(story, rows, first) for story in added])
        short = generator.random() < SHORTENED
        if short:
            own, new = own[: generator.integers(1, MOST_SHORTENED, endpoint=True)], generator.permutation(new)[:1]
        # Plugs may follow the last paragraph, but hardly ever precede the first.
        position = np.concatenate([np.arange(len(own)), generator.uniform(0.01, len(own), len(new))])
        block, at = blocks.some(group[first], rows.page[first], len(own), generator)
        position = np.concatenate([position, np.full(len(block), at)])
        order = np.argsort(position, kind="stable")
        sort = np.repeat([0, 1, 2], [len(own), len(new), len(block)])[order]
        found.append(np.concatenate([own, new, block])[order])
        cores.append((sort == 0) | (sort == 1) & rows.core[found[-1]])
        planted.append(sort == 1)
        foreign.append(sort == 2)
        sources.append(first)
    every, no = np.concatenate([nothing, *found]), np.zeros(0, bool)
    return Stories(
        every, Layout.of([len(story) for story in found]), np.concatenate([no, *cores]), np.concatenate([no, *planted]),
        np.concatenate([no, *foreign]), np.array(sources, np.int64), np.ones(len(every)),
    )  # fmt: skip


def _other_pages(lines: Int, rows: TrainingRows, row: int) -> Int:
    return np.asarray(lines[rows.page[lines] != rows.page[row]])


def _grouped(chosen: Int, group: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Int]:
    found: dict[tuple[int, str], list[int]] = {}
    for row in chosen.tolist():
        found.setdefault(group[row], []).append(row)
    return {key: np.array(value, np.int64) for key, value in found.items()}


def _some(lines: Int, mean: float, generator: np.random.Generator) -> Int:
    if not len(lines):
        return lines
    return generator.choice(lines, min(int(generator.poisson(mean)), len(lines)), replace=False)
