"""The second look: judges the words of the kept paragraphs again, without the page around them and without markup.

A plug between two paragraphs of a story has the markup of its neighbours and appears where only story is expected. So
the first decision keeps it, though its words are those of a plug. The first decision often drops a subhead or another
short line of the story from a text, because gold texts leave out such lines. After the first decision a small network
reads the title, the kept paragraphs and some dropped ones beside them (`corestory.model.restoring`) as an article of
their own. It lowers the scores of kept paragraphs that it takes for filler, and raises those of dropped paragraphs that
it takes for story. A dropped paragraph that is story because of its kept neighbours (`corestory.line_rules.sure_story`)
is restored whatever its words. Kept prose is nearly always story. It is dropped only if the network is certain that it
belongs to a teaser, a comment or another story.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch_features import BatchFeatures, TextFeatures, features_of_a_paragraph
from corestory.features.context import LIMIT, OWN_WORDS, TOPIC, Columns, LogOdds
from corestory.features.layout import Layout
from corestory.features.shapes import SENTENCE_ENDS, between_ends
from corestory.features.tokens import Tokens, hash_token
from corestory.features.topic import Terms, title_features
from corestory.line_rules.story_prose import after_offers, is_about_past
from corestory.line_rules.sure_story import sure_story
from corestory.model.restoring import PROSE_WORDS, is_plain, restoring_cutoffs
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    from corestory.features.batch_features import BatchFeatures
    from corestory.model.calibration import Settings
    from corestory.model.rules import Forced
    from corestory.model.scoring import ScoredBatch, SecondLook, Weights

# Constants of `look_cutoffs`. The first score of a paragraph is that of the first decision.

SENTENCE_SHARE, LINE_SHARE = 0.75, 0.92
"""The cutoffs of sentences, and of other lines of pages, as shares of the model's cutoff: rules find most plugs."""
HEADING_SCORE = 0.8
"""The least first score of headings and list items of pages that are never dropped if a kept paragraph follows."""
SUBHEAD_WORDS, SUBHEAD_CUTOFF = 5, 0.2
"""The most words of plain lines of texts that have this cutoff between kept sentences of at least `PROSE_WORDS`."""
SENTENCE_WORDS, SENTENCE_SCORE, SENTENCE_CUTOFF = 15, 0.7, 0.3
"""The fewest words and the least first score of sentences that have a lower cutoff if a kept paragraph follows, and
this cutoff."""

_HEADINGS_AND_ITEMS = "own_h_two", "own_h_three", "own_h_four", "own_h_five", "own_h_six", "own_li", "own_dt", "own_dd"


def scores_after_second_look(
    scored: ScoredBatch,
    scores: Float,
    cutoffs: Float,
    headline: Bool,
    settled: Bool,
    weights: Weights,
    settings: Settings,
    forced: Forced | None = None,
) -> tuple[Float, Float]:
    """Lower the scores of kept paragraphs that look like filler, and raise those of dropped ones that look like story.

    Parameters
    ----------
    scored
        The batch as stage 1 and stage 2 scored it.
    scores
        Its calibrated scores, shape (paragraphs,).
    cutoffs
        The cutoff of each article, shape (articles,).
    headline
        The headlines of articles, shape (paragraphs,).
    settled
        Dropped paragraphs that stay dropped, headlines among them; shape (paragraphs,).
    weights, settings
        The weights and settings of the model. Without `Weights.second_look`, or with a cutoff of 0, nothing changes.
    forced
        As in `corestory.model.scoring.score_batch`; scores of forced paragraphs do not change.

    Returns
    -------
    scores : numpy.ndarray
        Shape (paragraphs,). Scores of dropped paragraphs are below their article's cutoff; scores of restored
        paragraphs equal it.
    second : numpy.ndarray
        The calibrated scores of the second look, shape (paragraphs,); NaN for paragraphs that it did not read, or that
        the first decision did not keep.
    """
    cutoff = settings.second_look_cutoff(html=scored.html)
    second = np.full(len(scores), np.nan)
    if weights.second_look is None or cutoff <= 0:
        return scores, second
    layout = scored.features.layout
    kept = scores >= cutoffs[layout.article]
    restoring = restoring_cutoffs(scored.features, scores, cutoffs, settled, settings.second_look_restoring)
    looked = kept | ~np.isnan(restoring)
    # If only one paragraph of an article is read, nothing can be dropped.
    looked &= (np.add.reduceat(looked, layout.first, dtype=np.int64) > 1)[layout.article]
    if not looked.any():
        return scores, second
    second[looked] = settings.second_look_probabilities(
        *second_look_log_odds(scored, looked, headline, weights.second_look)
    )
    if forced is not None:
        second[forced != 0] = np.nan
    of_article, texts = cutoffs[layout.article], scored.features.batch.texts
    cutoff_of_each = look_cutoffs(scored.features, scores, kept, settled & ~headline, cutoff)
    sentence = scored.features.shape[:, SENTENCE_ENDS] > 0
    # Teasers may be about the past, too, but they are seldom kept together with the headlines around them.
    within = layout.neighbours(kept.astype(float), (-1, 1)).all(axis=1)
    doubted = kept & within & (second < cutoff_of_each)
    told = [row for row in np.flatnonzero(doubted & sentence).tolist() if is_about_past(texts[row])]
    cutoff_of_each[told] = 0.0
    if not scored.html:  # in a page the element tells many subheads
        words = scored.features.words
        prose = layout.neighbours((kept & sentence & (words >= PROSE_WORDS)).astype(float), (-1, 1)).all(axis=1)
        short = np.flatnonzero(doubted & ~sentence & prose & (words <= SUBHEAD_WORDS)).tolist()
        plain = [row for row in short if is_plain(texts[row])]
        cutoff_of_each[plain] = np.minimum(cutoff_of_each[plain], SUBHEAD_CUTOFF)
    changed = scores_under(scores, kept, second, cutoffs, layout, restoring=restoring, cutoff=cutoff_of_each)
    batch, core = scored.features.batch, changed >= of_article
    restored = (sure_story(batch, core) | after_offers(batch, core)) & ~settled
    if forced is not None:
        restored &= forced == 0
    return np.where(restored, of_article, changed), np.where(kept, second, np.nan)


def look_cutoffs(features: BatchFeatures, scores: Float, kept: Bool, found: Bool, cutoff: float) -> Float:
    """Return the cutoff of the second look for each paragraph.

    The network learned from lines planted into prose, so it misjudges subheads, and some sentences of short or unusual
    stories.

    Parameters
    ----------
    features
        The features of the batch.
    scores, kept
        The scores of the first decision and whether it keeps each paragraph, shape (paragraphs,).
    found
        The paragraphs that line rules have dropped, except headlines; shape (paragraphs,).
    cutoff
        The model's cutoff, for all other paragraphs.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,); at most `cutoff`.
    """
    before = features.layout.all_but_last(kept)
    sentence = features.shape[:, SENTENCE_ENDS] > 0
    long = sentence & (features.words >= SENTENCE_WORDS)
    spared = before & long & (scores >= SENTENCE_SCORE)
    if features.batch.markup is None:
        # If rules have found comments or other stories, nearly all other kept prose belongs to the story.
        known = features.layout.maximum((found & sentence).astype(float)) > 0
        spared |= kept & known & sentence & (features.words >= PROSE_WORDS)
    least = cutoff * np.where(sentence, SENTENCE_SHARE, 1.0 if features.batch.markup is None else LINE_SHARE)
    least[spared] = np.minimum(least[spared], SENTENCE_CUTOFF)
    if features.batch.markup is not None:
        rows = np.flatnonzero(before & (scores >= HEADING_SCORE))
        having = features.batch.markup.words.rows(rows).having
        least[rows[np.logical_or.reduce([having(element) for element in _HEADINGS_AND_ITEMS])]] = 0.0
    return least


def scores_under(
    scores: Float,
    kept: Bool,
    second: Float,
    cutoffs: Float,
    layout: Layout,
    *,
    cutoff: float | Float,
    restoring: float | Float,
) -> Float:
    """Apply the second look's scores: some kept paragraphs fall below their article's cutoff, dropped ones rise to it.

    Parameters
    ----------
    scores
        Calibrated scores of the first decision, shape (paragraphs,).
    kept
        Whether the first decision kept each paragraph.
    second
        Calibrated scores of the second look; NaN for paragraphs that it did not read.
    cutoffs
        The cutoff of each article, shape (articles,).
    layout
        Which paragraphs make an article.
    cutoff
        Kept paragraphs with a lower second score are dropped; one cutoff for all, or shape (paragraphs,). An article
        that would have no paragraph left keeps its scores.
    restoring
        Dropped paragraphs with a greater second score are restored, none with 1; one for all, or shape (paragraphs,).

    Examples
    --------
    >>> scores, second = np.array([0.9, 0.8, 0.1, 0.7]), np.array([0.9, 0.05, 0.97, 0.05])
    >>> cutoffs, layout = np.array([0.4, 0.4]), Layout.of([3, 1])
    >>> scores_under(scores, scores > 0.4, second, cutoffs, layout, cutoff=0.2, restoring=0.95).tolist()
    [0.9, 0.05, 0.4, 0.7]
    """
    of_article = cutoffs[layout.article]
    dropped = kept & (second < cutoff)
    dropped &= np.logical_or.reduceat(kept & ~dropped, layout.first)[layout.article]
    changed = np.where(dropped, np.minimum(second, np.nextafter(of_article, 0)), scores)
    return np.where(~kept & (second > restoring), of_article, changed)


def second_look_log_odds(scored: ScoredBatch, looked: Bool, headline: Bool, look: SecondLook) -> tuple[Float, Bool]:
    """Compute the log-odds of the paragraphs that are read, as articles of their own.

    Features of single paragraphs are taken from the batch, not computed again.

    Parameters
    ----------
    scored
        The scored batch.
    looked
        Which paragraphs are read, at least one.
    headline
        The headlines of articles; they replace missing titles.
    look
        The model's second look.

    Returns
    -------
    log_odds : numpy.ndarray
        Log-odds of story of each paragraph that is read.
    prose : numpy.ndarray
        Which of these paragraphs are prose.
    """
    features = scored.features
    words, forms = line_words(features.tokens.of_rows(looked)), line_forms(features.forms.of_rows(looked))
    lines = np.column_stack([look.words.log_odds(words), look.forms.log_odds(forms)])
    alone = features.of_rows(looked)
    articles = features.layout.article[looked][alone.layout.first]
    titles = titles_of(features, headline, articles)
    columns = second_look_columns(alone, titles, lines, scored.stage1[-1].values[looked])
    return look.network.log_odds(columns.matrix(), alone.layout), is_prose(alone.words, alone.shape, lines)


WORDS_READ, FORMS_READ = 10, 13
"""The most words and word shapes of a paragraph that the scorers of lines read; the first shape marks the beginning."""
WORDS_LONGEST = 3

_BEGIN, _END = hash_token("line begin"), hash_token("line end")


def is_prose(words: Float, shape: Float, lines: Float) -> Bool:
    """Return which paragraphs are prose: long sentences that the scorers of lines do not take for plugs.

    Parameters
    ----------
    words, shape
        Their lengths in words, shape (paragraphs,), and their shape features (`corestory.features.shapes`).
    lines
        As in `second_look_columns`.
    """
    sentence = shape[:, SENTENCE_ENDS] > 0
    return np.asarray((words >= PROSE_WORDS) & sentence & (lines.sum(axis=1) > 0))


def titles_of(features: BatchFeatures, headline: Bool, articles: Int) -> Terms:
    """Return the titles of articles; for articles without a title, the words of their headline.

    Parameters
    ----------
    features
        The features of the batch.
    headline
        Which paragraphs are headlines of their articles.
    articles
        The articles, by number.
    """
    terms, titles = features.terms, features.titles
    untitled = np.ones(len(features.layout.sizes), bool)
    untitled[titles.row] = False
    of_headline = np.flatnonzero((headline & untitled[features.layout.article])[terms.row])
    row = np.concatenate([titles.row, features.layout.article[terms.row[of_headline]]])
    number = np.concatenate([titles.number, terms.number[of_headline]])
    number_of = np.full(len(untitled), -1)
    number_of[articles] = np.arange(len(articles))
    inside = np.flatnonzero(number_of[row] >= 0)
    inside = inside[np.argsort(number_of[row[inside]], kind="stable")]
    return replace(titles, row=number_of[row[inside]], number=number[inside])


def line_words(words: Tokens) -> Tokens:
    """Return the first words of paragraphs, with beginning and end marked, for n-grams of at most three words.

    Only the first words count, because a plug is recognised by them, and the headline in it must not outweigh them.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> line_words(tokenise(["Read more", ""])).row.tolist()
    [0, 0, 0, 0, 1, 1]
    """
    row, hashes = between_ends(words.hashes, words.sizes, most=WORDS_READ, begin=_BEGIN, end=_END)
    return Tokens(row, hashes, words.count, WORDS_LONGEST)


def line_forms(forms: Tokens) -> Tokens:
    """Return the first word shapes of paragraphs."""
    read = forms.positions < FORMS_READ
    return Tokens(forms.row[read], forms.hashes[read], forms.count, forms.longest)


def second_look_columns(features: TextFeatures, titles: Terms, lines: Float, stage1: Float) -> Columns:
    """Return the features of the second look: those of stage 2 without markup, and the log-odds of lines.

    Parameters
    ----------
    features
        The features of the paragraphs that are read.
    titles
        The words of the titles of their articles.
    lines
        The log-odds of each paragraph by the two scorers of lines, shape (paragraphs, 2).
    stage1
        The stage-1 log-odds of each paragraph by words, shape (paragraphs,).
    """
    columns = features.of_text([LogOdds(OWN_WORDS, stage1)])
    clipped = np.clip(np.column_stack([lines, lines.sum(axis=1)]), -LIMIT, LIMIT)
    columns.add(OWN_WORDS, clipped / 4, 1 / (1 + np.exp(-clipped)))
    columns.add(
        TOPIC,
        title_features(features.entries, titles, features.layout)[:, [0, 1, 5, 6]],
        _titled(titles, features.layout),
    )
    return columns


def _titled(titles: Terms, layout: Layout) -> Float:
    """Return whether the article of each paragraph has a title."""
    return np.bincount(titles.row, minlength=len(layout.sizes)).astype(bool)[layout.article].astype(float)


@cache
def second_look_width() -> int:
    """Count the features of the second look."""
    features = features_of_a_paragraph()
    return len(second_look_columns(features, features.titles, np.zeros((1, 2)), np.zeros(1)).groups)
