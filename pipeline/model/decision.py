"""The decision per article: keep what maximises its expected word F1.

For F1 the best cut lies at half the best reachable F1 (Lipton, Elkan and Naryanaswamy, 2014): near one half where the
scores are sure, lower where an article is doubtful throughout, and never so high that the article is left empty.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.features.layout import Float, Layout

LOW_CONFIDENCE = 0.8
"""Below this confidence the command line says that it is out of its depth."""


def expected_f1(scores: Float, words: Float, layout: Layout) -> Float:
    """Give the best word F1 that each article's scores let expect, one value an article.

    Parameters
    ----------
    scores
        Probability of core of each paragraph.
    words
        Their lengths in words.
    layout
        Which paragraphs make an article.

    Examples
    --------
    >>> layout = Layout.of([2])
    >>> expected_f1(np.array([1.0, 0.0]), np.array([10.0, 5.0]), layout).round(3).tolist()
    [1.0]
    """
    mass = words + 1e-6
    order = np.lexsort((-scores, layout.article))
    hits = _running((scores * mass)[order], layout)
    kept = _running(mass[order], layout)
    reachable = 2 * hits / (kept + layout.total(scores * mass))
    return np.asarray(np.maximum.reduceat(reachable, layout.first))


def decide(scores: Float, words: Float, layout: Layout, *, cut: float) -> tuple[npt.NDArray[np.bool_], Float]:
    """Choose the core paragraphs of each article.

    Parameters
    ----------
    scores, words, layout
        As of `expected_f1`.
    cut
        At which share of the article's expected F1 the line is drawn; theory says 0.5.

    Returns
    -------
    core : numpy.ndarray
        Whether each paragraph is core; at least one of each article is.
    expected : numpy.ndarray
        The expected word F1 of each article.

    Examples
    --------
    >>> layout = Layout.of([3, 1])
    >>> core, _ = decide(np.array([0.9, 0.6, 0.1, 0.1]), np.full(4, 10.0), layout, cut=0.5)
    >>> core.tolist()
    [True, True, False, True]
    """
    expected = expected_f1(scores, words, layout)
    line = np.minimum(cut * expected[layout.article], layout.maximum(scores))
    return scores >= line, expected


def _running(values: Float, layout: Layout) -> Float:
    total = np.cumsum(values)
    before = np.concatenate([[0.0], total])[layout.start]
    return np.asarray(total - before)
