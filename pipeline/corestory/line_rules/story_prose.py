"""Prose that is story: sentences about the past that address nobody, and paragraphs after the last offer.

Lines of a page call ("Subscribe now"), offer ("Your trial ends soon") or name ("Photo: Ann Lee"). They are hardly ever
in the past tense: "The paper corrected the story on Monday." is story, whatever else the sentence is about.

Pages put offers of subscriptions and newsletters between the paragraphs of a story. A paragraph between two offers is
kept, because story is on both sides. A paragraph after the last offer looks like the end of a page. But if the story
goes on after one offer, it goes on after the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import JOINED, pattern
from corestory.types import Bool

OFFER_CHARACTERS, MOST_LINES = 120, 8
"""The most characters of each line of an offer, and the most lines."""
PROSE_CHARACTERS, JOINED_CHARACTERS = 60, 25
"""The fewest characters of a story paragraph after an offer, and the fewest in scripts that do not separate words."""

# Verbs in the past tense: the frequent ones of each language, and endings that few other words have. English passives
# ("is reserved"), adjectives ("a retired judge") and credits ("provided by") do not count.
_PAST = (
    r"[\"“'‘]?(?=[A-Z])(?:\w+\W+){1,12}?"
    r"(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeen )(?<!\bbeing )(?<!\bhas )(?<!\bhave )(?<!\ba )(?<!\ban )(?<!\bthe )"
    r"(?<!\bof )(?<!\brights )(?<!\bto )(?<!\bwith )(?<!\band )(?<!\bor )(?:{past in English})\b(?! by\b)|"
    r"[\"“„«'‘–—]*\s?\w[^.!?:]*?\s(?:{past in other languages})(?!\w)"
)
# Words to readers, and words of the page about itself and its publisher.
_ADDRESSED = r"(?<!\w)(?:{words to readers})(?!\w)|[©@|►▶→»/:：]|www\."


def is_about_past(text: str) -> bool:
    """Return whether a sentence says in the past tense what somebody did, and addresses nobody.

    Examples
    --------
    >>> [is_about_past(text) for text in ("Subscribers paid £9.", "Subscribers pay £9.", "You paid £9.")]
    [True, False, False]
    """
    return addresses_nobody(text) and pattern(_PAST, re.NOFLAG).match(text) is not None


def addresses_nobody(text: str) -> bool:
    """Return whether a text has no word to readers or about its page, no colon and no address.

    Examples
    --------
    >>> [addresses_nobody(text) for text in ("The quay reopens in May.", "Our quay reopens.", "Quay: open")]
    [True, False, False]
    """
    return pattern(_ADDRESSED).search(text) is None


def after_offers(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped story paragraphs of texts after the last offer, if the story goes on after another offer.

    Parameters
    ----------
    batch, kept
        As in `corestory.line_rules.sure_story.sure_story`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,).

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> said = [f"The quay was opened by {name}, whose boat was the first to moor." for name in ("Ann", "Bob", "Cyd")]
    >>> texts = [said[0], "Subscribe for £1", said[1], "Already a subscriber? Log in", said[2], "Contact"]
    >>> after_offers(batch_of_articles([Article("a", texts)]), np.array([True, False] * 2 + [False] * 2)).tolist()
    [False, False, False, False, True, False]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    if batch.markup is not None:
        return found
    for inside in batch.layout.slices():
        rows = (inside.start + np.flatnonzero(kept[inside])).tolist()
        last = rows[-1] if len(rows) > 1 and rows[-1] - rows[0] >= len(rows) else inside.stop
        begin = _after(texts, last, inside.stop) if last < inside.stop else None
        if begin is None or not any(_has_offer(texts[before + 1 : after]) for before, after in pairwise(rows)):
            continue
        while begin is not None:
            last = begin
            found[begin] = True
            if begin + 1 < inside.stop and _is_prose(texts[begin + 1]):
                last = begin + 1
                found[last] = True
            begin = _after(texts, last, inside.stop)
    return found


def _after(texts: Sequence[str], row: int, stop: int) -> int | None:
    """Return the row of the next paragraph of prose, if only lines with an offer are between, or None."""
    end = min(row + 2 + MOST_LINES, stop)
    begin = next((later for later in range(row + 1, end) if _is_prose(texts[later])), end)
    lines = texts[row + 1 : begin]
    return begin if begin < end and _has_offer(lines) and max(map(len, lines)) <= OFFER_CHARACTERS else None


def _has_offer(lines: Sequence[str]) -> bool:
    return 0 < len(lines) <= MOST_LINES and any(pattern("{offers}").search(line) for line in lines)


def _is_prose(text: str) -> bool:
    return (
        len(text) >= JOINED_CHARACTERS
        and (len(text) >= PROSE_CHARACTERS or JOINED.search(text) is not None)
        and not text[0].islower()
        and text[0] not in ".,;:)*"
        and ends_as_sentence(text)
        and pattern("{offers}").search(text) is None
    )
