"""All rules that make a paragraph filler whatever its score, in their order.

The words of some filler are like those of a story, so the model keeps it: captions, dates, bylines, headlines with a
time, and notes of the page about itself. These rules find it by its element, its form or its words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.around_story import around_story, end_notes
from corestory.line_rules.by_element import by_element
from corestory.line_rules.comments import in_comments
from corestory.line_rules.credits import credits_and_numbers, heads_of_pages
from corestory.line_rules.notices import advertisements, notices, of_fields
from corestory.line_rules.page_labels import page_labels
from corestory.line_rules.page_notes import page_notes
from corestory.line_rules.teasers import in_teasers
from corestory.line_rules.timed_lines import in_timed_headlines, labels_of_entries
from corestory.types import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class FillerRule:
    """A rule for filler.

    Attributes
    ----------
    name
        As in the JSON of `explain`.
    meaning
        The sort of paragraph that the rule finds.
    find
        Takes a batch, its paragraphs' lengths in words and whether each is kept. Returns which kept paragraphs it
        finds, as `corestory.line_rules.headlines.own_headlines` does.
    reads_rest
        Whether the rule reads only the paragraphs that no earlier rule has found.
    """

    name: str
    meaning: str
    find: Callable[[Batch, Float, Bool], Bool]
    reads_rest: bool = False


FILLER_RULES = (
    FillerRule(
        "credit", "a byline, a credit, a caption that ends with a credit, or a picture number", credits_and_numbers
    ),
    FillerRule("element", "a caption, a date, a button or a box, as its element or class shows", by_element),
    FillerRule("teaser", "a teaser below a heading of teasers", in_teasers),
    FillerRule("timed headline", "a headline in a list of headlines with times", in_timed_headlines),
    FillerRule("comment", "a reader's comment, or a line between comments", in_comments),
    FillerRule("label of an entry", "the time or the name above an entry of a live report", labels_of_entries),
    FillerRule("notice", "a notice, such as a correction, or the end of a press release", notices),
    FillerRule("page label", "a label, a button, a credit or a date of the page", page_labels),
    FillerRule("page note", "a note about the page or its publisher, or a teaser", page_notes),
    FillerRule("advertisement", "an advertisement, or program code", advertisements),
    FillerRule("field", "a header field of an e-mail or of a data export", of_fields),
    FillerRule("head of a page", "the header of a printed page, inside a sentence", heads_of_pages),
    FillerRule("end note", "a note about the author, or a fact box", end_notes, reads_rest=True),
    FillerRule(
        "around the story", "a line of the page directly above or below the story", around_story, reads_rest=True
    ),
)
"""The first rule that finds a paragraph counts."""

NO_RULE = -1


def filler_rules(batch: Batch, words: Float, kept: Bool) -> Int:
    """Find the kept paragraphs that are filler whatever their score.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        The index in `FILLER_RULES` of the rule that finds each paragraph, or `NO_RULE`; shape (paragraphs,). If the
        rules would leave nothing of an article, they find nothing in it.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["By Ann Lee", "The quay was opened on Monday."])])
    >>> first, second = filler_rules(batch, np.array([3.0, 6.0]), np.ones(2, bool)).tolist()
    >>> FILLER_RULES[first].name, second == NO_RULE
    ('credit', True)
    """
    found = np.full(len(kept), NO_RULE)
    for number, rule in enumerate(FILLER_RULES):
        left = kept & (found == NO_RULE)
        found[rule.find(batch, words, left if rule.reads_rest else kept) & left] = number
    stays = np.logical_or.reduceat(kept & (found == NO_RULE), batch.layout.first)
    return np.where(stays[batch.layout.article], found, NO_RULE)
