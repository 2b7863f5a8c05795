"""The paragraphs of a page and the elements around them, as columns: each paragraph is made when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import overload

import numpy as np

from corestory.reading.article import Markup, Paragraph, ParagraphColumns
from corestory.reading.html.serialised import PROSE_WORDS
from corestory.reading.html.tags import Tags
from corestory.reading.word_count import word_count
from corestory.types import Float, Int

# So many of a paragraph's nearest elements are named.
MARKUP_LEVELS = 12
# What marks the words of the nearest elements: the paragraph's own, the one around it, and the one around that.
NEAR = ("own_", "up_", "upup_")
# The markup words of a paragraph that the page declares but does not show.
DECLARED = "declared"


@dataclass(frozen=True, eq=False)
class Outline(ParagraphColumns):
    """A page's paragraphs, as a sequence of them and as columns.

    Attributes
    ----------
    texts
        The paragraphs' texts. What comes last may be declared and not shown.
    elements
        For each shown paragraph the number of its innermost block element.
    inline
        The names of the page's inline elements, in order, as numbers of `tags`.
    inline_begins, inline_ends
        For each shown paragraph where the inline elements within begin and end in `inline`.
    density
        For each the share of its characters that are in links.
    declared
        For each as in `Markup`.
    parents
        For each block element, in document order, its parent's number, -1 for the first.
    names
        For each block element the number of its tag in `tags`.
    tags
        The tags by their numbers.
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
    tags: Tags

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> Paragraph: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Paragraph, ...]: ...

    def __getitem__(self, place: int | slice) -> Paragraph | tuple[Paragraph, ...]:
        return self._paragraphs[place]

    def __iter__(self) -> Iterator[Paragraph]:
        return iter(self._paragraphs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outline | tuple) and self._paragraphs == tuple(other)

    def __hash__(self) -> int:
        return hash(self._paragraphs)

    def __repr__(self) -> str:
        return repr(self._paragraphs)

    def __reduce__(self) -> tuple[type, tuple[tuple[Paragraph, ...]]]:
        return tuple, (self._paragraphs,)  # for `tags` holds those of other pages too

    def with_undisplayed(self, texts: list[str]) -> Outline:
        """Add paragraphs that the page declares but does not show; they stand in the first element."""
        return replace(
            self,
            texts=self.texts + texts,
            density=np.append(self.density, np.zeros(len(texts))),
            declared=np.append(self.declared, np.ones(len(texts))),
        )

    def rows(self, rows: Sequence[int]) -> Outline:
        """Leave out all paragraphs but some of those that are shown."""
        columns = ("elements", "inline_begins", "inline_ends", "density", "declared")
        return replace(
            self,
            texts=[self.texts[row] for row in rows],
            **{name: getattr(self, name)[rows] for name in columns},
        )

    @cached_property
    def prose_words(self) -> int:
        """Number of words in paragraphs of prose, those that are mostly links left out."""
        lengths = [
            word_count(text) for text, share in zip(self.texts, self.density.tolist(), strict=True) if share < 0.5
        ]
        return sum([length for length in lengths if length >= PROSE_WORDS])

    @cached_property
    def words(self) -> list[str]:
        """For each paragraph as in `Markup`."""
        parents, names, within = self.parents.tolist(), self.names.tolist(), self.inline.tolist()
        columns = (self.elements.tolist(), self.inline_begins.tolist(), self.inline_ends.tolist())
        # Siblings of one name have the same words; so have most of those of other places.
        known: dict[tuple[int, int, tuple[int, ...]], str] = {}
        spelt: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = {}
        found = []
        for element, begin, end in zip(*columns, strict=True):
            inline = tuple(within[begin:end])
            place = parents[element], names[element], inline
            words = known.get(place)
            if words is None:
                near = tuple([names[one] for one in _chain(parents, element, MARKUP_LEVELS)])
                words = spelt.get((near, inline))
                if words is None:
                    spelt[near, inline] = words = self._spelt(near, inline)
                known[place] = words
            found.append(words)
        return found + [DECLARED] * (len(self.texts) - len(found))

    @property
    def shapes(self) -> Int:
        """For each element a number that is the same for elements of one tag and class."""
        return np.fromiter(map(self.tags.shapes.__getitem__, self.names.tolist()), np.int64, len(self.names))

    @cached_property
    def _paragraphs(self) -> tuple[Paragraph, ...]:
        parents = self.parents.tolist()
        siblings = list(zip(parents, self.shapes.tolist(), strict=True))
        count = Counter(siblings)
        chains: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        elements = [*self.elements.tolist(), *[0] * (len(self.texts) - len(self.elements))]
        paragraphs = []
        for text, element, words, density, declared in zip(
            self.texts, elements, self.words, self.density.tolist(), self.declared.tolist(), strict=True
        ):
            if element not in chains:
                chain = tuple(reversed(list(_chain(parents, element, len(parents)))))
                chains[element] = chain, tuple([count[siblings[one]] for one in chain])
            chain, repeats = chains[element]
            paragraphs.append(Paragraph(text, Markup(words, chain, density, repeats, declared)))
        return tuple(paragraphs)

    def _spelt(self, near: tuple[int, ...], inline: tuple[int, ...]) -> str:
        named = list(map(self.tags.block_words, near))
        within = self.tags.words_within(inline)
        return " ".join([*map(marked, NEAR, named), *named, *([within] if within else [])])


def _chain(parents: Sequence[int], element: int, most: int) -> Iterator[int]:
    while element >= 0 and most:
        yield element
        element = parents[element]
        most -= 1


def marked(level: str, words: str) -> str:
    """Mark each of an element's words as of a level in `NEAR`.

    Examples
    --------
    >>> marked("up_", "ul menu")
    'up_ul up_menu'
    """
    return level + words.replace(" ", " " + level)
