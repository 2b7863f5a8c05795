"""Batches of articles: their paragraphs row by row, and their markup where there is any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.elements import Forest
from corestory.features.layout import Layout

if TYPE_CHECKING:
    import pandas as pd

    from corestory.reading.article import Article
    from corestory.reading.html.markup_words import MarkupWords
    from corestory.types import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class MarkupColumns:
    """The markup of a batch's paragraphs: columns of `corestory.reading.html.outline.Outline`, words, and trees."""

    words: MarkupWords
    forest: Forest
    link_density: Float
    declared: Float

    def rows(self, inside: slice | Int) -> MarkupColumns:
        """Return the columns of some rows."""
        return MarkupColumns(
            self.words.rows(inside), self.forest.rows(inside), self.link_density[inside], self.declared[inside]
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles whose rows stand together, in the order of the page.

    Attributes
    ----------
    texts
        The paragraphs.
    layout
        Which of them make an article.
    titles
        One title per article, empty where unknown.
    markup
        Their markup; None unless every paragraph has it.
    """

    texts: Sequence[str]
    layout: Layout
    titles: Sequence[str]
    markup: MarkupColumns | None


def batch_of_articles(articles: Sequence[Article]) -> Batch:
    """Lay articles, each with at least one paragraph, out as a batch.

    Markup is used only where every article has it, so give articles with and without apart.
    """
    layout = Layout.of([len(article.texts) for article in articles])
    texts = [text for article in articles for text in article.texts]
    return Batch(texts, layout, [article.title for article in articles], _markup(articles))


def _markup(articles: Sequence[Article]) -> MarkupColumns | None:
    pages = [article.markup for article in articles if article.markup is not None]
    if not pages or len(pages) < len(articles):
        return None
    from corestory.reading.html.markup_words import MarkupWords  # a text needs no HTML code

    sizes = [len(page.parents) for page in pages]
    before = np.cumsum([0, *sizes[:-1]])
    parent = np.concatenate([page.parents for page in pages])
    forest = Forest(
        np.where(parent >= 0, parent + np.repeat(before, sizes), -1),
        np.concatenate([page.likes for page in pages]),
        np.concatenate([page.at + first for page, first in zip(pages, before.tolist(), strict=True)]),
    )
    return MarkupColumns(
        MarkupWords.of_pages(pages),
        forest.pruned(),
        np.concatenate([page.density for page in pages]),
        np.concatenate([page.declared for page in pages]),
    )


def batch_of_rows(batch: Batch, rows: npt.NDArray[np.int64]) -> Batch:
    """Lay some paragraphs of a batch out as a batch of their own, as if their articles had no others."""
    articles, sizes = np.unique(batch.layout.article[rows], return_counts=True)
    return Batch(
        [batch.texts[row] for row in rows],
        Layout.of(sizes),
        [batch.titles[article] for article in articles],
        None if batch.markup is None else batch.markup.rows(rows),
    )


def batch_of_frame(frame: pd.DataFrame, *, markup: bool) -> tuple[Batch, npt.NDArray[np.int64]]:
    """Lay a frame of paragraphs out as a batch.

    Parameters
    ----------
    frame
        Columns `article_id`, `position`, `text`; `title` and the markup columns where known. Rows in any order.
    markup
        Whether to take the markup columns, which must then hold a value in every row.

    Returns
    -------
    batch : Batch
    rows : numpy.ndarray
        For each row of the batch, its row number in the frame.
    """
    import pandas as pd

    # Sorted, so that the order of the rows never matters.
    articles = pd.factorize(frame["article_id"], sort=True)[0].astype(np.int64)
    rows = np.lexsort((frame["position"].to_numpy(), articles))
    ordered = frame.iloc[rows]
    sizes = np.bincount(articles)
    layout = Layout.of(sizes)
    titles = ordered["title"].fillna("").to_numpy()[layout.first].tolist() if "title" in frame else [""] * len(sizes)
    columns = None
    if markup:
        from corestory.labelling.labelled import read_trees
        from corestory.reading.html.markup_words import MarkupWords

        trees = read_trees(ordered["elements"].tolist(), ordered["repeats"].tolist(), layout.article)
        columns = MarkupColumns(
            MarkupWords.of_texts(ordered["markup"].tolist()),
            Forest(*trees),
            ordered["link_density"].to_numpy(float),
            ordered["declared"].fillna(-1.0).to_numpy(float),
        )
    return Batch(ordered["text"].tolist(), layout, titles, columns), rows


def has_markup(frame: pd.DataFrame) -> Bool:
    """Whether each row is of an article that has markup in all its rows."""
    if "markup" not in frame:
        return np.zeros(len(frame), bool)
    known = frame["markup"].notna()
    return np.asarray(known.groupby(frame["article_id"]).transform("all").to_numpy(bool))


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
    >>> from corestory.reading.article import Article
    >>> [len(batch) for batch in batches(Article(str(number), []) for number in range(300))]
    [256, 44]
    """
    batch: list[Article] = []
    paragraphs = characters = 0
    for article in articles:
        size = sum(map(len, article.texts))
        fits = (
            len(batch) < BATCH_ARTICLES
            and paragraphs + len(article.texts) <= BATCH_PARAGRAPHS
            and characters + size <= BATCH_CHARACTERS
        )
        if batch and not fits:
            yield batch
            batch, paragraphs, characters = [], 0, 0
        batch.append(article)
        paragraphs += len(article.texts)
        characters += size
    if batch:
        yield batch
