"""Pages without a story: which pages of a batch have none, and what they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout, sums
from corestory.line_rules.other_stories import only_teaser_runs
from corestory.line_rules.page_titles import is_title_without_story
from corestory.line_rules.teasers import only_teasers
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.decision import KNOWN_WORDS
from corestory.model.network import Network
from corestory.model.page_features import article_features, with_words, word_features
from corestory.model.scoring import ScoredBatch, Weights
from corestory.model.tagged_article import Doubt, NoStory, TaggedArticle
from corestory.types import Bool, Float, Float32

LONG_PARAGRAPH, FEW_LONG = 20, 0.25
"""A page is a list of links if at most this share of its words is in paragraphs of so many words or more, ..."""

MANY_PARAGRAPHS = 12
"""... and it has so many paragraphs."""

LEAST_PAGE_WORDS = 15
"""A page with fewer words always counts as an article: too little to tell the two apart."""

IN_SECTIONS = 0.3
"""From this score on a paragraph counts as kept where the page of a section is recognised: its teasers score low."""

LIKELY = 0.5
"""From this probability on, a text of headlines and short paragraphs is an article: a list of sights, short answers."""

MOST_OF_NAMED = 150
"""A page whose title is that of a form, an offer or an error has less words in long paragraphs, or is about one."""

SHORT_PAGE = 250
"""Other pages with fewer words are short."""


@dataclass(frozen=True, slots=True)
class JudgedPages:
    """Which pages of a batch are articles.

    Attributes
    ----------
    is_article
        Probability that each page is one; shape (pages,).
    without
        Whether each has no story; shape (pages,).
    """

    is_article: Float
    without: Bool

    def applied(self, tagged: Sequence[TaggedArticle], features: BatchFeatures) -> list[TaggedArticle]:
        """Give tagged articles their probability, and those without a story the reason.

        An article whose language is new to the model keeps that doubt; there is no other doubt about a page of which
        the model says that it has no story, and no reason where the user's rules or threshold made a paragraph core.
        """
        reasons = _reasons(features)
        return [
            replace(
                article,
                is_article=probability,
                no_story=reason if without and not article.core.any() else None,
                doubt=article.doubt if not without or article.doubt is Doubt.LANGUAGE else None,
            )
            for article, probability, without, reason in zip(
                tagged, self.is_article.tolist(), self.without.tolist(), reasons, strict=True
            )
        ]


def judged_pages(
    scored: ScoredBatch, scores: Float, expected: Float, known: Float, weights: Weights, settings: Settings
) -> JudgedPages | None:
    """Judge which pages are articles.

    Parameters
    ----------
    scored
        The scored batch.
    scores
        Its calibrated scores.
    expected
        The expected word F1 of each page by these scores.
    known
        The share of each page's words that the model knows, as of `corestory.model.decision.known_words`.
    weights, settings
        The model's.

    Returns
    -------
    JudgedPages or None
        None if the model has no weights for this. A page in a language that is new to the model always counts as an
        article: the model knows too few of its words to refuse it.
    """
    if weights.article is None:
        return None
    found = article_features(scores, scored.stage1[-1].values, expected, scored.features, html=scored.html)
    if weights.article_words is not None:
        found = with_words(found, word_features(scores, scored.features, weights.article_words))
    is_article = article_probabilities(weights.article, found)
    # No part of the network: half of the cutoff, so that the page is recognised and its probability is not zero.
    batch, words, seen = scored.features.batch, scored.features.words, scores >= IN_SECTIONS
    doubtful = seen & (is_article < LIKELY)[scored.features.layout.article]
    listed = only_teasers(batch, words, seen) | only_teaser_runs(batch, words, doubtful)
    long = sums(scored.features.layout.article, words * (words >= LONG_PARAGRAPH), len(listed))
    listed |= (long < MOST_OF_NAMED) & np.array([is_title_without_story(title) for title in batch.titles], bool)
    is_article = np.where(listed, np.minimum(is_article, settings.article_cutoff(html=scored.html) / 2), is_article)
    layout = scored.features.layout
    enough = sums(layout.article, scored.features.words, len(layout.sizes)) >= LEAST_PAGE_WORDS
    without = enough & (known >= KNOWN_WORDS) & (is_article < settings.article_cutoff(html=scored.html))
    return JudgedPages(is_article, without)


def article_probabilities(network: Network, features: Float32) -> Float:
    """Return the probability that each page is an article, by its features; shape (pages,)."""
    # To the network, a page is one row of an article by itself.
    log_odds = network.log_odds(features, Layout.of(np.ones(len(features), np.int64)))
    return PlattScaling().probabilities(log_odds)


def _reasons(features: BatchFeatures) -> list[NoStory]:
    layout, words = features.layout, features.words
    count = len(layout.sizes)
    total = sums(layout.article, words, count)
    long = sums(layout.article, words * (words >= LONG_PARAGRAPH), count)
    links = (layout.sizes >= MANY_PARAGRAPHS) & (long <= FEW_LONG * total)
    return [
        NoStory.LINKS if listed else NoStory.SHORT if size < SHORT_PAGE else NoStory.OTHER
        for listed, size in zip(links.tolist(), total.tolist(), strict=True)
    ]
