"""Readers' comments below a story in a text, found by the names, times and buttons between them.

A comment is prose, and its words do not separate it from the story. But comments follow one another, and each has a
line with its time and a button to answer it, or a line such as "Ann Lee says:". Such lines alone are not enough: a blog
has "Comments (3)" and a date below each post, a diary has dates, and a story may quote posts with their times. So the
first decision must drop most of these lines, and two of three signs must be present: a heading; buttons and times; and
that all these lines, or some of the prose between them, are dropped. Posts of a forum have "Re:" and the headline of
the story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import LETTER, pattern, words_of
from corestory.types import Bool, Float

STORY_WORDS = 30
"""The fewest kept words before comments."""
LINE_WORDS = 12
"""The most words of a line with a time, of a heading and of a line of buttons."""
SUBJECT_WORDS, REPLY_CHARACTERS = 25, 16
"""The most words of a line with the subject of a reply, and the number of its first characters that hold the colon."""
NAME_WORDS = 6
"""The most words of a line in the head of a forum post, such as the author's name."""
MOST_COUNTS = 2
"""The most different numbers in a page's counts of comments: the total, and the number that it shows."""
PROSE_WORDS = 4
"""The fewest words of a line between times and buttons that may be a comment."""
AFTER_HEADING = 8
"""The most lines from the heading to the first time or button."""
LINES_BETWEEN = 2
"""The fewest dropped lines of a page before its last kept line; a page with fewer is not searched."""
AFTER_LAST = 16
"""The number of lines after the last kept line that are searched."""
APART_WORDS, LAST_WORDS = 1000, 250
"""The most words between the times or buttons of two comments, and after those of the last comment."""
MOST_KEPT = 1 / 3
"""The greatest share of the times and buttons that are kept."""
LINES_AFTER = 2
"""The most kept lines after comments without a heading. After quoted posts a story goes on longer."""

BESIDE_WORDS, BESIDE_SENTENCE, BESIDE_HALF = 7, 1, 2
"""The most words of a line besides its time. The second value is for a line that ends as a sentence does: "vor 2
Std." is a time, "She left 3 days ago." is not. The third is for a line that ends in "a.m."."""
STAMP_CHARACTERS, SHORT_STAMP = 150, 4
"""The most characters of a line with a time, because a few words may be long; and of a line such as "3d", which has no
word such as "ago"."""

# A comment on one line with its author: "Ann P.: I agree."
_SPOKEN = r"[^\s:.][^:.!?]{0,20}(?:\b[^\W\d_]\.)?: \S"
# "Re:" in the languages of forums and of mail.
_REPLY = r"[\W_]*(?:re|aw|antw|antwort|sv|vs|odp|rép|rif|ynt|ha|vá|отв|ответ|回复|回覆|返信)\s?[:：]\s*(\S.{4,})"
# "38 comments … read them below", "See all comments (27)".
_COUNTED = (
    r"(?<![\d.,:/-])\d{1,5}\)?\s?(?:{comments that are counted})(?!\w)|"
    r"\b(?:{comments that are counted})\s?[(\[:]\s?\d{1,5}(?![\d.,:/-])"
)
CLOCK = r"(?<!\d)(?:[01]?\d|2[0-4])(?:[:.][0-5]\d|\s?[hH]\s?[0-5]\d)(?::\d\d)?"
_MONTH = rf"(?:{LETTER}{{3,12}}\.?|[ก-ฮ]\.[ก-ฮ]\.)"
_DATES = (
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|º|er)? (?:de )?{_MONTH},?(?: de)? \d{{4}}|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|"
    rf"\d{{4}}\. {_MONTH} \d{{1,2}}\.?|"
    # Without a year a date has the time of day after it.
    rf"(?:\d{{1,2}}\.? {_MONTH}|{_MONTH} \d{{1,2}}(?![\d:]))(?=.{{1,6}}{CLOCK})"
)
# A line that says only how long ago begins with one of these, or with a digit.
_AGO_BEGINS = (
    *("a", "one", "vor ", "il y a ", "hace ", "há ", "un", "před ", "pred ", "acum ", "prije ", "преди ", "πριν "),
    *("منذ ", "לפני "),
)
# A line with a date has one of these, which are faster to find than the whole date.
_IN_DATES = re.compile(r"\d(?:\d{3}|[./-]\s?\d|\s?[:hH]\s?\d\d)")
_NUMBERS = re.compile(r"\d+")
_MARKS = " \xa0\t0123456789()[]:：.,!?#*•·-–—|/>»›▲▼↓↩️件개条條则"


def in_comments(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of comments.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> comments = ["Ann", "2 days ago", "My street is still shut, what about us?", "Reply", "Bo", "1 day ago", "Same."]
    >>> batch = batch_of_articles([Article("a", ["The quay is open.", "2 comments", *comments])])
    >>> kept = np.array([True, False, False, False, True, False, False, False, False])
    >>> in_comments(batch, np.array([40.0, 2, 2, 3, 8, 1, 1, 3, 2]), kept).tolist()
    [False, False, False, False, True, False, False, False, False]
    """
    found = np.zeros(len(kept), bool)
    before = np.append(0.0, np.cumsum(words * kept))
    for inside in batch.layout.slices():
        rows = inside.start + np.flatnonzero(kept[inside])
        begin = int(np.searchsorted(before, before[inside.start] + STORY_WORDS))
        if len(rows) and begin <= rows[-1]:
            last = int(rows[-1]) + 1
            if batch.markup is not None and last - begin - kept[begin:last].sum() < LINES_BETWEEN:  # as in most pages
                continue
            part = slice(begin, min(last + AFTER_LAST, inside.stop))
            replies = _replies(batch.texts, words, kept, part, inside.start)
            if replies is not None:
                found[replies : inside.stop] = kept[replies : inside.stop]
            comments = _comments(batch.texts, words, kept, part, inside.stop)
            if comments is not None:
                first, end, headed = comments
                # The rest is the last comment; without a heading it may be the story.
                if headed and before[last] - before[min(end, last)] <= LAST_WORDS:
                    end = last
                found[first:end] = kept[first:end]
    return found


def _headings_of(texts: Sequence[str], labels: Sequence[tuple[int, str]], after: range) -> set[int]:
    """Return the rows of headings of comments: by their words, or because they count the comments.

    A list of posts has a count below each post. So if the counts, also those in the rows `after`, have many different
    numbers, they are not headings.
    """
    counted = {row: numbers for row, _ in labels if (numbers := numbers_of_comments(texts[row]))}
    found = {row for row, label in labels if row not in counted and is_heading(label)}
    if not counted:
        return found
    different = {*counted.values(), *filter(None, (numbers_of_comments(texts[row]) for row in after))}
    return found.union(counted) if len(different) <= MOST_COUNTS else found


def _comments(texts: Sequence[str], words: Float, kept: Bool, inside: slice, end: int) -> tuple[int, int, bool] | None:
    """Return the first row and the end of the first comments, and whether a heading is above their times or buttons.

    The first row is the heading, or else the first dropped time or button. The end is after the last time or button.
    """
    short = (inside.start + np.flatnonzero(words[inside] <= LINE_WORDS)).tolist()
    labels = [(row, label_of(texts[row])) for row in short]
    headings = _headings_of(texts, labels, range(inside.stop, end))
    buttons = [
        row for row, label in labels
        if is_button(label) or (ends_in_speech(label) and any(map(is_stamp, texts[row : min(row + 2, inside.stop)])))
    ]  # fmt: skip
    if not headings and len(buttons) < 2:  # as in most texts
        return None
    stamps = [row for row in short if is_stamp(texts[row])]
    of_buttons, of_stamps = set(buttons), set(stamps)
    marks = sorted(of_buttons | of_stamps)
    if len(marks) < 2:
        return _above_more(texts, headings, short) or _spoken(texts, sorted(headings), inside.stop)
    # The date of the story is above the heading.
    above = np.searchsorted(marks, sorted(headings))
    apart = np.union1d(np.flatnonzero(np.add.reduceat(words, marks)[:-1] > APART_WORDS) + 1, above[above > 0])
    for group in np.split(np.array(marks), apart[apart < len(marks)]):
        dropped = group[~kept[group]]
        first, last = int(dropped[0] if len(dropped) else group[0]), int(group[-1])
        heading = next((row for row in range(first - AFTER_HEADING, first) if row in headings), None)
        lines = np.setdiff1d(np.arange(first, min(last + 2, inside.stop)), group)
        lines = lines[words[lines] >= PROSE_WORDS]
        several = min(sum(row in rows for row in group.tolist()) for rows in (of_buttons, of_stamps)) > 1
        if (
            kept[group].mean() <= MOST_KEPT and len(lines)
            and several + (heading is not None) + (not kept[lines].all() or not kept[group].any()) > 1
            and (heading is not None or kept[last + 1 : inside.stop].sum() <= LINES_AFTER)
        ):  # fmt: skip
            after = last in of_stamps and last + 1 < inside.stop  # the text below a name and a time
            return first if heading is None else heading, last + 1 + after, heading is not None
    return None


def _replies(texts: Sequence[str], words: Float, kept: Bool, inside: slice, start: int) -> int | None:
    """Return the first row of the replies in a forum: "Re:" and the headline, or one subject twice, mostly dropped."""
    subjects = {
        row: label_of(reply[1]) for row in (inside.start + np.flatnonzero(words[inside] <= SUBJECT_WORDS)).tolist()
        if (":" in (begin := texts[row][:REPLY_CHARACTERS]) or "：" in begin)
        and (reply := pattern(_REPLY).match(texts[row]))
    }  # fmt: skip
    if not subjects:  # as in nearly all texts
        return None
    first = int(min(subjects))
    several = len(set(subjects.values())) < len(subjects) and kept[first : inside.stop].mean() <= MOST_KEPT
    if not several and subjects[first] not in map(label_of, texts[start : inside.start]):
        return None
    # The head of the post.
    while first > inside.start and words[first - 1] <= NAME_WORDS and not ends_as_sentence(texts[first - 1]):
        first -= 1
    return first


def _above_more(texts: Sequence[str], headings: set[int], short: Sequence[int]) -> tuple[int, int, bool] | None:
    """Return, as `_comments` does, the lines between a heading of comments and the link to more comments."""
    more = next((row for row in short if is_link_to_more(label_of(texts[row]))), None)
    heading = max((row for row in headings if more is not None and row < more), default=None)
    return None if more is None or heading is None else (heading, more, False)


def _spoken(texts: Sequence[str], headings: Sequence[int], end: int) -> tuple[int, int, bool] | None:
    """Return, as `_comments` does, two or more comments below a heading that begin with their authors' names."""
    for heading in headings:
        if is_heading_of_stories(label_of(texts[heading])):
            continue
        last = heading + 1
        while last < end and re.match(_SPOKEN, texts[last]):
            last += 1
        if last > heading + 2:
            return heading, last, False
    return None


@cache
def _headings() -> frozenset[str]:
    return words_of("headings of comments") | words_of("headings of comments and stories")


@cache
def _words_of_buttons() -> frozenset[str]:
    return words_of("buttons of comments") | words_of("words beside buttons of comments") | {""}


def label_of(text: str) -> str:
    """Return a line in small letters, without the marks and counts at its ends."""
    return text.casefold().strip(_MARKS)


def is_heading(label: str) -> bool:
    """Return whether a label, as from `label_of`, is a heading of comments."""
    return label in _headings()


def is_heading_of_stories(label: str) -> bool:
    """Return whether a heading of comments also appears within stories."""
    return label in words_of("headings of comments and stories")


def is_link_to_more(label: str) -> bool:
    """Return whether a label, as from `label_of`, is that of a link to more comments."""
    return label in words_of("links to more comments")


def is_button(label: str) -> bool:
    """Return whether a label, as from `label_of`, consists of labels of buttons and counts."""
    buttons, known, pressed = words_of("buttons of comments"), _words_of_buttons(), False
    for word in label.replace("’", "'").split():
        part = word.strip(_MARKS)
        if part not in known:  # nearly always at the first word
            return False
        pressed |= part in buttons
    return pressed


def numbers_of_comments(text: str) -> tuple[str, ...]:
    """Return the numbers in a short line that counts comments."""
    numbers = _NUMBERS.findall(text) if len(text) <= STAMP_CHARACTERS else []
    return tuple(numbers) if numbers and pattern(_COUNTED).search(text) else ()


def ends_in_speech(label: str) -> bool:
    """Return whether a label ends in a verb of speech, as the head of a comment does."""
    return label.rpartition(" ")[2] in words_of("verbs of speech")


def is_label_of_comments(text: str) -> bool:
    """Return whether a line is a heading of comments, or consists of labels of their buttons."""
    label = label_of(text)
    return is_heading(label) or is_button(label)


def is_stamp(text: str) -> bool:
    """Return whether a line contains a date or says how long ago, and little else.

    Examples
    --------
    >>> is_stamp("Ann Lee • 3 hours ago"), is_stamp("Ann Lee left 3 hours ago."), is_stamp("Ann Lee left hours ago")
    (True, False, False)
    >>> is_stamp("Updated May 3, 2024 at 5 a.m."), is_stamp("Ann Lee left on May 3, 2024 at 5 a.m.")
    (True, False)
    >>> is_stamp("11 जुलाई 2024, 06:40"), is_stamp("18 ก.ค. 2567 10:05 น.")
    (True, True)
    """
    return len(text) <= STAMP_CHARACTERS and _is_stamp(text)


def says_how_long_ago(line: str) -> bool:
    """Return whether a line says how long ago, and nothing else.

    Examples
    --------
    >>> says_how_long_ago("3 hours ago"), says_how_long_ago("vor 3 Stunden"), says_how_long_ago("3 m")
    (True, True, False)
    """
    return begins_as_ago(line) and len(line) > SHORT_STAMP and pattern("{how long ago}").fullmatch(line) is not None


def begins_as_ago(line: str) -> bool:
    """Return whether a line begins as lines that say only how long ago do; few other lines do."""
    return line[:1].isdecimal() or line[:8].casefold().startswith(_AGO_BEGINS)


# Several rules test the same line, and menus repeat their lines on all pages of a site.
@lru_cache(maxsize=4096)
def _is_stamp(text: str) -> bool:
    found = pattern(_DATES).search(text) if _IN_DATES.search(text) else None
    if found is None:
        words = text.casefold().replace(")", " ").split()
        if (
            len(text) <= SHORT_STAMP
            or text.endswith(("前", "전"))
            or not words_of("words of how long ago").isdisjoint(words)
        ):
            found = pattern("{how long ago}").search(text)
    if found is None or "@" in text:
        return False
    # "a.m." does not end a sentence by itself, but a sentence may end in it.
    line = pattern(r"\s?[ap]\.\s?m\.$").sub("", text)
    beside = text[: found.start()] + " " + re.sub(CLOCK, " ", line[found.end() :])
    most = BESIDE_HALF if line != text else BESIDE_SENTENCE if ends_as_sentence(text) else BESIDE_WORDS
    return len(re.findall(f"{LETTER}+", beside)) <= most
