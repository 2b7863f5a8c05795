"""Both stages over a batch of articles: arithmetic on arrays, without scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch import Batch
from corestory.features.evidence import LIMIT, Evidence
from corestory.features.layout import Float
from corestory.features.paragraphs import read_paragraphs
from corestory.features.terms import number_words
from corestory.features.tokens import tokenise
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer

if TYPE_CHECKING:
    from corestory.model.rules import Forced


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
    forms
        Stage 1 over the form of the words, which knows no language; its log-odds are added to those of `words`.
    """

    words: NgramScorer
    text: tuple[Network, ...]
    markup: NgramScorer | None
    html: tuple[Network, ...]
    forms: NgramScorer | None = None


def gather(batch: Batch, words: NgramScorer) -> Evidence:
    """Compute a batch's evidence; a word's weight in the topic is the words stage's."""
    read, titles = read_paragraphs(batch.texts), tokenise(batch.titles)
    return Evidence(batch, read, *number_words((read.tokens, titles), words.idf_of))


def opinions_of(evidence: Evidence, parts: Parts) -> list[Float]:
    """Stage 1: log-odds of each paragraph by words and their form, and before them by markup where that is used."""
    by_words = parts.words.log_odds(evidence.tokens)
    if parts.forms is not None:
        by_words = by_words + parts.forms.log_odds(evidence.forms)
    if evidence.batch.markup is None or parts.markup is None or not parts.html:
        return [by_words]
    markup_tokens, place = evidence.markup_tokens
    return [parts.markup.log_odds(markup_tokens)[place], by_words]


def score_batch(batch: Batch, parts: Parts, *, forced: Forced | None = None) -> tuple[Float, Float, Evidence]:
    """Score a batch's paragraphs.

    Parameters
    ----------
    batch
        The articles; with markup the HTML networks score them, if the model has any.
    parts
        The model.
    forced
        As of `corestory.model.rules.Rules.forced`: such paragraphs are as sure as can be from stage 1 on, so that their
        neighbours are judged by it.

    Returns
    -------
    stage2, stage1 : numpy.ndarray
        Log-odds of core after context, not yet calibrated, and of words alone.
    evidence : Evidence
    """
    evidence = gather(batch, parts.words)
    opinions = [_with_forced(opinion, forced) for opinion in opinions_of(evidence, parts)]
    html = len(opinions) > 1
    scores = rounds(parts.html if html else parts.text, opinions, evidence, html=html, forced=forced)
    return scores, opinions[-1], evidence


def rounds(
    networks: tuple[Network, ...],
    opinions: list[Float],
    evidence: Evidence,
    *,
    html: bool,
    forced: Forced | None = None,
) -> Float:
    """Stage 2, round by round (stacked sequential learning: Cohen and Carvalho, 2005; auto-context: Tu, 2008)."""
    features = evidence.html_features if html else evidence.text_features
    scores = _with_forced(networks[0].log_odds(features(opinions)), forced)
    for network in networks[1:]:
        scores = _with_forced(network.log_odds(features([scores, *opinions])), forced)
    return scores


def _with_forced(log_odds: Float, forced: Forced | None) -> Float:
    return log_odds if forced is None else np.where(forced != 0, LIMIT * forced, log_odds)
