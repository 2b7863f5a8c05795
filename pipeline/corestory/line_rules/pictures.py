"""Texts of pages that show a video or pictures, and have no story but their titles and captions."""

from __future__ import annotations

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.credits import is_credit
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import pattern
from corestory.types import Bool, Float

MOST_WORDS, TITLE_WORDS = 120, 14
"""The most words of such a text, and of its title."""
SENTENCE_WORDS, MARK_WORDS = 5, 5
"""The fewest words of a sentence of a story, and the most of a line with the length of a film or a picture's number."""
MARKS = 2
"""So many credits, lengths and numbers of pictures show what a text is; a title that names a video counts as one."""

_TITLE = r"\W*(?:{videos}|{galleries})(?![\w'’])|.*\b(?:{in pictures})\W*$"
_MARK = r"(?:.*\D)?\d{1,2}:[0-5]\d(?:\D.*)?|\D*\d{1,3}\s?(?:/|of|von|sur|de|di|van|av|af|z|из|із)\s?\d{1,3}"


def only_pictures(batch: Batch, words: Float) -> Bool:
    """Find the texts that hold the title of a video or of pictures, captions and labels, and no story.

    Parameters
    ----------
    batch, words
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (articles,). What a video shows may be said in a single sentence.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> lines = ["Video: Crane falls into harbour", "0:45", "A crane falls into the harbour.", "Share"]
    >>> only_pictures(batch_of_articles([Article("a", lines)]), np.array([5.0, 1.0, 6.0, 1.0])).tolist()
    [True]
    """
    layout = batch.layout
    found = np.zeros(len(layout.sizes), bool)
    if batch.markup is not None:
        return found
    slices = list(layout.slices())
    for article in np.flatnonzero(np.add.reduceat(words, layout.first) <= MOST_WORDS).tolist():
        rows = slices[article]
        texts, lengths = batch.texts[rows], words[rows].tolist()
        names_video = lengths[0] <= TITLE_WORDS and pattern(_TITLE).match(texts[0]) is not None
        marks = [
            is_credit(text) or (length <= MARK_WORDS and pattern(_MARK).fullmatch(text) is not None)
            for text, length in zip(texts, lengths, strict=True)
        ]
        # A caption stands beside the number or the credit of its picture.
        beside = [any(marks[max(place - 1, 0) : place + 2]) for place in range(len(texts))]
        sentences = [
            text for text, length, is_caption in zip(texts, lengths, beside, strict=True)
            if not is_caption and length >= SENTENCE_WORDS and ends_as_sentence(text)
        ]  # fmt: skip
        found[article] = sum(marks) + names_video >= MARKS and len(sentences) <= names_video
    return found
