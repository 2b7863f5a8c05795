"""The second look: the words of the kept story judged once more, without the page around it and without its markup.

A plug between two paragraphs of a story has the markup of its neighbours, and stands where only story stands. So the
first decision keeps it, though its words are those of a plug. A subhead or another short line of the story is often
dropped from a text, because gold texts leave out such lines. After the first decision a small network reads the kept
paragraphs, and some dropped ones beside them (`corestory.model.restoring`), as an article of their own, and the title.
It lowers the score of the kept paragraphs that it takes for filler, and raises that of the dropped ones that it takes
for story. A dropped paragraph that is story because of the two kept ones around it (`corestory.line_rules.sure_story`)
is restored whatever its words. Prose of the kept story is nearly always story, and is dropped only where the look is
sure that it belongs to a teaser, a comment or another story.
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
from corestory.line_rules.story_prose import behind_offers, tells_of_past
from corestory.line_rules.sure_story import sure_story
from corestory.model.restoring import PROSE_WORDS, restoring_cutoffs
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    from corestory.features.batch_features import BatchFeatures
    from corestory.model.calibration import Settings
    from corestory.model.rules import Forced
    from corestory.model.scoring import ScoredBatch, SecondLook, Weights

SENTENCE_SHARE, LINE_SHARE = 0.75, 0.92
"""Rules find most plugs, so sentences, and other lines of pages, are dropped below such shares of the cutoff alone."""
HEADING_SCORE = 0.8
"""Before other kept paragraphs, headings and items of lists in a page stay if the first decision gives them so much;"""
SENTENCE_WORDS, SENTENCE_SCORE, SENTENCE_CUTOFF = 15, 0.7, 0.3
"""sentences of at least so many words and such a first score are dropped below this cutoff alone."""

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
    """Lower the scores of kept paragraphs that the second look takes for filler, raise those of dropped story.

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
        Those of the model. Without `Weights.second_look`, or with a cutoff of 0, nothing changes.
    forced
        Paragraphs that a rule decides; their scores stay.

    Returns
    -------
    scores : numpy.ndarray
        Shape (paragraphs,). Those of dropped paragraphs are below their article's cutoff, those of restored lines equal
        it.
    second : numpy.ndarray
        The calibrated scores of the second look, shape (paragraphs,); NaN of paragraphs that it did not read, or that
        were not kept before.
    """
    cutoff = settings.second_look_cutoff(html=scored.html)
    second = np.full(len(scores), np.nan)
    if weights.second_look is None or cutoff <= 0:
        return scores, second
    layout = scored.features.layout
    kept = scores >= cutoffs[layout.article]
    restoring = restoring_cutoffs(scored.features, scores, cutoffs, settled, settings.second_look_restoring)
    looked = kept | ~np.isnan(restoring)
    # Of a single paragraph there is nothing to drop.
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
    # Teasers tell, too, but of them and the headlines around them few are kept.
    within = layout.neighbours(kept.astype(float), (-1, 1)).all(axis=1)
    doubted = np.flatnonzero(kept & within & sentence & (second < cutoff_of_each)).tolist()
    cutoff_of_each[[row for row in doubted if tells_of_past(texts[row])]] = 0.0
    changed = scores_under(scores, kept, second, cutoffs, layout, restoring=restoring, cutoff=cutoff_of_each)
    batch, core = scored.features.batch, changed >= of_article
    restored = (sure_story(batch, core) | behind_offers(batch, core)) & ~settled
    if forced is not None:
        restored &= forced == 0
    return np.where(restored, of_article, changed), np.where(kept, second, np.nan)


def look_cutoffs(features: BatchFeatures, scores: Float, kept: Bool, found: Bool, cutoff: float) -> Float:
    """Return the cutoff of the second look for each paragraph.

    The look was taught lines planted into prose, and misjudges some sentences of a short or an odd story, and subheads.

    Parameters
    ----------
    features
        The features of the batch.
    scores, kept
        The scores of the first decision and whether it keeps each paragraph, shape (paragraphs,).
    found
        The paragraphs that rules have dropped, but for headlines; shape (paragraphs,).
    cutoff
        The model's, for all other paragraphs.

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
        # Where comments or other stories are known, little else of the kept prose is none of the story.
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
    """Change scores by the second look's: kept paragraphs fall below their article's cutoff, dropped ones rise to it.

    Parameters
    ----------
    scores
        Calibrated scores of the first decision, shape (paragraphs,).
    kept
        Whether each was kept.
    second
        Calibrated scores of the second look; NaN where it did not look.
    cutoffs
        The cutoff of each article, shape (articles,).
    layout
        Which paragraphs make an article.
    cutoff
        Kept paragraphs with a smaller second score are dropped; one cutoff for all, or shape (paragraphs,). An article
        that would have no paragraph left keeps its scores.
    restoring
        Dropped paragraphs with a greater second score are restored, with 1 none; one for all, or shape (paragraphs,).

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
    """Read the looked-at paragraphs as articles of their own.

    Features of single paragraphs are taken from the batch and not computed again.

    Parameters
    ----------
    scored
        The scored batch.
    looked
        Which paragraphs are read, at least one.
    headline
        The headlines of articles, which stand in for titles.
    look
        The model's second look.

    Returns
    -------
    log_odds : numpy.ndarray
        Log-odds of story of each of them.
    prose : numpy.ndarray
        Which of them are prose.
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
"""So many words and word shapes of a paragraph the scorers of lines read; of the shapes one is its begin."""
WORDS_LONGEST = 3

_BEGIN, _END = hash_token("line begin"), hash_token("line end")


def is_prose(words: Float, shape: Float, lines: Float) -> Bool:
    """Return which paragraphs are sentences, too long for a line, that do not read like plugs.

    Parameters
    ----------
    words, shape
        Their lengths in words, shape (paragraphs,), and their form (`corestory.features.shapes`).
    lines
        As in `second_look_columns`.
    """
    sentence = shape[:, SENTENCE_ENDS] > 0
    return np.asarray((words >= PROSE_WORDS) & sentence & (lines.sum(axis=1) > 0))


def titles_of(features: BatchFeatures, headline: Bool, articles: Int) -> Terms:
    """Return the titles of articles; of those that have none, the words of their headline.

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
    """Read the first words of paragraphs, with their ends marked; n-grams are of three words at most.

    A plug shows at its start, and the headline behind it must not outweigh that.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> line_words(tokenise(["Read more", ""])).row.tolist()
    [0, 0, 0, 0, 1, 1]
    """
    row, hashes = between_ends(words.hashes, words.sizes, most=WORDS_READ, begin=_BEGIN, end=_END)
    return Tokens(row, hashes, words.count, WORDS_LONGEST)


def line_forms(forms: Tokens) -> Tokens:
    """Read the first word shapes of paragraphs."""
    read = forms.positions < FORMS_READ
    return Tokens(forms.row[read], forms.hashes[read], forms.count, forms.longest)


def second_look_columns(features: TextFeatures, titles: Terms, lines: Float, stage1: Float) -> Columns:
    """Return the features of the second look: those of stage 2 without markup, and what the scorers of lines say.

    Parameters
    ----------
    features
        The features of the paragraphs that are read.
    titles
        The words of the titles of their articles.
    lines
        Their log-odds by each of the second look's two scorers of lines, shape (paragraphs, 2).
    stage1
        Their log-odds of stage 1 by words, shape (paragraphs,).
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
    one = features_of_a_paragraph()
    return len(second_look_columns(one, one.titles, np.zeros((1, 2)), np.zeros(1)).groups)
