"""What every reader of labelled data returns: one view of one page, its paragraphs labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from corestory.labelling.markup_columns import Markup
    from corestory.types import Label

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


@dataclass(frozen=True, slots=True)
class LabelledParagraph:
    """One paragraph and what is known of it.

    Attributes
    ----------
    label
        ``None`` where it is unknown, as of a paragraph that only repeats the title.
    markup
        Where the view is a whole page.
    kind
        Of a filler paragraph: the kind of boilerplate. ``None`` where the source does not give it.
    role
        Of a paragraph of the story, or of one that repeats its title: its part in the story. ``None`` where the source
        does not give it.
    """

    text: str
    label: Label | None
    markup: Markup | None = None
    kind: Kind | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One page as it may reach the tagger, in the order of its paragraphs.

    Attributes
    ----------
    page
        Names the page; one page can give several views.
    view
        The way in which the page was cut into paragraphs: ``"page"``, ``"lines"``, …; ``"text"`` where it came cut.
    source
        Name of the corpus, folder or table.
    site
        Registered domain, or an empty string.
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
        """Names the view: the page's own name for the two views that stand for the page.

        Examples
        --------
        >>> LabelledArticle(page="news/1", view="lines", source="news", paragraphs=()).article_id
        'news/1@lines'
        """
        return self.page if self.view in ("page", "text") else f"{self.page}@{self.view}"
