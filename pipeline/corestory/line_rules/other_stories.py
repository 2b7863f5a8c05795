"""Other stories in texts: headlines that alternate with summaries, and paragraphs above the head of the story.

In a text no element separates other stories from the page's own. Teasers are headlines that alternate with short
summaries. A list of the story has the same form: short answers, sights, dishes. But teasers have other subjects than
the story, and the first decision drops some lines of most teasers. Kept paragraphs above the story's headline and date
do not belong to it if they have other subjects. A second story may follow the first
(`corestory.line_rules.second_stories`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.comments import is_stamp
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.second_stories import (
    DATE_WORDS,
    HEAD_LINES,
    PROSE_WORDS,
    has_headline_form,
    is_full_name,
    second_story,
    share_at_most,
)
from corestory.types import Bool, Float, Int

SUMMARY_WORDS = 3, 25
"""The fewest and the most words of a teaser's summary."""
BETWEEN_WORDS, MOST_BETWEEN = 6, 2
"""The most words of a line between teasers or after them, such as a time, and the most such lines."""
TEASERS, MEAN_WORDS, MEAN_CHARACTERS = 3, 5, 27
"""The fewest teasers in a row, and the least mean length of their headlines, in words or in characters. Shorter lines
may be sights, dishes or names."""
NEAR = 8
"""The number of dropped lines that are read before the first kept line and after the last one."""
STORY_WORDS = 40
"""The fewest kept words of the story."""
MOST_SHARED, HARDLY_SHARED = 0.1, 0.05
"""The greatest share of the teasers' words that are in the story. The second value is for teasers that are all kept."""
MOST_ABOVE = 0.6
"""The greatest share of the kept words that are above the story's head."""


def other_stories_in_texts(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of teasers and of second stories in texts.

    Nothing is found in pages. Parameters and the shape of the answer are those of
    `corestory.line_rules.headlines.own_headlines`.

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
                most = HARDLY_SHARED if kept[run].all() else MOST_SHARED
                if share_at_most(most, batch.texts, range(run.start, run.stop), story.tolist()):
                    found[run] = kept[run]
        rows = rows[~found[rows]]
        found[_above_head(batch.texts, words, rows, inside.start)] = True
        begin = second_story(batch.texts, words, kept & ~found, inside)
        if begin is not None:
            found[begin : inside.stop] = kept[begin : inside.stop]
    return found


def _runs(texts: Sequence[str], words: Float, kept: Bool, inside: slice, rows: Int) -> Iterator[slice]:
    """Yield the runs of teasers around the first and the last kept row; some lines of each run are kept."""
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
    """Return whether the teasers are enough, their headlines long and not numbered, and some lines kept."""
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
    """Return the bounds of the short rows around one, from a few before the first kept row to a few after the last."""
    long = np.flatnonzero(~short)
    index = int(np.searchsorted(long, around))
    begin = int(long[index - 1]) + 1 if index else 0
    end = int(long[index]) if index < len(long) else len(short)
    rows = begin + np.flatnonzero(kept[begin:end])
    return max(begin, int(rows[0]) - NEAR), min(end, int(rows[-1]) + 1 + NEAR)


def _teaser(texts: Sequence[str], words: Float, row: int, end: int) -> tuple[int, int, int] | None:
    """Return the rows of the headline, the summary and the next line of the teaser that begins at a row, or None."""
    if row >= end or not has_headline_form(texts[row], words[row]):
        return None
    summary = _after_labels(texts, words, row + 1, end)
    if summary == end or words[summary] < SUMMARY_WORDS[0] or not ends_as_sentence(texts[summary]):
        return None
    behind = _after_labels(texts, words, summary + 1, end, headlines=False)
    # In a story, another sentence follows the first paragraph.
    return (row, summary, behind) if behind == end or not ends_as_sentence(texts[behind]) else None


def _after_labels(texts: Sequence[str], words: Float, row: int, end: int, *, headlines: bool = True) -> int:
    """Skip dates, names and sections between or after teasers; with `headlines`, also those in a headline's form."""
    last = min(row + MOST_BETWEEN, end)
    while (
        row < last and words[row] <= BETWEEN_WORDS and not ends_as_sentence(texts[row])
        and (headlines or not has_headline_form(texts[row], words[row]))
    ):  # fmt: skip
        row += 1
    return row


def _above_head(texts: Sequence[str], words: Float, rows: Int, first: int) -> Int:
    """Return the kept rows above the story's head, if they are few and have other subjects.

    The head is the first headline with a date below it. A name instead of the date is enough if all these rows are
    headlines that run into their summaries.
    """
    none = rows[:0]
    first_rows = rows[: np.searchsorted(np.cumsum(words[rows]), MOST_ABOVE * words[rows].sum(), side="right")]
    if not len(first_rows):
        return none
    begin, end = max(first, int(first_rows[0]) - HEAD_LINES), min(int(first_rows[-1]) + HEAD_LINES, int(rows[-1]))
    by_name = _runs_in(texts, words, first_rows[:1])
    for row in (begin + np.flatnonzero(words[begin:end] <= 2 * DATE_WORDS)).tolist():
        dated = is_stamp(texts[row])
        if dated and row < first_rows[0]:  # the head of the first kept rows
            return none
        if dated or (by_name and row > first_rows[0] and is_full_name(texts[row])):
            after, near = np.searchsorted(rows, [row, row + HEAD_LINES]).tolist()
            behind = [below for below in rows[after:near].tolist() if words[below] >= PROSE_WORDS]
            lines = [
                line
                for line in range(max(first, row - HEAD_LINES + 1), row)
                if has_headline_form(texts[line], words[line])
            ]
            if lines and any(ends_as_sentence(texts[below]) for below in behind):
                # The last line in the form of a headline may be a place or the author's name.
                for line in reversed(lines):
                    above = rows[: np.searchsorted(rows, line)]
                    if (
                        0 < len(above) <= len(first_rows)
                        and (dated or _runs_in(texts, words, above))
                        and share_at_most(MOST_SHARED, texts, above.tolist(), rows[after:].tolist())
                    ):
                        return above
                return none
    return none


def _runs_in(texts: Sequence[str], words: Float, rows: Int) -> bool:
    """Return whether every row may be a headline that runs into its summary."""
    return all(words[row] >= PROSE_WORDS and not ends_as_sentence(texts[row]) for row in rows.tolist())
