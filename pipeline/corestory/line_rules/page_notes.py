"""Notes of the page about itself: who may read or copy it, what a subscription costs, why a video does not play.

In a text no element tells them from sentences of the story. But each speaks of one of few subjects. No single word
tells it: a note has a word of each group of its subject (``page_notes.tsv``, in some 25 languages).
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.resources import files

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.teasers import is_headed_teaser
from corestory.types import Bool, Float

NOTE_WORDS, NOTE_CHARACTERS = 45, 300
"""A note has at most so many words and characters."""
KEY = 4
"""By so many first letters of its words a paragraph is found that may have a part of the first group."""

# These scripts do not part words, or join others to them: Hebrew, Arabic, Devanagari, Thai, Chinese, Japanese, Korean.
_JOINED = re.compile(r"[\u0590-\u1cff\u2e80-\ud7ff]")
_BEGINNINGS = rf"(\w{{1,{KEY}}})\w*"
_QUOTES = tuple("\"“”„«»「『'‘")


@cache
def _subjects() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Read the groups of each subject, the one whose words are rarest in stories first."""
    groups = defaultdict(list)
    _, *rows = files(__package__).joinpath("page_notes.tsv").read_text("utf-8").splitlines()
    for row in rows:
        subject, parts = row.split("\t")
        groups[subject].append(tuple(parts.split("|")))
    return tuple(map(tuple, groups.values()))


@cache
def _first_groups() -> tuple[dict[str, list[tuple[str, int]]], frozenset[str], list[tuple[str, int]]]:
    """Give the parts of first groups by key, the beginning of a part's longest word; the keys; parts in joined scripts.

    With each part stands the number of its subject.
    """
    by_key, joined = defaultdict(list), list[tuple[str, int]]()
    for number, (first, *_) in enumerate(_subjects()):
        for part in first:
            if _JOINED.search(part):
                joined.append((part, number))
            else:
                by_key[max(re.findall(r"\w+", part), key=len)[:KEY]].append((part, number))
    return dict(by_key), frozenset(by_key), joined


def page_notes(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are notes of the page about itself, and teasers behind "Read more:".

    Parameters
    ----------
    batch, words, kept
        As of `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,).

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> texts = ["Only subscribers could vote.", "This article is only for subscribers.", "Read more: Quay opens"]
    >>> page_notes(batch_of_articles([Article("a", texts)]), np.array([4.0, 6.0, 4.0]), np.ones(3, bool)).tolist()
    [False, True, True]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    for row in np.flatnonzero(kept & (words <= NOTE_WORDS)).tolist():
        found[row] = _is_note(texts[row]) or is_headed_teaser(texts[row])
    return found


def _is_note(text: str) -> bool:
    if len(text) > NOTE_CHARACTERS or text.startswith(_QUOTES):
        return False
    by_key, keys, joined = _first_groups()
    padded = f" {text.casefold()} "
    parts = [part for key in keys.intersection(re.findall(_BEGINNINGS, padded)) for part in by_key[key]]
    if not text.isascii() and _JOINED.search(padded):
        parts += joined
    may_be = {subject for part, subject in parts if part in padded}
    return any(all(any(map(padded.__contains__, group)) for group in _subjects()[number][1:]) for number in may_be)
