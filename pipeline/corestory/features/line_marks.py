"""Marks that renderings of pages as text add to lines: bullets, numbers, Markdown, quotes, table cells, link numbers.

One tool writes a list item as "• Sport", another as "* Sport" or "1. Sport", and a third as "Sport". The words are read
without such marks, so that they are the same whichever tool made the text, and the marks become features.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NAMES = ("bullet", "dash", "asterisk", "number", "quote mark", "heading mark", "table cell", "link mark")

# Groups in the order of `NAMES`. What could begin a sentence or a number is a mark only before a space.
_LEADING = re.compile(
    r"\s*(?:([•‣▪●○◦■□►▸▶»›·✓✔★☆➤◆◇](?=\s)|[•‣▪●○◦►▸▶➤]|o(?=\s))|([-–—](?=\s))|([*+](?=\s))"
    r"|(\(?\d{1,3}[.)](?=\s)|\(?[a-z]\)(?=\s))|(>)|(#{1,6}(?=\s))|(\|))\s*"
)
_LINK = NAMES.index("link mark")
_LINK_NUMBER = re.compile(r"\[\d{1,4}\](?=[^\s\W])")
_LINK_ADDRESS = re.compile(r"(?:!\[|\[)([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
# It looks back from its first character: a search for a character is many times as fast as one that looks back first.
_EMPHASIS = re.compile(r"[*_](?:(?<!\w[*_])[*_]{0,2}(?=\w)|(?<=[\w.!?,;:][*_])[*_]{0,2}(?!\w))")
# A quoted list item has two marks, and none has more than three.
_MOST_MARKS = 3


def unmarked(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Take the marks of their rendering off paragraphs.

    Parameters
    ----------
    texts
        The paragraphs.

    Returns
    -------
    plain : list of str
        The paragraphs without leading marks, link numbers, Markdown links' addresses and Markdown's emphasis. A
        paragraph of marks alone stays as it is.
    marks : numpy.ndarray
        Which marks each paragraph has, one column for each of `NAMES`.

    Examples
    --------
    >>> plain, marks = unmarked(["• Sport", "12 boats sailed.", "# Ferry _late_", "[3]Weather"])
    >>> plain
    ['Sport', '12 boats sailed.', 'Ferry late', 'Weather']
    >>> [[name for name, has in zip(NAMES, row) if has] for row in marks.tolist()]
    [['bullet'], [], ['heading mark'], ['link mark']]
    """
    plain = list(texts)
    marks = np.zeros((len(plain), len(NAMES)))
    for row, text in enumerate(texts):
        # Most paragraphs begin with a letter and have none of the other marks.
        if not text[:1].isalpha() or text[1:2] in (")", " "):
            for _ in range(_MOST_MARKS):
                found = _LEADING.match(text)
                if found is None or found.end() == len(text):
                    break
                marks[row, (found.lastindex or 1) - 1] = 1.0
                text = text[found.end() :]
        if "[" in text:
            shorter = _LINK_NUMBER.sub("", text)
            if "](" in shorter:
                shorter = _LINK_ADDRESS.sub(r"\1", shorter)
            if shorter != text and shorter.strip():
                marks[row, _LINK] = 1.0
                text = shorter
        if "*" in text or "_" in text:
            text = _EMPHASIS.sub("", text) or text
        plain[row] = text
    return plain, marks
