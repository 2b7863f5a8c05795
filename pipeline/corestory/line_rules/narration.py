"""Sentences that tell what somebody did, and sentences that speak to nobody.

Lines of a page call ("Subscribe now"), offer ("Your trial ends soon") or name ("Photo: Ann Lee"). They hardly ever tell
in the past: "The paper corrected the story on Monday." is of the story, whatever else the sentence is about.
"""

from __future__ import annotations

import re

from corestory.line_rules.patterns import pattern

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
