"""What a choice of threshold does: core kept against filler removed, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from corestory.evaluation.bootstrap import interval, resampled_rates
from corestory.evaluation.groups import resamples_of
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.metrics import Rates, confusion, rates
from corestory.evaluation.results import Measured, Settings

TO_READ_OFF = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""The thresholds of the table."""

# On the scale of log-odds, for at both ends of the scores a hundredth is a long way.
_CURVE = 1 / (1 + np.exp(-np.linspace(-9, 9, 181)))


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """How the tagger would do if every paragraph scored at least `threshold` were core."""

    threshold: float
    paragraphs: Measured[Rates]
    words: Measured[Rates]


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """A curve over thresholds, ascending: shares of all words of core and of filler; NaN where there are none."""

    thresholds: tuple[float, ...]
    core_kept: tuple[float, ...]
    filler_removed: tuple[float, ...]


def tradeoff(core: NDArray[np.bool_], score: NDArray[np.float64], words: NDArray[np.float64]) -> Tradeoff:
    """Follow core kept and filler removed over all thresholds.

    Parameters
    ----------
    core
        Whether each paragraph is labelled core.
    score
        Probability of core.
    words
        What each counts.

    Returns
    -------
    Tradeoff
        Of so many points whatever the data.

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


def threshold_table(
    rows: LabelledRows, *, settings: Settings, thresholds: Sequence[float] = TO_READ_OFF
) -> tuple[ThresholdRow, ...]:
    """Measure the tagger at some thresholds.

    Parameters
    ----------
    rows
        The labelled rows.
    settings
        Of the bootstrap.
    thresholds
        The least scores of core.
    """
    found = []
    for threshold in thresholds:
        decided = rows.score >= threshold
        paragraphs, words = (_measured(rows, decided, weights, settings) for weights in (None, rows.words))
        found.append(ThresholdRow(threshold, paragraphs, words))
    return tuple(found)


def _measured(
    rows: LabelledRows, decided: NDArray[np.bool_], weights: NDArray[np.float64] | None, settings: Settings
) -> Measured[Rates]:
    cells = confusion(rows.core, decided, weights=weights)
    samples = resampled_rates(
        rows.core,
        decided,
        rows.articles,
        weights=weights,
        resamples=resamples_of(rows.articles, settings),
        seed=settings.seed,
    )
    numbers = (rates(astuple(cells)), *interval(samples, level=settings.level))
    value, low, high = (Rates(*found.tolist()) for found in numbers)
    return Measured(value, low, high, cells)


def _share_at_least(score: NDArray[np.float64], words: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(score)
    below = np.concatenate([[0.0], np.cumsum(words[order])])
    with np.errstate(invalid="ignore"):
        return np.asarray(1 - below[np.searchsorted(score[order], _CURVE)] / below[-1])
