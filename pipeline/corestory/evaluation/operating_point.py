"""One threshold for all articles, chosen for what it is to hold, and what it costs on the other side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.results import Settings
from corestory.evaluation.thresholds import ThresholdRow, threshold_table

Float = npt.NDArray[np.float64]

_DIGITS = 6


class Aim(Enum):
    """What a threshold is to hold."""

    CORE_RECALL = "core recall of at least"
    FILLER_PRECISION = "filler precision of at least"
    WORDS_LOST = "words lost of 100 words of story, at most"
    BEST_F1 = "best F1 of core"


@dataclass(frozen=True, slots=True)
class Goal:
    """An aim and its bound.

    Attributes
    ----------
    aim
        `Aim.CORE_RECALL`, `Aim.FILLER_PRECISION` and `Aim.BEST_F1` count paragraphs, `Aim.WORDS_LOST` counts words.
    bound
        0 to 1 for a recall or a precision, 0 to 100 for words, nothing for the best F1.
    """

    aim: Aim
    bound: float = 0.0


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A chosen threshold.

    Attributes
    ----------
    goal
        What it was chosen for.
    threshold
        Every paragraph scored at least this is core.
    fixed
        How it does.
    by_article
        How the tagger's own decisions do on the same rows.
    paragraphs, articles
        How many of them there are.
    """

    goal: Goal
    threshold: float
    fixed: ThresholdRow
    by_article: ThresholdRow
    paragraphs: int
    articles: int


def choose_threshold(rows: LabelledRows, goal: Goal, *, settings: Settings, where: str = "") -> OperatingPoint:
    """Choose the threshold that removes most filler and still reaches a goal.

    Of the rows that it is chosen on it tells a little too well, so choose on one split and measure on another.

    Parameters
    ----------
    rows
        Labelled rows with the tagger's scores and decisions.
    goal
        What the threshold is to hold.
    settings
        Of the bootstrap over articles.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        If the rows lack a class, or no threshold reaches the goal.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...                       "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.6, 0.7]})
    >>> settings = Settings(threshold=None, resamples=100, seed=0, level=0.95)
    >>> found = choose_threshold(labelled_rows(frame), Goal(Aim.CORE_RECALL, 1.0), settings=settings)
    >>> found.threshold, found.fixed.paragraphs.value.filler_recall
    (0.4, 0.5)
    """
    if rows.core.all() or not rows.core.any():
        raise DataError(
            f"every label is {'core' if rows.core.all() else 'filler'}", where=where,
            expected="both core and filler, to weigh one against the other",
        )  # fmt: skip
    threshold = _threshold(rows, goal, where)
    (fixed,) = threshold_table(rows, settings=settings, thresholds=(threshold,))
    decided = replace(rows, score=rows.decided.astype(np.float64))
    (by_article,) = threshold_table(decided, settings=settings, thresholds=(0.5,))
    return OperatingPoint(goal, threshold, fixed, by_article, len(rows.core), len(np.unique(rows.articles)))


def _threshold(rows: LabelledRows, goal: Goal, where: str) -> float:
    scores = np.unique(rows.score)
    core, words, filler = (
        _from_score_on(scores, rows.score, weights)
        for weights in (rows.core.astype(np.float64), rows.core * rows.words, (~rows.core).astype(np.float64))
    )
    lost, removed = core[0] - core, filler[0] - filler
    # A few decimals of slack: sums of words over thousands of rows do not add up to the last digit.
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
            f"no threshold has a {unit} of {goal.bound:g}",
            where=where,
            expected=f"{value[best]:.4f} at most, which is reached at {_between(scores, best):g}",
        )
    return _between(scores, int(np.flatnonzero(reached)[-1]))


def _from_score_on(scores: Float, score: Float, weights: Float) -> Float:
    """Sum of the weights of the rows scored at least each of the ascending `scores`."""
    mass = np.bincount(np.searchsorted(scores, score), weights, len(scores))
    return np.asarray(np.cumsum(mass[::-1])[::-1])


def _between(scores: Float, place: int) -> float:
    """Half way from the least score of core to the next below: the last digit of a score is to decide nothing."""
    high, low = float(scores[place]), float(scores[place - 1]) if place else 0.0
    middle = round((high + low) / 2, _DIGITS)
    return middle if low < middle <= high else high
