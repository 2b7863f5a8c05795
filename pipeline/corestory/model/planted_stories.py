"""Articles to learn the second look from: kept stories, and stories with filler and short story lines planted in them.

Pages hold few plugs between the paragraphs of their story, and their gold texts differ about them. So lines of filler
are planted into the stories of other pages, and beside them short story lines, lest every short line pass for a plug.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.layout import Layout
from corestory.model.planted_blocks import Blocks
from corestory.model.planting import PlugLines
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Int

WRITTEN_LINES, FOUND_LINES, STORY_LINES = 3, 1, 6
"""So many lines of each sort are planted into a story, on average."""
SHORTENED, MOST_SHORTENED = 0.15, 4
"""So many stories are cut to a few paragraphs, one to this number, and get one line: some pages hold no more."""
MOST_TURNS, FEW_STORIES = 2, 30
"""So often at most lines are planted into a story of a language that has few, and in each of so few of them more."""
LEAST_CORE = 3
"""Stories with fewer paragraphs get no planted lines."""
LEAST_TRUST = 0.1
"""Labels of kept paragraphs to which the first decision gives a smaller probability are not learned from."""


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
        Whether each is core.
    planted
        Whether each is a planted line.
    block
        Whether each is of a planted block.
    own
        A row of the page that each article is from, shape (articles,).
    weight
        What each weighs in the fit; 0 for context only.
    """

    rows: Int
    layout: Layout
    core: Bool
    planted: Bool
    block: Bool
    own: Int
    weight: Float

    def part(self, articles: Bool) -> Stories:
        """Give some of the articles."""
        inside = np.repeat(articles, self.layout.sizes)
        return Stories(
            self.rows[inside], Layout.of(self.layout.sizes[articles]), self.core[inside], self.planted[inside],
            self.block[inside], self.own[articles], self.weight[inside],
        )  # fmt: skip


def joined_stories(parts: Sequence[Stories]) -> Stories:
    """Put the articles of several one behind the other."""
    return Stories(
        np.concatenate([part.rows for part in parts]),
        Layout.of(np.concatenate([part.layout.sizes for part in parts])),
        np.concatenate([part.core for part in parts]),
        np.concatenate([part.planted for part in parts]),
        np.concatenate([part.block for part in parts]),
        np.concatenate([part.own for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def kept_stories(rows: Rows, places: Int, scores: Float, kept: Bool) -> Stories:
    """Make an article of what was kept of each article.

    Parameters
    ----------
    rows
        The rows that were decided.
    places
        For each of them, its training row.
    scores
        Their out-of-fold scores.
    kept
        Whether each was kept. Labels of kept paragraphs that the scores contradict have no weight.
    """
    sizes = np.add.reduceat(kept.astype(np.int64), rows.batch.layout.first)
    chosen = np.flatnonzero(kept)
    trusted = rows.labelled & (np.where(rows.core, scores, 1 - scores) >= LEAST_TRUST)
    layout, none = Layout.of(sizes[sizes > 0]), np.zeros(len(chosen), bool)
    return Stories(
        places[chosen], layout, rows.core[chosen], none, none, places[chosen][layout.first],
        trusted[chosen].astype(float),
    )  # fmt: skip


def planted_stories(rows: Rows, lines: PlugLines, blocks: Blocks, generator: np.random.Generator) -> Stories:
    """Plant lines and blocks into the stories of the training rows: the core paragraphs of the first view of each page.

    A story of a language with few stories comes up to `MOST_TURNS` times, with other lines.

    Every line comes from another page of the same fold and the same language, so that what is out of fold stays so.
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
        new = np.concatenate([_other_pages(one, rows, first) for one in added])
        short = generator.random() < SHORTENED
        if short:
            own, new = own[: generator.integers(1, MOST_SHORTENED, endpoint=True)], generator.permutation(new)[:1]
        # A plug may stand behind the last paragraph, and hardly ever before the first.
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
        every, Layout.of([len(one) for one in found]), np.concatenate([no, *cores]), np.concatenate([no, *planted]),
        np.concatenate([no, *foreign]), np.array(sources, np.int64), np.ones(len(every)),
    )  # fmt: skip


def _other_pages(lines: Int, rows: Rows, row: int) -> Int:
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
