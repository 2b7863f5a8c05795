"""The decisions on a scored batch: calibration, cutoffs, pages without a story, line rules and the second look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corestory.line_rules.filler_rules import NO_RULE, filler_rules
from corestory.line_rules.headlines import in_other_stories, lowered, own_headlines
from corestory.line_rules.other_stories import other_stories_in_texts
from corestory.line_rules.patterns import without_link_numbers
from corestory.line_rules.second_stories import repeated_stories
from corestory.model.decision import (
    article_cutoffs,
    known_words,
    prose_of_new_languages,
    without_story,
)
from corestory.model.pages import JudgedPages, judged_pages
from corestory.model.scoring import (
    SHORT_ARTICLE_DOUBT,
    SHORT_ARTICLE_SHARE,
    ScoredBatch,
    Weights,
    as_forced,
    is_short,
    short_article_scores,
)
from corestory.model.second_look import scores_after_second_look
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    from corestory.model.calibration import Settings
    from corestory.model.rules import Forced


class FoundByRules(NamedTuple):
    """The kept paragraphs that line rules drop; shape (paragraphs,) each.

    Attributes
    ----------
    headline, other_story
        Whether each is the headline of its article, and whether each belongs to another story than the page's own.
    filler_rule
        The number of the rule that makes each filler, as returned by `corestory.line_rules.filler_rules`.
    """

    headline: Bool
    other_story: Bool
    filler_rule: Int

    @property
    def any(self) -> Bool:
        """Which paragraphs any rule drops."""
        return np.asarray(self.headline | self.other_story | (self.filler_rule != NO_RULE))


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """A scored batch and its decisions.

    Attributes
    ----------
    scored
        The batch before calibration.
    scores
        Calibrated scores after the second look, shape (paragraphs,).
    core
        Whether each paragraph is core, shape (paragraphs,).
    cutoffs, confidence
        The least score of core in each article, and the confidence in it; shape (articles,).
    pages
        Which pages have no story; None if the model cannot recognise them.
    first_scores
        The calibrated scores before short articles, new languages, line rules and the second look changed them;
        shape (paragraphs,).
    second_look
        The scores of the second look, shape (paragraphs,).
    known_words
        The share of each article's words that the model knows, shape (articles,).
    found
        The paragraphs that line rules drop.
    new_language, short_article
        Which paragraphs are prose of a language new to the model, and which have their score from the regression for
        short articles; shape (paragraphs,).
    """

    scored: ScoredBatch
    scores: Float
    core: Bool
    cutoffs: Float
    confidence: Float
    pages: JudgedPages | None
    first_scores: Float
    second_look: Float
    known_words: Float
    found: FoundByRules
    new_language: Bool
    short_article: Bool


def decided_batch(
    scored: ScoredBatch,
    weights: Weights,
    settings: Settings,
    *,
    threshold: float | None = None,
    forced: Forced | None = None,
) -> DecidedBatch:
    """Decide which paragraphs of a scored batch are core; parameters as in `score_batch` and `Tagger.tag_stream`."""
    features, layout = scored.features, scored.features.layout
    known = known_words(features, weights.words)
    first, pages = _first_decision(scored, known, weights, settings, forced)
    short = is_short(features) & (True if pages is None else ~pages.without)
    scores, cutoffs, expected = _with_short_articles(scored, first, short, pages, settings, forced)
    before_rules = scores
    prose = prose_of_new_languages(scores, cutoffs, features, known)
    scores = as_forced(np.where(prose, np.maximum(scores, cutoffs[layout.article]), scores), forced)
    found = _found_by_rules(scored, scores >= cutoffs[layout.article], settings)
    dropped = found.any
    scores = as_forced(lowered(scores, dropped), forced)
    scores, second = scores_after_second_look(
        scored, scores, cutoffs, found.headline, dropped, weights, settings, forced
    )
    threshold = settings.threshold if threshold is None else threshold
    if threshold is not None:
        cutoffs = np.full(len(cutoffs), threshold)
    core = as_forced(scores >= cutoffs[layout.article], forced)
    in_short = short[layout.article] & (scores == before_rules)
    confidence = np.interp(expected, settings.confidence_expected, settings.confidence_measured)
    return DecidedBatch(
        scored, scores, core, cutoffs, confidence, pages, first.scores, second, known, found, prose, in_short
    )


class _Calibrated(NamedTuple):
    """Scores, shape (paragraphs,), and the cutoff and the expected word F1 of each article, shape (articles,)."""

    scores: Float
    cutoffs: Float
    expected: Float


def _first_decision(
    scored: ScoredBatch, known: Float, weights: Weights, settings: Settings, forced: Forced | None
) -> tuple[_Calibrated, JudgedPages | None]:
    """Calibrate the scores, choose the cutoffs, and find the pages without a story."""
    scaling = settings.platt_scaling(html=scored.html)
    first = _with_cutoffs(
        scored,
        lambda log_odds: as_forced(scaling.probabilities(log_odds), forced),
        settings.cutoff_share,
        settings.clean_cutoff_share,
    )
    pages = judged_pages(scored, first.scores, first.expected, known, weights, settings)
    if pages is None:
        return first, None
    scores, cutoffs, expected = without_story(
        *first, scored.features.layout, is_article=pages.is_article, without=pages.without
    )
    return _Calibrated(as_forced(scores, forced), cutoffs, expected), pages


def _with_short_articles(
    scored: ScoredBatch,
    first: _Calibrated,
    short: Bool,
    pages: JudgedPages | None,
    settings: Settings,
    forced: Forced | None,
) -> _Calibrated:
    """Replace the scores, cutoffs and expected F1 of short articles by those of the regression for short articles."""
    if not (settings.short_article and short.any()):
        return first
    own = _with_cutoffs(
        scored, lambda log_odds: short_article_scores(scored, log_odds, settings, forced), SHORT_ARTICLE_SHARE
    )
    expected = own.expected if pages is None else own.expected * pages.is_article**SHORT_ARTICLE_DOUBT
    return _Calibrated(
        np.where(short[scored.features.layout.article], own.scores, first.scores),
        np.where(short, own.cutoffs, first.cutoffs),
        np.where(short, expected, first.expected),
    )


def _found_by_rules(scored: ScoredBatch, kept: Bool, settings: Settings) -> FoundByRules:
    """Apply the rules for other stories, headlines and filler; each reads what the rules before it have kept."""
    batch, words = without_link_numbers(scored.features.batch), scored.features.words
    again = repeated_stories(batch, words, kept)
    once = kept & ~again
    other = again | in_other_stories(scored.features, once) | other_stories_in_texts(batch, words, once)
    headline = np.zeros(len(kept), bool)
    if settings.drop_headlines:
        headings = scored.features.main_headings if scored.html else None
        headline = own_headlines(batch, words, kept & ~other, headings, other)
    rule = np.full(len(kept), NO_RULE)
    if settings.drop_sure_filler:
        rule = filler_rules(batch, words, kept & ~other & ~headline)
    return FoundByRules(headline, other, rule)


def _with_cutoffs(
    scored: ScoredBatch, scores_of: Callable[[Float], Float], share: float, clean_share: float | None = None
) -> _Calibrated:
    """Turn the log-odds of a batch into scores, and choose the cutoffs."""
    layout, words = scored.features.layout, scored.features.words

    def cutoffs_of(scores: Float) -> tuple[Float, Float]:
        return article_cutoffs(scores, words, layout, cutoff_share=share, clean_cutoff_share=clean_share)

    scores = scores_of(scored.log_odds)
    cutoffs, expected = cutoffs_of(scores)
    if scored.correction is not None and scored.correction.of_lines.any():
        # Corrections of known lines are no evidence about the other lines, so they must not change the cutoff.
        before, _ = cutoffs_of(scores_of(scored.log_odds - scored.correction.of_lines))
        cutoffs = np.minimum(before, np.maximum.reduceat(scores, layout.first))
    return _Calibrated(scores, cutoffs, expected)
