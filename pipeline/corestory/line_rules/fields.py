"""Fields above and behind the text: the head of an e-mail, also of one that is passed on, and what systems export.

"Subject: …" and "Slug: …" stand beside other fields. A turn of a dialogue has the same form, so only known names count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.patterns import pattern, words_of
from corestory.types import Bool, Float

MAIL_LINES, MAIL_WORDS = 16, 25
"""The first lines that may hold the head of an e-mail, and the most words of each field."""
MOST_ABOVE = 0.5
"""The greatest share of the kept words that is above a mail that is passed on."""
GREETING_WORDS = 12
"""The most words of a greeting below the head: "Hi all, the piece for tomorrow:"."""
FIELDS, KNOWN, BEHIND = 3, 2, 2
"""The fewest fields of an export above a text, the fewest of these with known names, and the fewest such behind."""
FIELD_WORDS = 40
"""The most words of a field."""

_MAIL = r"\W{0,4}({fields of mail})\s?[:：]\s?\S"
_FORWARDED = r"[\W_]*(?:begin )?(?:{marks of mail that is passed on})[\W_]*"
_FIELD = r"[\W_]{0,4}([^\W\d_][^\W\d_ -]{0,20}(?:[ -][^\W\d_]{1,12})?)\s?[:：](?:\s|$)"


def begin_behind_mail(texts: Sequence[str], first: int, end: int) -> int:
    """Return the row behind the head of an e-mail that begins a text, the last one if it is passed on; else `first`.

    Examples
    --------
    >>> begin_behind_mail(["From: Ann", "Subject: Quay", "The quay is open."], 0, 3)
    2
    """
    begin, last, fields = first, first - 1, set[str]()
    for row in range(first, min(first + MAIL_LINES, end)):
        field = pattern(_MAIL).match(texts[row]) if ":" in texts[row][:20] or "：" in texts[row][:20] else None
        if field is None or len(texts[row].split()) > MAIL_WORDS:
            continue
        # "From: the river it is plain to see." is no field.
        name = () if texts[row].endswith(".") else (field[1].casefold(),)
        fields = {*(fields if last == row - 1 else ()), *name}
        last = row
        if len(fields) > 1:
            begin = row + 1
    return begin


def of_fields(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept lines of the head of an e-mail, above it, and of the fields around a text.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> texts = ["Slug: quay", "Author: Ann Lee", "Status: done", "The quay is open.", "Mayor Bo: It is fine."]
    >>> of_fields(batch_of_articles([Article("a", texts)]), np.full(5, 4.0), np.ones(5, bool)).tolist()
    [True, True, True, False, False]
    """
    found = np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        begin = begin_behind_mail(batch.texts, inside.start, inside.stop)
        if begin > inside.start:
            found[_of_mail(batch.texts, words, kept, inside, begin)] = True
        elif batch.markup is None:
            found[_above(batch.texts, words, inside)] = True
            found[_behind(batch.texts, words, inside)] = True
    return found & kept


def _of_mail(texts: Sequence[str], words: Float, kept: Bool, inside: slice, begin: int) -> list[int]:
    """Return the rows of a mail's head, the greeting below it and what is said above a mail that is passed on."""
    passed_on = next((row for row in range(inside.start, begin) if pattern(_FORWARDED).fullmatch(texts[row])), -1)
    rows = [row for row in range(inside.start, begin) if pattern(_MAIL).match(texts[row])]
    of_kept = words * kept
    if passed_on >= 0 and of_kept[inside.start : begin].sum() <= MOST_ABOVE * of_kept[inside].sum():
        rows = list(range(inside.start, begin))
    while begin < inside.stop and words[begin] <= GREETING_WORDS and texts[begin].endswith((":", ",", "：", "，")):
        rows.append(begin)
        begin += 1
    return rows


def _above(texts: Sequence[str], words: Float, inside: slice) -> list[int]:
    """Return the rows of the fields that begin a text."""
    names = _names(texts, words, range(inside.start, inside.stop))
    known = len(words_of("fields of exports").intersection(names))
    rows = range(inside.start, inside.start + len(names))
    return list(rows) if len(names) >= FIELDS and known >= KNOWN and _are_values(texts, rows) else []


def _behind(texts: Sequence[str], words: Float, inside: slice) -> list[int]:
    """Return the rows of the fields that end a text."""
    names = _names(texts, words, range(inside.stop - 1, inside.start - 1, -1))
    rows = range(inside.stop - len(names), inside.stop)
    return (
        list(rows)
        if len(words_of("fields of exports").intersection(names)) >= BEHIND and _are_values(texts, rows)
        else []
    )


def _are_values(texts: Sequence[str], rows: range) -> bool:
    """Return whether some lines are more than sentences with a colon: "Source: an old pipe, they said."."""
    return not all(texts[row].rstrip().endswith((".", "。")) for row in rows)


def _names(texts: Sequence[str], words: Float, rows: range) -> list[str]:
    """Return the different names of the fields in rows that follow one another; those not known have a short value."""
    names, known = list[str](), words_of("fields of exports")
    for row in rows:
        field = re.match(_FIELD, texts[row]) if words[row] <= FIELD_WORDS else None
        name = field[1].casefold() if field else ""
        if not name or name in names or (name not in known and texts[row].rstrip()[-1:] in ".!?…。"):
            break
        names.append(name)
    return names
