"""Line breaks at the ends of printed lines: programs that turn PDF into HTML write them, and people who copy columns.

They part sentences and words, and say nothing of paragraphs but by how far each line is filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corestory.reading.html.nesting import Nesting
from corestory.reading.html.tags import BLOCK, BLOCK_VOID, BREAK, CLOSE, NOTHING, OPENS
from corestory.reading.html.torn import LINES, are_printed
from corestory.reading.wrapping import PARTED_WORDS, is_parted, parted_words, rejoined_lines
from corestory.types import Int

# The text behind a break is within so many tags.
_NEAR = 3


def join_printed_breaks(kinds: Int, texts: list[str], lengths: Int) -> None:
    """Let the breaks within paragraphs of printed lines be spaces, or nothing within a word, and the others end them.

    Parameters
    ----------
    kinds, texts, lengths
        As in `corestory.reading.html.torn.join_initials`; all are changed.
    """
    breaks = np.flatnonzero(kinds == BREAK)
    if sum(_goes_on(texts, at) for at in breaks.tolist()) < PARTED_WORDS:
        return
    # What is between two boundaries, with the breaks in it.
    nesting = Nesting(OPENS.take(kinds), kinds == CLOSE)
    bounds = np.flatnonzero((kinds >= BLOCK) | nesting.closes(kinds >= BLOCK))
    ends = np.append(bounds[1:], len(kinds))
    place = np.searchsorted(bounds, breaks, side="right") - 1
    new = np.flatnonzero(np.diff(place, prepend=-1))
    parts = [
        [int(bounds[place[first]]), *breaks[first:last].tolist(), int(ends[place[first]])]
        for first, last in pairwise([*new.tolist(), len(breaks)])
    ]
    lines = [[" ".join("".join(texts[one:other]).split()) for one, other in pairwise(part)] for part in parts]
    for some in lines:
        if not some[-1]:  # a break ends the last line, too
            del some[-1]
    compounds = [[text] for text in texts if "-" in text]
    soft = parted_words([*(list(filter(None, some)) for some in lines), *compounds])
    for part, some in zip(parts, lines, strict=True):
        paragraphs = rejoined_lines([some]) if len(some) >= LINES and all(some) and are_printed(some) else None
        if paragraphs is not None:
            _cut(kinds, texts, lengths, part, some, paragraphs)
            continue
        for at, (line, following) in zip(part[1:-1], pairwise(some), strict=False):
            if is_parted(line, following, soft):
                _join(kinds, texts, lengths, at, hyphen=line[-1])
            elif line.endswith("\xad") and following:
                _join(kinds, texts, lengths, at)


def _goes_on(texts: Sequence[str], at: int) -> bool:
    """Return whether the text behind a break begins in lower case."""
    for one in texts[at : at + _NEAR]:
        if text := one.lstrip():
            return text[0].islower()
    return False


def _cut(kinds: Int, texts: list[str], lengths: Int, part: list[int], lines: list[str], paragraphs: list[str]) -> None:
    """Let each break be what the paragraphs say that the lines make."""
    number, place = 0, 0
    for at, line in zip(part[1:-1], lines, strict=False):
        paragraph = paragraphs[number]
        hyphen = "" if paragraph.startswith(line, place) else line[-1]
        place += len(line) - len(hyphen)
        if place >= len(paragraph):
            kinds[at] = BLOCK_VOID
            number, place = number + 1, 0
        else:
            is_space = paragraph[place] == " "
            _join(kinds, texts, lengths, at, hyphen=hyphen, space=" " * is_space)
            place += is_space


def _join(kinds: Int, texts: list[str], lengths: Int, at: int, *, hyphen: str = "", space: str = "") -> None:
    kinds[at] = NOTHING
    before = at - 1
    while not texts[before].strip():
        texts[before] = ""
        before -= 1
    texts[before] = texts[before].rstrip().removesuffix(hyphen)
    lengths[before] -= len(hyphen)
    after = at
    while not texts[after].strip():
        texts[after] = ""
        after += 1
    texts[after] = space + texts[after].lstrip()
