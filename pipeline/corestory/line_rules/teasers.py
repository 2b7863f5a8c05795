"""Teasers with a summary below a heading such as "Read next".

The sentences of a summary read like the beginning of a story. But a line that is only such a heading shows that the
next lines lead elsewhere, as long as headlines and summaries alternate, or only headlines follow. A page of which only
teasers are kept is a section page.
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
"""The most words of a heading of teasers, and its most characters if a headline follows on the same line."""
LINKS_HEADING_WORDS = 8
"""The most words of a heading with only links below it."""
LEAST_WORDS, MOST_WORDS = 3, 20
"""The fewest and the most words of a teaser's headline, which does not end as a sentence."""
LEAST_LINKED = 0.9
"""In pages, the least share of a teaser's characters that are in a link."""
LINKED, UNLINKED = 2, 3
"""The fewest consecutive teasers of a block: in a page, and in a text, where subheads may alternate with prose. Nothing
is kept after such a block in a text."""
SUMMARY_WORDS = 30
"""The most words of a teaser's summary on a section page."""
MOST_BETWEEN = 2
"""The most dropped paragraphs between a headline and its summary, such as a date."""

BYLINE_WORDS = 8
"""The most words of each of the up to two lines, such as a byline and a date, below the headline of a next story."""
STORY_WORDS = 40
"""The fewest kept words before the heading of teasers."""

_MARKS = " \xa0:：…>»→►▶▸.|-–—【】[]■●◆▼•*#"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@cache
def _headings() -> dict[str, frozenset[str]]:
    """Return the headings of teasers, in some 45 languages, by their group.

    After "Next story", one line below the headline, such as the byline, shows that a whole story follows. "Up next"
    also appears within stories, so two such lines must follow it, one with a year. After "Read also", a single headline
    is a teaser. After "Read on", the story itself may go on.
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
    """Return whether a line is a heading of teasers, a colon and a headline, or ">>" and a headline.

    A heading of one word may begin a list of the story, unless it is in capitals. More ">" marks appear in code and
    before quoted mail.

    Examples
    --------
    >>> [is_headed_teaser(line) for line in ("Read next: Quay reopens", "Recommended: an egg", ">> Quay reopens")]
    [True, False, True]
    >>> is_headed_teaser("MORE: Quay reopens"), is_headed_teaser("More: Quay reopens")
    (True, False)
    """
    if text.startswith(">> "):
        return text[3:4].isalpha() and not ends_as_sentence(text)
    begin = text[: HEAD_CHARACTERS + 1]
    if ":" not in begin and "：" not in begin:  # as for nearly all lines
        return False
    head, _, headline = text.replace("：", ":").partition(":")
    if not headline.strip():
        return False
    if head.isupper() and head.strip().casefold() in words_of("single words above teasers, in capitals"):
        return not ends_as_sentence(text)  # "READ: I never saw it." is a turn of Ms Read
    one_word = head.isascii() and " " not in head.strip() and head.strip().casefold() != "related"
    return not one_word and is_heading_of_teasers(head)


def folded(text: str) -> str:
    """Return a text in small letters, also for the Turkish capital "İ", with plain apostrophes and colons.

    Examples
    --------
    >>> folded("İLGİLİ: L’Été")
    "ilgili: l'été"
    """
    return text.casefold().replace("i\u0307", "i").replace("’", "'").replace("：", ":")


def _plain(text: str) -> str:
    return folded(text).strip(_MARKS)


def in_teasers(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of teasers below their heading.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): the heading, and the headlines below it, with or without summaries, if they form a block.
        In a text also a whole story after "Next story", if its headline, byline and date begin it. In a page also the
        heading of dropped links.

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
    for heading in filter(lambda row: is_heading_of_teasers(texts[row]), short):
        if heading < row:  # within the previous block
            continue
        end = int(batch.layout.end[heading])
        # The number of headlines above the last kept summary: the lines after it may be the end of the page.
        row, headlines, before_kept = heading + 1, 0, UNLINKED
        summaries, after_headline = 0, row
        # A heading of one word, such as "Recommended", may begin a list of the story.
        bare = bool(words[heading] > 1)
        plain = _plain(texts[heading])
        also = plain in groups["also"] or not (kept[heading] or plain in groups["read on"])
        while row < end and _is_headline(texts, linked, row, asking=also and row == heading + 1):
            row += 1
            after_headline = passed = row
            while (
                passed < min(row + MOST_BETWEEN, end) and not kept[passed] and not ends_as_sentence(texts[passed])
                and not (linked[passed] and batch.markup is not None)
            ):  # fmt: skip
                passed += 1
            summary = passed < end and ends_as_sentence(texts[passed])
            headlines += summary or bare or batch.markup is not None
            if summary:
                row, summaries = passed + 1, summaries + 1
                before_kept = headlines if kept[passed] else before_kept
        if batch.markup is not None and summaries == 1 < headlines:
            row = after_headline  # no other headline has a summary: the story goes on
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
    """Find the pages of which only teasers are kept. They are section pages, which have no story.

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
    """Find the paragraphs that are as long as a teaser's headline, and in pages those of them that are links."""
    found = (words >= LEAST_WORDS) & (words <= MOST_WORDS)
    return found, found if batch.markup is None else found & (batch.markup.link_density >= LEAST_LINKED)


def _is_headline(texts: Sequence[str], of_form: Bool, row: int, *, asking: bool = False) -> bool:
    return (
        bool(of_form[row])
        and not texts[row].endswith((":", "："))
        and (not ends_as_sentence(texts[row]) or (asking and texts[row].endswith(("?", "？", "؟"))))
    )


def _above_links(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept headings, whatever their words, directly above two or more dropped links."""
    found = np.zeros(len(kept), bool)
    if batch.markup is None or len(kept) <= 2:
        return found
    heading = kept & (words <= LINKS_HEADING_WORDS) & (batch.markup.link_density <= 1 - LEAST_LINKED)
    # Marks may stand before a link.
    links = ~kept & (batch.markup.link_density > 0)
    same = batch.layout.article[:-2] == batch.layout.article[2:]
    rows = np.flatnonzero(heading[:-2] & links[1:-1] & links[2:] & same)
    rows = rows[~batch.markup.words.rows(rows).having("own_li")]
    found[[
        row for row in rows.tolist()
        if not ends_as_sentence(batch.texts[row]) and _is_bare_link(batch, row + 1) and _is_bare_link(batch, row + 2)
    ]] = True  # fmt: skip
    return found


def _is_bare_link(batch: Batch, row: int) -> bool:
    text = batch.texts[row]
    return batch.markup is not None and (
        batch.markup.link_density[row] * len(text) >= LEAST_LINKED * len(text.strip(_MARKS))
    )


def _next_story(batch: Batch, words: Float, kept: Bool, heading: int, end: int) -> bool:
    """Return whether a heading announces a whole story, and a headline, a byline or a date, and prose follow."""
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
