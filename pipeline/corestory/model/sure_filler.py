"""Paragraphs that are filler whatever their words, by the element or the sentence that they stand in.

A caption or a date that is written like the story is kept by its words, though its own element names it in every
language. The head and the number of a page of paper, left in a text, stand within a sentence of the story.
"""

from __future__ import annotations

import numpy as np

from corestory.features.batch import Batch
from corestory.features.layout import sums
from corestory.types import Bool, Float

GALLERY = 0.75
"""Captions that hold such a share of an article's kept words are its story."""
DATE_WORDS = 0.5
"""A paragraph with a ``time`` element is a date if at least such a share of its words has a digit."""
HEAD_WORDS, PART_WORDS = 8, 8
"""A page's head has at most so many words, and each part of the sentence around it at least so many."""
HEAD_NAME = 2
"""Beside the page's number it has at least so many words: a single one may be part of a sentence torn at its markup."""


def sure_filler(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are filler whatever their words.

    Parameters
    ----------
    batch, words, kept
        As of `corestory.model.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): captions by their element or class, unless they are the story, the dates in ``time``
        elements, the labels of buttons within paragraphs, and a page's number and head within a sentence. An article of
        which nothing else would be left has none.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> parts = "The town has to put off the school by", "three years, said one of its members on Monday."
    >>> batch = batch_of_articles([Article("a", [parts[0], "THE BAY POST 12", parts[1]])])
    >>> sure_filler(batch, np.array([9.0, 4.0, 9.0]), np.ones(3, bool)).tolist()
    [False, True, False]
    """
    layout, found = batch.layout, _within_sentences(batch, words, kept)
    if batch.markup is not None:
        having = batch.markup.words.having
        captions = kept & (having("figcaption") | having("own_caption") | having("up_caption"))
        in_captions, in_all = (sums(layout.article, words * some, len(layout.sizes)) for some in (captions, kept))
        found |= captions & (in_captions < GALLERY * in_all)[layout.article]
        found |= _dates(batch, kept & having("intime")) | (kept & having("own_button") & having("up_p"))
    left = np.logical_or.reduceat(kept & ~found, layout.first)
    return np.asarray(found & left[layout.article])


def _within_sentences(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the lines of a number and a name in capitals between a sentence that is not over and how it goes on."""
    texts, layout = batch.texts, batch.layout
    found = np.zeros(len(kept), bool)
    short = np.flatnonzero(words <= HEAD_WORDS)
    heads = short[np.array([not any(map(str.islower, texts[row])) for row in short.tolist()], bool)]
    if not len(heads):
        return found
    # Lines that follow one another stand within the same sentence.
    new = np.flatnonzero((np.diff(heads, prepend=-2) > 1) | (np.diff(layout.article[heads], prepend=-1) > 0))
    begins, ends = heads[new], heads[np.append(new[1:], len(heads)) - 1]
    first = layout.first[layout.article[begins]]
    before = np.maximum(begins - 1, first)
    after = np.minimum(ends + 1, first + layout.sizes[layout.article[begins]] - 1)
    within = kept[before] & kept[after] & (np.minimum(words[before], words[after]) >= PART_WORDS)
    columns = (column[within].tolist() for column in (begins, ends, before, after))
    for begin, end, one, other in zip(*columns, strict=True):
        head = " ".join(texts[one + 1 : other]).split()
        if (
            any(map(str.isdecimal, head)) and sum(map(str.isalpha, head)) >= HEAD_NAME
            and texts[one][-1:].isalnum() and texts[other][:1].islower()
        ):  # fmt: skip
            found[begin : end + 1] = kept[begin : end + 1]
    return found


def _dates(batch: Batch, timed: Bool) -> Bool:
    found = np.zeros(len(timed), bool)
    for row in np.flatnonzero(timed).tolist():
        words = batch.texts[row].split()
        found[row] = sum(any(map(str.isdigit, word)) for word in words) >= DATE_WORDS * len(words)
    return found
