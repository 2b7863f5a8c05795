"""What every reader returns: an article as paragraphs in order, with markup where the source had any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corestory.reading.html.outline import Outline


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its paragraphs in the order of the page.

    Attributes
    ----------
    texts
        The paragraphs.
    title
        The title if the source gives it separately, else empty.
    site
        The site if the source names it, else empty; `corestory.reading.sites.site_of` also reads it from the URL.
    markup
        What the page's HTML says around the paragraphs; None of a text.
    kept
        For each paragraph the values of the source's columns that were asked for, in the order in which they were, None
        where the source has no such column; empty if none was asked for.
    source
        The text or the HTML from which the article was read; empty if it was not asked for, or a list was read.

    Examples
    --------
    >>> Article("a", ["Story.", "Share"], title="Quay").texts
    ['Story.', 'Share']
    """

    article_id: str
    texts: Sequence[str]
    url: str = ""
    title: str = ""
    language: str = ""
    site: str = ""
    markup: Outline | None = field(default=None, kw_only=True, repr=False, compare=False)
    kept: Sequence[tuple[object, ...]] = field(default=(), kw_only=True)
    source: str = field(default="", kw_only=True, repr=False)


def keeping(article: Article, values: Sequence[Mapping[str, object]], keep: Sequence[str]) -> Article:
    """Give each paragraph of an article the values of the columns to keep, which are in lower case.

    Examples
    --------
    >>> keeping(Article("a", ["One."]), [{"desk": "ports"}], ("desk", "page")).kept
    (('ports', None),)
    """
    if not keep:
        return article
    kept = [tuple(row.get(name) for name in keep) for _, row in zip(article.texts, values, strict=True)]
    return replace(article, kept=tuple(kept))
