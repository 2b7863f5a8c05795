"""What every reader returns: an article as paragraphs in order, with markup where the source had any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace


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
    declared
        Share of the paragraph's three-word runs that the page also declares to machines as its story (schema.org
        ``articleBody``); -1 where it declares none.
    """

    words: str
    elements: tuple[int, ...]
    link_density: float
    repeats: tuple[int, ...]
    declared: float = -1.0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph's text and, from HTML, its markup.

    Attributes
    ----------
    kept
        Values of the source's columns that were asked for, in the order in which they were; empty if none was, None
        where the source has no such column.
    """

    text: str
    markup: Markup | None = None
    kept: tuple[object, ...] = ()


class ParagraphColumns(Sequence[Paragraph]):
    """Paragraphs, all with markup, that are kept as columns, for each would cost more than all that is done with it.

    Attributes
    ----------
    texts
        Their texts.
    """

    texts: list[str]


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its paragraphs in the order of the page.

    Attributes
    ----------
    paragraphs
        Of a page a `corestory.reading.html.outline.Outline`, else a tuple.
    title
        The title if the source gives it separately, else empty.
    site
        The site if the source names it, else empty; `corestory.reading.sites.site_of` also reads it from the URL.
    source
        The text or the HTML from which the article was read; empty if it was not asked for, or a list was read.
    """

    article_id: str
    paragraphs: Sequence[Paragraph]
    url: str = ""
    title: str = ""
    language: str = ""
    site: str = ""
    source: str = field(default="", kw_only=True, repr=False)

    @property
    def texts(self) -> Sequence[str]:
        """The paragraphs' texts."""
        if isinstance(self.paragraphs, ParagraphColumns):
            return self.paragraphs.texts
        return [paragraph.text for paragraph in self.paragraphs]

    @property
    def has_markup(self) -> bool:
        """Whether every paragraph has it."""
        if isinstance(self.paragraphs, ParagraphColumns):
            return True
        return all(paragraph.markup is not None for paragraph in self.paragraphs)


def article_of_texts(article_id: str, texts: Sequence[str], *, url: str = "", title: str = "") -> Article:
    """Make an article of plain paragraphs, without markup.

    Examples
    --------
    >>> article_of_texts("a", ["Story.", "Share"]).texts
    ['Story.', 'Share']
    """
    return Article(article_id, tuple(map(Paragraph, texts)), url, title)


def keeping(article: Article, values: Sequence[Mapping[str, object]], keep: Sequence[str]) -> Article:
    """Give each paragraph of an article the values of the columns to keep, which are in lower case.

    Examples
    --------
    >>> article = keeping(Article("a", (Paragraph("One."),)), [{"desk": "ports"}], ("desk", "page"))
    >>> article.paragraphs[0].kept
    ('ports', None)
    """
    if not keep:
        return article
    paragraphs = (
        replace(paragraph, kept=tuple(row.get(name) for name in keep))
        for paragraph, row in zip(article.paragraphs, values, strict=True)
    )
    return replace(article, paragraphs=tuple(paragraphs))
