"""Landmarks: lines that stand on other pages of the same make, and where each paragraph stands between them.

A menu, "Share this" and "Related articles" are the same on every page of a site; the story is between two of them. So
the known line before a paragraph, the known line after it, and the steps to each tell a paragraph's place on a page of
that make, as the names of the enclosing elements do where there is markup. Without markup, the first and last words of
a paragraph tell more: on each page of a site the summary begins with "In short", and the byline with "By".
"""

from __future__ import annotations

import numpy as np

from corestory.features.layout import Layout
from corestory.features.tokens import JoinedTokens, Tokens, finish
from corestory.types import Bool, Float, Int, UInt64

FARTHEST = 4
"""Landmarks that are farther away count as so many steps away."""
LONGEST_END = 4
"""So many first words of a paragraph, and so many last ones, are tokens at most."""

_MIX = np.uint64(0xD1342543DE82EF95)


def place_tokens(lines: UInt64, known: Bool, layout: Layout, elements: UInt64 | None = None) -> Tokens:
    """Describe the place of each paragraph by a few tokens, which are no words but hashes.

    Parameters
    ----------
    lines
        The hash of each paragraph's text.
    known
        Which of them are landmarks.
    layout
        Which paragraphs make an article.
    elements
        A hash of each paragraph's enclosing elements; None without markup.

    Returns
    -------
    Tokens
        Of each paragraph: whether it is a landmark and, if so, which; the landmarks before and after it, each with and
        without the number of steps to it; and its enclosing elements. All n-grams are single tokens.

    Examples
    --------
    >>> lines, known = np.array([7, 8, 9, 7, 5, 9], np.uint64), np.array([True, False, True] * 2)
    >>> tokens = place_tokens(lines, known, Layout.of([3, 3]))
    >>> story, other = (set(tokens.hashes[tokens.row == row].tolist()) for row in (1, 4))
    >>> story == other, len(story)
    (True, 5)
    """
    rows = np.arange(len(lines))
    last = np.concatenate([[-1], np.maximum.accumulate(np.where(known, rows, -1))[:-1]]) if len(rows) else rows
    following = np.minimum.accumulate(np.where(known, rows, len(rows))[::-1])[::-1]
    following = np.concatenate([following[1:], [len(rows)]]) if len(rows) else rows
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
    """Describe each paragraph by its first and its last words, as tokens that are no words but hashes.

    Parameters
    ----------
    words
        The paragraphs' words.

    Returns
    -------
    Tokens
        Of each paragraph, its first 1 to `LONGEST_END` words together, and its last ones, as far as it has so many. All
        n-grams are single tokens.

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
    """Give the share of each article's distinct lines that are landmarks; shape (articles,).

    Examples
    --------
    >>> known, lines = np.array([True, True, False, False]), np.array([7, 7, 8, 9], np.uint64)
    >>> likeness(known, lines, Layout.of([3, 1])).tolist()
    [0.5, 0.0]
    """
    order = np.lexsort((lines, layout.article))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(lines[order]) != 0) | (np.diff(layout.article[order]) != 0)
    distinct = order[first]
    articles = layout.article[distinct]
    count = len(layout.sizes)
    return np.bincount(articles, known[distinct], count) / np.maximum(np.bincount(articles, minlength=count), 1)


def element_hashes(tokens: JoinedTokens, number: Int) -> UInt64:
    """Hash the markup words of each paragraph, in whatever order, by `BatchFeatures.markup_tokens`.

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
    """Give the hash of a landmark; 0 where the article has none on that side."""
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
