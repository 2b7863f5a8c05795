"""The paragraphs of a page and the elements around them, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np

from corestory.reading.html.line_breaks import prose_word_count
from corestory.reading.html.markup_words import Names
from corestory.types import Float, Int


@dataclass(frozen=True, eq=False)
class Outline:
    """A page's paragraphs and the markup around them.

    Attributes
    ----------
    texts
        The paragraphs. The last ones may be declared but not shown.
    elements
        The number of each shown paragraph's innermost block element.
    inline
        The names of the page's inline elements, in order, as numbers of `known`.
    inline_begins, inline_ends
        For each shown paragraph the beginning and the end of its inline elements in `inline`.
    density
        The share of each paragraph's characters that are in links, 0 to 1.
    declared
        For each paragraph the share of its three-word runs that the page also declares to machines as its story
        (schema.org ``articleBody``); -1 if it declares none.
    parents
        The number of each block element's parent, in document order; -1 for the first.
    names
        The number of each block element's name in `known`.
    known
        The names by their numbers.

    Examples
    --------
    >>> from corestory.reading.html.page import read_page
    >>> outline = read_page("<ul><li>One <b>two</b><li>Three</ul>").markup
    >>> outline.texts, outline.elements.tolist(), outline.parents.tolist(), outline.likes.tolist()
    (['One two', 'Three'], [2, 3], [-1, 0, 1, 1], [1, 1, 2, 2])
    """

    texts: list[str]
    elements: Int
    inline: Int
    inline_begins: Int
    inline_ends: Int
    density: Float
    declared: Float
    parents: Int
    names: Int
    known: Names

    def __reduce__(self) -> tuple[type[Outline], tuple[object, ...]]:
        # `known` also holds names of other pages.
        used, which = np.unique(np.concatenate([self.names, self.inline]), return_inverse=True)
        known = Names()
        number = np.array([known.number(self.known[name]) for name in used.tolist()], np.int64)[which]
        names, inline = number[: len(self.names)], number[len(self.names) :]
        return Outline, (
            self.texts, self.elements, inline, self.inline_begins, self.inline_ends, self.density, self.declared,
            self.parents, names, known,
        )  # fmt: skip

    def with_undisplayed(self, texts: list[str]) -> Outline:
        """Add paragraphs that the page declares but does not show; they belong to the first element."""
        return replace(
            self,
            texts=self.texts + texts,
            density=np.append(self.density, np.zeros(len(texts))),
            declared=np.append(self.declared, np.ones(len(texts))),
        )

    def rows(self, rows: Sequence[int]) -> Outline:
        """Keep only some of the shown paragraphs."""
        columns = ("elements", "inline_begins", "inline_ends", "density", "declared")
        return replace(
            self,
            texts=[self.texts[row] for row in rows],
            **{name: getattr(self, name)[rows] for name in columns},
        )

    @cached_property
    def prose_words(self) -> int:
        """The number of words in paragraphs of prose, without those that are mostly links."""
        return sum(self._prose())

    def has_prose(self, words: int) -> bool:
        """Return whether the paragraphs of prose have at least `words` words; usually the first ones do."""
        return any(count >= words for count in accumulate(self._prose()))

    def _prose(self) -> Iterator[int]:
        rows = zip(self.texts, self.density.tolist(), strict=True)
        return (prose_word_count(text) for text, share in rows if share < 0.5)

    @property
    def at(self) -> Int:
        """The number of each paragraph's innermost block element, also for paragraphs that are not shown."""
        return np.append(self.elements, np.zeros(len(self.texts) - len(self.elements), np.int64))

    @property
    def likes(self) -> Int:
        """The number of each block element's siblings with the same tag and class, including itself."""
        shapes = np.fromiter(map(self.known.shapes.__getitem__, self.names.tolist()), np.int64, len(self.names))
        widest = int(shapes.max(initial=0)) + 1
        # The outermost elements have no siblings, so each gets a parent number of its own.
        parents = np.where(self.parents >= 0, self.parents, -1 - np.arange(len(self.parents)))
        _, which, count = np.unique(parents * widest + shapes, return_inverse=True, return_counts=True)
        return count[which]
