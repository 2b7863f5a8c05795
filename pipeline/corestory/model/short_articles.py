"""Scores of short articles: two or three sentences have no context from which stage 2 could judge them.

Stage 2 learned whole pages, on which most lines are filler. Of a short article, which is all story but for a line or
two, it gives every paragraph a low score. So a logistic regression, learned on short articles, judges their paragraphs
from both stages' log-odds and from what share of the article each is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch_features import LIMIT, BatchFeatures
from corestory.features.shapes import ENDS_AS_SENTENCE
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.scoring import ScoredBatch, as_forced
from corestory.types import Bool, Float

if TYPE_CHECKING:
    from corestory.model.rules import Forced

SHORT_ARTICLE = 200
"""An article of at most so many words is short,"""
MOST_LABELS = 5
"""unless more than so many of its paragraphs do not end as sentences: a short page has menus and headlines around its
story, so stage 2 judges it well."""
SHORT_ARTICLE_SHARE = 0.4
"""The share of its expected word F1 that is the cutoff of a short article."""
SHORT_ARTICLE_DOUBT = 0.25
"""The probability that a short article is one is raised to this power in its confidence.

The network that gives it learned whole pages, and doubts every text of two sentences. With this power 70 % of short
articles of unknown sites have a confidence of 0.8 or more, and 4 % of short texts without a story that it does not
recognise."""


def is_short(features: BatchFeatures) -> Bool:
    """Return which articles of a batch are short; shape (articles,)."""
    words = np.add.reduceat(features.words, features.layout.first)
    labels = features.shape[:, ENDS_AS_SENTENCE] == 0
    of_article = np.add.reduceat(labels, features.layout.first, dtype=np.int64)
    return np.asarray((words <= SHORT_ARTICLE) & (of_article <= MOST_LABELS))


def short_article_features(
    log_odds: Float, by_words: Float, features: BatchFeatures, forced: Forced | None = None
) -> Float:
    """Return the features of the paragraphs of short articles.

    Parameters
    ----------
    log_odds
        Calibrated log-odds of core after stage 2, shape (paragraphs,).
    by_words
        Log-odds by the words and word shapes of stage 1, shape (paragraphs,).
    features
        Of the batch.
    forced
        Paragraphs that a rule decides: their log-odds are no measure of their article.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs, 12): both log-odds, the greatest of each and the mean of the first in the article; the
        logarithms of the words of the paragraph and of the article, and their ratio; whether the paragraph is the
        first, the last, and whether it ends as a sentence, by itself and times the logarithm of its words.
    """
    layout, words = features.layout, features.words
    judged = np.ones(len(words), bool) if forced is None else forced == 0
    ends = features.shape[:, ENDS_AS_SENTENCE]
    total, last = layout.total(words), layout.sizes[layout.article] - 1

    def greatest(values: Float) -> Float:
        return np.maximum.reduceat(np.where(judged, values, -LIMIT), layout.first)[layout.article]

    return np.column_stack(
        [
            log_odds,
            by_words,
            greatest(log_odds),
            greatest(by_words),
            layout.total(log_odds * judged) / np.maximum(layout.total(judged.astype(float)), 1),
            np.log1p(words),
            np.log1p(total),
            words / np.maximum(total, 1),
            layout.position == 0,
            layout.position == last,
            ends,
            ends * np.log1p(words),
        ]
    )


def short_article_scores(
    scored: ScoredBatch, log_odds: Float, settings: Settings, forced: Forced | None = None
) -> Float:
    """Return the scores that the paragraphs of a batch have if its articles are short.

    Parameters
    ----------
    scored
        The batch as stage 1 and stage 2 scored it.
    log_odds
        Its log-odds after stage 2, shape (paragraphs,).
    settings
        Of the model, with weights for short articles.
    forced
        Paragraphs that a rule decides.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,); only those of short articles (`is_short`) mean anything.
    """
    intercept, *weights = settings.short_article
    scaling = settings.platt_scaling(html=scored.html)
    # What is known of a line from other pages is evidence beside that of its own article.
    known = np.zeros(len(log_odds)) if scored.shift is None else scored.shift
    if scored.correction is not None:
        known = known + log_odds - scored.uncorrected
    calibrated = scaling.slope * (log_odds - known) + scaling.offset
    columns = short_article_features(calibrated, scored.stage1[-1].values, scored.features, forced)
    judged = intercept + scaling.slope * known
    # One column after the other: the sums of a product of matrices depend on how many rows there are.
    for column, weight in zip(columns.T, weights, strict=True):
        judged += weight * column
    return as_forced(PlattScaling().probabilities(judged), forced)
