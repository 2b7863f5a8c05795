"""Articles in batches: large enough to be scored fast, small enough that memory never grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from corestory.reading.article import Article

if TYPE_CHECKING:
    from corestory.model.rules import Rules
    from corestory.model.tagged_article import TaggedArticle
    from corestory.model.tagger import Tagger

BATCH_ARTICLES = 256
BATCH_PARAGRAPHS = 20_000
BATCH_CHARACTERS = 2**23


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Gather articles in their order; an article is never split, so one of any size is a batch by itself.

    Parameters
    ----------
    articles
        Read only as far as the next batch needs.

    Yields
    ------
    list of Article
        At most `BATCH_ARTICLES`, and unless it is one article, at most `BATCH_PARAGRAPHS` and `BATCH_CHARACTERS`.

    Examples
    --------
    >>> [len(batch) for batch in batches(Article(str(number), ()) for number in range(300))]
    [256, 44]
    """
    batch: list[Article] = []
    paragraphs = characters = 0
    for article in articles:
        size = characters_of(article)
        fits = (
            len(batch) < BATCH_ARTICLES
            and paragraphs + len(article.paragraphs) <= BATCH_PARAGRAPHS
            and characters + size <= BATCH_CHARACTERS
        )
        if batch and not fits:
            yield batch
            batch, paragraphs, characters = [], 0, 0
        batch.append(article)
        paragraphs += len(article.paragraphs)
        characters += size
    if batch:
        yield batch


def characters_of(article: Article) -> int:
    """Return how long an article's text is.

    Examples
    --------
    >>> from corestory.reading.article import Paragraph
    >>> characters_of(Article("a", (Paragraph("Quay."), Paragraph("Ship."))))
    10
    """
    return sum(len(paragraph.text) for paragraph in article.paragraphs)


def tag_batch(
    batch: Sequence[Article], tagger: Tagger, *, threshold: float | None = None, rules: Rules | None = None
) -> list[TaggedArticle]:
    """Tag articles, and give the tagged ones what was kept of their rows.

    Parameters
    ----------
    batch
        Articles, each with at least one paragraph.
    tagger, threshold, rules
        As of `Tagger.tag_articles`.
    """
    tagged = tagger.tag_articles(batch, threshold=threshold, rules=rules)
    if not any(paragraph.kept for article in batch for paragraph in article.paragraphs[:1]):
        return tagged
    return [
        replace(tags, kept=tuple(paragraph.kept for paragraph in article.paragraphs))
        for article, tags in zip(batch, tagged, strict=True)
    ]
