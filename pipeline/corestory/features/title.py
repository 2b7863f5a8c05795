"""The page's title among its paragraphs: the story follows it, and speaks of it."""

import numpy as np

from corestory.features.layout import Float, Layout, changes, sums
from corestory.features.terms import Entries, Terms

NAMES = ("words in title", "title words", "is title", "rows from title", "after title", "words in title before",
         "words in title after")  # fmt: skip

# A paragraph is the title itself if more than this share of its words are in it, and of the title's in the paragraph.
SAME = 0.75


def title_features(entries: Entries, titles: Terms, layout: Layout) -> Float:
    """Describe each paragraph by the title of its article.

    Parameters
    ----------
    entries
        The words of the paragraphs.
    titles
        The words of the titles, numbered as they are; one text an article, empty where there is none.
    layout
        Which paragraphs make an article.

    Returns
    -------
    numpy.ndarray
        One column for each of `NAMES`.
    """
    count = len(layout.article)
    named = np.zeros(len(entries.size), bool)
    named[entries.find(titles.row, titles.number)] = True
    held = np.flatnonzero(named.take(entries.word))
    row, idf = entries.row.take(held), entries.idf.take(entries.word.take(held))
    weight = sums(entries.row, entries.count * entries.idf.take(entries.word), count)
    shared = sums(row, entries.count.take(held) * idf, count)
    covered = sums(row, idf, count)
    distinct = max(len(titles.idf), 1)
    keys = np.sort(titles.row * distinct + titles.number)
    article, number = np.divmod(keys[changes(keys)], distinct)
    whole = sums(article, titles.idf.take(number), len(layout.sizes))[layout.article]
    of_paragraph = shared / np.maximum(weight, 1e-9)
    of_title = covered / np.maximum(whole, 1e-9)
    same = (of_paragraph > SAME) & (of_title > SAME) & (whole > 0)
    rows = np.arange(count)
    first = np.minimum.reduceat(np.where(same, rows, count), layout.first)[layout.article] if count else rows
    last = np.maximum.accumulate(np.where(same, rows, -1)) if count else rows
    known = first < layout.end
    distance = np.where(known, np.sign(rows - first) * np.log1p(np.abs(rows - first)), 0.0)
    behind = np.where(last >= layout.start, np.log1p(rows - last), -1.0)
    means = layout.means(of_paragraph, (5,))
    return np.column_stack([of_paragraph, of_title, same, distance, behind, means])
