"""Batches of articles: their paragraphs row by row, their markup, and whether that markup is informative.

Models learn from pages whose elements have classes, and from old pages laid out with tables. Pages that were written by
hand, or stripped by tools, have neither: their menus are lists, but so are the recipes in their stories. A model that
reads such markup keeps the whole page. These pages are better read as texts, by their words alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.elements import Forest
from corestory.features.layout import Layout
from corestory.features.tokens import gathered
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    import pandas as pd

    from corestory.reading.article import Article
    from corestory.reading.html.markup_words import MarkupWords


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
    """Articles in consecutive rows, in the order of the page.

    Attributes
    ----------
    texts
        The paragraphs.
    layout
        Which paragraphs belong to which article.
    titles
        One title per article, empty if unknown.
    markup
        Their markup; None unless every paragraph has it.
    """

    texts: Sequence[str]
    layout: Layout
    titles: Sequence[str]
    markup: MarkupColumns | None


def batch_of_articles(articles: Sequence[Article]) -> Batch:
    """Lay out articles, each with at least one paragraph, as a batch.

    Markup is used only if every article has it, so give articles with and without markup separately.
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
    """Lay out some paragraphs of a batch as a batch of their own, as if their articles had no others."""
    articles, sizes = np.unique(batch.layout.article[rows], return_counts=True)
    return Batch(
        [batch.texts[row] for row in rows],
        Layout.of(sizes),
        [batch.titles[article] for article in articles],
        None if batch.markup is None else batch.markup.rows(rows),
    )


def batch_of_frame(frame: pd.DataFrame, *, markup: bool) -> tuple[Batch, npt.NDArray[np.int64]]:
    """Lay out a frame of paragraphs as a batch.

    Parameters
    ----------
    frame
        Columns `article_id`, `position`, `text`; and, if known, `title` and the markup columns. Rows in any order.
    markup
        Whether to use the markup columns, which must then have a value in every row.

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
    """Return whether each row belongs to an article that has markup in all its rows."""
    if "markup" not in frame:
        return np.zeros(len(frame), bool)
    known = frame["markup"].notna()
    return np.asarray(known.groupby(frame["article_id"]).transform("all").to_numpy(bool))


BATCH_ARTICLES = 256
# Larger arrays no longer fit in the processor's caches.
BATCH_PARAGRAPHS = 16_000
BATCH_CHARACTERS = 2**23


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Group articles into batches, in their order; an article larger than the limits is a batch by itself.

    Parameters
    ----------
    articles
        The articles; read only as far as the next batch needs.

    Yields
    ------
    list of Article
        At most `BATCH_ARTICLES` articles, `BATCH_PARAGRAPHS` paragraphs and `BATCH_CHARACTERS` characters.

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


MOST_AROUND = 0.9
"""The least share of a page's paragraphs around which a markup word is no longer informative."""
LEAST_INFORMED = 0.1
"""The least share of paragraphs with an informative markup word in a page whose markup is informative."""

_CELLS = frozenset(("td", "th"))
_PARTS = _CELLS.union(("article", "main", "section", "header", "nav", "aside", "footer", "form"))


def has_informative_markup(batch: Batch) -> Bool:
    """Find the pages whose markup distinguishes some of their paragraphs from others.

    A page has informative markup if it declares its story to machines. It also has it if enough of its paragraphs are
    in cells of a table, or in elements whose names or classes are informative and do not enclose nearly the whole page.

    Returns
    -------
    numpy.ndarray
        Shape (articles,); all False for a batch without markup.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> from corestory.reading.html.page import read_page
    >>> menu, story = "<ul><li>News<li>Sport</ul>", "<p>The quay opened.<p>It cost a million."
    >>> pages = [f"<main>{menu}{story}</main>", f"{menu}<main>{story}</main>", f"{menu}<div class=text>{story}"]
    >>> outlines = [read_page(page).markup for page in pages]
    >>> batch = batch_of_articles([Article("a", outline.texts, markup=outline) for outline in outlines])
    >>> has_informative_markup(batch).tolist()
    [False, True, True]
    """
    layout = batch.layout
    if batch.markup is None:
        return np.zeros(len(layout.sizes), bool)
    words = batch.markup.words
    # One row per page and distinct sequence of words. Headings are left out, because their `id` often repeats their
    # text.
    key, paragraphs = np.unique(layout.article * words.count + words.number, return_counts=True)
    page, sequence = np.divmod(key, words.count)
    is_heading = np.array(["own_h_" in part for part in words.parts], bool)
    counted = ~(np.bincount(words.row, is_heading.take(words.part), words.count) > 0).take(sequence)
    page, sequence, paragraphs = page[counted], sequence[counted], paragraphs[counted]
    size = np.bincount(page, paragraphs, len(layout.sizes))
    row, word, names = _words_of_rows(words, sequence)
    is_cell = np.array([name in _CELLS for name in names], bool)

    def informed(row: Int, word: Int) -> Bool:
        """Return whether each page has informative markup by the words of its rows."""
        page_of_word = page.take(row)
        page_and_word = page_of_word * len(names) + word
        around = np.bincount(page_and_word, paragraphs.take(row)).take(page_and_word)
        says = np.zeros(len(page), bool)
        says[row[is_cell.take(word) | (around < MOST_AROUND * size.take(page_of_word))]] = True
        count = np.bincount(page, says * paragraphs, len(layout.sizes))
        return (count > 0) & (count >= LEAST_INFORMED * size)

    found = informed(row, word) | (layout.maximum(batch.markup.declared)[layout.first] > 0)
    # A word that occurs several times in a row was counted several times, and seemed less informative. Few pages need
    # this second look.
    doubted = ~found.take(page.take(row))
    pairs = np.unique(row[doubted] * len(names) + word[doubted])
    return found | informed(*np.divmod(pairs, len(names)))


def _words_of_rows(words: MarkupWords, sequences: Int) -> tuple[Int, Int, list[str]]:
    """Return the rows of some sequences with the words in them that may be informative, and the words' names."""
    from corestory.reading.html.markup_words import NEAR  # import lazily: plain text needs no HTML code

    # The pages of a batch have many thousands of words, so these are split and numbered at once. The words of the
    # nearest elements come first, so a part that ends in one has no others.
    parts = ["" if part.rpartition(" ")[2].startswith(NEAR) else part for part in words.parts]
    spelt = " ".join(parts).split(" ")
    known = {word: number for number, word in enumerate(dict.fromkeys(spelt))}
    meaningless = _meaningless()
    may_say = np.array(["_" not in word and word not in meaningless for word in known], bool)
    number = np.array(list(map(known.__getitem__, spelt)), np.int64)
    chosen = may_say.take(number)
    of_part = np.repeat(np.arange(len(parts)), [part.count(" ") + 1 for part in parts])[chosen]
    in_part, in_sequence = np.bincount(of_part, minlength=len(parts)), np.bincount(words.row)
    row, at = gathered(np.arange(len(sequences)), sequences, np.cumsum(in_sequence) - in_sequence, in_sequence)
    row, at = gathered(row, words.part.take(at), np.cumsum(in_part) - in_part, in_part)
    return row, number[chosen].take(at), list(known)


@cache
def _meaningless() -> frozenset[str]:
    """Return the names of elements that do not describe their content."""
    from corestory.reading.html.tags import BLOCKS, INLINE

    return BLOCKS.difference(_PARTS).union(("",), ("in" + name for name in INLINE))
