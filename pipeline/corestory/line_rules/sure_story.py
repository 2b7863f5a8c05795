"""Dropped paragraphs that are story because of the two kept ones around them, whatever their words.

A short answer, an item of a list or a part of a sentence says little by itself; what it stands between says enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.line_rules.headlines import ends_as_sentence
from corestory.types import Bool

MOST_LINKED = 0.5
"""The greatest share of an item's characters that is in links."""
SIGNATURE_WORDS, SIGNATURE_LINES = 5, 2
"""The signature behind the closing of a letter: the most words of a line, and the most lines."""
SALUTATION_WORDS = 8
"""The most words of the salutation of a letter."""
MOST_CLOSING = 40
"""The most characters of the closing of a letter."""

ITEMS = 3
"""The fewest items of a list in a text."""
NEARLY_ALL = 0.75
"""From this share of kept items on, those between kept ones are restored whatever their form."""
ENTRIES, MOST_DROPPED = 3, 0.5
"""The fewest kept entries of a live report behind their times, and the greatest share of entries that is dropped."""
TIME_CHARACTERS = 40
"""The most characters of the line with the time of an entry, the name of the person who writes included."""

QUESTIONS = 2
"""The fewest kept questions with kept answers of an interview."""

RANKED, RANKED_FIRST, RANKED_APART = 12, 3, 3
"""A ranking: the fewest numbered lines, how many of the first are kept, and the most lines from one to the next."""
NUMBERED_CHARACTERS, ITEM_CHARACTERS = 30, 80
"""The most characters of a numbered line such as the day of a diary's entry, and of the heading of an item."""

_ASKING = ("?", "？", "؟")
_QUESTION = r"[^\W\d_][^:：]{3,160}|[–—¿\"“„«].[^:：]{3,160}"
_BULLET = r"\s*(?:([•●▪◦‣*–—-])|\d{1,2}[.)])\s+\w"
# The time of an entry: "21:15 Uhr | Ann Lee", "9.31pm", "18h40"; no length of a film, no date.
_ENTRY = r"\W*\d{1,2}(?:[:.]\d\d|\s?h\s?\d\d)(?!\s?min|[\d./:])"
# Exports of chats and transcripts write the time before the name: "[04/05/2024, 09:12] Ann: ...", "00:12 ANN: ...".
_TIME = r"(?:[\[(]?\d[\d/.:, -]{3,24}(?:\s?[AaPp][Mm])?[\])]?(?:\s-)?\s)?"
_SPEAKER = r"\s*" + _TIME + r"([^\s:：.!?]{1,20}(?:\s[^\s:：.!?]{1,20}){0,2})\s?[:：]\s?\S"
# How letters close and begin: "Yours sincerely,", "Dear editor,".
_CLOSING = (
    r"(?:yours(?: (?:sincerely|faithfully|truly))?|(?:sincerely|faithfully|truly) yours|sincerely|"
    r"(?:with )?(?:(?:best|kind|warm) )?(?:regards|wishes)|(?:mit )?(?:freundlichen|herzlichen|besten) grüßen|"
    r"(?:herzliche|beste|viele|liebe) grüße|cordialement|bien à vous|atentamente|(?:un )?(?:cordial )?saludos?|"
    r"cordiali saluti|distinti saluti|atenciosamente|com os melhores cumprimentos|met vriendelijke groet(?:en)?|"
    r"med vänliga? hälsning(?:ar)?|(?:med )?venlig hilsen|vennlig hilsen|z poważaniem|с уважением|з повагою)[,.!]?"
)
_SALUTATION = (
    r"(?:dear|sirs?|sehr geehrter?|liebe[rs]?|chère?s?|madame|monsieur|estimad[oa]s?|querid[oa]s?|car[oaie]|gentile|"
    r"egregio|prezad[oa]s?|beste|geachte|kära|bästa|kære|kjære|szanown[yai]|уважаем\w+|шановн\w+)\b[^.?:]*[,!:]"
)


def sure_story(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped paragraphs that are story as the kept ones before and after them are.

    Parameters
    ----------
    batch
        The articles.
    kept
        Whether each paragraph is kept, shape (paragraphs,).

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): turns of a dialogue, items of a list, rows of a table, lines within a sentence, days of a
        diary, underlined subheads, and the salutation and the signature of a letter.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> verse = ["The boats went out in vain,", "we sold our fish in Ostvik", "and drove home in the rain."]
    >>> sure_story(batch_of_articles([Article("a", verse)]), np.array([True, False, True])).tolist()
    [False, True, False]
    """
    layout = batch.layout
    between = np.zeros(len(kept), bool)
    between[1:-1] = ~kept[1:-1] & kept[:-2] & kept[2:]
    between[layout.first] = between[layout.first + layout.sizes - 1] = False
    # Most lines begin with a letter, and need no pattern for bullets or times.
    bare = [row for row, text in enumerate(batch.texts) if not text[:1].isalpha()] if batch.markup is None else []
    return (
        _turns(batch.texts, kept, between, layout)
        | _questions(batch, kept)
        | _answers(batch, kept)
        | _rows(batch, kept)
        | _bulleted(batch, kept, bare)
        | _ranked(batch, kept, bare)
        | _within_sentences(batch.texts, between)
        | _in_short(batch.texts, kept, layout)
        | _entries(batch, kept, bare)
        | _numbered(batch, kept)
        | _underlined(batch, kept, bare)
        | _around_letters(batch, kept)
    )


def _turns(texts: Sequence[str], kept: Bool, between: Bool, layout: Layout) -> Bool:
    """Find the turns of a dialogue between those of others, of a speaker of whom another turn is kept."""
    found = np.zeros(len(kept), bool)
    speakers: dict[int, set[str | None]] = {}
    for row in np.flatnonzero(between).tolist():
        before, own, after = map(_speaker, texts[row - 1 : row + 2])
        found[row] = None not in (before, own, after) and own not in (before, after)
        if found[row]:
            article = int(layout.article[row])
            if article not in speakers:
                first = layout.first[article]
                turns = first + np.flatnonzero(kept[first : first + layout.sizes[article]])
                speakers[article] = {_speaker(texts[turn]) for turn in turns.tolist()}
            found[row] = own in speakers[article]
    return found


def _speaker(text: str) -> str | None:
    """Return the name before a colon at the beginning of a text that ends as a sentence: lines of code do not."""
    turn = re.match(_SPEAKER, text)
    return turn and (turn[1] if ends_as_sentence(text) else None)


def _questions(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped questions of an interview in a text: a kept answer is below, as below its other questions."""
    found, texts = np.zeros(len(kept), bool), batch.texts
    if batch.markup is not None:
        return found
    asked = [
        row for row in np.flatnonzero(kept[1:] & (batch.layout.position[1:] > 0)).tolist()
        if texts[row].endswith(_ASKING) and not texts[row + 1].endswith(_ASKING) and ends_as_sentence(texts[row + 1])
    ]  # fmt: skip
    # No item of a list, no "See also: ...".
    rows = np.array([row for row in asked if re.fullmatch(_QUESTION, texts[row])], int)
    answered = np.bincount(batch.layout.article[rows[kept[rows]]], minlength=len(batch.layout.sizes))
    rows = rows[answered[batch.layout.article[rows]] >= QUESTIONS]
    found[rows] = ~kept[rows]
    return found


def _entries(batch: Batch, kept: Bool, bare: Sequence[int]) -> Bool:
    """Find the dropped entries of a live report in a text, sentences behind their times; most others are kept."""
    found, texts, layout = np.zeros(len(kept), bool), batch.texts, batch.layout
    entry = re.compile(_ENTRY).match
    times: dict[int, list[int]] = {}
    for row in bare:
        if len(texts[row]) <= TIME_CHARACTERS and not kept[row] and entry(texts[row]):
            article = int(layout.article[row])
            # A heading such as "Summary" may stand between, and who writes.
            first, end = row + 1, min(row + 4, layout.first[article] + layout.sizes[article])
            said = [one for one in range(first, end) if ends_as_sentence(texts[one])]
            if said and all(len(text) <= TIME_CHARACTERS for text in texts[first : said[0]]):
                times.setdefault(article, []).append(said[0])
    for rows in times.values():
        entries = np.array(rows)
        if kept[entries].sum() >= max(ENTRIES, (1 - MOST_DROPPED) * len(entries)):
            found[entries] = ~kept[entries]
    return found


def _numbered(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped lines above a kept sentence in a text that have a number and the form of kept ones: "Day 3"."""
    found, texts = np.zeros(len(kept), bool), batch.texts
    if batch.markup is not None:
        return found
    above = np.flatnonzero(kept[1:] & (batch.layout.position[1:] > 0)).tolist()
    number, letter, item = re.compile(r"\d").search, re.compile(r"[^\W\d_]").search, re.compile(r"\d{1,2}[.)] ").match
    forms: dict[tuple[int, str], list[int]] = {}
    for row in above:
        text = texts[row]
        of_list = len(text) <= ITEM_CHARACTERS and item(text) is not None
        if (
            (len(text) <= NUMBERED_CHARACTERS or of_list)
            and number(text)
            and letter(text)
            and ends_as_sentence(texts[row + 1])
        ):
            form = "0." if of_list else re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", text))
            forms.setdefault((int(batch.layout.article[row]), form), []).append(row)
    for rows in forms.values():
        if len(rows) >= ITEMS and 2 * kept[rows].sum() >= len(rows):
            found[rows] = ~kept[rows]
    return found


def _underlined(batch: Batch, kept: Bool, bare: Sequence[int]) -> Bool:
    """Find the dropped subheads in a text, above dashes between kept sentences; a line of "=" tells Markdown."""
    found, texts, layout = np.zeros(len(kept), bool), batch.texts, batch.layout
    titled = {int(layout.article[row]) for row in bare if layout.position[row] and not texts[row].strip("=")}
    for row in bare:
        if len(texts[row]) < 3 or texts[row].strip("-") or layout.position[row] < 2 or row + 1 >= layout.end[row]:
            continue
        above, heading, below = texts[row - 2], texts[row - 1], texts[row + 1]
        is_heading = heading[-1:].isalnum() or heading.endswith(_ASKING)
        # Dashes also part the plugs of a page from its story, but fewer than a heading's letters.
        is_underlined = int(layout.article[row]) in titled or 2 * len(texts[row]) >= len(heading)
        found[row - 1] = (
            is_heading and is_underlined and len(heading) <= ITEM_CHARACTERS and ":" not in heading
            and not kept[row - 1] and kept[row - 2] and kept[row + 1]
            and ends_as_sentence(above) and ends_as_sentence(below)
        )  # fmt: skip
    return found


def _answers(batch: Batch, kept: Bool) -> Bool:
    """Find dropped questions and answers in turn between kept paragraphs of a page, which unfolds them; no links."""
    found, texts = np.zeros(len(kept), bool), batch.texts
    if batch.markup is None:
        return found
    asked = [row for row in np.flatnonzero(~kept).tolist() if texts[row].endswith(_ASKING)]
    row = 0
    for question in asked:
        if question < row or not batch.layout.position[question] or not kept[question - 1]:
            continue
        row, end = question, int(batch.layout.end[question]) - 1
        while (
            row + 1 < end and not kept[row] and texts[row].endswith(_ASKING)
            and not texts[row + 1].endswith(_ASKING) and ends_as_sentence(texts[row + 1])
            and not batch.markup.link_density[row : row + 2].any()
        ):  # fmt: skip
            row += 2
        if row >= question + 2 * QUESTIONS and kept[row]:
            found[question:row] = ~kept[question:row]
    return found


def _rows(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped rows of a table of figures, of which most rows are kept: its head says what they mean."""
    found = np.zeros(len(kept), bool)
    if batch.markup is None:
        return found
    of_table = batch.markup.words.having("own_tr") & (batch.markup.link_density <= MOST_LINKED)
    rows = np.flatnonzero(of_table)
    apart = (np.diff(rows) > 1) | (np.diff(batch.layout.article[rows]) > 0)
    for table in np.split(rows, np.flatnonzero(apart) + 1):
        if 2 * kept[table].sum() > len(table) > 2:
            found[table] = ~kept[table]
    return found


def _bulleted(batch: Batch, kept: Bool, bare: Sequence[int]) -> Bool:
    """Find the dropped items of a list in a text, with bullets or numbers as its other items; most are kept."""
    found, texts, article = np.zeros(len(kept), bool), batch.texts, batch.layout.article
    bullet = re.compile(_BULLET).match
    marks = [(row, match[1] or "1") for row in bare if (match := bullet(texts[row]))]
    # Rows that follow one another are as far from their numbers.
    for _, items in groupby(enumerate(marks), lambda item: (article[item[1][0]], item[1][0] - item[0], item[1][1])):
        rows = np.array([row for _, (row, _) in items])
        if len(rows) >= ITEMS and 2 * kept[rows].sum() > len(rows):
            first, *_, last = rows[kept[rows]]
            dropped, whole = rows[~kept[rows]], kept[rows].mean() >= NEARLY_ALL
            if batch.layout.position[rows[0]] and kept[rows[0] - 1] and texts[rows[0] - 1].endswith(":"):
                first, whole = rows[0] - 1, True  # a sentence of the story heads the list
            found[dropped] = [ends_as_sentence(texts[row]) or (whole and first < row < last) for row in dropped]
    return found


def _ranked(batch: Batch, kept: Bool, bare: Sequence[int]) -> Bool:
    """Find the dropped lines of a long list in a text whose numbers ascend by one, and whose first lines are kept."""
    found, article = np.zeros(len(kept), bool), batch.layout.article
    number = re.compile(r"\s*(\d{1,4})[.)]\s+\S").match
    runs: list[list[int]] = []
    last = -1
    for row in bare:
        match = number(batch.texts[row])
        if match is None:
            continue
        place = int(match[1])
        if runs and place == last + 1 and row - runs[-1][-1] <= RANKED_APART and article[row] == article[runs[-1][-1]]:
            runs[-1].append(row)
        else:
            runs.append([row])
        last = place
    for rows in runs:
        if len(rows) >= RANKED and kept[rows[:RANKED_FIRST]].all():
            found[rows] = ~kept[rows]
    return found


def _in_short(texts: Sequence[str], kept: Bool, layout: Layout) -> Bool:
    """Find what the author says in short, "TL;DR: ...", beside a kept paragraph."""
    beside, found = np.zeros(len(kept), bool), np.zeros(len(kept), bool)
    beside[1:] = kept[:-1] & (layout.position[1:] > 0)
    beside[:-1] |= kept[1:] & (layout.position[1:] > 0)
    for row in np.flatnonzero(beside & ~kept).tolist():
        found[row] = re.match(r"\W*TL;?DR\W+\w", texts[row], re.IGNORECASE) is not None
    return found


def _within_sentences(texts: Sequence[str], between: Bool) -> Bool:
    """Find the lines of verse or of a torn paragraph: their sentence goes on in lower case, and so behind them."""
    found = np.zeros(len(between), bool)
    for row in np.flatnonzero(between).tolist():
        before, own, after = texts[row - 1 : row + 2]
        found[row] = own[:1].islower() and after[:1].islower() and (before[-1:].isalnum() or before[-1:] == ",")
    return found


def _around_letters(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped salutations, closings and signatures of letters whose closing is right behind kept prose."""
    texts, found = batch.texts, np.zeros(len(kept), bool)
    begin = 0
    closes = re.compile(_CLOSING, re.IGNORECASE).fullmatch
    behind = kept.copy()
    behind[1:] |= kept[:-1] & (batch.layout.position[1:] > 0)
    for closing in np.flatnonzero(behind).tolist():
        if len(texts[closing]) > MOST_CLOSING or closes(texts[closing]) is None:
            continue
        if not (kept[closing] or ends_as_sentence(texts[closing - 1])):
            continue
        found[closing] = not kept[closing]
        first, end = int(batch.layout.start[closing]), int(batch.layout.end[closing])
        for row in range(closing + 1, min(closing + 1 + SIGNATURE_LINES, end)):
            if not _signs(texts[row]) or (batch.markup is not None and batch.markup.link_density[row] > MOST_LINKED):
                break
            found[row] = not kept[row]
        # Several letters may follow one another.
        for row in range(max(first, begin), closing):
            if not kept[row] and kept[row + 1] and len(texts[row].split()) <= SALUTATION_WORDS:
                found[row] = re.fullmatch(_SALUTATION, texts[row], re.IGNORECASE) is not None
        begin = closing + 1
    return found


def _signs(text: str) -> bool:
    """Return whether a line may sign a letter: two names or more; one alone may be the label of a button."""
    words = text.split()
    return 2 <= len(words) <= SIGNATURE_WORDS and all(word[0].isupper() for word in words) and text[-1].isalpha()
