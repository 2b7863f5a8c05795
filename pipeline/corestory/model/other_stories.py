"""Other stories of a page: those that follow its own, each behind a headline and in a container of its own.

Many news pages load the next stories below the story that a reader opened. Their paragraphs read and look like its own,
and gold texts hold too few such pages for a network to learn from. But a second ``h1`` in another part of the page,
with filler before it, is the headline of another story.
"""

from __future__ import annotations

import re

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.types import Bool, Float, Int

SCORE = 0.05
"""Paragraphs of other stories get no greater score."""
LEAST_WORDS = 40
"""At least so many words of story stand between the page's own headline and that of another story,"""
LEAST_STEPS = 3
"""and the headline is so many paragraphs behind them."""
LEAST_LEVELS = 3
"""So many elements around a paragraph of each story do not enclose the other story."""
LEAST_PROSE = 10
"""Shorter paragraphs do not tell where the other story stands: its date may stand outside of its container."""
LIKE_TITLE, UNLIKE_TITLE = 0.8, 0.4
"""At least, and at most, such a share of the words of the page's own headline, and of another's, is in the title."""

# In scripts without spaces each character counts as a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")


def in_other_stories(features: BatchFeatures, kept: Bool) -> Bool:
    """Find the kept paragraphs that belong to other stories than the page's own.

    Parameters
    ----------
    features
        Of pages; without markup nothing is found.
    kept
        Whether the first decision takes each paragraph for core, shape (paragraphs,).

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). A page without a title has no other stories.
    """
    found = np.zeros(len(kept), bool)
    markup = features.batch.markup
    if markup is None:
        return found
    layout = features.layout
    headline = features.main_headings
    several = np.flatnonzero(np.bincount(layout.article[headline], minlength=len(layout.sizes)) > 1)
    for page in several.tolist():
        rows = np.arange(layout.first[page], layout.first[page] + layout.sizes[page])
        begin = _other_story(features, rows[headline[rows]], rows[kept[rows]], features.batch.titles[page])
        if begin is not None:
            found[begin : rows[-1] + 1] = kept[begin : rows[-1] + 1]
    return found


def lowered_in_other_stories(scores: Float, found: Bool) -> Float:
    """Lower the scores of paragraphs of other stories.

    Examples
    --------
    >>> lowered_in_other_stories(np.array([0.9, 0.8]), np.array([False, True])).tolist()
    [0.9, 0.05]
    """
    return np.where(found, np.minimum(scores, SCORE), scores)


def _other_story(features: BatchFeatures, headlines: Int, kept: Int, title: str) -> int | None:
    """Give the row of the headline behind which the other stories begin."""
    texts, known = features.batch.texts, _words(title)
    prose = kept[features.words[kept] >= LEAST_PROSE]
    own = None
    for row in headlines.tolist():
        like = _share(_words(texts[row]), known)
        before, after = kept[:0] if own is None else kept[(kept > own) & (kept < row)], prose[prose > row]
        if (
            like <= UNLIKE_TITLE
            and features.words[before].sum() >= LEAST_WORDS
            and row - before[-1] >= LEAST_STEPS
            and len(after)
            and _apart(features, int(before[-1]), row, int(after[0]))
        ):
            return int(row)
        if own is None and like >= LIKE_TITLE:
            own = row
    return None


def _apart(features: BatchFeatures, before: int, headline: int, after: int) -> bool:
    """Tell whether a headline and the paragraph after it share an element that the story before it is not in."""
    forest = features.elements.forest
    story, own, other = (set(forest.around(row)) for row in (before, headline, after))
    return bool((own & other) - story) and min(len(story - other), len(other - story)) >= LEAST_LEVELS


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _share(words: set[str], known: set[str]) -> float:
    return len(words & known) / max(len(words), 1)
