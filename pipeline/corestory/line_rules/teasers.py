"""Teasers with a summary behind a heading such as "Read next", whose sentences read like the begin of a story.

Nothing in such a sentence says that it is no story. But a line that is nothing but such a heading says that what
follows leads elsewhere, as long as headlines and summaries take turns, or nothing but headlines follows. A page of
which only teasers are kept is that of a section.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import words_of
from corestory.types import Bool, Float

HEADING_WORDS, HEAD_CHARACTERS = 6, 40
"""The most words of a heading of teasers, and its most characters where a headline follows on the same line."""
LINKS_HEADING_WORDS = 8
"""The most words of a heading that is nothing but links."""
LEAST_WORDS, MOST_WORDS = 3, 20
"""The fewest and the most words of the headline of a teaser, which ends no sentence."""
LEAST_LINKED = 0.9
"""In pages, the least share of a teaser's characters that is a link."""
LINKED, UNLINKED = 2, 3
"""The fewest teasers in a row that are a block: in a page, and in a text, where subheads may take turns with prose.
Behind such a block of a text nothing is kept."""
SUMMARY_WORDS = 30
"""The most words of a teaser's summary in a page of a section."""
MOST_BETWEEN = 2
"""The most dropped paragraphs between a headline and its summary, such as a date."""

BYLINE_WORDS = 8
"""The most words of each of the two lines behind the headline of a story that follows, one of them with a year."""
STORY_WORDS = 40
"""The fewest kept words before the heading of teasers."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@cache
def _headings() -> dict[str, frozenset[str]]:
    """Return the headings of teasers, in some 45 languages, by their group.

    Of the story behind "Next story" a line behind the headline is enough, such as the byline; behind "Up next", which
    stands within stories, too, a date has to be one of two such lines. "Read also" says to read another story, and a
    single headline behind it is that story's. Behind "Read on" the story itself may go on.
    """
    groups = {
        group: frozenset(map(folded, words_of(f"headings of teasers: {group}")))
        for group in ("next story", "next", "also", "read on", "other")
    }
    groups["next"] |= groups["next story"]
    return groups | {"all": groups["next"] | groups["other"]}


def is_heading_of_teasers(text: str) -> bool:
    """Return whether a line is nothing but a heading of teasers.

    Examples
    --------
    >>> is_heading_of_teasers("Lesen Sie auch:"), is_heading_of_teasers("Read next: Quay reopens")
    (True, False)
    """
    return _plain(text) in _headings()["all"]


def is_headed_teaser(text: str) -> bool:
    """Return whether a line is a heading of teasers, a colon and a headline, or a headline behind ">>".

    One word may head a list of the story; more marks stand in code, and before quoted sentences of mail.

    Examples
    --------
    >>> [is_headed_teaser(line) for line in ("Read next: Quay reopens", "Recommended: an egg", ">> Quay reopens")]
    [True, False, True]
    """
    if text.startswith(">> "):
        return text[3:4].isalpha() and not ends_as_sentence(text)
    begin = text[: HEAD_CHARACTERS + 1]
    if ":" not in begin and "：" not in begin:  # of nearly all lines
        return False
    head, _, headline = text.replace("：", ":").partition(":")
    if not headline.strip():
        return False
    one_word = head.isascii() and " " not in head.strip() and head.strip().casefold() != "related"
    return not one_word and is_heading_of_teasers(head)


def folded(text: str) -> str:
    """Return a text in small letters, the Turkish capital among them, with plain apostrophes and colons.

    Examples
    --------
    >>> folded("İLGİLİ: L’Été")
    "ilgili: l'été"
    """
    return text.casefold().replace("i\u0307", "i").replace("’", "'").replace("：", ":")


def _plain(text: str) -> str:
    return folded(text).strip(" \xa0:：…>»→►▶▸.|-–—【】[]■●◆▼•*#")


def in_teasers(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of teasers behind their heading.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): the heading, and the headlines, with summaries or without, behind it if they are a block;
        in a text also a whole story behind "Next story", if its headline, byline and date begin it. In a page also
        the heading of links that are dropped.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> teaser = ["Bridge to come down", "The crossing will be taken apart in May, the council said."]
    >>> batch = batch_of_articles([Article("a", ["The quay opened on Monday.", "Read next", *teaser * 3])])
    >>> in_teasers(batch, np.array([5.0, 2.0] + [4.0, 11.0] * 3), np.ones(8, bool)).tolist()
    [False, True, True, True, True, True, True, True]
    """
    texts, found, groups = batch.texts, np.zeros(len(kept), bool), _headings()
    of_form, linked = _headline_forms(batch, words)
    short = np.flatnonzero((words[:-1] <= HEADING_WORDS) & of_form[1:]).tolist()
    row = 0
    for heading in filter(lambda one: is_heading_of_teasers(texts[one]), short):
        if heading < row:  # within the block of the heading before
            continue
        end = int(batch.layout.end[heading])
        # How many headlines stand above the last kept summary: what follows that may be the end of the page.
        row, headlines, before_kept = heading + 1, 0, UNLINKED
        # One word, such as "Recommended", may head a list of the story.
        bare = bool(words[heading] > 1)
        plain = _plain(texts[heading])
        also = plain in groups["also"] or not (kept[heading] or plain in groups["read on"])
        while row < end and _is_headline(texts, linked, row, asking=also and row == heading + 1):
            row += 1
            passed = row
            while passed < min(row + MOST_BETWEEN, end) and not kept[passed] and not ends_as_sentence(texts[passed]):
                passed += 1
            summary = passed < end and ends_as_sentence(texts[passed])
            headlines += summary or bare or batch.markup is not None
            if summary:
                row = passed + 1
                before_kept = headlines if kept[passed] else before_kept
        if batch.markup is None:
            if also and row > heading + 1 and headlines < UNLINKED:
                found[heading : heading + 2] = kept[heading : heading + 2]
            if headlines and _next_story(batch, words, kept, heading, end):
                row = end
            elif min(headlines, before_kept) < UNLINKED or kept[row:end].any():
                continue
        elif headlines < LINKED:
            continue
        found[heading:row] = kept[heading:row]
    return found | _above_links(batch, words, kept)


def only_teasers(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the pages of which only teasers are kept: those of a section, which have no story.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (articles,). Each teaser is a linked headline and a short summary of it.
    """
    found = np.zeros(len(batch.layout.sizes), bool)
    if batch.markup is None:
        return found
    _, linked = _headline_forms(batch, words)
    longest = np.maximum.reduceat(np.where(kept, words, 0.0), batch.layout.first)
    for page, inside in enumerate(batch.layout.slices()):
        if not 0 < longest[page] <= SUMMARY_WORDS:
            continue
        row, end, teasers, of_teasers = inside.start, inside.stop, 0, np.zeros(inside.stop - inside.start, bool)
        while row < end:
            begin, row = row, row + 1
            if not _is_headline(batch.texts, linked, begin):
                continue
            last = min(begin + MOST_BETWEEN, end - 1)
            while row < last and words[row] <= LEAST_WORDS and not ends_as_sentence(batch.texts[row]):
                row += 1
            if (
                row < end and words[row] <= SUMMARY_WORDS and ends_as_sentence(batch.texts[row])
                and batch.markup.link_density[row] <= 1 - LEAST_LINKED
            ):  # fmt: skip
                teasers, row = teasers + 1, row + 1
                of_teasers[begin - inside.start : row - inside.start] = True
        others = kept[inside] & ~of_teasers & (words[inside] > LEAST_WORDS)
        found[page] = teasers >= UNLINKED and (kept[inside] & of_teasers).sum() >= LINKED and not others.any()
    return found


def _headline_forms(batch: Batch, words: Float) -> tuple[Bool, Bool]:
    """Find the paragraphs that are as long as the headline of a teaser, and those of them that in pages are a link."""
    found = (words >= LEAST_WORDS) & (words <= MOST_WORDS)
    return found, found if batch.markup is None else found & (batch.markup.link_density >= LEAST_LINKED)


def _is_headline(texts: Sequence[str], of_form: Bool, row: int, *, asking: bool = False) -> bool:
    return (
        bool(of_form[row])
        and not texts[row].endswith((":", "："))
        and (not ends_as_sentence(texts[row]) or (asking and texts[row].endswith(("?", "？", "؟"))))
    )


def _above_links(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept headings, whatever they say, directly above two or more dropped links."""
    found = np.zeros(len(kept), bool)
    if batch.markup is None or len(kept) <= 2:
        return found
    heading = kept & (words <= LINKS_HEADING_WORDS) & (batch.markup.link_density <= 1 - LEAST_LINKED)
    links = ~kept & (batch.markup.link_density >= LEAST_LINKED)
    same = batch.layout.article[:-2] == batch.layout.article[2:]
    rows = np.flatnonzero(heading[:-2] & links[1:-1] & links[2:] & same)
    rows = rows[~batch.markup.words.rows(rows).having("own_li")]
    found[[row for row in rows.tolist() if not ends_as_sentence(batch.texts[row])]] = True
    return found


def _next_story(batch: Batch, words: Float, kept: Bool, heading: int, end: int) -> bool:
    """Return whether a whole story follows a heading that says so: a headline, a byline or a date, and prose."""
    first, label, texts = batch.layout.start[heading], _plain(batch.texts[heading]), batch.texts
    story = heading + 2
    while story < min(heading + 4, end) and words[story] <= BYLINE_WORDS and not ends_as_sentence(texts[story]):
        story += 1
    lines = texts[heading + 2 : story]
    return (
        (label in _headings()["next story"] and len(lines) > 0)
        or (label in _headings()["next"] and len(lines) > 1 and any(map(_YEAR.search, lines)))
    ) and bool(
        words[first:heading][kept[first:heading]].sum() >= STORY_WORDS
        and story < end
        and ends_as_sentence(texts[story])
    )
