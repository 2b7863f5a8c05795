"""The decision per article: the cutoff that maximises its expected word F1.

The best cutoff for F1 is half the best reachable F1 (Lipton, Elkan and Naryanaswamy, 2014). It is near one half where
the scores are certain, and lower in an article whose scores are all uncertain. At least one paragraph of each article
is core, except on pages without a story.
"""

from __future__ import annotations

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout, sums
from corestory.features.shapes import ENDS_AS_SENTENCE
from corestory.model.ngrams import NgramScorer
from corestory.model.tagged_article import Doubt
from corestory.types import Bool, Float

LOW_CONFIDENCE = 0.8
"""Below this confidence the command line warns that the model may be wrong about the article."""

PAGE_FILLER = 15
"""An article with fewer paragraphs that are surely filler is clean."""

SURE_FILLER = 0.1
"""A paragraph with a lower score is surely filler."""

SURE_ARTICLE = 0.5
"""A page with at least this probability of being an article is always tagged as one."""

MENU_LINES, MENU_WORDS = 8, 25
"""The fewest paragraphs in a row that make a menu, and the most words of each; their scores are below 0.5."""


def expected_f1(scores: Float, words: Float, layout: Layout) -> Float:
    """Return each article's expected word F1, the best that its scores promise; shape (articles,).

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


def is_clean(scores: Float, layout: Layout) -> Bool:
    """Return whether each article is clean: few of its paragraphs are surely filler, as in the output of an extractor.

    A whole page has many such paragraphs: navigation, teasers, the footer. In the output of an extractor, a paragraph
    that looks like filler is more often core than on a whole page, so the cutoff must be lower.
    """
    filler = np.bincount(layout.article, scores < SURE_FILLER, len(layout.sizes))
    return np.asarray(filler < PAGE_FILLER)


def article_cutoffs(
    scores: Float, words: Float, layout: Layout, *, cutoff_share: float, clean_cutoff_share: float | None = None
) -> tuple[Float, Float]:
    """Choose each article's cutoff: the least score of core.

    Parameters
    ----------
    scores, words, layout, cutoff_share, clean_cutoff_share
        As in `decide`.

    Returns
    -------
    cutoffs, expected : numpy.ndarray
        The cutoff and the expected word F1 of each article; shape (articles,). If a cutoff below 0.5 would keep a menu
        (`MENU_LINES`) in an article that has a paragraph scored at least 0.5, the cutoff is 0.5.
    """
    expected = expected_f1(scores, words, layout)
    share: float | Float = cutoff_share
    if clean_cutoff_share is not None:
        share = np.where(is_clean(scores, layout), clean_cutoff_share, cutoff_share)
    highest = np.maximum.reduceat(scores, layout.first)
    cutoffs = np.minimum(share * expected, highest)
    raised = _has_menu((scores >= cutoffs[layout.article]) & (scores < 0.5) & (words <= MENU_WORDS), layout)
    return np.where(raised & (highest >= 0.5), np.maximum(cutoffs, 0.5), cutoffs), expected


def _has_menu(lines: Bool, layout: Layout) -> Bool:
    """Return for each article whether it has `MENU_LINES` of the given lines in a row."""
    rows = np.arange(len(lines))
    last_other = np.maximum.accumulate(np.where(lines, -1, rows))
    in_a_row = rows - np.maximum(last_other, layout.start - 1)
    return np.asarray(np.maximum.reduceat(in_a_row, layout.first) >= MENU_LINES)


def decide(
    scores: Float, words: Float, layout: Layout, *, cutoff_share: float, clean_cutoff_share: float | None = None
) -> tuple[Bool, Float]:
    """Choose the core paragraphs of each article.

    Parameters
    ----------
    scores, words, layout
        As in `expected_f1`.
    cutoff_share
        The share of the article's expected F1 that is its cutoff; 0.5 in theory.
    clean_cutoff_share
        The same for clean articles (`is_clean`). By default `cutoff_share`.

    Returns
    -------
    core : numpy.ndarray
        Whether each paragraph is core; each article has at least one core paragraph.
    expected : numpy.ndarray
        The expected word F1 of each article.

    Examples
    --------
    >>> layout = Layout.of([3, 1])
    >>> core, _ = decide(np.array([0.9, 0.6, 0.1, 0.1]), np.full(4, 10.0), layout, cutoff_share=0.5)
    >>> core.tolist()
    [True, True, False, True]
    """
    cutoffs, expected = article_cutoffs(
        scores, words, layout, cutoff_share=cutoff_share, clean_cutoff_share=clean_cutoff_share
    )
    return scores >= cutoffs[layout.article], expected


def without_story(
    scores: Float, cutoffs: Float, expected: Float, layout: Layout, *, is_article: Float, without: Bool
) -> tuple[Float, Float, Float]:
    """Change the scores, cutoffs and expected F1 of pages without a story.

    Parameters
    ----------
    scores, cutoffs, expected, layout
        As in `article_cutoffs`.
    is_article
        The probability that each page is an article; shape (articles,).
    without
        Which pages have no story; their probability is below `SURE_ARTICLE`.

    Returns
    -------
    scores, cutoffs, expected : numpy.ndarray
        A paragraph is core only if its page is an article. So the scores of a page without a story are multiplied by
        the probability that it is an article, and no score reaches its cutoff. Its expected F1 is the probability that
        it has no story. The expected F1 of an article is multiplied by the probability that it is an article.

    Examples
    --------
    >>> found = without_story(np.array([0.9, 0.5]), np.array([0.5]), np.array([0.8]), Layout.of([2]),
    ...                       is_article=np.array([0.1]), without=np.array([True]))
    >>> [values.round(2).tolist() for values in found]
    [[0.09, 0.05], [0.5], [0.9]]
    """
    lowered = np.where(without[layout.article], scores * is_article[layout.article], scores)
    return (
        lowered,
        np.where(without, SURE_ARTICLE, cutoffs),
        np.where(without, 1 - is_article, expected * is_article),
    )


def _running(values: Float, layout: Layout) -> Float:
    # Sum each article by itself, because the rounding of a sum over the batch depends on the articles before.
    return np.concatenate([np.cumsum(part) for part in np.split(values, layout.first[1:])])


KNOWN_WORDS = 0.5
"""If the model knows a smaller share of an article's words, the article's language is new to the model."""

LEAST_WORDS = 30
"""An article with fewer words is too short to show whether its language is new."""

SURE = 0.5
NO_STORY, ALL_STORY = 0.05, 0.95
"""Shares of an article's words in paragraphs with a score of at least `SURE`: an article below the first may have no
story, and an article above the second may be nothing but story."""


def doubts(scores: Float, confidence: Float, features: BatchFeatures, known: Float) -> list[Doubt | None]:
    """Return the reason why the model may be wrong about each article.

    Parameters
    ----------
    scores
        Probability of core of each paragraph.
    confidence
        The confidence of each article.
    features
        The features of the batch.
    known
        The share of each article's words that the model knows, by `known_words`.

    Returns
    -------
    list of Doubt or None
        None for an article in a known language whose confidence is not low.
    """
    layout = features.layout
    likely = sums(layout.article, features.words * (scores >= SURE), len(layout.sizes))
    share = likely / np.maximum(sums(layout.article, features.words, len(layout.sizes)), 1)
    found: list[Doubt | None] = []
    for of_article, core, sure in zip(known, share, confidence, strict=True):
        if of_article < KNOWN_WORDS:
            found.append(Doubt.LANGUAGE)
        elif sure >= LOW_CONFIDENCE:
            found.append(None)
        else:
            found.append(Doubt.NO_STORY if core < NO_STORY else Doubt.ALL_STORY if core > ALL_STORY else Doubt.UNCLEAR)
    return found


# Constants of `prose_of_new_languages`.

SENTENCE_WORDS = 6
"""The fewest words of prose."""

LEAST_OF_BEST = 0.1
"""The least score of core prose, as a share of the article's highest score."""

MOST_LINKED = 0.5
"""The greatest share of the characters of prose that may be in links."""

UNSURE = 0.7
"""If the highest score of an article is lower, all its scores are low."""

NEAR_CUTOFFS = 0.7, 0.85
"""The least scores of core prose one and two paragraphs from a kept one, as shares of the cutoff, in an article whose
scores are not all low."""


def prose_of_new_languages(scores: Float, cutoffs: Float, features: BatchFeatures, known: Float) -> Bool:
    """Find the core prose of articles in languages that are new to the model.

    If all scores of such an article are low, they differ by chance, because the model knows none of the words. Then
    prose is core unless it scores far less than the best paragraph, as the prose of footers and forms does. If some
    scores are high, the form of the paragraphs was good evidence. Then prose below the cutoff is core only near kept
    paragraphs and near the cutoff.

    Parameters
    ----------
    scores, features, known
        As in `doubts`.
    cutoffs
        The least score of core in each article.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,).
    """
    layout, of_article = features.layout, cutoffs[features.layout.article]
    highest = np.maximum.reduceat(scores, layout.first)
    kept, near = scores >= of_article, (highest < UNSURE)[layout.article]
    for distance, share in enumerate(NEAR_CUTOFFS, start=1):
        beside = layout.neighbours(kept.astype(float), (-distance, distance)).any(axis=1)
        near |= beside & (scores >= share * of_article)
    new = known < KNOWN_WORDS
    if not new.any():
        return np.zeros(len(scores), bool)
    prose = (features.words >= SENTENCE_WORDS) & (features.shape[:, ENDS_AS_SENTENCE] > 0)
    if features.batch.markup is not None:
        prose &= features.batch.markup.link_density <= MOST_LINKED
    return np.asarray(prose & new[layout.article] & near & (scores >= LEAST_OF_BEST * highest[layout.article]))


def known_words(features: BatchFeatures, words: NgramScorer) -> Float:
    """Return the share of each article's words that the model knows; 1 for an article of fewer than `LEAST_WORDS`."""
    terms, count = features.terms, len(features.layout.sizes)
    article = features.layout.article.take(terms.row)
    # Every known word has a smaller inverse document frequency than an unknown one.
    known = sums(article, (terms.idf < float(words.unknown_idf)).take(terms.number), count)
    total = np.bincount(article, minlength=count)
    return np.where(total < LEAST_WORDS, 1.0, known / np.maximum(total, 1))
