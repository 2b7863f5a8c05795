"""The features of the second look: of the kept story without the page around it, and of its lines by themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from corestory.features.batch_features import (
    LIMIT,
    OWN_WORDS,
    TOPIC,
    BatchFeatures,
    Columns,
    LogOdds,
    TextFeatures,
    features_of_a_paragraph,
)
from corestory.features.layout import Layout
from corestory.features.shapes import NAMES, between_ends
from corestory.features.tokens import Tokens, hash_token
from corestory.features.topic import Terms, title_features
from corestory.types import Bool, Float, Int

WORDS_READ, FORMS_READ = 10, 13
"""So many words and word shapes of a paragraph the scorers of lines read; of the shapes one is its begin."""
WORDS_LONGEST = 3
PROSE_WORDS = 10
"""Prose has at least so many words."""
SENTENCE_ENDS, DIGITS = NAMES.index("sentence ends"), NAMES.index("digits")

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
    place = np.full(len(untitled), -1)
    place[articles] = np.arange(len(articles))
    inside = np.flatnonzero(place[row] >= 0)
    inside = inside[np.argsort(place[row[inside]], kind="stable")]
    return replace(titles, row=place[row[inside]], number=number[inside])


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
