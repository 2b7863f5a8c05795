"""Lines around a story: kickers, dates, bylines and buttons, notes about the author or the publisher, boxes of facts.

In a text no element separates the head from the story. But above the date of a story, only sentences belong to it. And
a last line that is not a sentence introduces nothing if the rest of the text is dropped.

A note about the author reads like the last paragraph of a story about a person. But such a story names the person
earlier, too. A box of facts or a poll has a heading that says so, and short lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comments import is_stamp
from corestory.line_rules.credits import is_credit, profession
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.notices import ends_release
from corestory.line_rules.page_labels import is_page_label
from corestory.line_rules.patterns import LETTER, pattern, words_of
from corestory.types import Bool, Float, Int

DATE_WORDS = 10
"""The most words of the line with an article's date, including the time and the author's name."""
HEAD_LINES, HEAD_WORDS = 4, 20
"""The most kept lines in the head of a story, above its first sentence, and the most words of each."""
NEAR, DATED_CHARACTERS = 6, 80
"""The number of lines above the first sentence that may be the date, credit or button of the head, and the most
characters of a date. In any language a date has a year, and a day or the time."""
SENTENCE_WORDS = 8
"""The fewest words of a story's first sentence and of its last one."""
LABEL_WORDS, LABELS = 8, 2
"""The most words of a line after the last sentence, and the most such lines."""
AFTER = 2
"""The fewest dropped lines after the last sentence."""

LAST, NOTE_WORDS = 4, 90
"""The number of last kept paragraphs that may be notes about the author or publisher, and the most words of a note."""
FIRST = 3
"""The number of first kept paragraphs that may be the author's name alone."""
PROSE_WORDS = 8
"""The fewest words of a kept paragraph that can name the people of the story."""
NAME_WORDS = 4
"""The most words of a name."""
STORY_WORDS = 40
"""The fewest kept words before a note about the publisher."""
WORK_WORDS = 5
"""The number of words after a name and a dash among which there is a profession of writers."""
BEFORE_NAME = 40
"""The most characters before the publisher's name in a note: "Founded in 1987, the firm of"."""
HEADING_WORDS, ITEM_WORDS, ITEMS = 10, 12, 2
"""The most words of the heading of a box, the most words of its lines, and the fewest lines."""

# A date, with words or a name before it and the time after it.
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
# An item of a list, or the dash before the name of a speaker.
_ITEM = re.compile(r"\s*(?:[*•·▪●‣◦–—-]|\(?\d{1,3}[.)])")
# "Mr Lee writes that ..." reports his words; it is not a note about the author.
_CLAUSES = [["that"], ["que"], ["che"], ["dat"], ["att"], ["at"], ["ότι"]]
_PUBLISHER = (
    r"(?:about|über|à propos d[eu]s?|acerca de|sobre|over|om|informazioni su)\s+(?:(?:the|die|das|la|le|el|o|a)\s+)?"
)
_PRESS = r"\W*(?:{contacts of the press})\W*"
_BOX = (
    r"[\W_]*(?:(?:{headings of boxes})(?:\s?[:：].*|\W*)|(?:{headings of boxes and polls})\s?[:：].*|"
    r".{3,40} (?:{in numbers}))"
)


def around_story(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept lines above and below a story that do not belong to it.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): the line with a date, and maybe a name, that begins an article. In a text also the lines
        above its date, lines in capitals above its first sentence, and one or two lines after the last sentence that
        are not sentences.

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
            found[_after(batch.texts, words, rows, inside.stop)] = True
    return found


def _first_dates(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the line with a date, and maybe a name, that begins an article. A diary has several, and they stay."""
    found = np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        lines = (inside.start + np.flatnonzero((kept & (words <= DATE_WORDS))[inside])).tolist()
        if lines and lines[0] == inside.start + kept[inside].argmax() and re.fullmatch(_DATE, batch.texts[lines[0]]):
            found[lines[0]] = not any(re.fullmatch(_DATE, batch.texts[line]) for line in lines[1:])
    return found


def _above(texts: Sequence[str], words: Float, rows: Int) -> list[int]:
    """Return the kept rows of a text's head: those above its date, credit or button, and several in capitals."""
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
    # A single line in capitals may be a subhead, or the name of a speaker.
    capitals = [row for row in head if texts[row].isupper() and not texts[row].endswith(":")]
    found = [
        row for row in head if row < max(labels, default=-1) and not texts[row].endswith((",", ".", ":", "：", "。"))
    ]
    return [*found, *(capitals if len(capitals) > 1 else ())]


def _is_dated(text: str) -> bool:
    return is_stamp(text) or (
        len(text) <= DATED_CHARACTERS and not ends_as_sentence(text) and _DATED.search(text) is not None
    )


def _after(texts: Sequence[str], words: Float, rows: Int, end: int) -> list[int]:
    """Return the last kept rows that are labels or headings after the last sentence. Two names are not labels."""
    last = rows[-LABELS - 1 :].tolist()
    size = next((size for size, row in enumerate(reversed(last)) if ends_as_sentence(texts[row])), 0)
    if not size or words[last[-size - 1]] < SENTENCE_WORDS or end - last[-size - 1] <= size + AFTER:
        return []
    labels = last[-size:]
    no_label = any(
        words[row] > LABEL_WORDS or _ITEM.match(texts[row]) or (size > 1 and " " in texts[row] and texts[row].istitle())
        for row in labels
    )
    return [] if no_label else labels


def end_notes(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept notes about the author or the publisher, and the kept lines of boxes of facts and polls.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["The quay is open.", "Ann Lee is a reporter. She lives in Skarne."])])
    >>> end_notes(batch, np.array([4.0, 9.0]), np.ones(2, bool)).tolist()
    [False, True]
    """
    found = np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        rows = (inside.start + np.flatnonzero(kept[inside])).tolist()
        if len(rows) > 1:
            found[_notes(batch.texts, words, rows, inside.start, min(inside.stop, rows[-1] + LAST))] = True
    return found | _boxes(batch, words, kept)


def _notes(texts: Sequence[str], words: Float, rows: list[int], first: int, end: int) -> list[int]:
    """Return the kept rows at the end that are notes, and those at the start that are the author's name."""
    prose = [row for row in rows if words[row] >= PROSE_WORDS]
    found = list[int]()
    for index in range(len(rows) - 1, max(len(rows) - 1 - LAST, 0), -1):
        row = rows[index]
        above = texts[row - 1] if row > first else ""
        if words[row] <= NOTE_WORDS and (
            _of_author(texts[row], above, (texts[other] for other in prose if other != row))
            or (_of_publisher(texts[row], above, texts[row + 1 : row + 2]) and words[rows[:index]].sum() >= STORY_WORDS)
        ):
            found.append(row)
            if (
                index > 1
                and rows[index - 1] == row - 1
                and (_is_name(above) or pattern(rf"{_PUBLISHER}|{_PRESS}$").match(above))
            ):
                found.append(row - 1)
    last = next((row for row in reversed(rows) if row not in found), first)
    after = "\0".join(texts[last + 1 : end])
    return found + [row for row in rows[:FIRST] if row < last and _is_name(texts[row]) and texts[row] in after]


def _of_author(text: str, above: str, story: Iterable[str]) -> bool:
    """Return whether a paragraph introduces a person who writes, and the story does not name that person."""
    if _is_name(above) and (work := profession().match(text)):
        # "Writers and painters" does not introduce one person.
        return not re.match(r":| (?:and|und|et|y|e|en|och|og|i|и) ", text[work.end() :])
    name, rest = _name_and_rest(re.sub(r"^[^:.!?]{3,30}:\s", "", text))
    return bool(
        name and rest and rest[0].casefold() in words_of("verbs after authors") and rest[1:2] not in _CLAUSES
        and profession().search(" ".join(rest[:WORK_WORDS] if rest[0] in "—–-" else rest))
        and not re.search("[\"“„«]", text)
        and not any(name[-1].strip(".,'’") in paragraph for paragraph in story)
    )  # fmt: skip


def _name_and_rest(text: str) -> tuple[list[str], list[str]]:
    # Usually the first words are enough, and the others need not be split.
    words, particles = text.split(None, NAME_WORDS + 1)[: NAME_WORDS + 1], words_of("particles of names")
    size = next((index for index, word in enumerate(words) if not (word[0].isupper() or word in particles)), len(words))
    return (words[:size], text.split()[size:]) if 2 <= size <= NAME_WORDS else ([], [])


def _is_name(text: str) -> bool:
    if not text[-1:].isalpha():  # a sentence ends in a mark
        return False
    name, rest = _name_and_rest(text)
    return bool(name) and not rest


def _of_publisher(text: str, heading: str, after: Sequence[str]) -> bool:
    """Return whether a paragraph begins with the name in the heading "About ...", or follows "Notes to editors"."""
    if pattern(_PRESS).fullmatch(heading):
        return True
    about = pattern(_PUBLISHER).match(heading)
    name = heading[about.end() :].strip(" :") if about else ""
    initials = "".join(word[0] for word in text.split()[:HEADING_WORDS] if word[0].isupper())
    is_acronym = len(name) > 2 and name.isupper() and name in initials
    if not name[:1].isupper() or (name not in text[: len(name) + BEFORE_NAME] and not is_acronym):
        return False
    # A name of one word may be a person's in the story. "Over" is Dutch for "about", but also begins English lines.
    is_one = about and about[0].count(" ") > 1 and about[0][:4].casefold() != "over"
    least = 1 if is_one or any(map(ends_release, after)) else 2
    return least <= len(name.split()) <= HEADING_WORDS


def _boxes(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept lines of boxes: the heading, and the short lines or list items below it."""
    texts, found = batch.texts, np.zeros(len(kept), bool)
    headings = np.flatnonzero(kept & (words <= HEADING_WORDS)).tolist()
    headings = [row for row in headings if pattern(_BOX).fullmatch(texts[row])]
    if not headings:
        return found
    short = words <= ITEM_WORDS
    if batch.markup is not None:
        short |= batch.markup.words.having("own_li")
    row = 0
    for heading in headings:
        if heading < row:  # within the previous box
            continue
        row, end = heading + 1, int(batch.layout.end[heading])
        while row < end and short[row]:
            row += 1
        if row > heading + ITEMS:
            found[heading:row] = kept[heading:row]
    return found
