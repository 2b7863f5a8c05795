"""The decision per article: keep what maximises its expected word F1.

For F1 the best cut lies at half the best reachable F1 (Lipton, Elkan and Naryanaswamy, 2014): near one half where the
scores are sure, lower where an article is doubtful throughout, and never so high that the article is left empty.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Float, Layout

LOW_CONFIDENCE = 0.8
"""Below this confidence the command line says that it is out of its depth."""

PAGE_FILLER = 15
"""An article is clean if fewer of its paragraphs are surely filler."""

SURE_FILLER = 0.1
"""Paragraphs scored less are surely filler."""


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
    order = layout.order(-scores)
    hits = _running((scores * mass)[order], layout)
    kept = _running(mass[order], layout)
    reachable = 2 * hits / (kept + layout.total(scores * mass))
    return np.asarray(np.maximum.reduceat(reachable, layout.first))


def is_clean(scores: Float, layout: Layout) -> npt.NDArray[np.bool_]:
    """Say of each article whether it has few paragraphs that are surely filler, as behind an extractor.

    A whole page has many: navigation, teasers, the foot. Of an extractor's output what looks like filler is core more
    often than on a page, and the line belongs lower.
    """
    filler = np.bincount(layout.article, scores < SURE_FILLER, len(layout.sizes))
    return np.asarray(filler < PAGE_FILLER)


def article_lines(
    scores: Float, words: Float, layout: Layout, *, cut: float, clean_cut: float | None = None
) -> tuple[Float, Float]:
    """Draw each article's line: the least score of core.

    Parameters
    ----------
    scores, words, layout, cut, clean_cut
        As of `decide`.

    Returns
    -------
    lines, expected : numpy.ndarray
        The line and the expected word F1 of each article.
    """
    expected = expected_f1(scores, words, layout)
    cuts = cut if clean_cut is None else np.where(is_clean(scores, layout), clean_cut, cut)
    return np.minimum(cuts * expected, np.maximum.reduceat(scores, layout.first)), expected


def decide(
    scores: Float, words: Float, layout: Layout, *, cut: float, clean_cut: float | None = None
) -> tuple[npt.NDArray[np.bool_], Float]:
    """Choose the core paragraphs of each article.

    Parameters
    ----------
    scores, words, layout
        As of `expected_f1`.
    cut
        At which share of the article's expected F1 the line is drawn; theory says 0.5.
    clean_cut
        The same for articles that are clean (`is_clean`): what an extractor has left in is rarely filler. By default
        `cut`.

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
    lines, expected = article_lines(scores, words, layout, cut=cut, clean_cut=clean_cut)
    return scores >= lines[layout.article], expected


def _running(values: Float, layout: Layout) -> Float:
    # Each article by itself: one sum over the batch, less what is before, would depend in its last bits on that.
    return np.concatenate([np.cumsum(part) for part in np.split(values, layout.first[1:])])
