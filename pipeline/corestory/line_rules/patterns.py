"""What rules share: lines without the numbers of links, patterns, and how rules compile their own."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

from corestory.features.batch import Batch

JOINED = re.compile(r"[\u0590-\u1cff\u2e80-\ud7ff]")
"""A character of a script that does not part words, or joins others to them: Hebrew, Arabic, Devanagari, Thai, Chinese,
Japanese, Korean."""

LETTER = r"(?:[^\W\d_]|[\u0900-\u109f])"
"""A letter; signs of vowels in scripts of India and its neighbours are none to patterns otherwise."""

_BEFORE_LINK = re.compile(r"\s*(?:[*+•-]\s+)?\[\d{1,4}\](?=[^\W_])")


@cache
def pattern(words: str) -> re.Pattern[str]:
    """Compile a pattern without regard to case when it is first used, for that takes milliseconds.

    Examples
    --------
    >>> pattern("the quay").fullmatch("The Quay") is not None
    True
    """
    return re.compile(words, re.IGNORECASE)


def table(name: str) -> list[list[str]]:
    """Read the rows of a table of this package, without its head.

    Examples
    --------
    >>> table("page_titles.tsv")[0][0]
    'to sign in and to subscribe'
    """
    _, *rows = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return [row.split("\t") for row in rows]


def without_link_numbers(batch: Batch) -> Batch:
    """Leave out the numbers of links before the lines of texts, and the marks of their lists.

    Lynx and its kin write "* [12]Sport". A number with a space behind it is that of a note.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> without_link_numbers(batch_of_articles([Article("a", ["* [12]Sport", "[3] Lee 2011", "* Eggs"])])).texts
    ['Sport', '[3] Lee 2011', '* Eggs']
    """
    if batch.markup is not None:
        return batch
    texts = list(batch.texts)
    for row in [row for row, text in enumerate(texts) if "[" in text[:6]]:
        texts[row] = _BEFORE_LINK.sub("", texts[row], count=1)
    return replace(batch, texts=texts)
