"""The columns of a labelled table that hold a paragraph's markup, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.errors import InputError
from corestory.reading.text import storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corestory.reading.article import Article
    from corestory.reading.html.page import Page
    from corestory.types import Int

MARKUP_COLUMNS = ("markup", "elements", "repeats", "link_density", "declared")


@dataclass(frozen=True, slots=True)
class Markup:
    """What the page's HTML says around one paragraph, as a row of a table.

    Attributes
    ----------
    words
        Its `corestory.reading.html.markup_words.MarkupWords`, a space between.
    elements
        The enclosing block elements' numbers in document order, outermost first.
    link_density
        Share of the paragraph's characters that are in links, 0 to 1.
    repeats
        For each of `elements`, how many of its siblings have the same tag and class, itself included.
    declared
        As of `corestory.reading.html.outline.Outline`.
    """

    words: str
    elements: tuple[int, ...]
    link_density: float
    repeats: tuple[int, ...]
    declared: float = -1.0


def markup_rows(article: Article | Page) -> list[Markup | None]:
    """Return the markup of each paragraph, None of those of a text.

    Examples
    --------
    >>> from corestory.reading.html.page import read_page
    >>> last = markup_rows(read_page("<ul><li>One<li>Two</ul>"))[-1]
    >>> last.words, last.elements, last.repeats
    ('own_li up_ul upup_body li ul body', (0, 1, 3), (1, 1, 2))
    """
    outline = article.markup
    if outline is None:
        return [None] * len(article.texts)
    from corestory.reading.html.markup_words import MarkupWords

    chains: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    likes = outline.likes.tolist()
    for element, parent in enumerate(outline.parents.tolist()):
        elements, repeats = chains[parent] if parent >= 0 else ((), ())
        chains.append(((*elements, element), (*repeats, likes[element])))
    words = MarkupWords.of_pages([outline]).spelt() if outline.texts else []
    columns = (words, outline.at.tolist(), outline.density.tolist(), outline.declared.tolist())
    return [
        Markup(word, chains[at][0], density, chains[at][1], declared)
        for word, at, density, declared in zip(*columns, strict=True)
    ]


def read_trees(
    elements: Sequence[Sequence[int]], repeats: Sequence[Sequence[int]], article: Int
) -> tuple[Int, Int, Int]:
    """Return the columns of `corestory.features.elements.Forest`, read from those of a table.

    Parameters
    ----------
    elements, repeats
        As of `Markup`, for each paragraph.
    article
        The number of each paragraph's article; shape (paragraphs,).

    Examples
    --------
    >>> [column.tolist() for column in read_trees([(0, 4), (0, 5)], [(1, 2), (1, 2)], np.array([0, 0]))]
    [[-1, 0, 0], [1, 2, 2], [1, 2]]
    """
    depth = np.array([len(chain) for chain in elements], np.int64)
    numbers, like = (
        np.concatenate([np.zeros(0, np.int64), *(np.asarray(chain, np.int64) for chain in chains)])
        for chains in (elements, repeats)
    )
    widest = int(numbers.max(initial=0)) + 1
    unique, key = np.unique(np.repeat(article, depth) * widest + numbers, return_inverse=True)
    inner = np.ones(len(numbers), bool)
    inner[np.cumsum(depth) - depth] = False
    parent, likes = np.full(len(unique), -1, np.int64), np.zeros(len(unique), np.int64)
    parent[key[inner]] = key[np.flatnonzero(inner) - 1]
    likes[key] = like
    return parent, likes, key[np.cumsum(depth) - 1]


class RefusedRowError(InputError):
    """One row of a table cannot be used; the others can."""


def markup_columns(markup: Markup | None) -> dict[str, object]:
    """Return the columns of a paragraph's markup, none if it has none.

    Examples
    --------
    >>> markup_columns(Markup("p article", (1, 4), 0.25, (1, 3)))
    {'markup': 'p article', 'elements': (1, 4), 'repeats': (1, 3), 'link_density': 0.25, 'declared': -1.0}
    """
    if markup is None:
        return {}
    density, declared = round(markup.link_density, 6), round(markup.declared, 6)
    return dict(zip(MARKUP_COLUMNS, (markup.words, markup.elements, markup.repeats, density, declared), strict=True))


def read_markup(row: Mapping[str, object], *, where: str) -> Markup | None:
    """Read the markup of a row; tables without lists, such as CSV, have none.

    Raises
    ------
    RefusedRowError
        It cannot be read.
    """
    words, elements, repeats, link_density, declared = (row.get(name) for name in MARKUP_COLUMNS)
    if not isinstance(words, str) or not isinstance(elements, list):
        return None
    try:
        if not isinstance(repeats, list) or len(repeats) != len(elements):
            raise ValueError
        numbers = tuple(map(_whole, elements)), tuple(map(_whole, repeats))
        linked, share = (
            -1.0 if cell is None or cell != cell else float(str(cell)) for cell in (link_density, declared)
        )
        if not 0 <= linked <= 1 or not -1 <= share <= 1:
            raise ValueError
        return Markup(storable(words), numbers[0], linked, numbers[1], share)
    except ValueError:
        raise RefusedRowError(
            "markup that cannot be read",
            where=where,
            expected="elements and repeats as lists of whole numbers, and link_density from 0 to 1",
        ) from None


def _whole(value: object) -> int:
    if isinstance(value, int) and 0 <= value < 2**31:
        return value
    raise ValueError
