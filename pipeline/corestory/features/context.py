"""Context: what stands before and after a paragraph, where in its article it stands, and how it compares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corestory.features.columns import AFTER, BEFORE, MARKUP, POSITION, Columns
from corestory.features.layout import Layout
from corestory.features.paragraph_shape import NAMES
from corestory.types import Float

STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
NEAR_STEPS = (-2, -1, 1, 2)
WIDTHS = (3, 8, 20, 1000)
RUN_LEVELS = (0.25, 0.5)
# A paragraph at least as likely and as long as this counts as story when the distance to the story is measured.
SURE = 0.5
SURE_WORDS = 8


class LogOdds(NamedTuple):
    """Log-odds of core, shape (paragraphs,), and the group of features from which they come."""

    group: str
    values: Float


def context_features(scores: Sequence[LogOdds], shape: Float, words: Float, layout: Layout) -> Columns:
    """Describe each paragraph by its neighbourhood.

    Parameters
    ----------
    scores
        Log-odds of core so far: of the round before, of markup words, of words; the best first.
    shape
        Shape features of the paragraphs themselves.
    words
        Paragraph lengths in words.
    layout
        Which paragraphs make an article.
    """
    position = layout.position.astype(float)
    size = (layout.end - layout.start).astype(float)
    left = size - 1 - position
    total_words = layout.total(words)
    words_before = layout.before(words)
    log_words = _column(shape, "words")
    columns, blocks = Columns(), Columns()
    columns.add(
        POSITION,
        np.log1p(position), np.log1p(left), position / size, np.log1p(size), np.log1p(total_words),
        words_before / np.maximum(total_words, 1), words / np.maximum(layout.maximum(words), 1),
    )  # fmt: skip
    for score in scores:
        single, around = _of_scores(score, words, log_words, layout)
        # All that only a page tells is markup, whichever paragraph it tells it of.
        group = MARKUP if score.group == MARKUP else None
        columns.extend(single, group=group)
        blocks.extend(around, group=group)
    ends, capitalised = _column(shape, "ends as a sentence"), _column(shape, "capitalised words")
    add_neighbours(blocks, log_words, layout, STEPS)
    for values in (ends, capitalised, _column(shape, "ends with a colon"), _column(shape, "ends in a word")):
        add_neighbours(blocks, values, layout, NEAR_STEPS)
    add_means(blocks, layout.means(log_words, WIDTHS))
    add_means(blocks, layout.means(ends, WIDTHS))
    near = WIDTHS[:2]
    spread = layout.means(log_words**2, near) - layout.means(log_words, near) ** 2
    add_means(blocks, np.sqrt(np.maximum(spread, 0)))
    columns.extend(blocks)
    return columns


def _of_scores(scores: LogOdds, words: Float, log_words: Float, layout: Layout) -> tuple[Columns, Columns]:
    """Describe the scores of a paragraph and of its article, then those of its neighbours."""
    columns, blocks = Columns(), Columns()
    size = (layout.end - layout.start).astype(float)
    clipped = np.clip(scores.values, -8, 8)
    core = 1 / (1 + np.exp(-clipped))
    mass = core * words
    all_mass, before = layout.total(mass), layout.before(mass)
    best = layout.maximum(core)
    columns.add(scores.group, clipped / 4, core, layout.ranks(clipped))
    columns.add(POSITION, best)
    columns.add(scores.group, core / best)
    columns.add(
        POSITION,
        layout.total(core) / size, all_mass / np.maximum(layout.total(words), 1), before / np.maximum(all_mass, 1e-9),
        layout.before(core) / np.maximum(layout.total(core), 1e-9), np.log1p(all_mass),
    )  # fmt: skip
    columns.add(BEFORE, np.log1p(before))
    columns.add(AFTER, np.log1p(np.maximum(all_mass - before - mass, 0)))
    since, until = layout.gaps((core > SURE) & (words >= SURE_WORDS))
    columns.add(BEFORE, since)
    columns.add(AFTER, until)
    rows = np.arange(len(core))
    for level in RUN_LEVELS:
        begin, end = layout.best_run((core - level) * log_words)
        inside = (rows >= begin) & (rows < end)
        columns.add(
            POSITION,
            inside.astype(float), np.sign(rows - begin) * np.log1p(np.abs(rows - begin)),
            np.sign(end - 1 - rows) * np.log1p(np.abs(end - 1 - rows)), (end - begin) / size,
        )  # fmt: skip
    add_neighbours(blocks, clipped / 4, layout, STEPS, outside=-2.0)
    add_means(blocks, layout.means(core, WIDTHS))
    weighted = layout.means(core * log_words, WIDTHS) / np.maximum(layout.means(log_words, WIDTHS), 1e-9)
    add_means(blocks, weighted)
    return columns, blocks


def add_neighbours(
    columns: Columns, values: Float, layout: Layout, steps: Sequence[int], *, outside: float = 0.0
) -> None:
    """Add the values of the paragraphs so many steps before (negative) or after each."""
    groups = [BEFORE if step < 0 else AFTER for step in steps]
    columns.add(groups, layout.neighbours(values, steps, outside=outside))


def add_means(columns: Columns, means: Float) -> None:
    """Add the means that `Layout.means` makes: before and after, for each width."""
    columns.add([BEFORE, AFTER] * (means.shape[1] // 2), means)


def _column(shape: Float, name: str) -> Float:
    return shape[:, NAMES.index(name)]
