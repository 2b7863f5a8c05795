"""The paragraphs of a page and the elements around them, as columns: each paragraph is made when it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import overload

from pipeline.reading.article import Markup, Paragraph
from pipeline.reading.tags import Tags, block_words, inline_words

# So many of a paragraph's nearest elements are named.
MARKUP_LEVELS = 12
# What marks the words of the nearest elements: the paragraph's own, the one around it, and the one around that.
NEAR = ("own_", "up_", "upup_")
# The markup words of a paragraph that the page declares but does not show.
DECLARED = "declared"


@dataclass(frozen=True, eq=False)
class Outline(Sequence[Paragraph]):
    """A page's paragraphs, as a sequence of them and as columns.

    Attributes
    ----------
    texts
        The paragraphs' texts. The other columns may be shorter: what comes last is declared and not shown.
    elements
        For each shown paragraph the number of its innermost block element.
    inline
        For each the inline elements within, in order, as numbers of `tags`.
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
    elements: list[int]
    inline: list[Sequence[int]]
    density: list[float]
    declared: list[float]
    parents: list[int]
    names: list[int]
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

    @cached_property
    def _paragraphs(self) -> tuple[Paragraph, ...]:
        repeats = self._repeats()
        chains: dict[int, tuple[tuple[int, ...], tuple[int, ...], list[str]]] = {}
        paragraphs = []
        columns = zip(self.elements, self.inline, self.density, self.declared, strict=True)
        for text, (element, inline, density, declared) in zip(self.texts, columns, strict=False):
            if element not in chains:
                chain = self._chain(element)
                named = [block_words(self.tags.names[self.names[one]]) for one in chain[: -MARKUP_LEVELS - 1 : -1]]
                chains[element] = chain, tuple([repeats[one] for one in chain]), [*map(_marked, NEAR, named), *named]
            chain, likes, words = chains[element]
            within = dict.fromkeys(word for name in inline for word in inline_words(self.tags.names[name]))
            paragraphs.append(Paragraph(text, Markup(" ".join([*words, *within]), chain, density, likes, declared)))
        undisplayed = Markup(DECLARED, (0,), 0.0, (1,), declared=1.0)
        return (*paragraphs, *(Paragraph(text, undisplayed) for text in self.texts[len(paragraphs) :]))

    def _chain(self, element: int) -> tuple[int, ...]:
        chain = []
        while element >= 0:
            chain.append(element)
            element = self.parents[element]
        return tuple(reversed(chain))

    def _repeats(self) -> list[int]:
        shapes = [(parent, self.tags.shapes[name]) for parent, name in zip(self.parents, self.names, strict=True)]
        siblings = Counter(shapes)
        return [siblings[shape] for shape in shapes]


@lru_cache(maxsize=2**14)
def _marked(level: str, name: str) -> str:
    return " ".join([level + word for word in name.split()])
