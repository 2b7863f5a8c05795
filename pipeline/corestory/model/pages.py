"""Pages without a story: finds them in a batch, gives the reason, and computes the features that show it.

The features describe the whole page: its scores, its form, and the words of its kept lines. A page of two sentences may
be a news brief or an error message, and the scores of stages 1 and 2 are similar for both. So a scorer of n-grams that
learned from lines of pages without a story reads the first kept paragraphs and the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LIMIT
from corestory.features.layout import Layout, sums
from corestory.features.shapes import NAMES
from corestory.features.tokens import Tokens, tokenise
from corestory.line_rules.credits import only_pictures
from corestory.line_rules.page_labels import is_title_without_story
from corestory.line_rules.teasers import only_teasers
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.decision import KNOWN_WORDS
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import ScoredBatch, Weights
from corestory.model.tagged_article import Doubt, NoStory, TaggedArticle
from corestory.types import Bool, Float, Float32

LONG_PARAGRAPH, FEW_LONG = 20, 0.25
"""The fewest words of a long paragraph, and the greatest share of words in long paragraphs of a list of links."""

MANY_PARAGRAPHS = 12
"""The fewest paragraphs of a list of links."""

LEAST_PAGE_WORDS = 15
"""A page with fewer words always counts as an article, because it has too few words to judge it."""

IN_SECTIONS = 0.3
"""The least score of the paragraphs by which section pages are recognised; it is low because teasers score low."""


MOST_OF_NAMED = 150
"""A page with the title of a form, an offer or an error has no story if its long paragraphs have fewer words. With more
words it may be an article about one."""

SHORT_PAGE = 250
"""A page without a story that has fewer words is short, unless it is a list of links."""


@dataclass(frozen=True, slots=True)
class JudgedPages:
    """Which pages of a batch are articles.

    Attributes
    ----------
    is_article
        The probability that each page is an article; shape (pages,).
    without
        Whether each page has no story; shape (pages,).
    """

    is_article: Float
    without: Bool

    def applied(self, tagged: Sequence[TaggedArticle], features: BatchFeatures) -> list[TaggedArticle]:
        """Set the probability of tagged articles, and the reason of pages without a story.

        A page without a story keeps the doubt that its language is new to the model, and loses any other doubt. It gets
        no reason if the user's rules or threshold made one of its paragraphs core.
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
    """Decide which pages of a batch are articles.

    Parameters
    ----------
    scored
        The scored batch.
    scores
        Its calibrated scores.
    expected
        The expected word F1 of each page by these scores.
    known
        The share of each page's words that the model knows, by `corestory.model.decision.known_words`.
    weights, settings
        The weights and settings of the model.

    Returns
    -------
    JudgedPages or None
        None if the model has no weights for this. A page in a language that is new to the model always counts as an
        article, because the model knows too few of its words to judge it.
    """
    if weights.article is None:
        return None
    found = article_features(scores, scored.stage1[-1].values, expected, scored.features, html=scored.html)
    if weights.article_words is not None:
        found = with_words(found, word_features(scores, scored.features, weights.article_words))
    is_article = article_probabilities(weights.article, found)
    # Pages that rules find by their teasers, pictures or title get at most half of the cutoff: they count as pages
    # without a story, and their probability is not zero.
    batch, words, seen = scored.features.batch, scored.features.words, scores >= IN_SECTIONS
    listed = only_teasers(batch, words, seen) | only_pictures(batch, words)
    long = sums(scored.features.layout.article, words * (words >= LONG_PARAGRAPH), len(listed))
    listed |= (long < MOST_OF_NAMED) & np.array([is_title_without_story(title) for title in batch.titles], bool)
    is_article = np.where(listed, np.minimum(is_article, settings.article_cutoff(html=scored.html) / 2), is_article)
    layout = scored.features.layout
    enough = sums(layout.article, scored.features.words, len(layout.sizes)) >= LEAST_PAGE_WORDS
    without = enough & (known >= KNOWN_WORDS) & (is_article < settings.article_cutoff(html=scored.html))
    return JudgedPages(is_article, without)


def article_probabilities(network: Network, features: Float32) -> Float:
    """Return the probability that each page is an article, by its features; shape (pages,)."""
    # The network reads each page as an article of one paragraph.
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


ARTICLE_FEATURES = (
    "markup", "words", "paragraphs", "expected F1",
    "words in kept paragraphs", "share of words kept", "kept paragraphs", "share of paragraphs kept", "runs kept",
    "longest run", "longest paragraph", "second paragraph", "third paragraph",
    "score below 0.1", "score to 0.3", "score to 0.5", "score to 0.7", "score to 0.9", "score to 0.97",
    "words scored 0.9", "paragraphs scored 0.9",
    "log-odds", "log-odds of kept", "least of kept", "best log-odds", "second log-odds", "third log-odds",
    "words by log-odds above 0", "words by log-odds above 2",
    "kept sentences", "sentences", "kept quotes", "kept digits", "kept commas", "kept capitals",
    "link density", "link density of kept",
)  # fmt: skip
"""The names of the features. A kept paragraph here has a score of at least `KEPT`; log-odds are those of stage 1."""

KEPT = 0.5

_BANDS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)


def article_features(
    scores: Float, log_odds: Float, expected: Float, features: BatchFeatures, *, html: bool
) -> Float32:
    """Describe each article of a batch.

    Parameters
    ----------
    scores
        The probability of core of each paragraph.
    log_odds
        The stage-1 log-odds of each paragraph's words.
    expected
        The expected word F1 of each article (`corestory.model.decision.expected_f1`).
    features
        The features of the batch.
    html
        Whether the networks for markup scored it.

    Returns
    -------
    numpy.ndarray
        Shape (articles, features), in the order of `ARTICLE_FEATURES`. The features of an article do not depend on the
        other articles.
    """
    layout, words = features.layout, features.words
    article, count = layout.article, len(layout.sizes)
    kept = scores >= KEPT
    own = np.clip(log_odds, -LIMIT, LIMIT)
    shape = features.shape

    def total(values: Bool | Float) -> Float:
        return sums(article, values, count)

    def named(name: str) -> Float:
        return np.asarray(shape[:, NAMES.index(name)])

    words_kept = words * kept
    all_words, kept_words, lines = total(words), total(words_kept), layout.sizes.astype(float)
    least_words, least_kept = np.maximum(all_words, 1.0), np.maximum(kept_words, 1.0)

    def share(values: Bool | Float) -> Float:
        return total(values * words) / least_words

    def kept_share(values: Bool | Float) -> Float:
        return total(values * words_kept) / least_kept

    kept_lines = total(kept)
    begins = kept & ~np.where(layout.position > 0, np.roll(kept, 1), False)
    link = np.zeros(len(words)) if features.batch.markup is None else features.batch.markup.link_density
    columns = [
        np.full(count, float(html)), np.log1p(all_words), np.log1p(lines), expected,
        np.log1p(kept_words), kept_words / least_words, np.log1p(kept_lines), kept_lines / lines,
        np.log1p(total(begins)), np.log1p(_longest_run(kept, begins, words, layout)),
        *(np.log1p(largest) for largest in _largest(np.where(kept, words, 0.0), layout)),
        *(share((scores >= low) & (scores < high)) for low, high in pairwise(_BANDS)),
        np.log1p(total(words * (scores >= 0.9))), np.log1p(total(scores >= 0.9)),
        share(own), kept_share(own), np.minimum.reduceat(np.where(kept, own, LIMIT), layout.first),
        *_largest(own, layout), np.log1p(total(words * (own > 0))), np.log1p(total(words * (own > 2))),
        kept_share(named("ends as a sentence")), share(named("ends as a sentence")),
        *(kept_share(named(name)) for name in ("quotes", "digits", "commas", "capitalised words")),
        share(link), kept_share(link),
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _longest_run(kept: Bool, begins: Bool, words: Float, layout: Layout) -> Float:
    """Return the greatest number of words in a run of kept paragraphs, for each article."""
    runs = np.where(kept, np.cumsum(begins), 0)
    lengths = sums(runs, words * kept, int(runs.max(initial=0)) + 1)
    lengths[0] = 0.0
    return np.asarray(np.maximum.reduceat(lengths[runs], layout.first))


def _largest(values: Float, layout: Layout) -> list[Float]:
    """Return the three largest values of each article, 0 where it has fewer paragraphs."""
    order = layout.order(-values)
    sizes = layout.sizes
    return [
        np.where(sizes > rank, values[order[np.minimum(layout.first + rank, len(values) - 1)]], 0.0)
        for rank in range(3)
    ]


WORD_FEATURES = ("kept lines as one", "mean of kept lines", "best of kept lines", "least of kept lines", "title")
"""The names of the features: log-odds of kept lines and of the title, by their words. The log-odds of a missing title
are 0."""

NEAR = 1 / 3
LINES_READ, WORDS_READ = 8, 30
"""The number of first kept paragraphs of a page that are read, and the number of first words of each."""


def word_features(scores: Float, features: BatchFeatures, scorer: NgramScorer) -> Float:
    """Describe the words of each article of a batch.

    Parameters
    ----------
    scores
        The probability of core of each paragraph.
    features
        The features of the batch.
    scorer
        The scorer of lines; lines of articles have positive log-odds.

    Returns
    -------
    numpy.ndarray
        Shape (articles, features), in the order of `WORD_FEATURES`. In an article without a kept paragraph, the
        paragraphs with at least `NEAR` of its greatest score are read.
    """
    layout, count = features.layout, len(features.layout.sizes)
    greatest = layout.maximum(scores)
    kept = scores >= np.where(greatest >= KEPT, KEPT, NEAR * greatest)
    read = kept & (layout.before(kept.astype(float)) < LINES_READ)
    lines = features.tokens.of_rows(read).leading(WORDS_READ)
    words = np.maximum(lines.sizes, 1.0)
    article, first = layout.article[read], layout.of_rows(read).first
    log_odds = np.clip(scorer.log_odds(lines), -LIMIT, LIMIT)
    as_one = Tokens(article.take(lines.row), lines.hashes, count, lines.longest)
    titles = first_words(features.batch.titles)
    return np.column_stack(
        [
            np.clip(scorer.log_odds(as_one), -LIMIT, LIMIT),
            sums(article, log_odds * words, count) / sums(article, words, count),
            np.maximum.reduceat(log_odds, first), np.minimum.reduceat(log_odds, first),
            np.where(titles.sizes > 0, np.clip(scorer.log_odds(titles), -LIMIT, LIMIT), 0.0),
        ]
    )  # fmt: skip


def first_words(texts: Sequence[str]) -> Tokens:
    """Read the first `WORDS_READ` words of each text."""
    return tokenise(texts).leading(WORDS_READ)


def article_feature_count(*, words: bool) -> int:
    """Count the features of an article, with or without those of its words."""
    return len(ARTICLE_FEATURES) + words * len(WORD_FEATURES)


def with_words(features: Float32, words: Float) -> Float32:
    """Append the features of words to the other features of articles."""
    return np.column_stack([features, words]).astype(np.float32)
