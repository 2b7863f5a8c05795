"""Whether the markup of a page sets its story apart from the rest of the page.

Models learn from pages whose elements have classes, and from old pages laid out with tables. Pages written by hand, or
stripped by tools, have neither: their menus are lists, and so are the recipes in their stories. A model that reads such
markup takes the whole page for story. These pages are better read as texts, by their words alone.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.batch import Batch
from corestory.features.tokens import gathered
from corestory.types import Bool, Int

if TYPE_CHECKING:
    from corestory.reading.html.markup_words import MarkupWords

MOST_AROUND = 0.9
"""A markup word around this share of a page's paragraphs or more says nothing about any of them."""
LEAST_INFORMED = 0.1
"""Markup informs if at least this share of a page's paragraphs have a word that says something about them."""

_CELLS = frozenset(("td", "th"))
_PARTS = _CELLS.union(("article", "main", "section", "header", "nav", "aside", "footer", "form"))


def has_informative_markup(batch: Batch) -> Bool:
    """Find the pages whose markup says something about some of their paragraphs, but not the same about all.

    A page has informative markup if it declares its story to machines. It also has it if enough of its paragraphs are
    in cells of a table, or in elements whose names or classes say something and do not enclose nearly the whole page.

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
    # One row per page and distinct sequence of words. The `id` of a heading often repeats its text: leave headings out.
    key, paragraphs = np.unique(layout.article * words.count + words.number, return_counts=True)
    page, sequence = np.divmod(key, words.count)
    is_heading = np.array(["own_h_" in part for part in words.parts], bool)
    counted = ~(np.bincount(words.row, is_heading.take(words.part), words.count) > 0).take(sequence)
    page, sequence, paragraphs = page[counted], sequence[counted], paragraphs[counted]
    size = np.bincount(page, paragraphs, len(layout.sizes))
    # Each word of each row, and how many paragraphs of the page it is around.
    word_sequence, word, names = _words_of_sequences(words)
    lengths = np.bincount(word_sequence, minlength=words.count)
    row, at = gathered(np.arange(len(page)), sequence, np.cumsum(lengths) - lengths, lengths)
    word, page_of_word = word.take(at), page.take(row)
    page_and_word = page_of_word * len(names) + word
    around = np.bincount(page_and_word, paragraphs.take(row)).take(page_and_word)
    is_cell = np.array([name in _CELLS for name in names], bool)
    informed = np.zeros(len(page), bool)
    informed[row[is_cell.take(word) | (around < MOST_AROUND * size.take(page_of_word))]] = True
    count = np.bincount(page, informed * paragraphs, len(layout.sizes))
    declared = layout.maximum(batch.markup.declared)[layout.first] > 0
    return declared | ((count > 0) & (count >= LEAST_INFORMED * size))


def _words_of_sequences(words: MarkupWords) -> tuple[Int, Int, list[str]]:
    """Return the pairs of a sequence and a word in it that may say something, each pair once; and the words' names."""
    known: dict[str, int] = {}
    of_part = [[known.setdefault(word, len(known)) for word in _meaningful(part)] for part in words.parts]
    lengths = np.array(list(map(len, of_part)), np.int64)
    row, at = gathered(words.row, words.part, np.cumsum(lengths) - lengths, lengths)
    every = np.array([word for part in of_part for word in part], np.int64)
    held = np.zeros(words.count * len(known), bool)
    held[row * len(known) + every.take(at)] = True
    row, word = np.divmod(np.flatnonzero(held), len(known)) if known else (row, row)
    return row, word, list(known)


@cache
def _meaningless() -> frozenset[str]:
    """Return the names of elements that do not say what they hold."""
    from corestory.reading.html.tags import BLOCKS, INLINE  # what reads a text needs nothing of pages

    return BLOCKS.difference(_PARTS).union("in" + name for name in INLINE)


# The pages of a site have most of them in common.
@lru_cache(maxsize=2**14)
def _meaningful(part: str) -> tuple[str, ...]:
    meaningless = _meaningless()
    return tuple(word for word in part.split() if "_" not in word and word not in meaningless)
