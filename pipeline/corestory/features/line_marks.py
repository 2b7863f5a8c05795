"""Marks that renderings of pages as text add to lines: bullets, numbers, Markdown, quotes, table cells, link numbers.

One tool writes a list item as "• Sport", another as "* Sport" or "1. Sport", and a third as "Sport". The words are read
without such marks, so that they are the same whichever tool made the text, and the marks become features.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corestory.features import codepoints
from corestory.features.characters import pieces

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
_LETTER = codepoints.WORD | codepoints.DIGIT | codepoints.ALONE
# Characters of the marks that may stand anywhere, by code point; one more for all that come later.
_INSIDE = np.isin(np.arange(129), [ord(character) for character in "[*_"])
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
    for row in _perhaps_marked(texts):
        text = texts[row]
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


def _perhaps_marked(texts: Sequence[str]) -> list[int]:
    """Give the rows that may have marks: most paragraphs begin with a letter and have none of the other marks."""
    found = []
    before = 0
    for piece in pieces(texts):
        codes = np.append(piece.codes, [0, 0])
        first, second = codes.take(piece.begins), codes.take(piece.begins + 1)
        # Of scripts without spaces, digits are not told from letters.
        marked = codepoints.flags(first) & _LETTER != codepoints.WORD
        marked |= (second == ord(")")) | (second == ord(" "))
        inside = np.flatnonzero(_INSIDE.take(np.minimum(codes, len(_INSIDE) - 1)))
        marked[np.searchsorted(piece.begins, inside, side="right") - 1] = True
        found += (np.flatnonzero(marked) + before).tolist()
        before += piece.count
    return found
