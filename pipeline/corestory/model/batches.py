"""Batches of articles: large enough to be scored fast, small enough to bound the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from corestory.reading.article import Article

BATCH_ARTICLES = 256
# Larger arrays no longer fit in the processor's caches.
BATCH_PARAGRAPHS = 16_000
BATCH_CHARACTERS = 2**23


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Gather articles into batches, in their order; an article larger than the limits is a batch by itself.

    Parameters
    ----------
    articles
        The articles; read only as far as the next batch needs.

    Yields
    ------
    list of Article
        At most `BATCH_ARTICLES`, `BATCH_PARAGRAPHS` and `BATCH_CHARACTERS`.

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
    """Count the characters of an article's text.

    Examples
    --------
    >>> from corestory.reading.article import Paragraph
    >>> characters_of(Article("a", (Paragraph("Quay."), Paragraph("Ship."))))
    10
    """
    return sum(map(len, article.texts))
