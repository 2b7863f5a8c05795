"""Context: the paragraphs before and after each, its position in the article, and its comparison with the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.features.shapes import NAMES
from corestory.features.topic import SURE, SURE_WORDS
from corestory.types import Float, Float32

OWN_WORDS = "own words"
BEFORE = "neighbours before"
AFTER = "neighbours after"
SHAPE = "shape"
POSITION = "position"
TOPIC = "topic"
MARKUP = "markup"

GROUPS = {
    OWN_WORDS: "the words of the paragraph itself",
    BEFORE: "the words and lengths of the paragraphs before it",
    AFTER: "the words and lengths of the paragraphs after it",
    SHAPE: "its length, punctuation, capitals and digits",
    POSITION: "its position in the article and in the story, and their size",
    TOPIC: "the similarity of its words, and its neighbours', to the rest of the story",
    MARKUP: "the HTML of the page: links, headings, enclosing elements",
}
"""The feature groups and their meanings, in the order in which reports show them. Plain text has no `MARKUP`."""


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
        """Add the columns of another object, all in one group if `group` is given."""
        self.groups += other.groups if group is None else [group] * len(other.groups)
        self._blocks += other._blocks

    def matrix(self) -> Float32:
        """Return the columns side by side; shape (paragraphs, features)."""
        # Each column is contiguous in memory, so that it is written in one step.
        columns = np.empty((len(self.groups), len(self._blocks[0])), np.float32)
        np.concatenate([block.T for block in self._blocks], out=columns, casting="unsafe")
        return columns.T


STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)
NEAR_STEPS = (-2, -1, 1, 2)
WIDTHS = (3, 8, 20, 1000)
RUN_LEVELS = (0.25, 0.5)


class LogOdds(NamedTuple):
    """Log-odds of core, shape (paragraphs,), and the group of features from which they come."""

    group: str
    values: Float


def context_features(scores: Sequence[LogOdds], shape: Float, words: Float, layout: Layout) -> Columns:
    """Describe each paragraph by its neighbourhood.

    Parameters
    ----------
    scores
        Log-odds of core so far: of markup words, if there are any, then of words.
    shape
        Shape features of the paragraphs themselves.
    words
        Paragraph lengths in words.
    layout
        Which paragraphs belong to which article.
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
        # Evidence that only a page has belongs to the markup, whichever paragraph it describes.
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
    """Add the values of the paragraphs some steps before (negative) or after each."""
    groups = [BEFORE if step < 0 else AFTER for step in steps]
    columns.add(groups, layout.neighbours(values, steps, outside=outside))


def add_means(columns: Columns, means: Float) -> None:
    """Add the means from `Layout.means`: before and after, for each width."""
    columns.add([BEFORE, AFTER] * (means.shape[1] // 2), means)


def _column(shape: Float, name: str) -> Float:
    return shape[:, NAMES.index(name)]


LIMIT = 8.0
"""The greatest log-odds, a few thousand to one; greater ones are clipped."""
