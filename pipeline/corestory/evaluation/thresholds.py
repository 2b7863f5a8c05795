"""Thresholds: core kept and filler removed at each threshold, and the choice of a threshold for a goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from corestory.errors import DataError
from corestory.evaluation.bootstrap import measured_rates
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.metrics import Rates
from corestory.evaluation.results import EvaluationSettings, Measured
from corestory.types import Bool, Float

SHOWN_THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""The thresholds that a report lists."""

_DIGITS = 6

# The points are evenly spaced in log-odds, because near 0 and 1 small differences of scores matter.
_CURVE = 1 / (1 + np.exp(-np.linspace(-9, 9, 181)))


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """The measures of the tagger if all paragraphs with a score of at least `threshold` were core."""

    threshold: float
    paragraphs: Measured[Rates]
    words: Measured[Rates]


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """A curve over ascending thresholds: shares of the words of core and of filler; NaN if there are no such words."""

    thresholds: tuple[float, ...]
    core_kept: tuple[float, ...]
    filler_removed: tuple[float, ...]


class Aim(Enum):
    """The sorts of goals for which a threshold can be chosen."""

    CORE_RECALL = "core recall of at least"
    FILLER_PRECISION = "filler precision of at least"
    WORDS_LOST = "words lost, of 100 words of story, at most"
    BEST_F1 = "best F1 of core"


@dataclass(frozen=True, slots=True)
class Goal:
    """An aim and its bound.

    Attributes
    ----------
    aim
        The sort of goal. `Aim.WORDS_LOST` counts words, all others count paragraphs.
    bound
        The bound: 0 to 1 for a recall or a precision, 0 to 100 for words; not used for the best F1.
    """

    aim: Aim
    bound: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A chosen threshold.

    Attributes
    ----------
    goal
        The goal for which it was chosen.
    threshold
        The least score of core.
    fixed
        The measures with this threshold.
    by_article
        The measures of the tagger's own decisions on the same rows; its `threshold` is NaN.
    paragraphs, articles
        The number of labelled paragraphs and of articles.
    """

    goal: Goal
    threshold: float
    fixed: ThresholdRow
    by_article: ThresholdRow
    paragraphs: int
    articles: int


def tradeoff(core: Bool, score: Float, words: Float) -> Tradeoff:
    """Compute the shares of core kept and filler removed at all thresholds.

    Parameters
    ----------
    core
        Whether each paragraph is labelled core.
    score
        The probability of core.
    words
        Each paragraph's weight: its length in words.

    Returns
    -------
    Tradeoff
        The number of points does not depend on the data.

    Examples
    --------
    >>> found = tradeoff(np.array([True, False]), np.array([0.9, 0.3]), np.array([20.0, 5.0]))
    >>> middle = len(found.thresholds) // 2
    >>> found.thresholds[middle], found.core_kept[middle], found.filler_removed[middle]
    (0.5, 1.0, 1.0)
    """
    kept = _share_at_least(score[core], words[core])
    removed = 1 - _share_at_least(score[~core], words[~core])
    return Tradeoff(tuple(_CURVE.tolist()), tuple(kept.tolist()), tuple(removed.tolist()))


def measured_thresholds(
    rows: LabelledRows, *, settings: EvaluationSettings, thresholds: Sequence[float] = SHOWN_THRESHOLDS
) -> tuple[ThresholdRow, ...]:
    """Measure the tagger at some thresholds.

    Parameters
    ----------
    rows
        The labelled rows.
    settings
        The settings of the bootstrap.
    thresholds
        The least scores of core.
    """
    return tuple(
        ThresholdRow(threshold, *measured_rates(replace(rows, decided=rows.score >= threshold), settings))
        for threshold in thresholds
    )


def choose_threshold(rows: LabelledRows, goal: Goal, *, settings: EvaluationSettings) -> OperatingPoint:
    """Choose the threshold that removes most filler and reaches a goal.

    Its measures on these rows are slightly too optimistic for other rows, so choose on one split and measure on
    another.

    Parameters
    ----------
    rows
        Labelled rows with the tagger's scores and decisions.
    goal
        The goal.
    settings
        The settings of the bootstrap.

    Raises
    ------
    DataError
        All labels are of one class, or no threshold reaches the goal.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...                       "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.6, 0.7]})
    >>> settings = EvaluationSettings(threshold=None, resamples=100, seed=0, level=0.95)
    >>> found = choose_threshold(labelled_rows(frame), Goal(Aim.CORE_RECALL, 1.0), settings=settings)
    >>> found.threshold, found.fixed.paragraphs.value.filler_recall
    (0.4, 0.5)
    """
    if rows.core.all() or not rows.core.any():
        raise DataError(
            f"every label is {'core' if rows.core.all() else 'filler'}", where=rows.where,
            expected="both core and filler",
        )  # fmt: skip
    threshold = _threshold(rows, goal)
    (fixed,) = measured_thresholds(rows, settings=settings, thresholds=(threshold,))
    by_article = ThresholdRow(math.nan, *measured_rates(rows, settings))
    return OperatingPoint(goal, threshold, fixed, by_article, len(rows.core), len(np.unique(rows.articles)))


def _threshold(rows: LabelledRows, goal: Goal) -> float:
    scores = np.unique(rows.score)
    core, words, filler = (
        _from_score_on(scores, rows.score, weights)
        for weights in (rows.core.astype(np.float64), rows.core * rows.words, (~rows.core).astype(np.float64))
    )
    lost, removed = core[0] - core, filler[0] - filler
    # The comparisons allow for rounding, because sums of words over thousands of rows are not exact to the last digit.
    if goal.aim is Aim.BEST_F1:
        f1 = 2 * core / (2 * core + lost + filler)
        return _between(scores, int(np.argmax(f1)))
    if goal.aim is Aim.CORE_RECALL:
        value, reached, unit = core / core[0], core / core[0] >= goal.bound - 1e-12, "core recall"
    elif goal.aim is Aim.WORDS_LOST:
        value = 100 * (words[0] - words) / max(words[0], 1e-12)
        reached, unit = value <= goal.bound + 1e-9, "words lost"
    else:
        value = np.where(removed + lost > 0, removed / np.maximum(removed + lost, 1), -1.0)
        reached, unit = value >= goal.bound - 1e-12, "filler precision"
    if not reached.any():
        best = int(np.argmax(value))
        raise DataError(
            f"no threshold reaches a {unit} of {goal.bound:g}",
            where=rows.where,
            expected=f"at most {value[best]:.4f}, which the threshold {_between(scores, best):g} reaches",
        )
    return _between(scores, int(np.flatnonzero(reached)[-1]))


def _from_score_on(scores: Float, score: Float, weights: Float) -> Float:
    """Return for each of the ascending `scores` the total weight of the rows with at least this score."""
    mass = np.bincount(np.searchsorted(scores, score), weights, len(scores))
    return np.asarray(np.cumsum(mass[::-1])[::-1])


def _between(scores: Float, index: int) -> float:
    """Return the middle of the least score of core and the next lower score, so that last digits do not matter."""
    high, low = float(scores[index]), float(scores[index - 1]) if index else 0.0
    middle = round((high + low) / 2, _DIGITS)
    return middle if low < middle <= high else high


def _share_at_least(score: Float, words: Float) -> Float:
    order = np.argsort(score)
    below = np.concatenate([[0.0], np.cumsum(words[order])])
    with np.errstate(invalid="ignore"):
        return np.asarray(1 - below[np.searchsorted(score[order], _CURVE)] / below[-1])
