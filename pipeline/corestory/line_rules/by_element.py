"""Filler by element or class: captions, dates, boxes beside the story, offers, and quotes that repeat the story.

A paragraph has a class if an element near it has all words of the class, in the languages of news sites. On training
pages, at most one in forty paragraphs within such an element is core. Pages with much of their text in such an element
are exceptions, and their paragraphs stay.
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
"""The least share of an article's kept words in its captions if these are the story."""
DATE_WORDS = 0.5
"""The least share of words with a digit in a paragraph with a ``time`` element that is a date."""
CLAIMED = 0.3
"""The least share of an article's kept words in boxes, notes and menus by their class if the class is that of the whole
page."""
OFFER_WORDS = 12
"""The most words of a line in a box of offers that is filler."""
QUOTE_CHARACTERS, SPEAKER_WORDS = 12, 8
"""The fewest characters of a quote that repeats part of the story, and the most words of the line with its speaker."""

_AROUND_QUOTES = " .,…\"'’‘“”„«»‹›「」–—"


@cache
def classes(group: str) -> tuple[frozenset[str], ...]:
    """Return the classes of a group of elements. An element has a class if it has all words of the class.

    The groups are `captions` and credits of pictures; `boxes` beside the story, notes, menus and forms; `offers`, which
    give the contents and price of a subscription in short lines, while their longer lines may be the story; and
    `pull quotes`, which may repeat the story.
    """
    return tuple(frozenset(words.split()) for words in words_of(f"classes of {group}"))


def by_element(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of pages that are filler by their element or class.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): captions, unless they are the story; dates in ``time`` elements; labels of buttons within
        paragraphs; links in square brackets; boxes, notes and menus by their class; and quotes that repeat the story.

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
    # Most paragraphs are dropped, and their elements are not needed.
    of_kept = batch.markup.words.rows(np.flatnonzero(kept))
    having = of_kept.having
    captions, claimed, offers, quotes, timed, labels = np.zeros((6, len(kept)), bool)
    long = words > OFFER_WORDS
    captions[kept], claimed[kept], offers[kept], quotes[kept] = of_kept.near(
        *map(classes, ("captions", "boxes", "offers", "pull quotes"))
    )
    captions[kept] |= having("figcaption")
    captions[kept] &= ~having("up_table")  # the caption of a table is its heading
    timed[kept] = having("intime")
    labels[kept] = having("own_button") & having("up_p")
    in_captions, in_claimed, in_offers, in_all = (
        sums(layout.article, words * chosen, len(layout.sizes)) for chosen in (captions, claimed, offers & long, kept)
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
    """Find the quotes that repeat part of another kept paragraph, and the lines below them that name the speaker."""
    found = np.zeros(len(kept), bool)
    for row in np.flatnonzero(quotes).tolist():
        bare = batch.texts[row].strip(_AROUND_QUOTES)
        inside = range(int(batch.layout.start[row]), int(batch.layout.end[row]))
        found[row] = len(bare) >= QUOTE_CHARACTERS and any(
            kept[other] and other != row and bare in batch.texts[other] for other in inside
        )
        after = row > inside.start and found[row - 1] and words[row] <= SPEAKER_WORDS
        found[row] |= after and not ends_as_sentence(batch.texts[row])
    return found
