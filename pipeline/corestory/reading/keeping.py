"""Columns of the source that a person wants back beside the tags."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from corestory.reading.article import Article


def folded(name: str) -> str:
    """Return a column's name as `corestory.reading.tables.Row` has it.

    Examples
    --------
    >>> folded(" Desk ")
    'desk'
    """
    return name.strip().lower()


def keeping(article: Article, values: Sequence[Mapping[str, object]], keep: Sequence[str]) -> Article:
    """Give each paragraph of an article the values of the columns to keep, which are in lower case.

    Examples
    --------
    >>> from corestory.reading.article import Paragraph
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
