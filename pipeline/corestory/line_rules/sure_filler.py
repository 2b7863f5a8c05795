"""Paragraphs that are filler whatever their words, by their element, their form or the sentence that they stand in.

A caption or a date that is written like the story is kept by its words, though its own element names it in every
language; so does that of a box of facts or a note about the author. The head and the number of a page of paper, left in
a text, stand within a sentence of the story.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corestory.features.batch import Batch
from corestory.features.layout import sums
from corestory.line_rules.advertisements import advertisements
from corestory.line_rules.around_story import around_story
from corestory.line_rules.classes import BOXES, CAPTIONS, OFFERS, PULL_QUOTES
from corestory.line_rules.comment_lines import is_label_of_comments, is_stamp
from corestory.line_rules.comments import in_comments
from corestory.line_rules.credits import ends_in_agency, is_credit
from corestory.line_rules.end_notes import end_notes
from corestory.line_rules.fields import of_fields
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.notices import notices
from corestory.line_rules.page_labels import is_page_label, page_labels
from corestory.line_rules.page_notes import page_notes
from corestory.line_rules.teasers import LEAST_LINKED, in_teasers, is_heading_of_teasers
from corestory.line_rules.timed_headlines import in_timed_headlines
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
PICTURES, PICTURE_LINES = 3, 4
"""The fewest numbered pictures of a gallery, and the most lines of each, the number included."""
COUNTER_WORDS, NAME_WORDS, LABEL_WORDS = 3, 5, 30
"""The most words of the number of a picture, such as "2 / 5"; of a name behind a time; of captions and credits."""
HEAD_WORDS, PART_WORDS = 8, 8
"""The most words of a page's head, and the fewest of each part of the sentence around it."""
HEAD_NAME = 2
"""The fewest words of a page's head besides its number: a single one may be part of a sentence torn at its markup."""
QUOTE_CHARACTERS = 20
"""The fewest characters of a quote that repeats a part of the story."""
ENTRIES, TIME_CHARACTERS, ENTRY_LINES, SAID = 3, 14, 3, 0.75
"""A live report: the fewest lines with nothing but a time, and the most characters of each. In a page, the number of
lines behind a time that may be its entry, and the least share of times with a sentence there."""
BEHIND, MOST_KEPT = 12, 1 / 3
"""The number of lines behind the last kept one that may be such times; and the greatest share of kept lines behind
times where these lines are headlines, not entries."""

_AROUND_QUOTES = " .,…\"'’‘“”„«»‹›「」–—"
_TIME_ALONE = r"(?:[01]?\d|2[0-4])(?:[:.]|\s?[hH]\s?)[0-5]\d(?:\s?(?:h|[AaPp]\.?[Mm]\.?|Uhr|[A-Z]{2,4}))?"
# The minute of a match: "71'", "90+4'".
_MINUTE = r"\d{1,3}(?:\+\d{1,2})?\s?['’′](?:\s?\+\s?\d{1,2})?"
_LENGTH = r"(?:\d{1,2}:)?\d{1,2}:[0-5]\d"
_COUNTER = r"\d{1,3}\s?/\s?\d{1,3}"


def sure_filler(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are filler whatever their words.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): captions by their element or class, unless they are the story, the dates in ``time``
        elements, the labels of buttons within paragraphs, links in square brackets, boxes, notes and menus by their
        class (`corestory.line_rules.classes`), what sponsors say (`corestory.line_rules.advertisements`), quotes that
        repeat the story; a page's number and head within a sentence; bylines, credits, captions that end in one, notes
        on the printed paper (`corestory.line_rules.credits`), a date above the story and the numbers of pictures by
        their form; teasers behind their heading (`corestory.line_rules.teasers`); lists of
        headlines with times (`corestory.line_rules.timed_headlines`); labels, buttons and notes of the
        page (`corestory.line_rules.page_labels`, `corestory.line_rules.page_notes`); notes about the author and boxes
        of facts (`corestory.line_rules.end_notes`), fields of e-mails and of exports
        (`corestory.line_rules.fields`). An article of which nothing else would be left has none.

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
    found |= _by_form(batch, words, kept) | in_teasers(batch, words, kept) | in_timed_headlines(batch, words, kept)
    if batch.markup is not None:
        # Most paragraphs are dropped, and their elements need no look.
        of_kept = batch.markup.words.rows(np.flatnonzero(kept))
        having = of_kept.having
        captions, claimed, offers, quotes, timed, labels = np.zeros((6, len(kept)), bool)
        long = words > OFFER_WORDS
        captions[kept], claimed[kept], offers[kept], quotes[kept] = of_kept.near(CAPTIONS, BOXES, OFFERS, PULL_QUOTES)
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
        found |= _dates(batch, timed) | labels | _repeated(batch, quotes, kept)
    found |= in_comments(batch, words, kept) | _labels_of_entries(batch, words, kept)
    found |= notices(batch, words, kept) | page_labels(batch, words, kept) | page_notes(batch, words, kept)
    found |= advertisements(batch, words, kept) | of_fields(batch, words, kept)
    found |= end_notes(batch, words, kept & ~found)
    found |= around_story(batch, words, kept & ~found)
    left = np.logical_or.reduceat(kept & ~found, layout.first)
    return np.asarray(found & left[layout.article])


def _by_form(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find bylines, captions that end in a credit, notes on the printed paper, and the numbers of pictures: "2/5"."""
    texts, found = batch.texts, np.zeros(len(kept), bool)
    counters: dict[int, list[int]] = {}
    followed = batch.layout.all_but_last(kept)
    for row in np.flatnonzero(kept & (words <= LABEL_WORDS)).tolist():
        text = texts[row]
        found[row] = is_credit(text) or (bool(followed[row]) and ends_in_agency(text))
    for row in np.flatnonzero(words <= COUNTER_WORDS).tolist():
        if "/" in texts[row] and re.fullmatch(_COUNTER, texts[row]):
            counters.setdefault(int(batch.layout.article[row]), []).append(row)
    if batch.markup is not None:
        lengths = [
            row for row in np.flatnonzero(kept & (words <= COUNTER_WORDS)).tolist() if re.fullmatch(_LENGTH, texts[row])
        ]
        # A live report has more times than one.
        once = np.bincount(batch.layout.article[lengths], minlength=len(batch.layout.sizes)) == 1
        found[[row for row in lengths if once[batch.layout.article[row]]]] = True
    for rows in counters.values():
        # Ratings, of which many are equal, are no numbers of pictures.
        if len({texts[row] for row in rows}) == len(rows):
            found[rows] = True
            found[_captions_between(batch, words, kept, rows)] = True
    return found & kept


def _captions_between(batch: Batch, words: Float, kept: Bool, rows: Sequence[int]) -> list[int]:
    """Return the kept lines between the numbers of pictures in turn, and as many above the first or behind the last."""
    sizes = {other - one for one, other in pairwise(rows)}
    numbers = [batch.texts[row].partition("/") for row in rows]
    pictures = {total.strip() for _, _, total in numbers}
    # Days of a diary, "3/5", have the form of numbers.
    counted = [int(number) for number, _, _ in numbers] == list(range(1, len(rows) + 1))
    if not counted or len(rows) < PICTURES or len(sizes) > 1 or max(sizes) > PICTURE_LINES or len(pictures) > 1:
        return []
    size, (first, last) = max(sizes), (rows[0], rows[-1])
    start, end = int(batch.layout.start[first]), int(batch.layout.end[first])
    outer = [range(max(first - size + 1, start), first), range(last + 1, min(last + size, end))]
    captions = [*range(first, last), *min(outer, key=lambda lines: words[lines].sum() if lines else np.inf)]
    of_story = np.setdiff1d(np.arange(start, end)[kept[start:end]], captions)
    is_story = max(words[captions]) > LABEL_WORDS or words[of_story].sum() < words[captions].sum()
    return [] if is_story else [row for row in captions if kept[row]]


def is_label(text: str) -> bool:
    """Return whether a line is a heading of teasers or comments, the label of a button, a date or a credit.

    Examples
    --------
    >>> is_label("Read next"), is_label("Reply"), is_label("Ann Lee, 3 hours ago"), is_label("A new quay")
    (True, True, True, False)
    """
    return any(tell(text) for tell in (is_heading_of_teasers, is_label_of_comments, is_page_label, is_stamp, is_credit))


def _within_sentences(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the lines of a number and a name in capitals between a sentence that is not over and how it goes on."""
    texts, layout = batch.texts, batch.layout
    found = np.zeros(len(kept), bool)
    short = np.flatnonzero(words <= HEAD_WORDS)
    # The second letter nearly always tells.
    has_small = [texts[row][1:2].islower() or any(map(str.islower, texts[row])) for row in short.tolist()]
    heads = short[~np.array(has_small, bool)]
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


def _labels_of_entries(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the times of a live report, and names or headlines behind them.

    In a text most times are dropped, in a page sentences stand behind most: the times of a table are story.
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        span = inside.start + np.flatnonzero(kept[inside])
        rows = range(max(inside.start, span[0] - 2), min(span[-1] + BEHIND, inside.stop - 1)) if len(span) else ()
        short = [row for row in rows if len(texts[row]) <= TIME_CHARACTERS and texts[row][:1].isdecimal()]
        times = [row for row in short if re.fullmatch(_TIME_ALONE, texts[row])]
        minutes = [row for row in short if re.fullmatch(_MINUTE, texts[row])]
        if len(minutes) >= ENTRIES:  # nothing but a live report has them
            found[minutes] = True
        if batch.markup is None:
            live = 2 * kept[times].sum() <= len(times)
        else:
            behind = [texts[row + 1 : min(row + 1 + ENTRY_LINES, inside.stop)] for row in times]
            live = sum(any(map(ends_as_sentence, entry)) for entry in behind) >= SAID * len(times)
        if len(times) < ENTRIES or not live:
            continue
        found[times] = True
        if not any(ends_as_sentence(texts[row]) for row in span[span > times[0]].tolist()):
            entries = np.array(times) + 1
            found[entries] = kept[entries].mean() <= MOST_KEPT
        below = [row + 1 for row in times if words[row + 1] <= NAME_WORDS]
        names = Counter(texts[row] for row in below)
        found[[row for row in below if names[texts[row]] > 1 and not ends_as_sentence(texts[row])]] = True
    return found & kept


def _repeated(batch: Batch, quotes: Bool, kept: Bool) -> Bool:
    """Find the quotes that repeat a part of another kept paragraph."""
    found = np.zeros(len(kept), bool)
    for row in np.flatnonzero(quotes).tolist():
        bare = batch.texts[row].strip(_AROUND_QUOTES)
        inside = range(int(batch.layout.start[row]), int(batch.layout.end[row]))
        found[row] = len(bare) >= QUOTE_CHARACTERS and any(
            kept[one] and one != row and bare in batch.texts[one] for one in inside
        )
    return found


def _dates(batch: Batch, timed: Bool) -> Bool:
    found = np.zeros(len(timed), bool)
    for row in np.flatnonzero(timed).tolist():
        words = batch.texts[row].split()
        found[row] = sum(any(map(str.isdigit, word)) for word in words) >= DATE_WORDS * len(words)
    return found
