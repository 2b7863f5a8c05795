"""Whether the markup of a page sets its story apart from the rest of the page.

Models learn from pages whose elements have classes, and from old pages laid out with tables. Pages written by hand, or
stripped by tools, have neither: their menus are lists, and so are the recipes in their stories. A model that reads such
markup takes the whole page for story. These pages are better read as texts, by their words alone.
"""

from __future__ import annotations

from functools import cache
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
    # A word that a row has several times was counted as often, which makes it say less. Few pages need another look.
    doubted = ~found.take(page.take(row))
    pairs = np.unique(row[doubted] * len(names) + word[doubted])
    return found | informed(*np.divmod(pairs, len(names)))


def _words_of_rows(words: MarkupWords, sequences: Int) -> tuple[Int, Int, list[str]]:
    """Return the rows of some sequences and the words in them that may say something, and the words' names."""
    from corestory.reading.html.markup_words import NEAR  # import lazily: plain text needs no HTML code

    # The pages of a batch have many thousand words: they are split and numbered at once. The words of the nearest
    # elements stand first, so that a part which ends in one has no others.
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
    """Return the names of elements that do not say what they hold."""
    from corestory.reading.html.tags import BLOCKS, INLINE

    return BLOCKS.difference(_PARTS).union(("",), ("in" + name for name in INLINE))
