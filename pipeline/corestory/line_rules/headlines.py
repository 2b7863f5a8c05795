"""Headlines: an article's own headline is filler, and another one begins another story.

Gold texts and readers disagree about the headline of an article. Every output has it as the title anyway, so here it is
filler, in pages and in texts. Many news pages load the next stories below the story that a reader opened. Their
paragraphs look like those of the story, and gold texts have too few such pages for a network to learn from. But a
second ``h1`` in another part of the page, with filler before it, is the headline of another story.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.tokens import tokens_of
from corestory.line_rules.notices import begin_after_mail
from corestory.types import Bool, Float, Int

SCORE = 0.05
"""The highest score of a headline and of a paragraph of another story."""
FIRST = 3
"""The number of kept paragraphs at the start of an article that may be its headline."""
OF_HEADLINE, OF_TITLE = 0.8, 0.5
"""The least share of the headline's words that are in the title, and of the title's words that are in the headline."""
MOST_WORDS = 20
"""The most words of a first line that is the headline by its form, if the title is unknown or shorter than the line."""
QUESTION_WORDS = 12
"""The most words of such a first line if it is a question."""
LEAST_SENTENCE = 8
"""The fewest words of the sentence that follows such a first line as the next kept line."""
LEAST_ENDLESS = 2
"""The least ratio of that next line's length to the headline's, in scripts that do not mark the ends of sentences."""
DATE_WORDS = 10
"""The most words of a kept date or byline between headline and story."""
ABOVE, ABOVE_WORDS = 12, 8
"""The most dropped lines above the headline, such as the name of the section, and the most words of each."""
MOST_BETWEEN = 3
"""The most lines between headline and story, such as a byline and a date."""
LEAST_WORDS = 40
"""The fewest words of the page's own story between its headline and that of another story."""
LEAST_STEPS = 3
"""The fewest paragraphs from the last kept paragraph of the own story to the other headline."""
LEAST_LEVELS = 3
"""The fewest elements around a paragraph of one story that do not enclose the other story."""
LEAST_PROSE = 10
"""The fewest words of the paragraph that locates the other story; its date may be outside its container."""
UNLIKE_TITLE = 0.4
"""The greatest share of the words of another story's headline that are in the title."""

# The first and second item of a list. A football club whose name begins with "1." has no second item.
_ITEM_ONE, _ITEM_TWO = ("1.", "1)"), ("2.", "2)")
# The speaker of a line of dialogue.
_SPEAKER = r"[^:：]{1,40}[:：]"
# Thai and Lao.
_ENDLESS, _OPENING = r"[\u0e01-\u0eff]", '"“‘( '
_BY = r"(?:by|von|par|por|di|door|av|af|autor|автор)\b(?-i: *:? *[^\W\da-z_])"
# French puts a space before the closing quote.
_QUOTES = " \xa0\u202f\t\n\"'”’“‘»«›‹」』）)]"
# The end of one sentence and the beginning of another: "A headline is one sentence. Or none."
_SECOND_SENTENCE = r"[^\W\d_]{3}[.!?…]\s+[\"“„«]?[^\W\d_a-z]|。\w"
# A headline may be a question or an exclamation. A sentence does not end in a colon.
_NO_HEADLINE, _SENTENCE = frozenset(".:;,…。：；，।"), frozenset(".!?…。！？।॥؟۔։።။។")


def own_headlines(
    batch: Batch, words: Float, kept: Bool, headings: Bool | None = None, other: Bool | None = None
) -> Bool:
    """Find the kept paragraphs that are the headlines of their articles.

    Parameters
    ----------
    batch
        The articles.
    words
        Their paragraphs' lengths in words, shape (paragraphs,).
    kept
        Whether the first decision keeps each paragraph as core, shape (paragraphs,).
    headings
        Which paragraphs of pages are headings of the first level, shape (paragraphs,); None for texts. If exactly one
        is kept, among the first paragraphs, it is the headline whatever the title.
    other
        Which paragraphs belong to other stories. They do not count as lines above a headline.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). If only one paragraph of an article is kept, it is not a headline.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> lines = ["Quay reopens", "The quay reopened on Monday, two years after the storm."]
    >>> batch = batch_of_articles([Article("a", lines)])
    >>> own_headlines(batch, np.array([2.0, 10.0]), np.array([True, True])).tolist()
    [True, False]
    """
    found = np.zeros(len(kept), bool)
    for inside, title in zip(batch.layout.slices(), batch.titles, strict=True):
        start = begin_after_mail(batch.texts, inside.start, inside.stop)
        rows = start + np.flatnonzero(kept[start : inside.stop])
        first = rows[:FIRST]
        if len(first) < 2:
            continue
        if headings is not None and np.count_nonzero(kept[inside] & headings[inside]) == 1:
            found[first] = headings[first]
        known = _words(title)
        if known:
            found[[row for row in first.tolist() if _repeats(batch.texts[row], title)]] = True
        begin = int(rows[0])
        above = [row for row in range(start, begin) if other is None or not other[row]]
        begins = len(above) <= ABOVE and all(words[row] <= ABOVE_WORDS for row in above)
        if begins and (not known or _share(known, _words(batch.texts[begin])) >= OF_HEADLINE):
            after = rows[1:FIRST].tolist()
            # A kept date or byline may come between.
            between = batch.texts[after[0]]
            may_be = any(map(str.isdigit, between)) or re.match(_BY, between, re.IGNORECASE) is not None
            if not may_be or words[after[0]] > DATE_WORDS:
                after = after[:1]
            kept_texts = [batch.texts[row] for row in rows.tolist()]
            is_item = kept_texts[0][:2] in _ITEM_ONE and any(text[:2] in _ITEM_TWO for text in kept_texts)
            is_turn = (turn := re.match(_SPEAKER, kept_texts[0])) and sum(
                text.startswith(turn[0]) for text in kept_texts
            ) > 1
            found[begin] |= not (is_item or is_turn) and any(_heads(batch, words, begin, row) for row in after)
    return found


def in_other_stories(features: BatchFeatures, kept: Bool) -> Bool:
    """Find the kept paragraphs that belong to other stories than the page's own.

    Parameters
    ----------
    features
        Features of pages. Without markup nothing is found.
    kept
        As in `own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). A page without a title has no other stories.
    """
    found = np.zeros(len(kept), bool)
    if features.batch.markup is None:
        return found
    layout, headline = features.layout, features.main_headings
    several = np.flatnonzero(np.bincount(layout.article[headline], minlength=len(layout.sizes)) > 1)
    for page in several.tolist():
        rows = np.arange(layout.first[page], layout.first[page] + layout.sizes[page])
        begin = _other_story(features, rows[headline[rows]], rows[kept[rows]], features.batch.titles[page])
        if begin is not None:
            found[begin : rows[-1] + 1] = kept[begin : rows[-1] + 1]
    return found


def lowered(scores: Float, found: Bool) -> Float:
    """Lower the scores of headlines or of paragraphs of other stories.

    Examples
    --------
    >>> lowered(np.array([0.9, 0.8]), np.array([False, True])).tolist()
    [0.9, 0.05]
    """
    return np.where(found, np.minimum(scores, SCORE), scores)


def ends_as_sentence(text: str) -> bool:
    """Return whether a text ends as a sentence does, before any closing quotes.

    Examples
    --------
    >>> ends_as_sentence('"It rained."'), ends_as_sentence("Rain, again")
    (True, False)
    """
    return text.rstrip(_QUOTES)[-1:] in _SENTENCE


def _repeats(text: str, title: str) -> bool:
    words, known = map(_words, map(_without_accents, (text, title)) if text.isupper() else (text, title))
    return _share(words, known) >= OF_HEADLINE and _share(known, words) >= OF_TITLE


def _heads(batch: Batch, words: Float, row: int, after: int) -> bool:
    """Return whether a first line has the form of a headline, and the next kept line that of a sentence."""
    return (
        words[row] <= (QUESTION_WORDS if batch.texts[row].endswith("?") else MOST_WORDS)
        and batch.texts[row].rstrip(_QUOTES)[-1:] not in _NO_HEADLINE
        and re.search(_SECOND_SENTENCE, batch.texts[row]) is None
        and after - row <= MOST_BETWEEN + 1
        and words[after] >= LEAST_SENTENCE
        and (ends_as_sentence(batch.texts[after]) or _is_endless(batch.texts[row], batch.texts[after]))
    )


def _is_endless(headline: str, text: str) -> bool:
    """Return whether a text is prose by its length, in a script that does not mark the ends of sentences."""
    return len(text) >= LEAST_ENDLESS * len(headline) and re.match(_ENDLESS, text.lstrip(_OPENING)) is not None


def _other_story(features: BatchFeatures, headlines: Int, kept: Int, title: str) -> int | None:
    """Return the row of the headline at which the other stories begin, or None."""
    texts, known = features.batch.texts, _words(title)
    prose = kept[features.words[kept] >= LEAST_PROSE]
    own = None
    for row in headlines.tolist():
        like = _share(_words(texts[row]), known)
        before, after = kept[:0] if own is None else kept[(kept > own) & (kept < row)], prose[prose > row]
        if (
            like <= UNLIKE_TITLE
            and features.words[before].sum() >= LEAST_WORDS
            and row - before[-1] >= LEAST_STEPS
            and len(after)
            and _apart(features, int(before[-1]), row, int(after[0]))
        ):
            return int(row)
        if own is None and like >= OF_HEADLINE:
            own = row
    return None


def _apart(features: BatchFeatures, before: int, headline: int, after: int) -> bool:
    """Return whether a headline and the paragraph after it are in a part of the page without the story before it."""
    forest = features.elements.forest
    story, own, other = (set(forest.around(row)) for row in (before, headline, after))
    return bool((own & other) - story) and min(len(story - other), len(other - story)) >= LEAST_LEVELS


def _words(text: str) -> set[str]:
    return set(tokens_of(text))


def _without_accents(text: str) -> str:
    """Return a text as capitals are written, some of which have no accents, or in Turkish a dot of their own."""
    parts = unicodedata.normalize("NFD", text.replace("ı", "i"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def _share(words: set[str], known: set[str]) -> float:
    """Return the share of the words that are known; 0 if there are no words."""
    return len(words & known) / max(len(words), 1)
