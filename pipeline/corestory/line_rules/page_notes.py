"""Notes of the page about itself: who may read or copy it, what a subscription costs, calls to follow the publisher.

In a text no element separates them from sentences of the story. But each note has one of few subjects. A single word
does not identify it: a note has a word of each group of its subject (``page_notes.tsv``, in some 25 languages).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np

from corestory.features import characters as cp
from corestory.features.batch import Batch
from corestory.features.characters import Characters, pieces
from corestory.line_rules.patterns import JOINED, pattern, table
from corestory.line_rules.teasers import folded, is_headed_teaser
from corestory.types import Bool, Float, Int

NOTE_WORDS, NOTE_CHARACTERS = 45, 300
"""The most words of a note (fewer for most subjects), and the most characters."""
WORD_CHARACTERS = 12
"""The number of characters that count as a word in scripts that do not separate words."""
LETTERS = 4
"""The number of first letters that are compared; a shorter word is compared whole."""

_CALLS, _QUOTED = frozenset(("calls", "following", "tips")), '["“„«]'
_QUOTES = tuple("\"“”„«»「『'‘")


@cache
def _subjects() -> dict[str, tuple[int, list[list[str]]]]:
    """Return the most words and the groups of each subject; the first group has the rarest words in stories."""
    subjects = dict[str, tuple[int, list[list[str]]]]()
    for subject, most, parts in table("page_notes.tsv"):
        subjects.setdefault(subject, (int(most), []))[1].append(parts.split("|"))
    return subjects


@cache
def _first_groups() -> tuple[Int, list[list[tuple[str, str]]], list[tuple[str, str]]]:
    """Return an index of the parts of first groups: beginnings, ascending; parts with each; parts in joined scripts.

    A part is indexed by its longest word, which every paragraph with the part has. Each part comes with its subject.
    """
    by_word, joined = defaultdict(list), list[tuple[str, str]]()
    for subject, (_, (first, *_)) in _subjects().items():
        for part in first:
            if JOINED.search(part):
                joined.append((part, subject))
            else:
                by_word[max(re.findall(r"\w+", part), key=len)[:LETTERS]].append((part, subject))
    begins, parts = WordBegins(list(by_word)).begin, list(by_word.values())
    order = np.argsort(begins)
    return begins[order], [parts[index] for index in order.tolist()], joined


def page_notes(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are notes of the page about itself, and teasers after "Read more:".

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> texts = ["Only subscribers could vote.", "This article is only for subscribers.", "Read more: Quay opens"]
    >>> page_notes(batch_of_articles([Article("a", texts)]), np.array([4.0, 6.0, 4.0]), np.ones(3, bool)).tolist()
    [False, True, True]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    short = np.flatnonzero(kept & (words <= NOTE_WORDS)).tolist()
    found[[row for row in short if is_headed_teaser(texts[row])]] = True
    rows = [row for row in short if len(texts[row]) <= NOTE_CHARACTERS and not texts[row].startswith(_QUOTES)]
    padded = [f" {folded(texts[row])} " for row in rows]
    begins, parts, joined = _first_groups()
    may_be = [(line, parts[index]) for line, index in WordBegins(padded).among(begins)]
    may_be += [(line, joined) for line, text in enumerate(padded) if not text.isascii() and JOINED.search(text)]
    for line, of_begin in may_be:
        for part, subject in of_begin:
            if part in padded[line] and _has_all(padded[line], subject):
                found[rows[line]] = True
    return found


def _has_all(text: str, subject: str) -> bool:
    """Return whether a text is short, has a part of each later group of a subject, and quotes no call and no report."""
    most, groups = _subjects()[subject]
    if (
        max(text.count(" ") - 1, len(text) // WORD_CHARACTERS) > most
        or pattern(r" (?:{reports of what was said})\b").search(text) is not None
    ):
        return False
    quoted = subject in _CALLS and re.search(_QUOTED, text) is not None
    return not quoted and all(any(map(text.__contains__, group)) for group in groups[1:])


class WordBegins:
    """The beginnings of the words of some lines, each as one number: an index to find lines with any of many words.

    Parameters
    ----------
    lines
        Case-folded lines. In a script without spaces, each character begins a word.

    Attributes
    ----------
    line, begin
        The line number and the beginning of each word.

    Examples
    --------
    >>> begins = WordBegins(["the old quays", "a quay", "the sea"])
    >>> begins.among(np.sort(WordBegins(["quay", "sea"]).begin))
    [(0, 0), (1, 0), (2, 1)]
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.line, self.begin, before = np.zeros(0, np.int64), np.zeros(0, np.int64), 0
        for piece in pieces(lines):
            self.line = np.append(self.line, piece.row[piece.begun] + before)
            self.begin = np.append(self.begin, _begins(piece))
            before += piece.count

    def among(self, known: Int) -> list[tuple[int, int]]:
        """Find the words whose beginnings are in `known`, which ascends: their lines, and their indexes in `known`."""
        may_be = np.zeros(1 << 16, bool)
        may_be[_spread(known)] = True
        found = np.flatnonzero(may_be.take(_spread(self.begin)))
        begin = self.begin.take(found)
        index = np.minimum(np.searchsorted(known, begin), len(known) - 1)
        same = known.take(index) == begin
        return list(zip(self.line.take(found[same]).tolist(), index[same].tolist(), strict=True))


def _begins(characters: Characters) -> Int:
    codes = np.append(np.where(characters.flags & cp.WORD > 0, characters.codes, 0), np.zeros(LETTERS, np.int64))
    at = characters.starts[characters.begun]
    letter = begin = codes.take(at)
    for _ in range(1, LETTERS):
        at = at + 1
        letter = np.where(letter > 0, codes.take(at), 0)
        begin = begin << 16 ^ letter
    return begin


def _spread(begins: Int) -> Int:
    return (begins ^ begins >> 16 ^ begins >> 29 ^ begins >> 43) & 0xFFFF
