"""Why a tagger is out of its depth with an article: its language, or that it hardly is an article."""

from __future__ import annotations

import numpy as np

from corestory.features.evidence import Evidence
from corestory.features.layout import Float, sums
from corestory.model.decision import LOW_CONFIDENCE
from corestory.model.ngrams import NgramScorer
from corestory.model.tagged_article import Doubt

KNOWN_WORDS = 0.5
"""An article of whose words less than this share is known is in a language that the model has hardly seen."""

TELLING_WORDS = 30
"""Fewer words than this tell nothing of a language."""

SURE = 0.5
HARDLY, NEARLY = 0.05, 0.95
"""Shares of an article's words in paragraphs more likely core than not: below, hardly anything; above, nearly all."""


def doubts(scores: Float, confidence: Float, evidence: Evidence, words: NgramScorer) -> list[Doubt | None]:
    """Give a reason for each article with which the tagger is out of its depth.

    Parameters
    ----------
    scores
        Probability of core of each paragraph.
    confidence
        One value an article.
    evidence
        Of the batch.
    words
        The scorer that knows words.

    Returns
    -------
    list of Doubt or None
        None for an article that is of a known language, and whose confidence is not low.
    """
    layout = evidence.layout
    likely = sums(layout.article, evidence.words * (scores >= SURE), len(layout.sizes))
    share = likely / np.maximum(sums(layout.article, evidence.words, len(layout.sizes)), 1)
    found: list[Doubt | None] = []
    for known, core, sure in zip(known_words(evidence, words), share, confidence, strict=True):
        if known < KNOWN_WORDS:
            found.append(Doubt.LANGUAGE)
        elif sure >= LOW_CONFIDENCE:
            found.append(None)
        else:
            found.append(Doubt.NO_STORY if core < HARDLY else Doubt.ALL_STORY if core > NEARLY else Doubt.UNCLEAR)
    return found


def known_words(evidence: Evidence, words: NgramScorer) -> Float:
    """Give the share of each article's words that the model knows, 1 for an article of less than `TELLING_WORDS`."""
    terms, count = evidence.terms, len(evidence.layout.sizes)
    article = evidence.layout.article.take(terms.row)
    # No known word is as rare as one that is not known.
    known = sums(article, (terms.idf < float(words.unknown_idf)).take(terms.number), count)
    total = np.bincount(article, minlength=count)
    return np.where(total < TELLING_WORDS, 1.0, known / np.maximum(total, 1))
