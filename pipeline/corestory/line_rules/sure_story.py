"""Dropped paragraphs that are story, whatever their words, because the kept paragraphs around them are.

A short answer, an item of a list or a part of a sentence says little by itself, but its neighbours say enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.line_rules.headlines import ends_as_sentence
from corestory.types import Bool

MOST_LINKED = 0.5
"""The greatest share of an item's characters that are in links."""

ITEMS = 3
"""The fewest items of a list in a text."""
NEARLY_ALL = 0.75
"""The least share of kept items in a list whose dropped items between kept ones are restored, whatever their form."""
ENTRIES, MOST_DROPPED = 3, 0.5
"""The fewest kept entries of a live report, and the greatest share of its entries that are dropped."""
TIME_CHARACTERS = 40
"""The most characters of the line with the time of an entry, including its author's name."""

QUESTIONS = 2
"""The fewest kept questions of an interview that have kept answers."""

RANKED, RANKED_FIRST, RANKED_APART = 12, 3, 3
"""The fewest lines of a ranking, the number of first lines that are kept, and the most rows from one to the next."""
NUMBERED_CHARACTERS, ITEM_CHARACTERS = 30, 80
"""The most characters of a numbered line such as the day of a diary entry, and of a list item or subhead."""

_ASKING = ("?", "？", "؟")
_QUESTION = r"[^\W\d_][^:：]{3,160}|[–—¿\"“„«].[^:：]{3,160}"
# The line below the head of a Markdown table: "|---|:--|".
_DASHES = r"[|\s]*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*"
# Any mark but brackets, quotation marks, "#", "|" and "@" may be a bullet, such as a picture of a tick.
_BULLET = r"\s*(?:([^\w\s\"'“”„«»‘’(){}\[\]<>¿¡#|@…])\ufe0f?|\d{1,2}[.)])\s+\w"
# The time of an entry: "21:15 Uhr | Ann Lee", "9.31pm", "18h40"; not the length of a film, not a date.
_ENTRY = r"\W*\d{1,2}(?:[:.]\d\d|\s?h\s?\d\d)(?!\s?min|[\d./:])"
# Exports of chats and transcripts put the time before the name: "[04/05/2024, 09:12] Ann: ...", "00:12 ANN: ...".
_TIME = r"(?:[\[(]?\d[\d/.:, -]{3,24}(?:\s?[AaPp][Mm])?[\])]?(?:\s-)?\s)?"
_SPEAKER = r"\s*" + _TIME + r"([^\s:：.!?]{1,20}(?:\s[^\s:：.!?]{1,20}){0,2})\s?[:：]\s?\S"


def sure_story(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped paragraphs that are story because the kept ones before and after them are.

    Parameters
    ----------
    batch
        The articles.
    kept
        Whether each paragraph is kept, shape (paragraphs,).

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): turns of a dialogue, questions and answers, items of a list, entries of a live report,
        underlined subheads, rows of a table and lines within a sentence.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> verse = ["The boats went out in vain,", "we sold our fish in Ostvik", "and drove home in the rain."]
    >>> sure_story(batch_of_articles([Article("a", verse)]), np.array([True, False, True])).tolist()
    [False, True, False]
    """
    texts, layout = batch.texts, batch.layout
    between = ~kept & layout.neighbours(kept.astype(float), (-1, 1)).all(axis=1)
    found = _turns(texts, kept, between, layout) | _within_sentences(texts, between)
    if batch.markup is not None:
        groups = [*_rows(batch, kept), *_answers(batch, kept)]
    else:
        # Most lines begin with a letter, and need no pattern for bullets or times.
        bare = [row for row, text in enumerate(texts) if not text[:1].isalpha()]
        above = np.flatnonzero(kept[1:] & (layout.position[1:] > 0)).tolist()
        groups = [*_entries(batch, kept, bare), *_ranked(batch, kept, bare), *_bulleted(batch, kept, bare)]
        groups += [*_underlined(batch, kept, bare), *_tables(batch, kept, bare)]
        groups += [*_questions(batch, kept, above), *_numbered(batch, kept, above)]
    for group in groups:
        found[group] |= ~kept[group]
    return found


def _turns(texts: Sequence[str], kept: Bool, between: Bool, layout: Layout) -> Bool:
    """Find the turns of a dialogue between turns of other speakers, if another turn of the same speaker is kept."""
    found, speakers = np.zeros(len(kept), bool), dict[int, set[str | None]]()
    for row in np.flatnonzero(between).tolist():
        before, own, after = map(_speaker, texts[row - 1 : row + 2])
        if None not in (before, own, after) and own not in (before, after):
            first, end = int(layout.start[row]), int(layout.end[row])
            if first not in speakers:
                speakers[first] = {_speaker(texts[turn]) for turn in range(first, end) if kept[turn]}
            found[row] = own in speakers[first]
    return found


def _speaker(text: str) -> str | None:
    """Return the name before a colon at the start of a text that ends as a sentence, which lines of code do not."""
    turn = re.match(_SPEAKER, text)
    return turn and (turn[1] if ends_as_sentence(text) else None)


def _within_sentences(texts: Sequence[str], between: Bool) -> Bool:
    """Find the lines of verse or of a split paragraph: their sentence goes on in lower case, here and on the next."""
    found = np.zeros(len(between), bool)
    for row in np.flatnonzero(between).tolist():
        before, own, after = texts[row - 1 : row + 2]
        found[row] = own[:1].islower() and after[:1].islower() and (before[-1:].isalnum() or before[-1:] == ",")
    return found


def _questions(batch: Batch, kept: Bool, above: Sequence[int]) -> Iterator[list[int]]:
    """Yield the questions of an interview that have a kept answer below, if several are kept."""
    texts, asked = batch.texts, defaultdict[int, list[int]](list)
    for row in above:
        # Not an item of a list, not "See also: ...".
        if (
            texts[row].endswith(_ASKING) and not texts[row + 1].endswith(_ASKING) and ends_as_sentence(texts[row + 1])
            and re.fullmatch(_QUESTION, texts[row])
        ):  # fmt: skip
            asked[int(batch.layout.article[row])].append(row)
    yield from (rows for rows in asked.values() if kept[rows].sum() >= QUESTIONS)


def _entries(batch: Batch, kept: Bool, bare: Sequence[int]) -> Iterator[list[int]]:
    """Yield the entries of a live report, which are sentences below their times, if most are kept."""
    texts, layout, entry = batch.texts, batch.layout, re.compile(_ENTRY).match
    entries = defaultdict[int, list[int]](list)
    for row in bare:
        if len(texts[row]) <= TIME_CHARACTERS and not kept[row] and entry(texts[row]):
            # A heading such as "Summary" and the author's name may be between.
            first, end = row + 1, min(row + 4, int(layout.end[row]))
            sentences = [line for line in range(first, end) if ends_as_sentence(texts[line])]
            if sentences and all(len(text) <= TIME_CHARACTERS for text in texts[first : sentences[0]]):
                entries[int(layout.article[row])].append(sentences[0])
    yield from (rows for rows in entries.values() if kept[rows].sum() >= max(ENTRIES, (1 - MOST_DROPPED) * len(rows)))


def _numbered(batch: Batch, kept: Bool, above: Sequence[int]) -> Iterator[list[int]]:
    """Yield the lines above a kept sentence with a number and the same form, as "Day 3", if at least half are kept."""
    texts, forms = batch.texts, defaultdict[tuple[int, str], list[int]](list)
    number, letter, item = re.compile(r"\d").search, re.compile(r"[^\W\d_]").search, re.compile(r"\d{1,2}[.)] ").match
    for row in above:
        text = texts[row]
        of_list = len(text) <= ITEM_CHARACTERS and item(text) is not None
        may_be = (len(text) <= NUMBERED_CHARACTERS or of_list) and number(text) and letter(text)
        if may_be and ends_as_sentence(texts[row + 1]):
            form = "0." if of_list else re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", text))
            forms[int(batch.layout.article[row]), form].append(row)
    yield from (rows for rows in forms.values() if len(rows) >= ITEMS and 2 * kept[rows].sum() >= len(rows))


def _underlined(batch: Batch, kept: Bool, bare: Sequence[int]) -> Iterator[list[int]]:
    """Yield the subheads above dashes between kept sentences; a line of "=" shows that the text is Markdown."""
    texts, layout = batch.texts, batch.layout
    titled = {int(layout.article[row]) for row in bare if layout.position[row] and not texts[row].strip("=")}
    for row in bare:
        if len(texts[row]) < 3 or texts[row].strip("-") or layout.position[row] < 2 or row + 1 >= layout.end[row]:
            continue
        above, heading, below = texts[row - 2], texts[row - 1], texts[row + 1]
        is_heading = heading[-1:].isalnum() or heading.endswith(_ASKING)
        # A line of dashes may also separate a plug from the story, but then it is shorter than a heading.
        is_underlined = int(layout.article[row]) in titled or 2 * len(texts[row]) >= len(heading)
        if (
            is_heading and is_underlined and len(heading) <= ITEM_CHARACTERS and ":" not in heading
            and kept[row - 2] and kept[row + 1] and ends_as_sentence(above) and ends_as_sentence(below)
        ):  # fmt: skip
            yield [row - 1]


def _answers(batch: Batch, kept: Bool) -> Iterator[list[int]]:
    """Yield alternating questions and answers, dropped and without links, between kept paragraphs of a page."""
    texts, markup = batch.texts, batch.markup
    asked = [row for row in np.flatnonzero(~kept).tolist() if texts[row].endswith(_ASKING)]
    row = 0
    for question in asked:
        if question < row or not batch.layout.position[question] or not kept[question - 1]:
            continue
        row, end = question, int(batch.layout.end[question]) - 1
        while (
            row + 1 < end and not kept[row] and texts[row].endswith(_ASKING)
            and not texts[row + 1].endswith(_ASKING) and ends_as_sentence(texts[row + 1])
            and markup is not None and not markup.link_density[row : row + 2].any()
        ):  # fmt: skip
            row += 2
        if row >= question + 2 * QUESTIONS and kept[row]:
            yield list(range(question, row))


def _rows(batch: Batch, kept: Bool) -> Iterator[list[int]]:
    """Yield the rows of tables of figures, if most are kept: the head of a table explains its figures."""
    if batch.markup is not None:
        of_table = batch.markup.words.having("own_tr") & (batch.markup.link_density <= MOST_LINKED)
        rows = np.flatnonzero(of_table)
        apart = (np.diff(rows) > 1) | (np.diff(batch.layout.article[rows]) > 0)
        tables = np.split(rows, np.flatnonzero(apart) + 1)
        yield from (table.tolist() for table in tables if 2 * kept[table].sum() > len(table) > 2)


def _tables(batch: Batch, kept: Bool, bare: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows of Markdown tables between kept lines, with dashes below their head and without links."""
    texts, dashes, end = batch.texts, re.compile(_DASHES).fullmatch, 0
    for row in [row for row in bare if batch.layout.position[row] > 1 and dashes(texts[row])]:
        if row < end or "|" not in texts[row - 1]:
            continue
        head, end, stop = row - 1, row + 1, int(batch.layout.end[row])
        # A subhead above goes with the table.
        first = head - 1 if texts[head - 1].startswith("#") and batch.layout.position[head] > 1 else head
        while end < stop and "|" in texts[end]:
            end += 1
        of_table = [line for line in range(first, end) if not dashes(texts[line])]
        if (
            end < stop and kept[first - 1] and kept[end] and len(of_table) >= ITEMS + head - first
            and not any("](" in texts[line] for line in of_table)
        ):  # fmt: skip
            yield of_table


def _bulleted(batch: Batch, kept: Bool, bare: Sequence[int]) -> Iterator[list[int]]:
    """Yield the dropped items of lists with bullets or numbers, if most items are kept."""
    texts, article, bullet = batch.texts, batch.layout.article, re.compile(_BULLET).match
    marks = [(row, match[1] or "1") for row in bare if (match := bullet(texts[row]))]
    # For consecutive rows, the row minus its index is the same.
    for _, items in groupby(enumerate(marks), lambda item: (article[item[1][0]], item[1][0] - item[0], item[1][1])):
        rows = np.array([row for _, (row, _) in items])
        if len(rows) >= ITEMS and 2 * kept[rows].sum() > len(rows):
            first, *_, last = rows[kept[rows]]
            whole = kept[rows].mean() >= NEARLY_ALL
            if batch.layout.position[rows[0]] and kept[rows[0] - 1] and texts[rows[0] - 1].endswith(":"):
                first, whole = rows[0] - 1, True  # a sentence of the story introduces the list
            yield [row for row in rows.tolist() if ends_as_sentence(texts[row]) or (whole and first < row < last)]


def _ranked(batch: Batch, kept: Bool, bare: Sequence[int]) -> Iterator[list[int]]:
    """Yield the lines of long lists whose numbers ascend by one, if the first lines are kept."""
    article, number = batch.layout.article, re.compile(r"\s*(\d{1,4})[.)]\s+\S").match
    runs, last = list[list[int]](), -1
    for row in bare:
        match = number(batch.texts[row])
        if match is None:
            continue
        rank = int(match[1])
        if runs and rank == last + 1 and row - runs[-1][-1] <= RANKED_APART and article[row] == article[runs[-1][-1]]:
            runs[-1].append(row)
        else:
            runs.append([row])
        last = rank
    yield from (rows for rows in runs if len(rows) >= RANKED and kept[rows[:RANKED_FIRST]].all())
