"""Labelled articles: their paragraphs, kinds and roles, and their markup as columns of the labelled table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import msgspec
import numpy as np
from msgspec import Meta

from corestory.errors import InputError
from corestory.reading.text import storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corestory.reading.article import Article
    from corestory.reading.html.page import Page
    from corestory.types import Int, Label


_Number = Annotated[int, Meta(ge=0, lt=2**31)]
OWN_VIEWS = ("page", "text")
"""The views that represent their page, as it is or as its text."""

MARKUP_COLUMNS = ("markup", "elements", "repeats", "link_density", "declared")


@dataclass(frozen=True, slots=True)
class Markup:
    """The HTML around one paragraph, as a row of a table.

    Attributes
    ----------
    words
        Its `corestory.reading.html.markup_words.MarkupWords`, with a space between.
    elements
        The numbers of the enclosing block elements in document order, outermost first.
    link_density
        The share of the paragraph's characters that are in links, 0 to 1.
    repeats
        For each of `elements`, the number of its siblings with the same tag and class, including itself.
    declared
        As in `corestory.reading.html.outline.Outline`.
    """

    words: str
    elements: tuple[int, ...]
    link_density: float
    repeats: tuple[int, ...]
    declared: float = -1.0


def markup_rows(article: Article | Page) -> list[Markup | None]:
    """Return the markup of each paragraph; None for the paragraphs of a text.

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
        As in `Markup`, for each paragraph.
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
    """Return the columns of a paragraph's markup; an empty dictionary if it has none.

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
    """Read the markup of a row; return None for tables without lists, such as CSV.

    Raises
    ------
    RefusedRowError
        The markup cannot be read.
    """
    if not isinstance(row.get("markup"), str) or not isinstance(row.get("elements"), list):
        return None
    # A data frame writes an empty cell as NaN.
    cells = {name: row[name] for name in MARKUP_COLUMNS if row.get(name) is not None and row[name] == row[name]}
    try:
        read = msgspec.convert(cells, _MarkupCells)
        if len(read.repeats) != len(read.elements):
            raise ValueError
    except ValueError:  # also that of msgspec
        raise RefusedRowError(
            "markup that cannot be read",
            where=where,
            expected="elements and repeats as lists of whole numbers, and link_density from 0 to 1",
        ) from None
    return Markup(storable(read.markup), tuple(read.elements), read.link_density, tuple(read.repeats), read.declared)


class _MarkupCells(msgspec.Struct):
    markup: str
    elements: list[_Number]
    repeats: list[_Number]
    link_density: Annotated[float, Meta(ge=0, le=1)]
    declared: Annotated[float, Meta(ge=-1, le=1)] = -1.0


Kind = Literal[
    "navigation",
    "related",
    "newsletter",
    "advertisement",
    "paywall",
    "byline",
    "date",
    "caption",
    "share",
    "comment",
    "legal",
    "tags",
    "other",
]

Role = Literal["title", "subhead", "standfirst", "body"]

KINDS: tuple[Kind, ...] = get_args(Kind)

ROLES: tuple[Role, ...] = get_args(Role)

KIND_NAMED: dict[str, Kind] = {kind: kind for kind in KINDS}

ROLE_NAMED: dict[str, Role] = {role: role for role in ROLES}


@dataclass(frozen=True, slots=True)
class LabelledParagraph:
    """One paragraph with its label, and with its markup, kind and role if known.

    Attributes
    ----------
    label
        ``None`` if it is unknown, as for a paragraph that only repeats the title.
    markup
        Its markup if the view is a whole page.
    kind
        The kind of a filler paragraph; ``None`` if the source does not give it.
    role
        The role of a core paragraph, or of one that repeats the title; ``None`` if the source does not give it.
    """

    text: str
    label: Label | None
    markup: Markup | None = None
    kind: Kind | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One view of a page, as it may reach the tagger, with its paragraphs in order.

    Attributes
    ----------
    page
        The page's name; one page can have several views.
    view
        The way in which the page was cut into paragraphs: ``"page"``, ``"lines"``, …; ``"text"`` if it was cut already.
    source
        The name of the corpus, folder or table.
    site
        The registered domain, or an empty string.
    """

    page: str
    view: str
    source: str
    paragraphs: tuple[LabelledParagraph, ...]
    site: str = ""
    url: str = ""
    title: str = ""
    language: str = ""

    @property
    def article_id(self) -> str:
        """The name of the view: the page's own name for the two views that represent the page.

        Examples
        --------
        >>> LabelledArticle(page="news/1", view="lines", source="news", paragraphs=()).article_id
        'news/1@lines'
        """
        return self.page if self.view in OWN_VIEWS else f"{self.page}@{self.view}"
