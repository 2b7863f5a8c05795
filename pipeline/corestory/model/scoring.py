"""Both stages over a batch of articles, and the scores of short articles: arithmetic on arrays, without scikit-learn.

Two or three sentences give stage 2 too little context: it learned from whole pages, on which most lines are filler. So
it gives every paragraph of a short article a low score, though all but a line or two are story. A logistic regression
that was fitted on short articles therefore scores their paragraphs, by the log-odds of both stages and by the
paragraph's share of the article.
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
        Scorers of single lines, fitted on filler lines and story lines inside stories; their log-odds are added up.
    network
        A network over these log-odds and the features of stage 2 without markup.
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
        Stage 2 for paragraphs with markup; None in a model that was trained without markup.
    forms
        Stage 1 over word shapes, which are the same in all languages; its log-odds are added to those of `words`.
    article
        The network that recognises pages without a story (`corestory.model.pages`); None in a model that was
        trained on too few such pages.
    article_words
        The scorer of lines whose log-odds the network `article` also reads (`corestory.model.pages`); None if the
        network does not read them.
    second_look
        The second look at the kept story; None in a model without one.
    kinds
        Predicts the kinds of filler and the roles of core; None in a model that was trained without kinds.
    corrections
        The corrections of the model's adaptations, oldest first.
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
        """Return the network of stage 2: the one for markup if it is asked for and the model has it."""
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
        Log-odds of each scorer of stage 1, those of words last.
    log_odds
        Log-odds of core after stage 2, with corrections and shift; shape (paragraphs,).
    correction
        The part of the log-odds that the corrections of an adapted model added; None in a model that has none.
    shift
        The part of the log-odds that a site memory added; None without one.
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
    """Return stage-1 log-odds: by markup words if the model uses markup, then by words and word shapes."""
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
        on, so that the scores of their neighbours take account of them.
    shift
        Added to the log-odds after stage 2 (`corestory.model.site_memory.shifts`). The share `BEFORE_CONTEXT` of it is
        added to those of stage 1, so that the scores of neighbours take account of it. None adds nothing.

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
    """Add a further correction to a scored batch."""
    correction = added if scored.correction is None else scored.correction + added
    return replace(scored, log_odds=scored.log_odds + added.total, correction=correction)


def _with_forced(log_odds: Float, forced: Forced | None) -> Float:
    return log_odds if forced is None else np.where(forced != 0, LIMIT * forced, log_odds)


def as_forced(values: Values, forced: Forced | None) -> Values:
    """Set the values of paragraphs that a user's rule makes core to 1, and of those that it makes filler to 0."""
    return values if forced is None else np.where(forced != 0, forced > 0, values)


SHORT_ARTICLE = 200
"""The most words of a short article."""
MOST_LABELS = 5
"""The most paragraphs of a short article that do not end as sentences. With more, it is a short page with menus and
headlines around its story, which stage 2 judges well."""
SHORT_ARTICLE_SHARE = 0.4
"""The share of a short article's expected word F1 that is its cutoff."""
SHORT_ARTICLE_DOUBT = 0.25
"""The power to which `is_article` is raised in the confidence of a short article.

The network that computes `is_article` learned from whole pages, and gives every text of two sentences a low
probability. With this power, 70 % of short articles of unknown sites have a confidence of 0.8 or more. So have 4 % of
the short texts without a story that the network does not recognise."""


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
        The features of the batch.
    forced
        As in `score_batch`. The means and maxima of an article leave forced paragraphs out.

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
    """Return the scores of the paragraphs of a batch as if all its articles were short.

    Parameters
    ----------
    scored
        The batch as stage 1 and stage 2 scored it.
    log_odds
        Its log-odds after stage 2, shape (paragraphs,).
    settings
        The settings of the model, with weights for short articles.
    forced
        As in `score_batch`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,); only the scores of short articles (`is_short`) are valid.
    """
    intercept, *weights = settings.short_article
    scaling = settings.platt_scaling(html=scored.html)
    # Evidence from other pages (corrections and shift) bypasses the regression and is added to its result.
    known = np.zeros(len(log_odds)) if scored.shift is None else scored.shift
    if scored.correction is not None:
        known = known + log_odds - scored.uncorrected
    calibrated = scaling.slope * (log_odds - known) + scaling.offset
    columns = short_article_features(calibrated, scored.stage1[-1].values, scored.features, forced)
    judged = intercept + scaling.slope * known
    # Add one column at a time, because the sums of a matrix product depend on the number of rows.
    for column, weight in zip(columns.T, weights, strict=True):
        judged += weight * column
    return as_forced(PlattScaling().probabilities(judged), forced)
