"""Lines above the first sentence of a story and behind its last one, such as kickers, dates, bylines and buttons.

No element of a text tells its head from its story. But of what stands above the date of a story nothing but sentences
belongs to it, and a line that is no sentence leads to nothing if the rest of the text is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comment_lines import is_stamp
from corestory.line_rules.credits import is_credit
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.page_labels import is_page_label
from corestory.line_rules.patterns import LETTER
from corestory.types import Bool, Float, Int

DATE_WORDS = 10
"""The most words of the line with an article's date, the time and the author's name included."""
HEAD_LINES, HEAD_WORDS = 4, 20
"""The head of a story: the most kept lines above its first sentence, and the most words of each."""
NEAR, DATED_CHARACTERS = 6, 80
"""The lines above the first sentence, one of which is the date, credit or button of the head; and the most characters
of a date. In any language a date has a year, and a day or the time."""
SENTENCE_WORDS = 8
"""The fewest words of the first sentence and of the last one."""
LABEL_WORDS, LABELS = 8, 2
"""The most words of lines behind the last sentence, and the most such lines."""
BEHIND = 2
"""The fewest dropped lines around them."""

# A date, with words or a name before it and the time behind it.
_MONTH, _YEAR = rf"(?:de )?{LETTER}{{3,10}}\.?,?(?: de)?", r"(?:19|20|25)\d\d"
_TIME = (
    r"(?:\W{1,3}(?:(?:at|um|à|às|a las|kl|alle|о|в|ore|om|เวลา)\.? )?\d{1,2}[:.hH]\d\d(?::\d\d)?"
    r"(?: ?[^\W\d_]{1,6}\.?)?)?"
)
_DATE = (
    r"(?:[^\W\d_][^\d.!?:]{2,30}[:,|·•–—-] ?|(?:[^\W\d_]+,? ){1,2})?(?:(?:le|el|il|em|am|den|on|op|dne|dnia) )?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.|º|er)? {_MONTH} {_YEAR}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}|"
    rf"{_YEAR}([-/.])\d\d?\1\d\d?|\d\d?([/.])\d\d?\2{_YEAR}){_TIME}|"
    rf"{_YEAR}[年년] ?\d{{1,2}}[月월] ?\d{{1,2}}[日일][\d\s:：時时分시분]*"
)
_DATED = re.compile(r"\b(?:19|20)\d\d\b\D+\d|\d\D+(?:19|20)\d\d\b|\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?![./:])")
# No line of a list, and no dash before the name of a speaker.
_ITEM = re.compile(r"\s*(?:[*•·▪●‣◦–—-]|\(?\d{1,3}[.)])")


def around_story(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept lines above and behind a story that are none of it.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): the line with a date, and maybe a name, that begins an article; in a text also the lines
        above its date and those in capitals above its first sentence, and one or two that are no sentences behind
        the last.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> story = "The quay was opened on Monday after a long delay that storms had caused."
    >>> batch = batch_of_articles([Article("a", ["Diary", "3 May 2024", story, story, "See less", "Like", "Share"])])
    >>> kept = np.array([True, False, True, True, True, False, False])
    >>> around_story(batch, np.array([1.0, 3, 14, 14, 2, 1, 1]), kept).tolist()
    [True, False, False, False, True, False, False]
    """
    found = _first_dates(batch, words, kept)
    if batch.markup is not None:
        return found
    for inside in batch.layout.slices():
        rows = inside.start + np.flatnonzero(kept[inside])
        if len(rows) > 1:
            found[_above(batch.texts, words, rows)] = True
            found[_behind(batch.texts, words, rows, inside.stop)] = True
    return found


def _first_dates(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the line with a date, and maybe a name, that begins an article: a diary has more of them."""
    found = np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        lines = (inside.start + np.flatnonzero((kept & (words <= DATE_WORDS))[inside])).tolist()
        if lines and lines[0] == inside.start + kept[inside].argmax() and re.fullmatch(_DATE, batch.texts[lines[0]]):
            found[lines[0]] = not any(re.fullmatch(_DATE, batch.texts[line]) for line in lines[1:])
    return found


def _above(texts: Sequence[str], words: Float, rows: Int) -> list[int]:
    """Return the kept rows of the head of a text: above its date, credit or button; several lines in capitals."""
    first = rows[: HEAD_LINES + 1].tolist()
    begin = next(
        (
            row
            for row in first
            if words[row] >= SENTENCE_WORDS and ends_as_sentence(texts[row]) and not texts[row].isupper()
        ),
        -1,
    )
    head = [row for row in first if row < begin and words[row] <= HEAD_WORDS]
    if not head:
        return []
    near = range(max(head[0], begin - NEAR), begin)
    labels = [row for row in near if any(tell(texts[row]) for tell in (_is_dated, is_credit, is_page_label))]
    # One line in capitals may be a subhead, or the name of a speaker.
    capitals = [row for row in head if texts[row].isupper() and not texts[row].endswith(":")]
    found = [
        row for row in head if row < max(labels, default=-1) and not texts[row].endswith((",", ".", ":", "：", "。"))
    ]
    return [*found, *(capitals if len(capitals) > 1 else ())]


def _is_dated(text: str) -> bool:
    return is_stamp(text) or (
        len(text) <= DATED_CHARACTERS and not ends_as_sentence(text) and _DATED.search(text) is not None
    )


def _behind(texts: Sequence[str], words: Float, rows: Int, end: int) -> list[int]:
    """Return the last kept rows that are labels or headings behind the last sentence; two names are no such."""
    last = rows[-LABELS - 1 :].tolist()
    size = next((size for size, row in enumerate(reversed(last)) if ends_as_sentence(texts[row])), 0)
    if not size or words[last[-size - 1]] < SENTENCE_WORDS or end - last[-size - 1] <= size + BEHIND:
        return []
    labels = last[-size:]
    no_label = any(
        words[row] > LABEL_WORDS or _ITEM.match(texts[row]) or (size > 1 and " " in texts[row] and texts[row].istitle())
        for row in labels
    )
    return [] if no_label else labels
