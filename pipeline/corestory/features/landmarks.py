"""Landmarks: lines that are also on other pages of the same make, and the place of each paragraph between them.

A menu, "Share this" and "Related articles" are the same on every page of a site, and the story is between two of them.
So the landmark before a paragraph, the landmark after it, and the steps to each describe its place on a page of that
make, as the names of the enclosing elements do if there is markup. Without markup, the first and last words of a
paragraph help more: on each page of a site the summary begins with "In short", and the byline with "By".

Some of these lines frame the story of each page: a wrapper of a site cuts its pages there (Kushmerick, Weld and
Doorenbos, "Wrapper induction for information extraction", IJCAI 1997). Here the lines are learned from labelled pages,
and no single line decides: one that comes after the stories of three pages may be in the middle of a fourth. So the
bounds of a page leave the fewest such lines on the wrong side, and the least probable story outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corestory.features.layout import Layout, changes
from corestory.features.tokens import JoinedTokens, Tokens, finish
from corestory.types import Bool, Float, Int, UInt64

FARTHEST = 4
"""The most steps to a landmark; greater distances are cut."""
LONGEST_END = 4
"""The most words at the beginning of a paragraph, and at its end, that form one token."""

_MIX = np.uint64(0xD1342543DE82EF95)


def place_tokens(lines: UInt64, known: Bool, layout: Layout, elements: UInt64 | None = None) -> Tokens:
    """Describe the place of each paragraph by a few tokens, which are hashes, not words.

    Parameters
    ----------
    lines
        The hash of each paragraph's text.
    known
        Whether each paragraph is a landmark.
    layout
        Which paragraphs belong to which article.
    elements
        The hash of each paragraph's enclosing elements; None without markup.

    Returns
    -------
    Tokens
        They describe for each paragraph whether it is a landmark and, if so, which one; the landmarks before and after
        it, each with and without the number of steps to it; and the enclosing elements. All n-grams are single tokens.

    Examples
    --------
    >>> lines, known = np.array([7, 8, 9, 7, 5, 9], np.uint64), np.array([True, False, True] * 2)
    >>> tokens = place_tokens(lines, known, Layout.of([3, 3]))
    >>> story, other = (set(tokens.hashes[tokens.row == row].tolist()) for row in (1, 4))
    >>> story == other, len(story)
    (True, 5)
    """
    rows = np.arange(len(lines))
    last, following = layout.nearest(known)
    before = _landmark(lines, last, last >= layout.start)
    after = _landmark(lines, following, following < layout.end)
    steps_before = np.minimum(rows - np.maximum(last, layout.start - 1), FARTHEST)
    steps_after = np.minimum(np.minimum(following, layout.end) - rows, FARTHEST)
    columns = [
        _salted(known.astype(np.uint64), 1), _salted(before, 2), _salted(after, 3),
        _salted(before, 4 + steps_before), _salted(after, 4 + FARTHEST + 1 + steps_after), _salted(lines, 0),
    ]  # fmt: skip
    present = np.ones((len(lines), len(columns) + (elements is not None)), bool)
    present[:, len(columns) - 1] = known
    if elements is not None:
        columns.append(_salted(elements, 3 * FARTHEST))
    hashes = np.column_stack(columns)
    return Tokens(np.nonzero(present)[0], hashes[present], len(lines), longest=1)


def end_tokens(words: Tokens) -> Tokens:
    """Describe each paragraph by its first and its last words, as tokens that are hashes, not words.

    Parameters
    ----------
    words
        The paragraphs' words.

    Returns
    -------
    Tokens
        For each paragraph, its first 1 to `LONGEST_END` words together, and its last ones. All n-grams are single
        tokens.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> tokens = end_tokens(tokenise(["In short: it rained.", "In short", "It is short"]))
    >>> first, second, third = (set(tokens.hashes[tokens.row == row].tolist()) for row in range(3))
    >>> len(first & second), len(second & third), len(third)
    (2, 1, 6)
    """
    words = Tokens(words.row, words.hashes, words.count, LONGEST_END)
    before = words.positions
    after = words.sizes[words.row] - before
    rows, hashes = [], []
    for length, (row, run, _) in enumerate(words.runs(), start=1):
        count = len(row)
        first, last = (before[:count] == 0) & (after[:count] >= length), after[:count] == length
        for salt, chosen in ((2 * length, first), (2 * length + 1, last)):
            rows.append(row[chosen])
            hashes.append(_salted(run[chosen], salt))
    unordered = np.concatenate(rows)
    order = np.argsort(unordered, kind="stable")
    return Tokens(unordered[order], np.concatenate(hashes)[order], words.count, longest=1)


def likeness(known: Bool, lines: UInt64, layout: Layout) -> Float:
    """Return the share of each article's distinct lines that are landmarks; shape (articles,).

    Examples
    --------
    >>> known, lines = np.array([True, True, False, False]), np.array([7, 7, 8, 9], np.uint64)
    >>> likeness(known, lines, Layout.of([3, 1])).tolist()
    [0.5, 0.0]
    """
    order = layout.order(lines)
    distinct = order[changes(lines[order]) | changes(layout.article[order])]
    articles = layout.article[distinct]
    count = len(layout.sizes)
    return np.bincount(articles, known[distinct], count) / np.maximum(np.bincount(articles, minlength=count), 1)


def element_hashes(tokens: JoinedTokens, number: Int) -> UInt64:
    """Hash the markup words of each paragraph, in any order, as `BatchFeatures.markup_tokens` returns them.

    Examples
    --------
    >>> from corestory.features.tokens import tokenise
    >>> tokens = JoinedTokens(tokenise(["p", "div"]), np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 0, 0]), 3)
    >>> first, second, third = element_hashes(tokens, np.arange(3)).tolist()
    >>> first == second, first == third
    (True, False)
    """
    parts = _sums_of_hashes(tokens.parts.row, finish(tokens.parts.hashes), tokens.parts.count)
    return _sums_of_hashes(tokens.row, parts[tokens.part], tokens.count)[number]


def _landmark(lines: UInt64, row: Int, inside: Bool) -> UInt64:
    """Return the hash of each paragraph's landmark on one side; 0 if its article has none there."""
    if not len(lines):
        return lines
    return np.where(inside, lines.take(row, mode="clip"), np.uint64(0))


def _salted(hashes: UInt64, salt: int | Int) -> UInt64:
    return finish(hashes * _MIX + np.asarray(salt).astype(np.uint64))


def _sums_of_hashes(row: Int, hashes: UInt64, count: int) -> UInt64:
    # Sums modulo 2 ** 64; `row` never decreases.
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)])
    ends = np.searchsorted(row, np.arange(count + 1))
    return np.asarray(running[ends[1:]] - running[ends[:-1]])


SUREST = 4.0
"""The greatest weight, in lines, of a paragraph outside of the bounds, however high its score is."""


class BoundLines(NamedTuple):
    """Lines that are on one side of the stories of labelled pages, on every page that has them.

    Attributes
    ----------
    before, after
        Their hashes, ascending.
    """

    before: UInt64
    after: UInt64


def bound_lines(lines: UInt64, long_enough: Bool, labels: Int, log_odds: Float, layout: Layout) -> BoundLines:
    """Find the lines that come before the stories of labelled pages, and those that come after them.

    Parameters
    ----------
    lines
        The hash of each paragraph's text.
    long_enough
        Whether each paragraph is long enough to be informative.
    labels
        1 for core, 0 for filler, -1 for no label. A page without core has no story, so no line is before or after it.
    log_odds
        The model's log-odds of core. If they show more story outside of a page's first and last core than between them,
        the gold text is probably that of another page, and the page is not used.
    layout
        Which paragraphs belong to which page.

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
    stands = long_enough & (labels == 0) & with_story
    sides = [np.unique(lines[stands & before]), np.unique(lines[stands & after])]
    inside = np.unique(lines[with_story & ~before & ~after])
    return BoundLines(
        *(np.setdiff1d(side, np.union1d(other, inside)) for side, other in zip(sides, sides[::-1], strict=True))
    )


def outside_of_story(before: Bool, after: Bool, log_odds: Float, layout: Layout) -> Bool:
    """Return whether each paragraph is outside of the bounds of its page's story.

    Parameters
    ----------
    before, after
        Whether each paragraph is a line that comes before stories, and after stories, on other pages.
    log_odds
        The model's log-odds of core.
    layout
        Which paragraphs belong to which page.

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
    """Return the first paragraph of a page's story and the one after its last; of equally good bounds, the widest."""
    lost = _sums(weight)
    beginning = lost + before.sum() - _sums(before)
    end = lost[-1] - lost + _sums(after)
    best_beginning = np.minimum.accumulate(beginning)
    total = np.round(best_beginning + end, 9)  # so that the order of a sum does not decide
    end_inside = len(total) - 1 - int(np.argmin(total[::-1]))
    return int(np.argmin(np.round(beginning[: end_inside + 1], 9))), end_inside


def _weights(log_odds: Float) -> Float:
    """Return the weights of paragraphs as probable story: -log(1 - score), at most `SUREST`."""
    return np.minimum(np.logaddexp(0, log_odds), SUREST)


def _sums(values: Float | Bool) -> Float:
    return np.concatenate([[0.0], np.cumsum(values, dtype=float)])
