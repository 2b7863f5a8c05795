"""Reasons to doubt a tagged article: its language, or that it hardly is an article."""

from __future__ import annotations

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import sums
from corestory.model.decision import LOW_CONFIDENCE
from corestory.model.ngrams import NgramScorer
from corestory.model.tagged_article import Doubt
from corestory.types import Float

KNOWN_WORDS = 0.5
"""If the model knows a smaller share of an article's words, it has hardly seen the article's language."""

LEAST_WORDS = 30
"""An article with fewer words shows nothing about its language."""

SURE = 0.5
NO_STORY, ALL_STORY = 0.05, 0.95
"""Shares of an article's words in paragraphs with a score of at least `SURE`: a smaller share looks like no story, a
greater share like nothing but story."""


def doubts(scores: Float, confidence: Float, features: BatchFeatures, words: NgramScorer) -> list[Doubt | None]:
    """Give the reason why the model may be wrong about each article.

    Parameters
    ----------
    scores
        Probability of core of each paragraph.
    confidence
        Of each article.
    features
        Of the batch.
    words
        The scorer of words.

    Returns
    -------
    list of Doubt or None
        None for an article in a known language whose confidence is not low.
    """
    layout = features.layout
    likely = sums(layout.article, features.words * (scores >= SURE), len(layout.sizes))
    share = likely / np.maximum(sums(layout.article, features.words, len(layout.sizes)), 1)
    found: list[Doubt | None] = []
    for known, core, sure in zip(known_words(features, words), share, confidence, strict=True):
        if known < KNOWN_WORDS:
            found.append(Doubt.LANGUAGE)
        elif sure >= LOW_CONFIDENCE:
            found.append(None)
        else:
            found.append(Doubt.NO_STORY if core < NO_STORY else Doubt.ALL_STORY if core > ALL_STORY else Doubt.UNCLEAR)
    return found


def known_words(features: BatchFeatures, words: NgramScorer) -> Float:
    """Give the share of each article's words that the model knows; 1 for an article with less than `LEAST_WORDS`."""
    terms, count = features.terms, len(features.layout.sizes)
    article = features.layout.article.take(terms.row)
    # Every known word has a smaller inverse document frequency than an unknown one.
    known = sums(article, (terms.idf < float(words.unknown_idf)).take(terms.number), count)
    total = np.bincount(article, minlength=count)
    return np.where(total < LEAST_WORDS, 1.0, known / np.maximum(total, 1))
