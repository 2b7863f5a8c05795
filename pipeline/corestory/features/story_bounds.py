"""Story bounds: where the story of a page begins and ends, by lines that stand before and after stories of its make.

A wrapper of a site cuts each page at the lines that frame its story (Kushmerick, Weld and Doorenbos, "Wrapper induction
for information extraction", IJCAI 1997). Here the lines are learned from labelled pages, and no single one decides: a
line that stood after the stories of three pages may stand in the middle of a fourth. So the bounds of a page are those
that leave the fewest such lines on the wrong side, and the least of what the model takes for story outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corestory.features.layout import Layout
from corestory.types import Bool, Float, Int, UInt64

SUREST = 4.0
"""A paragraph outside of the bounds weighs at most as much as so many lines, however high its score is."""


class BoundLines(NamedTuple):
    """Lines that stand on one side of the stories of labelled pages, on every page on which they stand.

    Attributes
    ----------
    before, after
        Their hashes, ascending.
    """

    before: UInt64
    after: UInt64


def bound_lines(lines: UInt64, told: Bool, labels: Int, log_odds: Float, layout: Layout) -> BoundLines:
    """Find the lines that stand before the stories of labelled pages, and those that stand after them.

    Parameters
    ----------
    lines
        The hash of each paragraph's text.
    told
        Which paragraphs are long enough to tell anything.
    labels
        1 for core, 0 for filler, -1 for no label. A page without core has no story to stand before or after.
    log_odds
        Of core, by the model. If it finds more of a story outside of a page's first and last core than between them,
        the gold text is probably that of another page, and teaches nothing.
    layout
        Which paragraphs make a page.

    Examples
    --------
    >>> lines, labels = np.array([7, 8, 9, 7, 8, 5], np.uint64), np.array([0, 1, 0, 0, 0, 1])
    >>> found = bound_lines(lines, np.ones(6, bool), labels, labels - 0.5, Layout.of([3, 3]))
    >>> found.before.tolist(), found.after.tolist()
    ([7], [9])
    """
    rows = np.arange(len(lines))
    core = labels == 1
    first, last = np.full(len(layout.sizes), len(lines)), np.full(len(layout.sizes), -1)
    np.minimum.at(first, layout.article[core], rows[core])
    np.maximum.at(last, layout.article[core], rows[core])
    before, after = rows < first[layout.article], rows > last[layout.article]
    found = np.where(log_odds > 0, _weights(log_odds), 0.0)
    agrees = layout.total(np.where(before | after, found, 0.0)) <= 0.5 * layout.total(found)
    with_story = agrees & (last >= 0)[layout.article]
    stands = told & (labels == 0) & with_story
    sides = [np.unique(lines[stands & before]), np.unique(lines[stands & after])]
    inside = np.unique(lines[with_story & ~before & ~after])
    return BoundLines(
        *(np.setdiff1d(side, np.union1d(other, inside)) for side, other in zip(sides, sides[::-1], strict=True))
    )


def outside_of_story(before: Bool, after: Bool, log_odds: Float, layout: Layout) -> Bool:
    """Say which paragraphs stand outside of the bounds of their page's story.

    Parameters
    ----------
    before, after
        Which paragraphs are lines that stand before stories, and after stories, on other pages.
    log_odds
        Of core, by the model.
    layout
        Which paragraphs make a page.

    Examples
    --------
    >>> before, after = np.array([True, False, False, False, False]), np.array([False, False, True, False, True])
    >>> outside_of_story(before, after, np.array([0.0, 5.0, 0.0, -1.0, 0.0]), Layout.of([5])).tolist()
    [True, False, True, True, True]
    >>> outside_of_story(before, after, np.array([0.0, 5.0, 0.0, 5.0, 0.0]), Layout.of([5])).tolist()  # a story goes on
    [True, False, False, False, True]
    """
    weight = np.where(before | after, 0.0, _weights(log_odds))
    outside = np.zeros(len(weight), bool)
    for page in layout.slices():
        if before[page].any() or after[page].any():
            begin, end = _bounds(before[page], after[page], weight[page])
            outside[page][:begin] = outside[page][end:] = True
    return outside


def _bounds(before: Bool, after: Bool, weight: Float) -> tuple[int, int]:
    """Give the first paragraph of a page's story and the one behind its last: of the best bounds, the widest."""
    lost = _sums(weight)
    beginning = lost + before.sum() - _sums(before)
    end = lost[-1] - lost + _sums(after)
    best_beginning = np.minimum.accumulate(beginning)
    total = np.round(best_beginning + end, 9)  # so that the order of a sum does not decide
    end_inside = len(total) - 1 - int(np.argmin(total[::-1]))
    return int(np.argmin(np.round(beginning[: end_inside + 1], 9))), end_inside


def _weights(log_odds: Float) -> Float:
    """Weigh paragraphs by how much the model takes them for story: -log(1 - score), up to `SUREST`."""
    return np.minimum(np.logaddexp(0, log_odds), SUREST)


def _sums(values: Float | Bool) -> Float:
    return np.concatenate([[0.0], np.cumsum(values, dtype=float)])
