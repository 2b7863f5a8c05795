"""Which pages have markup that tells their story from what is around it.

Models learn from pages whose elements have classes, and from old ones that are laid out with tables. Pages that people
write by hand, and those that tools have stripped, have neither: a menu is a list, as a recipe is. By such markup they
would be all story; as texts they are decided by their words.
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
"""A word of elements around such a share of a page's paragraphs says nothing of any."""
LEAST_TOLD = 0.1
"""Words that say something are around such a share of them at least."""

_CELLS = frozenset(("td", "th"))
_PARTS = _CELLS.union(("article", "main", "section", "header", "nav", "aside", "footer", "form"))


def tell_story(batch: Batch) -> Bool:
    """Find the pages whose markup says of some paragraphs, and not of all, where they stand.

    Returns
    -------
    numpy.ndarray
        Shape (articles,): whether the batch has markup, and enough paragraphs are in cells of tables, or in elements
        whose names or classes say something and that do not hold nearly all, or the page declares its story to
        machines.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> from corestory.reading.html.page import read_page
    >>> menu, story = "<ul><li>News<li>Sport</ul>", "<p>The quay opened.<p>It cost a million."
    >>> pages = [f"<main>{menu}{story}</main>", f"{menu}<main>{story}</main>", f"{menu}<div class=text>{story}"]
    >>> outlines = [read_page(page).markup for page in pages]
    >>> batch = batch_of_articles([Article("a", outline.texts, markup=outline) for outline in outlines])
    >>> tell_story(batch).tolist()
    [False, True, True]
    """
    layout = batch.layout
    if batch.markup is None:
        return np.zeros(len(layout.sizes), bool)
    words = batch.markup.words
    # The `id` of a heading is often made of its text, so headings are left out.
    of_heading = np.array(["own_h_" in part for part in words.parts], bool)
    heading = np.bincount(words.row, of_heading.take(words.part), words.count) > 0
    each, paragraphs = np.unique(layout.article * words.count + words.number, return_counts=True)
    page, sequence = np.divmod(each, words.count)
    counted = ~heading.take(sequence)
    page, sequence, paragraphs = page[counted], sequence[counted], paragraphs[counted]
    size = np.bincount(page, paragraphs, len(layout.sizes))
    row, word, names = _telling_words(words)
    lengths = np.bincount(row, minlength=words.count)
    place, at = gathered(np.arange(len(page)), sequence, np.cumsum(lengths) - lengths, lengths)
    within, word = page.take(place), word.take(at)
    of_page = within * len(names) + word
    around = np.bincount(of_page, paragraphs.take(place)).take(of_page)
    cell = np.array([name in _CELLS for name in names], bool)
    told = np.zeros(len(page), bool)
    told[place[cell.take(word) | (around < MOST_AROUND * size.take(within))]] = True
    share = np.bincount(page, told * paragraphs, len(layout.sizes))
    declared = layout.maximum(batch.markup.declared)[layout.first] > 0
    return declared | ((share > 0) & (share >= LEAST_TOLD * size))


def _telling_words(words: MarkupWords) -> tuple[Int, Int, list[str]]:
    """Give the distinct sequences' numbers, with that of each word that may say something, once each; and the words."""
    known: dict[str, int] = {}
    of_part = [[known.setdefault(word, len(known)) for word in _telling(part)] for part in words.parts]
    lengths = np.array(list(map(len, of_part)), np.int64)
    row, at = gathered(words.row, words.part, np.cumsum(lengths) - lengths, lengths)
    every = np.array([word for part in of_part for word in part], np.int64)
    held = np.zeros(words.count * len(known), bool)
    held[row * len(known) + every.take(at)] = True
    row, word = np.divmod(np.flatnonzero(held), len(known)) if known else (row, row)
    return row, word, list(known)


@cache
def _silent() -> frozenset[str]:
    """Give the names of elements that do not say what they hold."""
    from corestory.reading.html.tags import BLOCKS, INLINE  # what reads a text needs nothing of pages

    return BLOCKS.difference(_PARTS).union("in" + name for name in INLINE)


# The pages of a site have most of them in common.
@lru_cache(maxsize=2**14)
def _telling(part: str) -> tuple[str, ...]:
    silent = _silent()
    return tuple(word for word in part.split() if "_" not in word and word not in silent)
