"""Filler by its element or class: captions, dates, boxes beside the story, offers, and quotes that repeat it.

A class counts if an element near the paragraph has all its words, in the languages of news sites. On training pages, at
most one in forty paragraphs within such an element is core, but for pages of which it holds much.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from corestory.features.batch import Batch
from corestory.features.layout import sums
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import words_of
from corestory.line_rules.teasers import LEAST_LINKED
from corestory.types import Bool, Float

GALLERY = 0.75
"""From this share of an article's kept words on, captions are its story."""
DATE_WORDS = 0.5
"""From this share of words with a digit on, a paragraph with a ``time`` element is a date."""
CLAIMED = 0.3
"""The greatest share of an article's kept words in boxes, notes and menus by their class: a class with more is that of
the page."""
OFFER_WORDS = 12
"""The most words of a line of a box with offers."""
QUOTE_CHARACTERS, SPEAKER_WORDS = 12, 8
"""The fewest characters of a quote that repeats a part of the story, and the most words of the line that says whose."""

_AROUND_QUOTES = " .,…\"'’‘“”„«»‹›「」–—"


@cache
def classes(of: str) -> tuple[frozenset[str], ...]:
    """Return the classes of `captions` and credits of pictures; of `boxes` beside the story, notes, menus and forms.

    Those of `offers` say in short lines what a subscription holds and costs, and their prose may be the story; those of
    `pull quotes` may repeat the story. An element is of a class if it has all its words.
    """
    return tuple(frozenset(words.split()) for words in words_of(f"classes of {of}"))


def by_element(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of pages that are filler by their element or class.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): captions, unless they are the story, the dates in ``time`` elements, the labels of buttons
        within paragraphs, links in square brackets, boxes, notes and menus by their class, and quotes that repeat the
        story.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> from corestory.reading.html.page import read_page
    >>> page = read_page("<p>The quay was opened on Monday, after ten years.</p><figcaption>The quay</figcaption>")
    >>> batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    >>> by_element(batch, np.array([9.0, 2.0]), np.ones(2, bool)).tolist()
    [False, True]
    """
    found, layout = np.zeros(len(kept), bool), batch.layout
    if batch.markup is None:
        return found
    # Most paragraphs are dropped, and their elements need no look.
    of_kept = batch.markup.words.rows(np.flatnonzero(kept))
    having = of_kept.having
    captions, claimed, offers, quotes, timed, labels = np.zeros((6, len(kept)), bool)
    long = words > OFFER_WORDS
    captions[kept], claimed[kept], offers[kept], quotes[kept] = of_kept.near(
        *map(classes, ("captions", "boxes", "offers", "pull quotes"))
    )
    captions[kept] |= having("figcaption")
    captions[kept] &= ~having("up_table")  # it is the heading of the table
    timed[kept] = having("intime")
    labels[kept] = having("own_button") & having("up_p")
    in_captions, in_claimed, in_offers, in_all = (
        sums(layout.article, words * some, len(layout.sizes)) for some in (captions, claimed, offers & long, kept)
    )
    found |= captions & (in_captions < GALLERY * in_all)[layout.article]
    found |= claimed & (in_claimed < CLAIMED * in_all)[layout.article]
    found |= offers & ~long & (in_offers < CLAIMED * in_all)[layout.article]
    linked = np.flatnonzero(kept & (batch.markup.link_density >= LEAST_LINKED)).tolist()
    found[[row for row in linked if batch.texts[row][0] + batch.texts[row][-1] == "[]"]] = True
    return found | _dates(batch, timed) | labels | _repeated(batch, quotes, kept, words)


def _dates(batch: Batch, timed: Bool) -> Bool:
    """Find the paragraphs with a ``time`` element that are dates."""
    found = np.zeros(len(timed), bool)
    for row in np.flatnonzero(timed).tolist():
        words = batch.texts[row].split()
        found[row] = sum(any(map(str.isdigit, word)) for word in words) >= DATE_WORDS * len(words)
    return found


def _repeated(batch: Batch, quotes: Bool, kept: Bool, words: Float) -> Bool:
    """Find the quotes that repeat a part of another kept paragraph, and the lines behind them that say who spoke."""
    found = np.zeros(len(kept), bool)
    for row in np.flatnonzero(quotes).tolist():
        bare = batch.texts[row].strip(_AROUND_QUOTES)
        inside = range(int(batch.layout.start[row]), int(batch.layout.end[row]))
        found[row] = len(bare) >= QUOTE_CHARACTERS and any(
            kept[one] and one != row and bare in batch.texts[one] for one in inside
        )
        behind = row > inside.start and found[row - 1] and words[row] <= SPEAKER_WORDS
        found[row] |= behind and not ends_as_sentence(batch.texts[row])
    return found
