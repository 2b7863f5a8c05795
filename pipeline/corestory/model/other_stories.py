"""Other stories in texts, which no element tells from the page's own: teasers in turn, and second stories with a head.

Teasers are headlines and short summaries in turn. A list of the story has the same form: short answers, sights, dishes.
But the teasers of a page are of other subjects than its story, and most have lines that the first decision drops. A
second story has the words of a story. But it begins as the page's own does: with a headline and a date of one form.
Of what is kept above such a head, nothing belongs to the story if it is of other subjects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from corestory.features.batch import Batch
from corestory.features.tokens import TOKEN_PATTERN
from corestory.model.comments import CLOCK, is_stamp
from corestory.model.headlines import ends_as_sentence
from corestory.types import Bool, Float, Int

HEADLINE_WORDS, SUMMARY_WORDS = (3, 20), (3, 25)
"""The headline and the summary of a teaser have so many words,"""
BETWEEN_WORDS, MOST_BETWEEN = 6, 2
"""and at most so many lines of at most so many words, such as a time, stand between them and behind them."""
TEASERS, MEAN_WORDS, MEAN_CHARACTERS = 3, 5, 27
"""Fewer in a row may be anything; so may lines with fewer words and characters in the mean: sights, dishes, names."""
NEAR = 8
"""So many dropped lines before the first kept one and behind the last are read, too."""
STORY_WORDS, OTHER_WORDS = 40, 10
"""The story has at least so many kept words; a page with at most so many beside its teasers is that of a section."""
MOST_SHARED, HARDLY_SHARED, MOST_OF_STORY = 0.1, 0.05, 0.2
"""At most such a share of the teasers' words stands in the story, of teasers that are all kept, of a second story's."""
MOST_ABOVE = 0.6
"""Above the story's head stands at most such a share of the kept words."""
STEM = 5
"""Words are compared by so many letters; shorter ones say little."""
PROSE_WORDS = 8
"""Kept sentences of so many words are prose;"""
LEAST_PROSE, FIRST_WORDS = 2, 30
"""before a second story stand so many of them, and so many kept words."""
HEAD_LINES, DATE_WORDS = 4, 10
"""Headline, byline and date are so many lines at most, and the line with the date has at most so many words."""
MOST_STORIES, MOST_TIMES = 2, 3
"""A page with more of them is a blog, whose posts are all its own. They have at most so many times its words."""


def other_stories_in_texts(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of teasers and of second stories in texts.

    Parameters
    ----------
    batch, words, kept
        As of `corestory.model.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). In pages nothing is found.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> teasers = ["Cat has kittens", "All are grey.", "Coach goes", "He is old.", "Bread is dearer", "Salt, too."]
    >>> batch = batch_of_articles([Article("a", ["The quay was opened on Monday.", *teasers])])
    >>> kept = np.array([True, False, True, False, True, False, True])
    >>> other_stories_in_texts(batch, np.array([40.0, 5, 4, 5, 3, 5, 3]), kept).tolist()
    [False, False, True, False, True, False, True]
    """
    found = np.zeros(len(kept), bool)
    if batch.markup is not None:
        return found
    for inside in batch.layout.slices():
        rows = inside.start + np.flatnonzero(kept[inside])
        for run in _runs(batch.texts, words, kept, inside, rows):
            story = rows[(rows < run.start) | (rows >= run.stop)]
            at_an_end = len(story) and (story[0] >= run.stop or story[-1] < run.start)
            if at_an_end and words[story].sum() >= STORY_WORDS:
                shared = _shared(batch.texts, range(run.start, run.stop), story.tolist())
                found[run] = kept[run] & (shared <= (HARDLY_SHARED if kept[run].all() else MOST_SHARED))
        rows = rows[~found[rows]]
        found[_above_head(batch.texts, words, rows, inside.start)] = True
        begin = _second_story(batch.texts, words, rows[~found[rows]].tolist(), inside)
        if begin is not None:
            found[begin : inside.stop] = kept[begin : inside.stop]
    return found


def only_teaser_runs(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the texts of which only teasers are kept; shape (articles,), parameters as of `other_stories_in_texts`."""
    found = np.zeros(len(batch.layout.sizes), bool)
    if batch.markup is None:
        for article, inside in enumerate(batch.layout.slices()):
            rows = inside.start + np.flatnonzero(kept[inside])
            runs = [words[run][kept[run]].sum() for run in _runs(batch.texts, words, kept, inside, rows)]
            found[article] = bool(runs) and words[rows].sum() - sum(runs) <= OTHER_WORDS
    return found


def stems(text: str) -> set[str]:
    """Give the begins of the longer words, and in scripts without spaces the pairs of characters.

    Examples
    --------
    >>> sorted(stems("The quays reopened, the quay of Skarne.")), sorted(stems("港町の"))
    (['quays', 'reope', 'skarn'], ['港町', '町の'])
    """
    tokens = re.findall(TOKEN_PATTERN, text.casefold())
    pairs = {one + other for one, other in pairwise(tokens) if len(one) == len(other) == 1}
    return {token[:STEM] for token in tokens if len(token) >= STEM} | {pair for pair in pairs if not pair.isascii()}


def _shared(texts: Sequence[str], own: Sequence[int], others: Sequence[int]) -> float:
    """Share of the words of some rows that others have."""
    known, other = (stems(" ".join(texts[row] for row in rows)) for rows in (own, others))
    return len(known & other) / max(len(known), 1)


def _runs(texts: Sequence[str], words: Float, kept: Bool, inside: slice, rows: Int) -> Iterator[slice]:
    """Give the rows of the runs of teasers around the first and the last kept row, of which some lines are kept."""
    short = words[inside] <= SUMMARY_WORDS[1]
    tried = inside.start
    for around in rows[[0, -1]].tolist() if len(rows) else []:
        if around < tried or not short[around - inside.start]:
            continue
        row, tried = _within(short, kept[inside], around - inside.start)
        row, tried = row + inside.start, tried + inside.start
        while row < tried:
            begin, teasers = row, list[tuple[int, int]]()
            while (teaser := _teaser(texts, words, row, tried)) is not None:
                *two, row = teaser
                teasers.append((two[0], two[1]))
            dated = [any(is_stamp(texts[between]) for between in range(*teaser)) for teaser in teasers]
            if dated[:1] == [True] and not all(dated):  # the head of the story
                del teasers[0]
            if _are_teasers(texts, words, kept, teasers):
                yield slice(teasers[0][0], row)
            row = max(row, begin + 1)


def _are_teasers(texts: Sequence[str], words: Float, kept: Bool, teasers: list[tuple[int, int]]) -> bool:
    """Tell whether headlines with their summaries are enough, no list with numbers, and kept in part."""
    headlines, lines = [headline for headline, _ in teasers], [row for teaser in teasers for row in teaser]
    return bool(
        len({texts[row] for row in headlines}) >= max(TEASERS, len(teasers))
        and kept[lines].any()
        and (
            words[headlines].mean() >= MEAN_WORDS
            or sum(len(texts[row]) for row in headlines) >= MEAN_CHARACTERS * len(headlines)
        )
        and not any(re.match(r"\W*\d+[.):]", texts[row]) for row in headlines)
    )


def _within(short: Bool, kept: Bool, around: int) -> tuple[int, int]:
    """Give the first and the end of the short rows around one, a few more than from the first to the last kept one."""
    long = np.flatnonzero(~short)
    place = int(np.searchsorted(long, around))
    begin = int(long[place - 1]) + 1 if place else 0
    end = int(long[place]) if place < len(long) else len(short)
    rows = begin + np.flatnonzero(kept[begin:end])
    return max(begin, int(rows[0]) - NEAR), min(end, int(rows[-1]) + 1 + NEAR)


def _teaser(texts: Sequence[str], words: Float, row: int, end: int) -> tuple[int, int, int] | None:
    """Give the rows of the headline, the summary and the next line of the teaser that begins at a row."""
    if row >= end or not _is_headline(texts[row], words[row]):
        return None
    summary = _behind_labels(texts, words, row + 1, end)
    if summary == end or words[summary] < SUMMARY_WORDS[0] or not ends_as_sentence(texts[summary]):
        return None
    behind = _behind_labels(texts, words, summary + 1, end, headlines=False)
    # The first paragraph of a story is followed by the second.
    return (row, summary, behind) if behind == end or not ends_as_sentence(texts[behind]) else None


def _behind_labels(texts: Sequence[str], words: Float, row: int, end: int, *, headlines: bool = True) -> int:
    """Pass over dates, names and sections between or behind teasers, which may have the form of headlines."""
    last = min(row + MOST_BETWEEN, end)
    while (
        row < last and words[row] <= BETWEEN_WORDS and not ends_as_sentence(texts[row])
        and (headlines or not _is_headline(texts[row], words[row]))
    ):  # fmt: skip
        row += 1
    return row


def _is_headline(text: str, words: float) -> bool:
    """Tell whether a line has the form of a headline, and is no time of a live report."""
    return (
        HEADLINE_WORDS[0] <= words <= HEADLINE_WORDS[1]
        and not text.rstrip().endswith((":", "：", ",", ";"))
        and not ends_as_sentence(text)
        and re.search(CLOCK, text) is None
        and not is_stamp(text)
    )


def _above_head(texts: Sequence[str], words: Float, rows: Int, first: int) -> Int:
    """Give the kept rows above the first headline with a date below it, if they are few and of other subjects."""
    none = rows[:0]
    few = rows[: np.searchsorted(np.cumsum(words[rows]), MOST_ABOVE * words[rows].sum(), side="right")]
    if not len(few):
        return none
    begin, end = max(first, int(few[0]) - HEAD_LINES), min(int(few[-1]) + HEAD_LINES, int(rows[-1]))
    for row in (begin + np.flatnonzero(words[begin:end] <= DATE_WORDS)).tolist():
        if is_stamp(texts[row]):
            if row < few[0]:  # of the head of what is kept first
                return none
            after, near = np.searchsorted(rows, [row, row + HEAD_LINES]).tolist()
            behind = [one for one in rows[after:near].tolist() if words[one] >= PROSE_WORDS]
            lines = [
                one for one in range(max(first, row - HEAD_LINES + 1), row) if _is_headline(texts[one], words[one])
            ]
            if lines and any(ends_as_sentence(texts[one]) for one in behind):
                above = rows[: np.searchsorted(rows, lines[-1])]
                alien = _shared(texts, above.tolist(), rows[after:].tolist()) <= MOST_SHARED
                return above if alien and len(above) <= len(few) else none
    return none


def _second_story(texts: Sequence[str], words: Float, rows: list[int], inside: slice) -> int | None:
    """Give the row of the headline of a second story, if its head has the form of the first one's."""
    prose = [row for row in rows if words[row] >= PROSE_WORDS and ends_as_sentence(texts[row])]
    if len(prose) <= LEAST_PROSE:
        return None
    heads = _heads(texts, words, prose, inside.start)
    if not 1 < len(heads) <= 1 + MOST_STORIES or heads[0] > prose[0]:
        return None
    first, second = [row for row in rows if heads[0] <= row < heads[1]], [row for row in rows if row >= heads[1]]
    # Entries of a diary have no byline, and follow one another.
    bylines = [next(row for row in prose if row > head) > head + 2 for head in heads[:2]]
    if heads[1] == first[-1] + 1 and not any(bylines):
        return None
    own, other = words[first].sum(), words[second].sum()
    enough = own >= FIRST_WORDS and other <= MOST_TIMES * own
    enough = enough and len(set(prose) & set(first)) >= LEAST_PROSE
    return heads[1] if enough and _shared(texts, second, first) <= MOST_OF_STORY else None


def _heads(texts: Sequence[str], words: Float, prose: list[int], first: int) -> list[int]:
    """Give the rows of headlines that stand with a date between two sentences, of those whose dates have one form."""
    found: list[tuple[int, str]] = []
    before = max(first, prose[0] - HEAD_LINES) - 1
    for row in prose:
        between = range(max(before + 1, row - HEAD_LINES), row)
        dates = [one for one in between if words[one] <= DATE_WORDS and is_stamp(texts[one])]
        # The date below the headline: in a blog it may stand above, once a day.
        headlines = [one for one in between if dates and one < dates[-1] and _is_headline(texts[one], words[one])]
        if headlines and row - before <= HEAD_LINES + 1:
            found.append((headlines[0], _form(texts[dates[-1]])))
        elif not found:
            return []
        before = row
    return [headline for headline, form in found if form == found[0][1]]


def _form(date: str) -> str:
    """Give the form of a line with a date, marks before and behind it aside: "12 May 2025" is "0 a 0"."""
    return re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", re.sub(r"^\W+|\W+$", "", date)))
