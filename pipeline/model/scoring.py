"""Both stages over a batch of articles: arithmetic on arrays, without scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.features.batch import Batch
from pipeline.features.evidence import Evidence
from pipeline.features.layout import Float
from pipeline.features.tokens import Tokens, tokenise
from pipeline.model.network import Network
from pipeline.model.ngrams import NgramScorer


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling: what makes log-odds honest, ``slope * log_odds + offset`` (Platt, 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, log_odds: Float) -> Float:
        """Probabilities."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * log_odds + self.offset, -30, 30))))


@dataclass(frozen=True, slots=True)
class Parts:
    """The arrays of a tagger.

    Attributes
    ----------
    words
        Stage 1 over a paragraph's words.
    text
        Stage 2 for paragraphs without markup: one network a round; each round sees the scores of the one before.
    markup
        Stage 1 over markup words; None in a model that was trained without markup.
    html
        Stage 2 for paragraphs with markup, empty in a model that was trained without.
    """

    words: NgramScorer
    text: tuple[Network, ...]
    markup: NgramScorer | None
    html: tuple[Network, ...]


def gather(batch: Batch, words: NgramScorer) -> tuple[Evidence, Tokens]:
    """Compute a batch's evidence and unigrams; a word's weight in the topic is the words stage's."""
    tokens = tokenise(batch.texts)
    titles = tokenise(batch.titles)
    evidence = Evidence(batch, tokens, words.unigram_idf(tokens), titles, words.unigram_idf(titles))
    return evidence, tokens


def score_batch(batch: Batch, parts: Parts) -> tuple[Float, Float, Evidence]:
    """Score a batch's paragraphs.

    Parameters
    ----------
    batch
        The articles; with markup the HTML networks score them, if the model has any.
    parts
        The model.

    Returns
    -------
    stage2, stage1 : numpy.ndarray
        Log-odds of core after context, not yet calibrated, and of words alone.
    evidence : Evidence
    """
    evidence, tokens = gather(batch, parts.words)
    stage1 = parts.words.log_odds(tokens)
    if batch.markup is not None and parts.markup is not None and parts.html:
        opinions = [parts.markup.log_odds(tokenise(batch.markup.words)), stage1]
        scores = rounds(parts.html, opinions, evidence, html=True)
    else:
        scores = rounds(parts.text, [stage1], evidence, html=False)
    return scores, stage1, evidence


def rounds(networks: tuple[Network, ...], opinions: list[Float], evidence: Evidence, *, html: bool) -> Float:
    """Stage 2, round by round (stacked sequential learning: Cohen and Carvalho, 2005; auto-context: Tu, 2008)."""
    features = evidence.html_features if html else evidence.text_features
    scores = networks[0].log_odds(features(opinions))
    for network in networks[1:]:
        scores = network.log_odds(features([scores, *opinions]))
    return scores
