"""Lines with times: lists of headlines beside stories, the newest first, and the labels of live reports.

Programmes and timetables have times, too, but begin with the earliest. The entries of a live report are sentences of
the story; the times and names above them are filler.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import compress, pairwise

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comments import begins_as_ago, says_how_long_ago
from corestory.line_rules.headlines import ends_as_sentence
from corestory.types import Bool, Float

HEADLINES = 5
"""The fewest times of a list."""
APART = 3
"""The most rows from one time to the next, with a headline and a name between."""
MOST_LATER = 0.1
"""The greatest share of times later than the one before, such as those of the previous day; one is always allowed."""
MOST_SENTENCES = 0.1
"""The greatest share of lines that end as a sentence does, such as a headline that is a question."""
HEADING_WORDS, HEADLINE_WORDS = 6, 25
"""The most words of the heading of a list, and of a headline."""
PROSE_WORDS, AFTER = 8, 1
"""The fewest words of a sentence of prose, and the most such sentences that are kept after the list."""

ENTRIES, TIME_CHARACTERS, ENTRY_LINES, SAID = 3, 14, 3, 0.75
"""The fewest lines of a live report that are only a time, and the most characters of each. In a page, the number of
lines after a time that may be its entry, and the least share of times with a sentence there."""
LINES_AFTER, MOST_KEPT, NAME_WORDS = 12, 1 / 3, 5
"""The number of lines after the last kept one that may be times of a live report; the greatest share of the lines after
times that are kept if these are headlines, not entries; and the most words of a name after a time."""

_CLOCK = re.compile(r"\W*([01]?\d|2[0-4])\s?[:.hH]\s?([0-5]\d)(?![\d/:]|[.,]\d)\s?([ap])?", re.IGNORECASE)
_POINT, NOON = re.compile(r"\W*\d{1,2}\s?\."), 13 * 60
# Letters that never begin a time; most lines begin with one of them.
_NO_TIME = frozenset("bcdefgjklmnqrstwxyzBCDEFGJKLMNQRSTWXYZ")
_AGO_CHARACTERS = 40
_TIME_ALONE = re.compile(r"(?:[01]?\d|2[0-4])(?:[:.]|\s?[hH]\s?)[0-5]\d(?:\s?(?:h|[AaPp]\.?[Mm]\.?|Uhr|[A-Z]{2,4}))?")
# The minute of a match: "71'", "90+4'".
_MINUTE = re.compile(r"\d{1,3}(?:\+\d{1,2})?\s?['’′](?:\s?\+\s?\d{1,2})?")
_AFTER_AGO = re.compile(r"\s*[|·•,–—-]\s.*")


def in_timed_headlines(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of lists of headlines with times.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> news = [f"{hour}:15 A boat is in" for hour in range(20, 14, -1)]
    >>> batch = batch_of_articles([Article("a", ["The quay opened.", "Latest", *news])])
    >>> in_timed_headlines(batch, np.array([20.0, 1, *[5] * 6]), np.ones(8, bool)).tolist()
    [False, True, True, True, True, True, True, True]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    short = np.flatnonzero(words <= HEADLINE_WORDS).tolist()
    may_be = [row for row in short if texts[row][:1] not in _NO_TIME]
    times = {row: time for row in may_be if (time := _time(texts[row])) is not None}
    several = np.bincount(batch.layout.article[list(times)], minlength=len(batch.layout.sizes)) >= HEADLINES
    for inside in compress(batch.layout.slices(), several.tolist()):
        rows = [row for row in range(inside.start, inside.stop) if row in times]
        begins = [
            0,
            *(index + 1 for index, (before, after) in enumerate(pairwise(rows)) if after - before > APART),
            len(rows),
        ]
        for begin, end in pairwise(begins):
            run = rows[begin:end]
            if len(run) < HEADLINES or not _newest_first([times[row] for row in run]):
                continue
            # Prices and results have points, too, but few of them descend from the afternoon.
            if max(times[row] for row in run) < NOON and all(_POINT.match(texts[row]) for row in run):
                continue
            first, last = _bounds(texts, words, run, inside)
            lines = range(first, last)
            if sum(ends_as_sentence(texts[row]) for row in lines) > MOST_SENTENCES * len(lines):
                continue
            behind = (
                last + np.flatnonzero(kept[last : inside.stop] & (words[last : inside.stop] >= PROSE_WORDS))
            ).tolist()
            if sum(ends_as_sentence(texts[row]) for row in behind) > AFTER:
                continue
            found[first:last] = kept[first:last]
    return found


def _time(text: str) -> int | None:
    """Return the minute of the day with which a line begins, -1 for how long ago, or None."""
    clock = None if text[:1].isalpha() else _CLOCK.match(text)
    if clock is not None:
        hour = int(clock[1]) % 12 + 12 * (clock[3] in "pP") if clock[3] else int(clock[1])
        return 60 * hour + int(clock[2])
    if begins_as_ago(text) and len(text) <= _AGO_CHARACTERS and says_how_long_ago(_AFTER_AGO.sub("", text)):
        return -1
    return None


def _newest_first(times: list[int]) -> bool:
    """Return whether nearly no time is later than the one before, and more than half differ, unlike in a table."""
    later = sum(after > before for before, after in pairwise(times))
    return later <= max(1, MOST_LATER * len(times)) and (min(times) < 0 or len(set(times)) > len(times) / 2)


def _bounds(texts: Sequence[str], words: Float, run: list[int], inside: slice) -> tuple[int, int]:
    """Return the first row and the end of a list with its heading. Lines of times alone have headlines around them."""
    bare = 2 * sum(not re.search(r"[^\W\d_]{3}", _CLOCK.sub("", texts[row], count=1)) for row in run) > len(run)
    bare |= 2 * sum(_CLOCK.match(texts[row]) is None for row in run) > len(run)
    most = int(np.median(np.diff(run))) - 1 if bare else 0
    first, last = run[0], run[-1] + 1
    while first > max(inside.start, run[0] - most) and _is_line(texts[first - 1], words[first - 1], HEADLINE_WORDS):
        first -= 1
    while last < min(inside.stop, run[-1] + 1 + most) and _is_line(texts[last], words[last], HEADLINE_WORDS):
        last += 1
    return first - (first > inside.start and _is_line(texts[first - 1], words[first - 1], HEADING_WORDS)), last


def _is_line(text: str, words: float, most: int) -> bool:
    return bool(words <= most) and not ends_as_sentence(text)


def labels_of_entries(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the times of a live report, and the names or headlines after them.

    In a text at least half of the times are dropped. In a page sentences follow most times: times of a table are story.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> goals = [line for minute in (9, 40, 71) for line in (f"{minute}'", "Lee scores.")]
    >>> labels_of_entries(batch_of_articles([Article("a", goals)]), np.array([1.0, 2] * 3), np.ones(6, bool)).tolist()
    [True, False, True, False, True, False]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        span = inside.start + np.flatnonzero(kept[inside])
        rows = range(max(inside.start, span[0] - 2), min(span[-1] + LINES_AFTER, inside.stop - 1)) if len(span) else ()
        short = [row for row in rows if len(texts[row]) <= TIME_CHARACTERS and texts[row][:1].isdecimal()]
        times = [row for row in short if _TIME_ALONE.fullmatch(texts[row])]
        minutes = [row for row in short if _MINUTE.fullmatch(texts[row])]
        if len(minutes) >= ENTRIES:  # only a live report has them
            found[minutes] = True
        if batch.markup is None:
            live = 2 * kept[times].sum() <= len(times)
        else:
            behind = [
                texts[row + 1 : min(row + 1 + ENTRY_LINES, other)] for row, other in pairwise([*times, inside.stop])
            ]
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
