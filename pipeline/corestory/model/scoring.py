"""Both stages over a batch of articles, and the scores of short articles: arithmetic on arrays, without scikit-learn.

Two or three sentences have no context from which stage 2 could judge them: it learned whole pages, on which most lines
are filler. Of a short article, which is all story but for a line or two, it gives every paragraph a low score. So a
logistic regression, learned on short articles, judges their paragraphs from both stages' log-odds and from what share
of the article each is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LIMIT, MARKUP, OWN_WORDS, LogOdds
from corestory.features.shapes import ENDS_AS_SENTENCE
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.correction import AddedLogOdds, Correction, correction_of
from corestory.model.kinds import KindHead
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer
from corestory.model.site_memory import BEFORE_CONTEXT
from corestory.types import Bool, Float

if TYPE_CHECKING:
    from corestory.model.rules import Forced

Values = TypeVar("Values", Float, Bool)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The learned arrays of the second look at the kept story (`corestory.model.second_look`).

    Attributes
    ----------
    words, forms
        Scorers of single lines, fitted on filler and story lines that may stand in a story; their log-odds are added.
    network
        Reads these and the features of stage 2 without markup.
    """

    words: NgramScorer
    forms: NgramScorer
    network: Network


@dataclass(frozen=True)
class Weights:
    """The learned arrays of a model.

    Attributes
    ----------
    words
        Stage 1 over a paragraph's words.
    text
        Stage 2 for paragraphs without markup.
    markup
        Stage 1 over markup words; None in a model that was trained without markup.
    html
        Stage 2 for paragraphs with markup; None in a model that was trained without.
    forms
        Stage 1 over word shapes, which needs no language; its log-odds are added to those of `words`.
    article
        Tells articles from pages without a story by `corestory.model.pages`; None in a model that was
        trained on too few such pages.
    article_words
        Scorer of lines whose log-odds the network `article` reads too (`corestory.model.pages`); None if it
        does not.
    second_look
        The second look at the kept story; None in a model without.
    kinds
        Tells the kind of filler and the role of core; None in a model that was trained without kinds.
    corrections
        What the model was adapted to, the first adaptation first.
    """

    words: NgramScorer
    text: Network
    markup: NgramScorer | None = None
    html: Network | None = None
    forms: NgramScorer | None = None
    article: Network | None = None
    article_words: NgramScorer | None = None
    second_look: SecondLook | None = None
    kinds: KindHead | None = None
    corrections: tuple[Correction, ...] = ()

    def network(self, *, html: bool) -> Network:
        """Stage 2, with markup if the model has it, or without."""
        return self.html if html and self.html is not None else self.text


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """The scores of a batch, before calibration.

    Attributes
    ----------
    features
        The features of the batch.
    html
        Whether the networks for markup scored it.
    stage1
        Log-odds of each scorer of stage 1, that of words last.
    log_odds
        Log-odds of core after stage 2, shape (paragraphs,).
    correction
        The part of the log-odds that the corrections of an adapted model added; None in a model that has none.
    shift
        The part that a site memory added; None without one.
    """

    features: BatchFeatures
    html: bool
    stage1: tuple[LogOdds, ...]
    log_odds: Float
    correction: AddedLogOdds | None = None
    shift: Float | None = None

    @property
    def uncorrected(self) -> Float:
        """The log-odds without the corrections."""
        return self.log_odds if self.correction is None else self.log_odds - self.correction.total


def stage1_log_odds(features: BatchFeatures, weights: Weights) -> tuple[LogOdds, ...]:
    """Score paragraphs by words and word shapes, and before them by markup words if the model uses markup."""
    by_words = weights.words.log_odds(features.tokens)
    if weights.forms is not None:
        by_words = by_words + weights.forms.log_odds(features.forms)
    if features.batch.markup is None or weights.markup is None or weights.html is None:
        return (LogOdds(OWN_WORDS, by_words),)
    markup_tokens, number = features.markup_tokens
    return LogOdds(MARKUP, weights.markup.log_odds(markup_tokens)[number]), LogOdds(OWN_WORDS, by_words)


def score_batch(
    batch: Batch, weights: Weights, *, forced: Forced | None = None, shift: Float | None = None
) -> ScoredBatch:
    """Score a batch's paragraphs.

    Parameters
    ----------
    batch
        The articles. The networks for markup score it if it has markup and the model has such networks.
    weights
        The model.
    forced
        As in `corestory.model.rules.Rules.forced`. Forced paragraphs have the greatest or least log-odds from stage 1
        on, so that the scores of their neighbours follow from that.
    shift
        Added to the log-odds after stage 2, and `BEFORE_CONTEXT` of it to those of stage 1, so that the scores of
        neighbours follow from that (`corestory.model.site_memory.shifts`). None adds nothing.

    Returns
    -------
    ScoredBatch
    """
    features = BatchFeatures(batch, weights.words.idf_of)
    stage1 = tuple(
        LogOdds(group, _with_forced(values if shift is None else values + BEFORE_CONTEXT * shift, forced))
        for group, values in stage1_log_odds(features, weights)
    )
    html = len(stage1) > 1
    columns = features.columns(stage1, html=html)
    log_odds = _with_forced(weights.network(html=html).log_odds(columns.matrix(), batch.layout), forced)
    correction = correction_of(weights.corrections, features, log_odds, html=html)
    for added in (None if correction is None else correction.total, shift):
        if added is not None:
            log_odds = _with_forced(log_odds + added, forced)
    return ScoredBatch(features, html, stage1, log_odds, correction, shift)


def with_correction(scored: ScoredBatch, added: AddedLogOdds) -> ScoredBatch:
    """Correct a scored batch once more."""
    correction = added if scored.correction is None else scored.correction + added
    return replace(scored, log_odds=scored.log_odds + added.total, correction=correction)


def _with_forced(log_odds: Float, forced: Forced | None) -> Float:
    return log_odds if forced is None else np.where(forced != 0, LIMIT * forced, log_odds)


def as_forced(values: Values, forced: Forced | None) -> Values:
    """Put 1 for paragraphs that a rule makes core, and 0 for those that it makes filler."""
    return values if forced is None else np.where(forced != 0, forced > 0, values)


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
