"""Word lists, patterns that contain them, and lines without the numbers of links.

The lists are in ``words.tsv``, in the languages of news. Each row adds words or parts of patterns to one list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from importlib.resources import files

from corestory.features.batch import Batch

JOINED = re.compile(r"[^\0-\u058f\u1d00-\u2e7f\ud800-\U0010ffff]")
"""A character of a script that writes words without spaces, or joins other words to them: Hebrew, Arabic, Devanagari,
Thai, Chinese, Japanese, Korean."""

LETTER = r"(?:[^\W\d_]|[\u0900-\u109f])"
"""A letter. The second part adds the vowel signs of scripts of India and its neighbours."""

_LIST = re.compile(r"\{([a-z][A-Za-z ]+)\}")
_BEFORE_LINK = re.compile(r"\s*(?:[*+•-]\s+)?\[\d{1,4}\](?=[^\W_])")


@cache
def pattern(written: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """Compile a pattern when it is first used, because compiling takes milliseconds.

    Parameters
    ----------
    written
        The pattern. The name of a list in braces, such as ``{professions}``, is replaced by the parts of the list.
    flags
        By default the pattern ignores case.

    Examples
    --------
    >>> pattern("[^,]+, ({professions})").fullmatch("Ann Lee, Reporter")[1]
    'Reporter'
    """
    return re.compile(_LIST.sub(lambda named: _lists()[named[1]], written), flags)


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the words of a list.

    Examples
    --------
    >>> "agencias" in words_of("words in credits")
    True
    """
    return frozenset(_lists()[name].split("|"))


@cache
def _lists() -> dict[str, str]:
    lists = defaultdict[str, list[str]](list)
    for name, words in table("words.tsv"):
        lists[name].append(words)
    return {name: "|".join(rows) for name, rows in lists.items()}


def table(name: str) -> list[list[str]]:
    """Read the rows of a table of this package, without its header.

    Examples
    --------
    >>> table("page_labels.tsv")[0][:2]
    ['advertisement', 'begin']
    """
    _, *rows = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return [row.split("\t") for row in rows]


def without_link_numbers(batch: Batch) -> Batch:
    """Remove the numbers of links at the start of a text's lines, with the list marks before them.

    Text browsers such as Lynx write "* [12]Sport". A number with a space after it belongs to a note.

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
