"""What every reader returns: an article as paragraphs in order, with markup where the source had any."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Markup:
    """What the page's HTML says around one paragraph.

    Attributes
    ----------
    words
        Tag names and the parts of `class` and `id` of the enclosing elements, nearest first, a space between.
    elements
        The enclosing block elements' numbers in document order, outermost first.
    link_density
        Share of the paragraph's characters that are in links, 0 to 1.
    repeats
        For each of `elements`, how many of its siblings have the same tag and class, itself included.
    """

    words: str
    elements: tuple[int, ...]
    link_density: float
    repeats: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph's text and, from HTML, its markup."""

    text: str
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its paragraphs in the order of the page.

    Attributes
    ----------
    title
        The title where the source told one apart, else empty.
    declared
        The story's text as the page declares it to machines (schema.org), else empty.
    """

    article_id: str
    paragraphs: tuple[Paragraph, ...]
    url: str = ""
    title: str = ""
    language: str = ""
    declared: str = field(default="", repr=False)
