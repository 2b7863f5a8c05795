"""The page's title among its paragraphs: the story follows it, and speaks of it."""

import numpy as np

from pipeline.features.layout import Float, Int, Layout, sums
from pipeline.features.tokens import Tokens, UInt64

NAMES = ("words in title", "title words", "is title", "rows from title", "after title", "words in title before",
         "words in title after")  # fmt: skip

# A paragraph is the title itself if more than this share of its words are in it, and of the title's in the paragraph.
SAME = 0.75


def title_features(tokens: Tokens, idf: Float, titles: Tokens, title_idf: Float, layout: Layout) -> Float:
    """Describe each paragraph by the title of its article.

    Parameters
    ----------
    tokens, idf
        Unigrams of the paragraphs, and their inverse document frequencies.
    titles, title_idf
        Unigrams of the titles, one text an article, empty where there is none, and theirs.
    layout
        Which paragraphs make an article.

    Returns
    -------
    numpy.ndarray
        One column for each of `NAMES`.
    """
    count = len(layout.article)
    # One number for each (article, word); a title's words are looked up among them.
    title_keys = _keys(titles.hashes, titles.row)
    keys = _keys(tokens.hashes, layout.article[tokens.row])
    held = np.isin(keys, title_keys)
    weight = sums(tokens.row, idf, count)
    shared = sums(tokens.row, idf * held, count)
    order = np.lexsort((keys, tokens.row))
    distinct = np.ones(len(order), bool)
    distinct[1:] = (np.diff(tokens.row[order]) != 0) | (keys[order][1:] != keys[order][:-1])
    distinct &= held[order]
    covered = sums(tokens.row[order][distinct], idf[order][distinct], count)
    _, at = np.unique(title_keys, return_index=True)
    whole = sums(titles.row[at], title_idf[at], len(layout.sizes))[layout.article]
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


def _keys(hashes: UInt64, article: Int) -> UInt64:
    return np.asarray(hashes ^ ((article.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)))
