"""Comments of readers behind a story in a text: by the names, times and buttons between them, not by their words.

What a reader writes is prose, and in a text nothing else tells it from the story. But comments follow one another, and
each has a line with its time and a button to answer it, or a line "Ann Lee says:". Such lines alone do not tell: a blog
has "Comments (3)" and a date below each post, a diary has dates, a story may quote posts with their times. So most of
these lines are dropped by the first decision, and two of three say the same: a heading, buttons with times, and that
all these lines or some of the prose between them are dropped. The posts of a forum say "Re:" and the headline of the
story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comment_lines import (
    ends_in_speech,
    is_button,
    is_heading,
    is_heading_of_stories,
    is_link_to_more,
    is_stamp,
    label_of,
    numbers_of_comments,
)
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import pattern
from corestory.types import Bool, Float

STORY_WORDS = 30
"""The fewest kept words before comments."""
LINE_WORDS = 12
"""The most words of a line with a time, of a heading and of a line of buttons."""
SUBJECT_WORDS, REPLY_CHARACTERS = 25, 16
"""The most words of a line with the subject of a reply; its colon is among the first characters, this many."""
NAME_WORDS = 6
"""The most words of the name of the person who writes."""
MOST_COUNTS = 2
"""The most different numbers of comments on a page: how many there are, and how many it shows."""
PROSE_WORDS = 4
"""Other lines of at least this many words may be comments."""
BEHIND_HEADING = 8
"""The most lines from the heading to the first time or button."""
LINES_BETWEEN = 2
"""The fewest dropped lines of a page before its last kept comment."""
BEHIND_LAST = 16
"""The number of lines behind the last kept one that are looked at."""
GUESTS_WORDS = 400
"""The most kept words behind the heading of a guest book."""
APART_WORDS, LAST_WORDS = 1000, 250
"""The most words between the times or buttons of two comments, and behind the last of them."""
MOST_KEPT = 1 / 3
"""The greatest share of the times and buttons that is kept."""
LINES_BEHIND = 2
"""The most kept lines behind comments without a heading: a story that quotes posts goes on."""

# Who writes, in a line with what is written: "Ann P.: I agree."
_SPOKEN = r"[^\s:.][^:.!?]{0,20}(?:\b[^\W\d_]\.)?: \S"
# "Re:" in the languages of forums and of mail.
_REPLY = r"[\W_]*(?:re|aw|antw|antwort|sv|vs|odp|rép|rif|ynt|ha|vá|отв|ответ|回复|回覆|返信)\s?[:：]\s*(\S.{4,})"


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
            found[_in_guest_book(batch.texts, words, kept, slice(begin, last))] = True
            if batch.markup is not None and last - begin - kept[begin:last].sum() < LINES_BETWEEN:  # of most pages
                continue
            part = slice(begin, min(last + BEHIND_LAST, inside.stop))
            replies = _replies(batch.texts, words, kept, part, inside.start)
            if replies is not None:
                found[replies : inside.stop] = kept[replies : inside.stop]
            comments = _comments(batch.texts, words, kept, part, inside.stop)
            if comments is not None:
                first, end, headed = comments
                # What the last one writes; without a heading the story may go on.
                if headed and before[last] - before[min(end, last)] <= LAST_WORDS:
                    end = last
                found[first:end] = kept[first:end]
    return found


def _in_guest_book(texts: Sequence[str], words: Float, kept: Bool, inside: slice) -> list[int]:
    """Return the kept rows from the heading of a guest book on, where names and buttons stand between what is said."""
    short = inside.start + np.flatnonzero(words[inside] <= NAME_WORDS)
    is_heading = pattern("{guest books}").fullmatch
    heading = next((row for row in short.tolist() if is_heading(texts[row])), None)
    if heading is None or words[heading : inside.stop][kept[heading : inside.stop]].sum() > GUESTS_WORDS:
        return []
    behind = texts[heading + 1 : inside.stop]
    if 2 * sum(map(ends_as_sentence, behind)) > len(behind):
        return []
    return [row for row in range(heading, inside.stop) if kept[row]]


def _headings_of(texts: Sequence[str], labels: Sequence[tuple[int, str]], behind: range) -> set[int]:
    """Return the rows of headings of comments: by their words, or as they say how many comments there are.

    Lists of posts say that below each, so many different numbers, also in the rows behind, head nothing.
    """
    counted = {row: numbers for row, _ in labels if (numbers := numbers_of_comments(texts[row]))}
    found = {row for row, label in labels if row not in counted and is_heading(label)}
    if not counted:
        return found
    different = {*counted.values(), *filter(None, (numbers_of_comments(texts[row]) for row in behind))}
    return found.union(counted) if len(different) <= MOST_COUNTS else found


def _comments(texts: Sequence[str], words: Float, kept: Bool, inside: slice, end: int) -> tuple[int, int, bool] | None:
    """Return the first row and the end of the first comments, and whether a heading is above their times or buttons.

    The first row is the heading's or the first name's, and the last that of the last time or button.
    """
    short = (inside.start + np.flatnonzero(words[inside] <= LINE_WORDS)).tolist()
    labels = [(row, label_of(texts[row])) for row in short]
    headings = _headings_of(texts, labels, range(inside.stop, end))
    buttons = [
        row for row, label in labels
        if is_button(label) or (ends_in_speech(label) and any(map(is_stamp, texts[row : min(row + 2, inside.stop)])))
    ]  # fmt: skip
    if not headings and len(buttons) < 2:  # of most texts
        return None
    stamps = [row for row in short if is_stamp(texts[row])]
    of_buttons, of_stamps = set(buttons), set(stamps)
    marks = sorted(of_buttons | of_stamps)
    if len(marks) < 2:
        return _above_more(texts, headings, short) or _spoken(texts, sorted(headings), inside.stop)
    # The date of the story stands above the heading.
    above = np.searchsorted(marks, sorted(headings))
    apart = np.union1d(np.flatnonzero(np.add.reduceat(words, marks)[:-1] > APART_WORDS) + 1, above[above > 0])
    for group in np.split(np.array(marks), apart[apart < len(marks)]):
        dropped = group[~kept[group]]
        first, last = int(dropped[0] if len(dropped) else group[0]), int(group[-1])
        heading = next((row for row in range(first - BEHIND_HEADING, first) if row in headings), None)
        lines = np.setdiff1d(np.arange(first, min(last + 2, inside.stop)), group)
        lines = lines[words[lines] >= PROSE_WORDS]
        several = min(sum(row in some for row in group.tolist()) for some in (of_buttons, of_stamps)) > 1
        if (
            kept[group].mean() <= MOST_KEPT and len(lines)
            and several + (heading is not None) + (not kept[lines].all() or not kept[group].any()) > 1
            and (heading is not None or kept[last + 1 : inside.stop].sum() <= LINES_BEHIND)
        ):  # fmt: skip
            named = first > inside.start and words[first - 1] <= NAME_WORDS and not ends_as_sentence(texts[first - 1])
            behind = last in of_stamps and last + 1 < inside.stop  # the text below a name and a time
            return first - named if heading is None else heading, last + 1 + behind, heading is not None
    return None


def _replies(texts: Sequence[str], words: Float, kept: Bool, inside: slice, start: int) -> int | None:
    """Return the first row of the replies of a forum: "Re:" and the headline, or two of one subject, mostly dropped."""
    subjects = {
        row: label_of(reply[1]) for row in (inside.start + np.flatnonzero(words[inside] <= SUBJECT_WORDS)).tolist()
        if (":" in (begin := texts[row][:REPLY_CHARACTERS]) or "：" in begin)
        and (reply := pattern(_REPLY).match(texts[row]))
    }  # fmt: skip
    if not subjects:  # of nearly all texts
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
    """Give, as `_comments`, what stands between a heading of comments and the link to more comments."""
    more = next((row for row in short if is_link_to_more(label_of(texts[row]))), None)
    heading = max((row for row in headings if more is not None and row < more), default=None)
    return None if more is None or heading is None else (heading, more, False)


def _spoken(texts: Sequence[str], headings: Sequence[int], end: int) -> tuple[int, int, bool] | None:
    """Give, as `_comments`, two or more comments below a heading that begin with the name of who writes."""
    for heading in headings:
        if is_heading_of_stories(label_of(texts[heading])):
            continue
        last = heading + 1
        while last < end and re.match(_SPOKEN, texts[last]):
            last += 1
        if last > heading + 2:
            return heading, last, False
    return None
