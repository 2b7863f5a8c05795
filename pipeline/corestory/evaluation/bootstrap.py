"""How sure a measure is: intervals by drawing whole articles again, with replacement.

The paragraphs of one article share their page and its habits, so the articles are drawn, not the paragraphs (the
cluster bootstrap: Field and Welsh, "Bootstrapping clustered data", 2007). All measures follow from sums over articles,
which are taken once; a resample is then one weighted sum of them.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corestory.evaluation.metrics import METRIC_NAMES, RATE_NAMES, rates

# Average precision needs the scores in order. More distinct scores than this are put together with their neighbours,
# equally many to a level, which moves it by far less than the interval is wide and spares a sort a resample.
SCORE_LEVELS = 2048
# Numbers held at once by one block of resamples.
BLOCK_SIZE = 2**22


def resampled_rates(
    core: ArrayLike,
    decided: ArrayLike,
    articles: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Rates of the decisions in each resample of the articles.

    Parameters
    ----------
    core
        Whether each paragraph is labelled core, of shape (paragraphs,).
    decided
        Whether the tagger calls it core.
    articles
        The article of each paragraph, by any name or number.
    weights
        What each paragraph counts, such as its words; default 1.
    resamples
        How often articles are drawn.
    seed
        The same seed draws the same articles, whatever is measured on them: differences of two results are paired.

    Returns
    -------
    numpy.ndarray
        Of shape (resamples, 8), columns in the order of `RATE_NAMES`.

    Examples
    --------
    >>> found = resampled_rates([True, False] * 20, [True] * 40, np.arange(40) // 2, resamples=100)
    >>> found.shape, bool(np.all(found[:, RATE_NAMES.index("core_recall")] == 1))
    ((100, 8), True)
    """
    is_core, decisions, codes = np.asarray(core, dtype=bool), np.asarray(decided, dtype=bool), _codes(articles)
    sums = _article_cells(is_core, decisions, codes, _weight(weights, len(is_core)))
    block = max(1, BLOCK_SIZE // max(1, len(sums)))
    parts = [rates(draws @ sums) for draws in _draws(len(sums), resamples, seed, block)]
    return np.concatenate(parts) if parts else np.empty((0, len(RATE_NAMES)))


def resampled_metrics(
    core: ArrayLike,
    score: ArrayLike,
    decided: ArrayLike,
    articles: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> NDArray[np.float64]:
    """All measures, those of the scores too, in each resample of the articles.

    Parameters are those of `resampled_rates`, and `score`, the probability of core of each paragraph.

    Returns
    -------
    numpy.ndarray
        Of shape (resamples, 11), columns in the order of `METRIC_NAMES`.

    Examples
    --------
    >>> core = np.array([True, False] * 20)
    >>> found = resampled_metrics(core, np.where(core, 0.9, 0.2), core, np.arange(40) // 2, resamples=100)
    >>> bool(np.all(found[:, METRIC_NAMES.index("core_average_precision")] == 1))
    True
    """
    from scipy.sparse import csr_array

    is_core, decisions, codes = np.asarray(core, dtype=bool), np.asarray(decided, dtype=bool), _codes(articles)
    scores, weight = np.asarray(score, dtype=np.float64), _weight(weights, len(is_core))
    cells = _article_cells(is_core, decisions, codes, weight)
    distance = np.bincount(codes, weight * (scores - is_core) ** 2, minlength=len(cells))
    sums = np.column_stack([cells, distance])
    level, levels = _levels(scores)
    core_at, filler_at = (
        csr_array((weight[part], (level[part], codes[part])), shape=(levels, len(cells)))
        for part in (is_core, ~is_core)
    )
    block = max(1, BLOCK_SIZE // max(1, len(cells), levels))
    parts = []
    for draws in _draws(len(cells), resamples, seed, block):
        drawn = draws @ sums
        across = np.ascontiguousarray(draws.T)
        core_drawn, filler_drawn = core_at @ across, filler_at @ across
        with np.errstate(invalid="ignore"):
            brier = drawn[:, 4] / drawn[:, :4].sum(axis=1)
        ranking = [
            _average_precision(core_drawn[::-1], filler_drawn[::-1]),
            _average_precision(filler_drawn, core_drawn),
        ]
        parts.append(np.column_stack([rates(drawn[:, :4]), *ranking, brier]))
    return np.concatenate(parts) if parts else np.empty((0, len(METRIC_NAMES)))


def interval(samples: NDArray[np.float64], *, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentile interval of each column.

    Parameters
    ----------
    samples
        A resample a row; rows in which a measure is undefined (NaN) are left out of that column.
    level
        Share of the resamples inside.

    Returns
    -------
    low, high : numpy.ndarray
        A number a column; NaN where no row has one.

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


def paired_interval(
    first: NDArray[np.float64], second: NDArray[np.float64], *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval of the difference of two taggers on the same rows, `first` less `second`.

    Parameters
    ----------
    first, second
        Results of `resampled_rates` or `resampled_metrics` with the same articles, `resamples` and `seed`, so that row
        by row both saw the same articles. What is hard for both then falls out of the difference.
    level
        Share of the resamples inside.

    Examples
    --------
    >>> hard = np.linspace(0.1, 0.9, 50).reshape(-1, 1)
    >>> low, high = paired_interval(hard + 0.05, hard)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.05], [0.05])
    """
    if first.shape != second.shape:
        raise ValueError(f"resamples of shapes {first.shape} and {second.shape} are not pairs")
    return interval(first - second, level=level)


def _codes(articles: ArrayLike) -> NDArray[np.int64]:
    return np.unique(np.asarray(articles), return_inverse=True)[1].astype(np.int64)


def _weight(weights: ArrayLike | None, count: int) -> NDArray[np.float64]:
    return np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)


def _article_cells(
    core: NDArray[np.bool_], decided: NDArray[np.bool_], codes: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    # An article's confusion a row, in the order of Confusion's fields.
    articles = int(codes.max()) + 1 if len(codes) else 0
    cell = 4 * codes + 2 * ~core + ~decided
    return np.bincount(cell, weight, minlength=4 * articles).reshape(articles, 4).astype(np.float64)


def _draws(articles: int, resamples: int, seed: int, block: int) -> Iterator[NDArray[np.float64]]:
    # How often each resample draws each article, a resample a row; the same numbers however they are cut into blocks.
    generator = np.random.default_rng(seed)
    for start in range(0, resamples if articles else 0, block):
        size = min(block, resamples - start)
        drawn = [np.bincount(generator.integers(articles, size=articles), minlength=articles) for _ in range(size)]
        yield np.array(drawn, dtype=np.float64)


def _levels(scores: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
    # The place of each score among the distinct ones, or among the quantiles where there are too many.
    distinct, place = np.unique(scores, return_inverse=True)
    if len(distinct) <= SCORE_LEVELS:
        return place.astype(np.int64), len(distinct)
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, SCORE_LEVELS + 1)[1:-1]))
    return np.searchsorted(edges, scores, side="right").astype(np.int64), len(edges) + 1


def _average_precision(hits: NDArray[np.float64], misses: NDArray[np.float64]) -> NDArray[np.float64]:
    # Both of shape (levels, resamples), the level that is likeliest of the class first.
    found = np.cumsum(hits, axis=0)
    taken = found + np.cumsum(misses, axis=0)
    with np.errstate(invalid="ignore"):
        precision = np.where(taken > 0, found / taken, 0.0)
        return np.asarray((precision * hits).sum(axis=0) / found[-1])
