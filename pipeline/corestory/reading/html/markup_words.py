"""Markup words of paragraphs: tag names and parts of `class`, `id`, `role` and `itemprop` of the elements around them.

Most paragraphs of a batch share them, so each distinct sequence is stored once, as a list of parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from corestory.reading.html.serialised import decoded
from corestory.types import Bool, Int

if TYPE_CHECKING:
    from corestory.reading.html.outline import Outline

# The number of a paragraph's nearest elements that are named.
MARKUP_LEVELS = 12
# Prefixes of the words of the nearest elements: the paragraph's own, the one around it, and the one around that.
NEAR = ("own_", "up_", "upup_")
# The markup word of a paragraph that the page declares but does not show.
DECLARED = "declared"

# Tokens read every digit as 0, so letters number the heading levels.
HEADINGS = {"h1": "h_one", "h2": "h_two", "h3": "h_three", "h4": "h_four", "h5": "h_five", "h6": "h_six"}
# Parts of one letter carry no information.
_NAME_PART = re.compile(r"[a-z]{2,}|[A-Z](?:[a-z]+|[A-Z]+(?![a-z]))")
_READ = 300  # the most characters of a value that are read
_FACTOR = np.uint64(0xD1342543DE82EF95)

# An element, its class, and its `id`, `role` and `itemprop` if it has any.
Name = tuple[str, str, tuple[str, ...]]


class Names:
    """The names seen so far, by their numbers; number 0 belongs to tags without a name.

    Attributes
    ----------
    shapes
        The number of each name's element and class, without the other attributes.

    Examples
    --------
    >>> names = Names()
    >>> one, other = (names.number(("li", "item", others)) for others in [(), ("top",)])
    >>> names[other], names.block_words(other), names.shapes[one] == names.shapes[other]
    (('li', 'item', ('top',)), 'li item top', True)
    """

    def __init__(self) -> None:
        self.shapes: list[int] = []
        self._names: list[Name] = []
        self._numbers: dict[Name, int] = {}
        self._block_words: dict[int, str] = {}
        self._inline_words: dict[int, tuple[str, ...]] = {}
        self._shape_numbers: dict[tuple[str, str], int] = {}
        self.number(("", "", ()))

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, number: int) -> Name:
        return self._names[number]

    def number(self, name: Name) -> int:
        """Return a name's number; a new name gets a new number."""
        number = self._numbers.get(name)
        if number is None:
            self._numbers[name] = number = len(self._names)
            self._names.append(name)
            self.shapes.append(self._shape_numbers.setdefault(name[:2], len(self._shape_numbers)))
        return number

    def block_words(self, number: int) -> str:
        """Return `block_words` of a name."""
        words = self._block_words.get(number)
        if words is None:
            self._block_words[number] = words = block_words(self._names[number])
        return words

    def words_within(self, numbers: Iterable[int]) -> str:
        """Return `inline_words` of some names, each once, with a space between."""
        known = self._inline_words
        found: dict[str, None] = {}
        for number in dict.fromkeys(numbers):
            words = known.get(number)
            if words is None:
                known[number] = words = inline_words(self._names[number])
            found.update(dict.fromkeys(words))
        return " ".join(found)


def block_words(name: Name) -> str:
    """Return an element's name and the parts of its `class`, `id`, `role` and `itemprop`, once each.

    Examples
    --------
    >>> block_words(("h2", "storyTitle wide", ("main-title",)))
    'h_two story title wide main'
    """
    element = name[0]
    return " ".join(dict.fromkeys([HEADINGS.get(element, element), *_parts_of(name)]))


def inline_words(name: Name) -> tuple[str, ...]:
    """Return the same words of an element within a line, each with the prefix ``in``.

    Examples
    --------
    >>> inline_words(("a", "btn", ()))
    ('ina', 'inbtn')
    """
    return tuple(["in" + word for word in (name[0], *_parts_of(name))])


def _parts_of(name: Name) -> list[str]:
    _, values, others = name
    if others:
        values = " ".join((values, *others))
    if len(values) > _READ or "&" in values:
        values = " ".join([decoded(value)[:_READ] for value in (name[1], *others)])
    parts: list[str] = _NAME_PART.findall(values)
    return parts if values.islower() else [part.lower() for part in parts]


@dataclass(frozen=True, slots=True)
class MarkupWords:
    """Markup words of some paragraphs.

    Attributes
    ----------
    parts
        The texts from which sequences are joined, with a space between.
    row
        For each occurrence of a part, the number of its distinct sequence; never decreasing.
    part
        For each occurrence, the part's number.
    number
        The number of each paragraph's sequence.

    Examples
    --------
    >>> from corestory.reading.html.page import read_page
    >>> words = MarkupWords.of_pages([read_page("<ul><li>One<li>Two <b>boats</b><li>Three</ul>").markup])
    >>> words.spelt()[:2], words.count
    (['own_li up_ul upup_body li ul body', 'own_li up_ul upup_body li ul body inb'], 2)
    """

    parts: list[str]
    row: Int
    part: Int
    number: Int

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> MarkupWords:
        """Use each text as the markup words of a paragraph."""
        distinct: dict[str, int] = {}
        number = np.array([distinct.setdefault(text, len(distinct)) for text in texts], np.int64)
        return cls(list(distinct), np.arange(len(distinct)), np.arange(len(distinct)), number)

    @classmethod
    def of_pages(cls, pages: Sequence[Outline]) -> MarkupWords:
        """Name the elements around and within the paragraphs of some pages, each of which has at least one."""
        texts: dict[str, int] = {}
        found = []
        for _, same in groupby(pages, key=lambda page: id(page.known)):
            pages_alike = list(same)
            known = pages_alike[0].known
            found.append((_numbered_inline(pages_alike, known, texts), _numbered_around(pages_alike, known, texts)))
        inline, chains = (np.concatenate(column, axis=-1) for column in zip(*found, strict=True))
        # Two paragraphs have the same key by chance as rarely as two words have the same hash.
        key = inline.astype(np.uint64)
        for level in chains:
            key = key * _FACTOR + level.astype(np.uint64)
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        chains = chains[:, first]
        near = chains[: len(NEAR)]
        levels = np.arange(len(NEAR))[:, None] * len(texts)
        distinct, which = np.unique((near + levels)[near >= 0], return_inverse=True)
        marked = np.full(near.shape, -1)
        marked[near >= 0] = len(texts) + which
        plain = list(texts)
        spelt = [_marked(NEAR[code // len(plain)], plain[code % len(plain)]) for code in distinct.tolist()]
        parts = np.concatenate([marked, chains, inline[None, first]]).T
        row, column = np.nonzero(parts >= 0)
        return cls(plain + spelt, row, parts[row, column], number)

    @property
    def count(self) -> int:
        """The number of distinct sequences."""
        return int(self.row[-1]) + 1 if len(self.row) else 0

    def rows(self, inside: slice | Int) -> MarkupWords:
        """Return the words of some paragraphs."""
        number, texts = self.number[inside], np.zeros(self.count, bool)
        texts[number] = True
        row, held = np.cumsum(texts) - 1, np.flatnonzero(texts.take(self.row))
        part, used = self.part.take(held), np.zeros(len(self.parts), bool)
        used[part] = True
        parts = [self.parts[number] for number in np.flatnonzero(used).tolist()]
        return MarkupWords(parts, row.take(self.row.take(held)), (np.cumsum(used) - 1).take(part), row.take(number))

    def having(self, word: str) -> Bool:
        """Return whether a word is among the markup words of each paragraph.

        Examples
        --------
        >>> MarkupWords.of_texts(["own_p up_div", "own_li"]).having("own_li").tolist()
        [False, True]
        """
        parts = np.array([word in part and word in part.split() for part in self.parts], bool)
        found = np.zeros(self.count, bool)
        found[self.row[parts.take(self.part)]] = True
        return found.take(self.number)

    def near(self, *kinds: Iterable[Set[str]]) -> list[Bool]:
        """Return whether an element near each paragraph has all words of a class, for several groups of classes.

        Headings do not count, because their `id` is often made of their text.

        Examples
        --------
        >>> words = MarkupWords.of_texts(["own_p up_div up_fact up_box", "own_p own_fact up_box", "own_h_two own_fact"])
        >>> [found.tolist() for found in words.near([{"fact", "box"}, {"fact"}], [{"fact", "box"}])]
        [[True, True, False], [True, False, False]]
        """
        spelt = [(number, set(part.split())) for number, part in enumerate(self.parts) if part.startswith(NEAR)]
        answers = []
        for classes in kinds:
            of_level = [(level, {level + word for word in words}) for level in NEAR for words in classes]
            telling = set().union(*(words for _, words in of_level))
            parts, found = np.zeros(len(self.parts), bool), np.zeros(self.count, bool)
            parts[[number for number, words in spelt if _has_one(words, of_level, telling)]] = True
            found[self.row[parts.take(self.part)]] = True
            answers.append(found.take(self.number))
        return answers

    def spelt(self) -> list[str]:
        """Return the words of each paragraph, with a space between."""
        parts: list[list[str]] = [[] for _ in range(self.count)]
        for row, part in zip(self.row.tolist(), self.part.tolist(), strict=True):
            parts[row].append(self.parts[part])
        texts = [" ".join(filter(None, words)) for words in parts]
        return [texts[number] for number in self.number.tolist()]


def _numbered_inline(pages: Sequence[Outline], known: Names, texts: dict[str, int]) -> Int:
    """Return the number of the words within each paragraph; paragraphs that are not shown have words of their own."""
    numbers: list[int] = []
    spelt: dict[tuple[int, ...], int] = {}
    for page in pages:
        within = page.inline.tolist()
        for begin, end in zip(page.inline_begins.tolist(), page.inline_ends.tolist(), strict=True):
            names = tuple(within[begin:end])
            number = spelt.get(names)
            if number is None:
                spelt[names] = number = texts.setdefault(known.words_within(names), len(texts))
            numbers.append(number)
        if undisplayed := len(page.texts) - len(page.elements):
            numbers += [texts.setdefault(DECLARED, len(texts))] * undisplayed
    return np.array(numbers, np.int64)


def _numbered_around(pages: Sequence[Outline], known: Names, texts: dict[str, int]) -> Int:
    """Return the numbers of the words of the elements around each paragraph, the nearest first; -1 for none.

    Shape (`MARKUP_LEVELS`, paragraphs).
    """
    # One more element is its own parent; it contains the outermost elements and the paragraphs that are not shown.
    outside = sum(len(page.parents) for page in pages)
    parents, names, at = np.full(outside + 1, outside), np.zeros(outside + 1, np.int64), []
    begin = 0
    for page in pages:
        inside = slice(begin, begin + len(page.parents))
        parents[inside] = np.where(page.parents >= 0, page.parents + begin, outside)
        names[inside] = page.names
        around = np.full(len(page.texts), outside)
        around[: len(page.elements)] = page.elements + begin
        at.append(around)
        begin = inside.stop
    elements = np.empty((MARKUP_LEVELS, sum(map(len, at))), np.int64)
    elements[0] = np.concatenate(at)
    for below, above in pairwise(elements):
        above[:] = parents.take(below)
    near = np.zeros(outside + 1, bool)
    near[elements] = True
    near[outside] = False
    used = np.flatnonzero(np.bincount(names[near]))
    number_of = np.zeros(len(known), np.int64)
    number_of[used] = [texts.setdefault(known.block_words(name), len(texts)) for name in used.tolist()]
    number = number_of.take(names)
    number[outside] = -1
    return number.take(elements)


def _has_one(words: Set[str], classes: Iterable[tuple[str, Set[str]]], telling: Set[str]) -> bool:
    """Return whether an element's words include a whole class; `telling`, the words of all classes, is fast to test."""
    return not words.isdisjoint(telling) and any(
        names <= words and not any(word.startswith(f"{level}h_") for word in words) for level, names in classes
    )


def _marked(level: str, words: str) -> str:
    return level + words.replace(" ", " " + level)
