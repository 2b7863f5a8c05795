"""Articles to learn the second look from: kept stories, and stories with filler and short story lines planted in them.

Pages hold few plugs between the paragraphs of their story, and their gold texts differ about them. So lines of filler
are planted into the stories of other pages, and beside them short story lines, lest every short line pass for a plug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.layout import Layout
from corestory.model.plug_lines import PlugLines
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Int

FILLER_LINES, STORY_LINES = 4, 6
"""So many lines of either label are planted into a story, on average."""
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
    weight
        What each weighs in the fit; 0 for context only.
    """

    rows: Int
    layout: Layout
    core: Bool
    planted: Bool
    weight: Float

    def part(self, articles: Bool) -> Stories:
        """Give some of the articles."""
        inside = np.repeat(articles, self.layout.sizes)
        return Stories(
            self.rows[inside], Layout.of(self.layout.sizes[articles]), self.core[inside], self.planted[inside],
            self.weight[inside],
        )  # fmt: skip


def joined_stories(parts: Sequence[Stories]) -> Stories:
    """Put the articles of several one behind the other."""
    return Stories(
        np.concatenate([part.rows for part in parts]),
        Layout.of(np.concatenate([part.layout.sizes for part in parts])),
        np.concatenate([part.core for part in parts]),
        np.concatenate([part.planted for part in parts]),
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
    return Stories(
        places[chosen], Layout.of(sizes[sizes > 0]), rows.core[chosen], np.zeros(len(chosen), bool),
        trusted[chosen].astype(float),
    )  # fmt: skip


def planted_stories(rows: Rows, lines: PlugLines, generator: np.random.Generator) -> Stories:
    """Plant lines into the stories of the training rows: the core paragraphs of the first view of each page.

    Every line comes from another page of the same fold and the same language, so that what is out of fold stays so.
    """
    group = [(int(fold), language) for fold, language in zip(rows.fold.tolist(), lines.language, strict=True)]
    filler = _grouped(np.repeat(lines.filler, lines.share), group)
    short = _grouped(lines.story, group)
    found: list[Int] = []
    cores: list[Bool] = []
    planted: list[Bool] = []
    for inside in rows.batch.layout.slices():
        own = np.arange(inside.start, inside.stop)
        own = own[rows.core[own] & rows.labelled[own] & rows.first_view[own]]
        plugs = filler.get(group[inside.start], np.zeros(0, np.int64))
        if len(own) < LEAST_CORE or not len(plugs):
            continue
        other = short.get(group[inside.start], plugs[:0])
        added = [_some(plugs, FILLER_LINES, generator), _some(other, STORY_LINES, generator)]
        added = [one[rows.page[one] != rows.page[inside.start]] for one in added]
        new = np.concatenate(added)
        # A plug may stand behind the last paragraph, and hardly ever before the first.
        position = np.concatenate([np.arange(len(own)), generator.uniform(0.01, len(own), len(new))])
        order = np.argsort(position, kind="stable")
        found.append(np.concatenate([own, new])[order])
        cores.append(np.concatenate([np.ones(len(own), bool), rows.core[new]])[order])
        planted.append(np.concatenate([np.zeros(len(own), bool), np.ones(len(new), bool)])[order])
    sizes = [len(one) for one in found]
    nothing = np.zeros(0, bool)
    chosen = np.concatenate([np.zeros(0, np.int64), *found])
    return Stories(
        chosen, Layout.of(sizes), np.concatenate([nothing, *cores]), np.concatenate([nothing, *planted]),
        np.ones(len(chosen)),
    )  # fmt: skip


def _grouped(chosen: Int, group: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Int]:
    found: dict[tuple[int, str], list[int]] = {}
    for row in chosen.tolist():
        found.setdefault(group[row], []).append(row)
    return {key: np.array(value, np.int64) for key, value in found.items()}


def _some(lines: Int, mean: float, generator: np.random.Generator) -> Int:
    if not len(lines):
        return lines
    return generator.choice(lines, min(int(generator.poisson(mean)), len(lines)), replace=False)
