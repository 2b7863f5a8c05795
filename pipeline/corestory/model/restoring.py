"""Restoring: the dropped paragraphs that the second look reads again, and the scores from which it restores them.

Gold texts leave out many subheads, so the first decision drops subheads from texts. The second look therefore reads
short lines between prose again. In a page the first decision knows subheads by their element. There the second look
reads a dropped paragraph that nearly reached the cutoff, if the paragraph beside it in the same element is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.shapes import DIGITS, SENTENCE_ENDS
from corestory.line_rules.by_element import classes
from corestory.line_rules.credits import heads_of_pages
from corestory.line_rules.notices import advertisements
from corestory.line_rules.page_labels import is_break, is_label
from corestory.line_rules.page_notes import page_notes
from corestory.line_rules.story_prose import addresses_nobody, is_about_past
from corestory.types import Bool, Float

if TYPE_CHECKING:
    from corestory.features.batch import MarkupColumns
    from corestory.features.batch_features import BatchFeatures
    from corestory.features.layout import Layout

PROSE_WORDS = 10
"""The fewest words of prose."""

# Short lines between prose in a text (`lines_between_prose`). Scores are shares of the article's cutoff.

LINE_WORDS = 12
"""The most words of such a line."""
LEAST_OF_CUTOFF = 0.3
"""The least score of the first decision, as a share of the cutoff."""
MOST_DIGITS = 0.25
"""The greatest share of digits among the characters, because times are not subheads; also for siblings in pages."""
PLAIN_OF_CUTOFF, PLAIN_RESTORING = 0.4, (0.6, 0.8)
"""A plain line (`_PLAIN`) is restored from the first of the two second-look scores if the first decision gave it at
least this share of the cutoff, otherwise from the second."""

# A sentence right after the last kept paragraph of a text (`ends_of_story`).

END_OF_CUTOFF, END_RESTORING = 0.6, 0.95
"""The least score of the first decision, as a share of the cutoff, and the second-look score that restores it."""

# Siblings of a kept paragraph in a page, right beside it (`siblings_of_story`).

SIBLING_OF_CUTOFF, SIBLING_RESTORING = 0.6, 0.9
"""The least score of the first decision, as a share of the cutoff, and the second-look score that restores it."""
MOST_LINKED = 0.5
"""The greatest share of the characters in links."""

# Sentences before and after the story, in texts and pages.

SENTENCE_WORDS = 6
"""The fewest words of a sentence that is not about the past."""
PAST_RESTORING = 0.8
"""The second-look score that restores a shorter sentence about the past."""

_WORDS = r"[^\W\d_][^\d:：|/\\→»›<>＜＞()（）\[\]【】–—•#*@_]*"
_MEASURE = r"[^\W\d_]{2,}(?: [^\W\d_]+){0,2}\s?[:：]\s?\W?\d[\d.,]*(?:\s[^\W\d_]{1,12}){0,3}"
# Only letters, as in a subhead, also after the mark of an item or a time ("– A new quay", "2019: A new quay"); and
# numbers after their names ("Length: 90 m").
_PLAIN = (
    rf"(?:[•–—-]\s)?{_WORDS}|(?=[^:：]*\d)(?:[^\W_]|[ .’']|(?<=\d):(?=\d)){{1,18}}(?:\s?[:：]|\s?[–—-]\s)\s?{_WORDS}|"
    rf"{_MEASURE}(?:[,;] {_MEASURE})*"
)
_CALLS, _CALLS_REVERSED = r"\s*(?:>|[→▶►▸➜➔➤⇒☞]|»\s)", r"[\W_]*[!！]"


def restoring_cutoffs(features: BatchFeatures, scores: Float, cutoffs: Float, settled: Bool, restoring: float) -> Float:
    """Return the second-look score from which each dropped paragraph is restored.

    Parameters
    ----------
    features
        The features of the batch.
    scores
        The scores of the first decision, shape (paragraphs,).
    cutoffs
        The cutoff of each article, shape (articles,).
    settled
        Paragraphs that must not be restored, shape (paragraphs,).
    restoring
        The model's setting, for lines with marks or digits; with 1 no paragraph is restored.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). NaN for paragraphs that the second look does not read, which include notes of the page,
        labels, and lines that end with an exclamation mark or begin with an arrow.
    """
    batch, words, of_article = features.batch, features.words, cutoffs[features.layout.article]
    found = np.full(len(scores), np.nan)
    if restoring >= 1:
        return found
    if batch.markup is not None:
        found[siblings_of_story(features, batch.markup, scores, cutoffs) & ~settled] = SIBLING_RESTORING
    else:
        lines = lines_between_prose(scores, cutoffs, words, features.shape, features.layout) & ~settled
        for row in np.flatnonzero(lines).tolist():
            found[row] = line_restoring(batch.texts[row], float(scores[row] / of_article[row]), restoring)
        found[ends_of_story(features, scores, cutoffs) & ~settled] = END_RESTORING
    for row in np.flatnonzero(found >= SIBLING_RESTORING).tolist():
        if features.words[row] < SENTENCE_WORDS and is_about_past(batch.texts[row]):
            found[row] = PAST_RESTORING
    read = ~np.isnan(found)
    for rule in (page_notes, advertisements, heads_of_pages):
        found[rule(batch, words, read)] = np.nan
    for row in np.flatnonzero(read).tolist():
        text = batch.texts[row]
        if re.match(_CALLS, text) or re.match(_CALLS_REVERSED, text[::-1]) or is_label(text):
            found[row] = np.nan
    return found


def siblings_of_story(features: BatchFeatures, markup: MarkupColumns, scores: Float, cutoffs: Float) -> Bool:
    """Find dropped paragraphs of pages that nearly reach the cutoff, right beside a kept one in the same element.

    Parameters
    ----------
    features, scores, cutoffs
        As in `restoring_cutoffs`.
    markup
        The markup of the batch.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). Before the first and after the last kept paragraph only sentences are found. Captions and
        boxes, known by their element or class, are left out.
    """
    layout, of_article = features.layout, cutoffs[features.layout.article]
    kept, within = scores >= of_article, markup.forest.parent[markup.forest.at]
    beside = (kept[:-1] != kept[1:]) & (within[:-1] == within[1:]) & (within[1:] >= 0)
    found = np.zeros(len(scores), bool)
    found[1:] = beside
    found[:-1] |= beside
    before = np.append(0, np.cumsum(kept))
    between = (before[:-1] > before[layout.start]) & (before[1:] < before[layout.end])
    found &= ~kept & (scores >= SIBLING_OF_CUTOFF * of_article) & (between | _are_sentences(features, found & ~between))
    found &= (markup.link_density <= MOST_LINKED) & (features.shape[:, DIGITS] <= MOST_DIGITS)
    named = markup.words.rows(np.flatnonzero(found))
    found[found] = ~np.any(
        [named.having("figcaption"), *named.near(*map(classes, ("captions", "boxes", "offers")))], axis=0
    )
    return found


def ends_of_story(features: BatchFeatures, scores: Float, cutoffs: Float) -> Bool:
    """Find dropped sentences of texts that nearly reach the cutoff, right after the last kept paragraph or an ad.

    Parameters
    ----------
    features, scores, cutoffs
        As in `restoring_cutoffs`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). A sentence that addresses the reader is left out: it is a call, an offer or an address.
    """
    layout, of_article = features.layout, cutoffs[features.layout.article]
    kept = scores >= of_article
    last = np.flatnonzero(kept & ~layout.all_but_last(kept))
    found = np.zeros(len(scores), bool)
    for row in last.tolist():
        # A story goes on after the label of an advertisement; behind other lines of the page it seldom does.
        after = row + 1 + (row + 1 < layout.end[row] and is_break(features.batch.texts[row + 1]))
        found[after : layout.end[row]][:1] = True
    found &= scores >= END_OF_CUTOFF * of_article
    sentences = np.flatnonzero(_are_sentences(features, found)).tolist()
    found[:] = False
    found[[row for row in sentences if addresses_nobody(features.batch.texts[row])]] = True
    return found


def _are_sentences(features: BatchFeatures, asked: Bool) -> Bool:
    """Return which of the `asked` paragraphs are sentences of `SENTENCE_WORDS` or more, or shorter and of the past."""
    found = asked & (features.shape[:, SENTENCE_ENDS] > 0)
    short = np.flatnonzero(found & (features.words < SENTENCE_WORDS)).tolist()
    found[[row for row in short if not is_about_past(features.batch.texts[row])]] = False
    return found


def line_restoring(line: str, of_cutoff: float, restoring: float) -> float:
    """Return the second-look score from which a line between prose is restored.

    Parameters
    ----------
    line
        The line.
    of_cutoff
        Its score in the first decision, as a share of its article's cutoff.
    restoring
        As in `restoring_cutoffs`. Plain lines need a lower score, because they look like subheads, and gold texts leave
        out many subheads.

    Examples
    --------
    >>> line_restoring("A new quay", 0.8, 0.9), line_restoring("2019 – A new quay", 0.8, 0.9)
    (0.6, 0.6)
    >>> line_restoring("Quays: 3", 0.8, 0.9), line_restoring("Quays: 3 | 4", 0.8, 0.9)
    (0.6, 0.9)
    """
    return min(restoring, PLAIN_RESTORING[of_cutoff < PLAIN_OF_CUTOFF]) if is_plain(line) else restoring


def is_plain(line: str) -> bool:
    """Return whether a line has the form of a subhead, an item, an entry with its time, or a number after its name.

    Examples
    --------
    >>> is_plain("“A new quay”"), is_plain("14:30 – A new quay"), is_plain("A new quay → 3"), is_plain("and so on")
    (True, True, False, False)
    """
    bare = line.strip("\"'“”„«»‘’ ")
    return not bare[:1].islower() and re.fullmatch(_PLAIN, bare) is not None


def lines_between_prose(scores: Float, cutoffs: Float, words: Float, shape: Float, layout: Layout) -> Bool:
    """Find short dropped lines between two kept paragraphs of prose, or between prose and a sentence.

    A short dropped sentence is also found between two kept sentences.

    Parameters
    ----------
    scores, cutoffs
        The scores of the first decision, shape (paragraphs,), and the cutoff of each article, shape (articles,).
    words, shape
        As in `corestory.features.shapes.shape_features`.
    layout
        Which paragraphs make an article.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,).

    Examples
    --------
    >>> from corestory.features.layout import Layout
    >>> from corestory.features.shapes import shape_features
    >>> words, shape = shape_features(["The ferry, they said, is to sail again on Monday.", "A new quay"] * 2)
    >>> lines_between_prose(np.array([0.9, 0.4, 0.9, 0.4]), np.array([0.5]), words, shape, Layout.of([4])).tolist()
    [False, True, False, False]
    """
    cutoff = cutoffs[layout.article]
    sentence = (scores >= cutoff) & (shape[:, SENTENCE_ENDS] > 0)
    prose = (scores >= cutoff) & (words >= PROSE_WORDS)
    prose_before, prose_after = layout.neighbours(prose.astype(float), (-1, 1)).T > 0
    sentence_before, sentence_after = layout.neighbours(sentence.astype(float), (-1, 1)).T > 0
    # A single word beside a short sentence is not a subhead but, for example, the name of a place.
    beside = (prose_before & sentence_after) | (sentence_before & prose_after)
    between_sentences = sentence_before & sentence_after & (shape[:, SENTENCE_ENDS] > 0)
    found = (prose_before & prose_after) | ((beside | between_sentences) & (words > 1))
    found &= (scores < cutoff) & (scores >= LEAST_OF_CUTOFF * cutoff)
    return np.asarray(found & (words <= LINE_WORDS) & (shape[:, DIGITS] <= MOST_DIGITS))
