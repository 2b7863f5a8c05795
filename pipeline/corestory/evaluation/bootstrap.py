"""Intervals of measures, by a bootstrap over articles.

The paragraphs of one article are not independent, so whole articles are drawn, with replacement (the cluster bootstrap:
Field and Welsh, "Bootstrapping clustered data", 2007). All measures follow from sums over articles, which are computed
once. A resample is then one weighted sum of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.metrics import METRIC_NAMES, RATE_NAMES, Rates, confusion, rates
from corestory.evaluation.results import EvaluationSettings, Measured
from corestory.types import Float, Int

if TYPE_CHECKING:
    from corestory.evaluation.labelled_rows import LabelledRows

# Average precision needs sorted scores. If there are more distinct scores than this, neighbouring scores share a level,
# with equally many scores in each. That changes average precision far less than the width of the interval, and saves
# sorting all scores in every resample.
SCORE_LEVELS = 2048
# The most numbers that one block of resamples holds in memory.
BLOCK_SIZE = 2**22


def resampled_rates(rows: LabelledRows, settings: EvaluationSettings, *, words: bool = False) -> Float:
    """Return the rates of the decisions in each resample of the articles.

    Parameters
    ----------
    rows
        The labelled rows.
    settings
        Gives `resamples` and `seed`. The same seed draws the same articles, whatever is measured on them, so
        differences of two results are paired. A single article is not resampled: its interval would be a point.
    words
        Whether each word counts once instead of each paragraph.

    Returns
    -------
    numpy.ndarray
        Shape (resamples, 8), columns in the order of `RATE_NAMES`.
    """
    articles = _numbered(rows.articles)
    sums = _confusions(rows, articles, _weights(rows, words=words))
    block = max(1, BLOCK_SIZE // max(1, len(sums)))
    parts = [rates(draws @ sums) for draws in _draws(len(sums), settings, block)]
    return np.concatenate(parts) if parts else np.empty((0, len(RATE_NAMES)))


def resampled_metrics(rows: LabelledRows, settings: EvaluationSettings, *, words: bool = False) -> Float:
    """Return all measures of the decisions and of the scores in each resample of the articles.

    The parameters are those of `resampled_rates`.

    Returns
    -------
    numpy.ndarray
        Shape (resamples, 11), columns in the order of `METRIC_NAMES`.
    """
    from scipy.sparse import csr_array

    articles, weight = _numbered(rows.articles), _weights(rows, words=words)
    cells = _confusions(rows, articles, weight)
    distance = np.bincount(articles, weight * (rows.score - rows.core) ** 2, minlength=len(cells))
    sums = np.column_stack([cells, distance])
    level, levels = _levels(rows.score)
    core_at, filler_at = (
        csr_array((weight[part], (level[part], articles[part])), shape=(levels, len(cells)))
        for part in (rows.core, ~rows.core)
    )
    block = max(1, BLOCK_SIZE // max(1, len(cells), levels))
    parts = []
    for draws in _draws(len(cells), settings, block):
        drawn = draws @ sums
        across = np.ascontiguousarray(draws.T)
        core_drawn, filler_drawn = core_at @ across, filler_at @ across
        with np.errstate(invalid="ignore"):
            brier = drawn[:, 4] / drawn[:, :4].sum(axis=1)
        core_ranking = _average_precision(core_drawn[::-1], filler_drawn[::-1])
        filler_ranking = _average_precision(filler_drawn, core_drawn)
        parts.append(np.column_stack([rates(drawn[:, :4]), core_ranking, filler_ranking, brier]))
    return np.concatenate(parts) if parts else np.empty((0, len(METRIC_NAMES)))


def measured_rates(rows: LabelledRows, settings: EvaluationSettings) -> tuple[Measured[Rates], Measured[Rates]]:
    """Return the rates of the decisions with intervals, first counted in paragraphs, then in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "b"], "text": ["It rained.", "It snowed."], "label": "core",
    ...                       "score": [0.9, 0.2]})
    >>> paragraphs, words = measured_rates(labelled_rows(frame), EvaluationSettings(None, 100, 0, 0.95))
    >>> paragraphs.value.core_recall, paragraphs.low.core_recall, paragraphs.high.core_recall
    (0.5, 0.0, 1.0)
    """
    measured = []
    for words in (False, True):
        cells = confusion(rows.core, rows.decided, weights=_weights(rows, words=words))
        low, high = interval(resampled_rates(rows, settings, words=words), level=settings.level)
        value, low_rates, high_rates = (Rates(*numbers.tolist()) for numbers in (rates(astuple(cells)), low, high))
        measured.append(Measured(value, low_rates, high_rates, cells))
    return measured[0], measured[1]


def interval(samples: Float, *, level: float = 0.95) -> tuple[Float, Float]:
    """Return the percentile interval of each column.

    For the difference of two taggers, give the differences of their results on the same resamples. Then articles that
    are hard for both do not widen the interval.

    Parameters
    ----------
    samples
        One row per resample. A row in which a measure is undefined (NaN) is left out of that column.
    level
        The share of the resamples inside the interval.

    Returns
    -------
    low, high : numpy.ndarray
        One number per column; NaN if the measure is undefined in all rows.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0).reshape(-1, 1), level=0.9)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([5.0], [95.0])
    """
    found = np.full((2, samples.shape[1]), np.nan)
    defined = ~np.isnan(samples).all(axis=0)
    if defined.any():
        tails = [50 * (1 - level), 50 * (1 + level)]
        found[:, defined] = np.nanpercentile(samples[:, defined], tails, axis=0)
    return found[0], found[1]


def _numbered(articles: Int) -> Int:
    # The numbers start from 0 without gaps, also for a part of the rows.
    return np.unique(articles, return_inverse=True)[1].astype(np.int64)


def _weights(rows: LabelledRows, *, words: bool) -> Float:
    return rows.words if words else np.ones(len(rows.core))


def _confusions(rows: LabelledRows, articles: Int, weight: Float) -> Float:
    # One confusion per article, in the order of the fields of `Confusion`.
    count = int(articles.max()) + 1 if len(articles) else 0
    cell = 4 * articles + 2 * ~rows.core + ~rows.decided
    return np.bincount(cell, weight, minlength=4 * count).reshape(count, 4).astype(np.float64)


def _draws(articles: int, settings: EvaluationSettings, block: int) -> Iterator[Float]:
    # The number of times that each resample draws each article, one row per resample. The size of the blocks does not
    # change the numbers.
    resamples = settings.resamples if articles > 1 else 0
    if articles * resamples <= BLOCK_SIZE:
        drawn = _drawn_at_once(articles, resamples, settings.seed)
        yield from (drawn[start : start + block] for start in range(0, resamples, block))
        return
    generator = np.random.default_rng(settings.seed)
    for start in range(0, resamples, block):
        yield _drawn(generator, articles, min(block, resamples - start))


@lru_cache(maxsize=1)  # an evaluation measures the same articles dozens of times
def _drawn_at_once(articles: int, resamples: int, seed: int) -> Float:
    return _drawn(np.random.default_rng(seed), articles, resamples)


def _drawn(generator: np.random.Generator, articles: int, resamples: int) -> Float:
    drawn = [np.bincount(generator.integers(articles, size=articles), minlength=articles) for _ in range(resamples)]
    return np.array(drawn, dtype=np.float64).reshape(resamples, articles)


def _levels(scores: Float) -> tuple[Int, int]:
    # The rank of each score among the distinct scores, or its quantile if there are too many.
    distinct, rank = np.unique(scores, return_inverse=True)
    if len(distinct) <= SCORE_LEVELS:
        return rank.astype(np.int64), len(distinct)
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, SCORE_LEVELS + 1)[1:-1]))
    return np.searchsorted(edges, scores, side="right").astype(np.int64), len(edges) + 1


def _average_precision(hits: Float, misses: Float) -> Float:
    # Both have shape (levels, resamples), with the level most likely of the class first.
    found = np.cumsum(hits, axis=0)
    taken = found + np.cumsum(misses, axis=0)
    with np.errstate(invalid="ignore"):
        precision = np.where(taken > 0, found / taken, 0.0)
        return np.asarray((precision * hits).sum(axis=0) / found[-1])
