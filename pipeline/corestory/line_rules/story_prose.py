"""Prose that is story: sentences that tell what somebody did or speak to nobody, and paragraphs behind the last offer.

Lines of a page call ("Subscribe now"), offer ("Your trial ends soon") or name ("Photo: Ann Lee"). They hardly ever tell
in the past: "The paper corrected the story on Monday." is of the story, whatever else the sentence is about.

Pages put offers to subscribe and to get letters by mail between the paragraphs of a story. What stands between two of
them is kept, for story is on both sides. Behind the last one there is none, and what stands there looks like the end of
a page. But where the story has gone on behind one offer, it goes on behind the next.
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
"""The fewest characters of a paragraph of the story behind an offer, and in scripts that do not part words."""

# The past of verbs, for each language the frequent ones and endings that few other words have. In English no passive
# ("is reserved"), no adjective ("a retired judge") and no credit ("provided by").
_TOLD = (
    r"[\"“'‘]?(?=[A-Z])(?:\w+\W+){1,12}?"
    r"(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeen )(?<!\bbeing )(?<!\bhas )(?<!\bhave )(?<!\ba )(?<!\ban )(?<!\bthe )"
    r"(?<!\bof )(?<!\brights )(?<!\bto )(?<!\bwith )(?<!\band )(?<!\bor )(?:{past in English})\b(?! by\b)|"
    r"[\"“„«'‘–—]*\s?\w[^.!?:]*?\s(?:{past in other languages})(?!\w)"
)
# To readers, and for the page and its publisher.
_SPOKEN_TO = r"(?<!\w)(?:{words to readers})(?!\w)|[©@|►▶→»/:：]|www\."


def tells_of_past(text: str) -> bool:
    """Return whether a sentence tells what somebody did, and speaks to nobody.

    Examples
    --------
    >>> [tells_of_past(text) for text in ("Subscribers paid £9.", "Subscribers pay £9.", "You paid £9.")]
    [True, False, False]
    """
    return speaks_to_nobody(text) and pattern(_TOLD, re.NOFLAG).match(text) is not None


def speaks_to_nobody(text: str) -> bool:
    """Return whether a text has no word to readers or for its page, no colon and no address.

    Examples
    --------
    >>> [speaks_to_nobody(text) for text in ("The quay reopens in May.", "Our quay reopens.", "Quay: open")]
    [True, False, False]
    """
    return pattern(_SPOKEN_TO).search(text) is None


def behind_offers(batch: Batch, kept: Bool) -> Bool:
    """Find the dropped paragraphs of stories in texts behind the last offer, if the story goes on behind another.

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
    >>> behind_offers(batch_of_articles([Article("a", texts)]), np.array([True, False] * 2 + [False] * 2)).tolist()
    [False, False, False, False, True, False]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    if batch.markup is not None:
        return found
    for inside in batch.layout.slices():
        rows = (inside.start + np.flatnonzero(kept[inside])).tolist()
        last = rows[-1] if len(rows) > 1 and rows[-1] - rows[0] >= len(rows) else inside.stop
        begin = _behind(texts, last, inside.stop) if last < inside.stop else None
        if begin is None or not any(_has_offer(texts[one + 1 : other]) for one, other in pairwise(rows)):
            continue
        while begin is not None:
            last = begin
            found[begin] = True
            if begin + 1 < inside.stop and _is_prose(texts[begin + 1]):
                last = begin + 1
                found[last] = True
            begin = _behind(texts, last, inside.stop)
    return found


def _behind(texts: Sequence[str], row: int, stop: int) -> int | None:
    """Return the row of the paragraph that stands behind a row, with an offer between and nothing but lines."""
    end = min(row + 2 + MOST_LINES, stop)
    begin = next((one for one in range(row + 1, end) if _is_prose(texts[one])), end)
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
