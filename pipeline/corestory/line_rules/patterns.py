"""Patterns that several rules share, and how rules compile their own."""

from __future__ import annotations

import re
from functools import cache

JOINED = re.compile(r"[\u0590-\u1cff\u2e80-\ud7ff]")
"""A character of a script that does not part words, or joins others to them: Hebrew, Arabic, Devanagari, Thai, Chinese,
Japanese, Korean."""

LETTER = r"(?:[^\W\d_]|[\u0900-\u109f])"
"""A letter; signs of vowels in scripts of India and its neighbours are none to patterns otherwise."""


@cache
def pattern(words: str) -> re.Pattern[str]:
    """Compile a pattern without regard to case when it is first used, for that takes milliseconds.

    Examples
    --------
    >>> pattern("the quay").fullmatch("The Quay") is not None
    True
    """
    return re.compile(words, re.IGNORECASE)
