"""The choice of the second look's cutoffs on out-of-fold scores: what it drops, and which lines it restores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corestory.features.shapes import shape_features
from corestory.model.calibration import Settings
from corestory.model.decision import article_cutoffs
from corestory.model.second_look import lines_between_prose, scores_under
from corestory.training.choosing import measured_f1
from corestory.training.planted_stories import Stories, kept_stories
from corestory.training.training_rows import Rows
from corestory.types import Bool, Float, Int

CUTOFFS, RESTORING = tuple(step / 100 for step in range(1, 96)), tuple(step / 100 for step in range(50, 100))
F1_COST = 0.001
"""Dropping may cost so much of the out-of-fold word F1, and restoring as well."""
STORY_LOST_IN_HTML, STORY_LOST_IN_TEXT = 0.05, 0.036
"""The look may drop these shares of the planted story lines, which are harder than those of the story itself. In texts
the first decision drops more of both labels by itself."""
FILLER_RESTORED = 0.12
"""It may restore this share of the planted filler if the first decision dropped all of it."""
LEAST_REMOVED = 0.1
"""A look that drops a smaller share of the planted filler is not worth its time."""


@dataclass(frozen=True)
class LookPath:
    """The rows of one path, text or HTML, and its first decision.

    Attributes
    ----------
    rows, places
        The rows, and their numbers among all rows.
    scores, core
        Out-of-fold scores and decisions, shape (rows,).
    looked
        Whether the look is measured on the article of each row, shape (rows,).
    settings
        Those of the first decision.
    html
        Whether it is that of HTML, in which no line is restored.
    """

    rows: Rows
    places: Int
    scores: Float
    core: Bool
    looked: Bool
    settings: Settings
    html: bool

    @cached_property
    def form(self) -> tuple[Float, Float]:
        """The number of words and the shape of each row."""
        return shape_features(self.rows.batch.texts)

    @property
    def words(self) -> Float:
        """The number of words of each row."""
        return self.form[0]

    @cached_property
    def cutoffs(self) -> Float:
        """The cutoff of each article in the first decision."""
        shares = {"cutoff_share": self.settings.cutoff_share, "clean_cutoff_share": self.settings.clean_cutoff_share}
        return article_cutoffs(self.scores, self.words, self.rows.batch.layout, **shares)[0]

    @cached_property
    def read(self) -> Bool:
        """Whether the look reads each row."""
        if self.html:
            return self.core
        return self.core | lines_between_prose(self.scores, self.cutoffs, *self.form, self.rows.batch.layout)

    def stories(self, chosen: Bool) -> Stories:
        """Give what the look reads of the articles of the chosen rows."""
        return kept_stories(self.rows, self.places, self.scores, self.read & chosen)


@dataclass(frozen=True, slots=True)
class DecidedPath:
    """The chosen cutoffs of one path, and its scores and decisions under them; with 0 the look does nothing."""

    cutoff: float
    restoring: float
    scores: Float
    core: Bool


def chosen_cutoffs(path: LookPath, second: Float, of_lines: Float, core_lines: Bool) -> DecidedPath:
    """Choose the greatest cutoff that keeps its bounds, and then the least from which lines are restored.

    A paragraph's own cutoff (`corestory.model.second_look.look_cutoffs`) is at most this one, so less is lost in use.

    Parameters
    ----------
    path
        The rows and their first decision.
    second
        Their calibrated out-of-fold scores of the second look, shape (rows,); NaN where it did not read.
    of_lines, core_lines
        Those of the planted lines, and whether they are story; shape (lines,).
    """
    layout, cutoffs = path.rows.batch.layout, path.cutoffs
    looked = np.logical_or.reduceat(path.looked, layout.first)

    def decided(cutoff: float, restoring: float) -> DecidedPath:
        scores = scores_under(path.scores, path.core, second, cutoffs, layout, cutoff=cutoff, restoring=restoring)
        return DecidedPath(cutoff, restoring, scores, path.read & (scores >= cutoffs[layout.article]))

    def f1(core: Bool) -> float:
        return float(measured_f1(core, path.words, path.rows)[looked].mean())

    least, found = f1(path.core) - F1_COST, None
    most_lost = STORY_LOST_IN_HTML if path.html else STORY_LOST_IN_TEXT
    for cutoff in reversed(CUTOFFS):
        if np.mean(of_lines[core_lines] < cutoff) > most_lost:
            continue
        if np.mean(of_lines[~core_lines] < cutoff) < LEAST_REMOVED:
            break
        found = decided(cutoff, 1.0)
        if f1(found.core) >= least:
            break
        found = None
    if found is None:
        return DecidedPath(0.0, 1.0, path.scores, path.core)
    least = f1(found.core) - F1_COST
    for restoring in () if path.html else RESTORING:
        if np.mean(of_lines[~core_lines] >= restoring) <= FILLER_RESTORED:
            more = decided(found.cutoff, restoring)
            if f1(more.core) >= least:
                return more
    return found
