"""Markup words of a batch's paragraphs as tokens; those of pages read are put together without being spelt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby, pairwise
from typing import overload

import numpy as np

from corestory.features.tokens import JoinedTokens, finish, running_powers, tokenise
from corestory.reading.html.outline import DECLARED, MARKUP_LEVELS, NEAR, Outline, marked
from corestory.reading.html.tags import Tags
from corestory.types import Int

_FACTOR = np.uint64(0xD1342543DE82EF95)


class PageWords(Sequence[str]):
    """Markup words of all paragraphs of some pages; strings are made of them only where one is asked for.

    Parameters
    ----------
    pages
        The pages, each with at least one paragraph.

    Examples
    --------
    >>> from corestory.reading.html.page import read_page
    >>> words = PageWords([read_page("<ul><li>One<li>Two <b>boats</b></ul>").paragraphs])
    >>> list(words)
    ['own_li up_ul upup_body li ul body', 'own_li up_ul upup_body li ul body inb']
    >>> tokens, place = words.distinct_tokens()
    >>> tokens.count, len(place)
    (2, 2)
    """

    def __init__(self, pages: Sequence[Outline]) -> None:
        self._pages = pages

    def __len__(self) -> int:
        return sum(map(len, self._pages))

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        return self._spelt[place]

    def distinct_tokens(self) -> tuple[JoinedTokens, Int]:
        """Read each distinct text once, as `corestory.features.tokens.distinct_tokens`."""
        texts: dict[str, int] = {}
        found = []
        for _, same in groupby(self._pages, key=lambda page: id(page.tags)):
            pages = list(same)
            tags = pages[0].tags
            found.append((_numbered_inline(pages, tags, texts), _numbered_around(pages, tags, texts)))
        inline, chains = (np.concatenate(column, axis=-1) for column in zip(*found, strict=True))
        # Two keys are the same for two paragraphs as improbably as two hashes for two words.
        key = inline.astype(np.uint64)
        for level in chains:
            key = key * _FACTOR + level.astype(np.uint64)
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        chains = chains[:, first]
        near = chains[: len(NEAR)]
        levels = np.arange(len(NEAR))[:, None] * len(texts)
        distinct, number = np.unique((near + levels)[near >= 0], return_inverse=True)
        marked_parts = np.full(near.shape, -1)
        marked_parts[near >= 0] = len(texts) + number
        plain = list(texts)
        spelt = [marked(NEAR[code // len(plain)], plain[code % len(plain)]) for code in distinct.tolist()]
        parts = np.concatenate([marked_parts, chains, inline[None, first]]).T
        row, column = np.nonzero(parts >= 0)
        return JoinedTokens(tokenise(plain + spelt), row, parts[row, column], len(parts)), place

    @cached_property
    def _spelt(self) -> list[str]:
        return [words for page in self._pages for words in page.words]


def _numbered_inline(pages: Sequence[Outline], tags: Tags, texts: dict[str, int]) -> Int:
    """Give the number of the words within each paragraph; those that are not shown have their own."""
    inline = np.concatenate([page.inline for page in pages])
    before = np.cumsum([0, *(len(page.inline) for page in pages)])
    begins = np.concatenate([page.inline_begins + first for page, first in zip(pages, before, strict=False)])
    ends = np.concatenate([page.inline_ends + first for page, first in zip(pages, before, strict=False)])
    # Paragraphs with the same elements within, in the same order, have the same key.
    powers, inverses = running_powers(len(inline).bit_length())
    running = np.append(np.uint64(0), np.cumsum(finish(inline.astype(np.uint64)) * powers[: len(inline)]))
    _, first, which = np.unique(
        (running.take(ends) - running.take(begins)) * inverses.take(begins), return_index=True, return_inverse=True
    )
    within = [
        inline[begin:end].tolist() for begin, end in zip(begins[first].tolist(), ends[first].tolist(), strict=True)
    ]
    number = np.array([texts.setdefault(tags.words_within(names), len(texts)) for names in within], np.int64)[which]
    shown = np.concatenate([np.arange(len(page)) < len(page.elements) for page in pages])
    if shown.all():
        return number
    found = np.full(len(shown), texts.setdefault(DECLARED, len(texts)))
    found[shown] = number
    return found


def _numbered_around(pages: Sequence[Outline], tags: Tags, texts: dict[str, int]) -> Int:
    """Give the numbers of the words of the elements around each paragraph, the nearest first, -1 where there is none.

    Shape (`MARKUP_LEVELS`, paragraphs).
    """
    # An element more is its own parent: in it stand the others, and what is not shown.
    outside = sum(len(page.parents) for page in pages)
    parents, names, at = np.full(outside + 1, outside), np.zeros(outside + 1, np.int64), []
    begin = 0
    for page in pages:
        inside = slice(begin, begin + len(page.parents))
        parents[inside] = np.where(page.parents >= 0, page.parents + begin, outside)
        names[inside] = page.names
        place = np.full(len(page), outside)
        place[: len(page.elements)] = page.elements + begin
        at.append(place)
        begin = inside.stop
    elements = np.empty((MARKUP_LEVELS, sum(map(len, at))), np.int64)
    elements[0] = np.concatenate(at)
    for below, above in pairwise(elements):
        above[:] = parents.take(below)
    near = np.zeros(outside + 1, bool)
    near[elements] = True
    near[outside] = False
    used = np.flatnonzero(np.bincount(names[near]))
    number_of = np.zeros(len(tags.names), np.int64)
    number_of[used] = [texts.setdefault(tags.block_words(name), len(texts)) for name in used.tolist()]
    number = number_of.take(names)
    number[outside] = -1
    return number.take(elements)
