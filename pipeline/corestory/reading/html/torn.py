"""Words and lines that a page splits by elements or line breaks, and sentences that it joins without a space.

Programs that turn PDF into HTML write the lines of printed pages like this, and so do people who copy columns. The ends
of these lines split sentences and words. Only the width of each line shows whether its end is that of a paragraph.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corestory.reading.html.tags import OPENS, PREFORMATTED_TEXT, Nesting, TagKind
from corestory.reading.text import MOST_OF_INITIAL, goes_on_behind_initial
from corestory.reading.wrapping import SPLIT_WORDS, is_split, rejoined_lines, split_words
from corestory.types import Int

_LETTER = re.compile(r' alt="([^\W\d_])"')


def join_initials(tags: Sequence[str], kinds: Int, texts: list[str], lengths: Int) -> None:
    """Join an initial in a block of its own with the rest of its word: ``<div>T</div>he quay``.

    An initial that is a picture is replaced by its letter.

    Parameters
    ----------
    tags
        The tags of a page.
    kinds, texts, lengths
        The kinds and texts as in `adjust`, and the number of characters of each text without outer white space. The
        kinds are changed; if the rest of the word also begins a block (``<div>T</div><p>he quay``), the texts and
        lengths are changed instead.
    """
    for picture in np.flatnonzero((lengths > 0) & (kinds == TagKind.INLINE_VOID)).tolist():
        if texts[picture][0].islower() and lengths[picture - 1] == 0 and (letter := _LETTER.search(tags[picture])):
            texts[picture] = letter[1] + texts[picture]
            lengths[picture] += 1
    for start in np.flatnonzero((lengths > 0) & (lengths < 3) & (kinds == TagKind.BLOCK)).tolist():
        initial, end = texts[start], start + 1
        if len(initial) > MOST_OF_INITIAL or not initial[-1].isupper():
            continue
        while end < len(texts) - 1 and kinds[end] == TagKind.CLOSE and not texts[end]:
            end += 1
        around = range(start - (end - start - 1), start)
        if kinds[end] == TagKind.CLOSE:
            if texts[end][:1].islower() and not any(
                texts[above] or kinds[above] not in (TagKind.BLOCK, TagKind.INLINE_OPEN) for above in around
            ):
                kinds[around.start : start + 1] = TagKind.INLINE_OPEN
            continue
        word = texts[end]
        if kinds[end] == TagKind.BLOCK and goes_on_behind_initial(initial, word):
            texts[start], texts[end] = "", initial + word
            lengths[start], lengths[end] = 0, lengths[end] + lengths[start]


# The marks that end a sentence at the end of an element, and the fewest characters of its text.
_ENDS, _SENTENCE = (".", "!", "?", "…", "。", ".”", "!”", "?”"), 20


def split_sentences(kinds: Int, texts: list[str], lengths: Int) -> None:
    """Separate sentences in consecutive inline elements without a space between: a style sheet shows them apart.

    Parameters
    ----------
    kinds, texts, lengths
        As in `join_initials`; the kinds are changed, and for links the texts instead.
    """
    opens = (kinds[1:] == TagKind.INLINE_OPEN) | (kinds[1:] == TagKind.LINK)
    for end in np.flatnonzero((kinds[:-1] == TagKind.CLOSE) & opens & (lengths[:-1] == 0)).tolist():
        last, first = end, end + 1
        while last and kinds[last] == TagKind.CLOSE and not texts[last]:
            last -= 1
        if last == end or lengths[last] < _SENTENCE or not texts[last].endswith(_ENDS):
            continue
        while first + 1 < len(texts) and not texts[first] and kinds[first + 1] == TagKind.INLINE_OPEN:
            first += 1
        if texts[first][:1].isupper():
            if kinds[end + 1] == TagKind.LINK:
                texts[end] = " "
            else:
                kinds[end + 1] = TagKind.BLOCK


# The fewest printed lines in an element, and the least share of them that go on in lower case.
_LINES, _GOING_ON = 8, 0.3
# The most characters of a printed line, the least median of the characters, and the least width of the lines that go on
# as a share of the widest.
_WIDEST, _NARROWEST, _WIDTH = 160, 35, 0.6
# The most elements around the text of a line within its block.
_WITHIN = 3
# The most tags from a line break to the text after it.
_NEAR = 3


def join_lines(tags: Sequence[str], codes: Int, kinds: Int, texts: list[str], lengths: Int) -> None:
    """Turn the lines of a printed page, each of which is a block, into lines of text in the element around them.

    Parameters
    ----------
    tags
        The tags of a page.
    codes, kinds, texts, lengths
        As in `corestory.reading.html.display.adjust` and `join_initials`; codes, kinds and texts are changed.
    """
    starts = kinds == TagKind.BLOCK
    begins = starts.copy()
    for _ in range(_WITHIN):
        begins[1:] |= begins[:-1] & (lengths[:-1] == 0) & OPENS.take(kinds[1:])
    # Small letters have greater code points than capitals and digits, which begin most texts.
    lower = [
        at for at in np.flatnonzero(begins & (lengths > 0)).tolist()
        if ((first := texts[at][0]) > "Z" and first.islower()) or (first <= " " and texts[at].lstrip()[:1].islower())
    ]  # fmt: skip
    if len(lower) < _GOING_ON * _LINES:
        return
    blocks = np.flatnonzero(starts)
    nesting = Nesting(OPENS.take(kinds), kinds == TagKind.CLOSE)
    parents = nesting.around(blocks)
    # Most elements contain too few blocks to be a printed page.
    in_row = (parents >= 0) & (np.bincount(parents + 1).take(parents + 1) >= _LINES)
    going_on = np.searchsorted(blocks, lower, side="right") - 1
    elements = {parents[at]: tags[blocks[at]].partition(" ")[0] for at in going_on[in_row[going_on]].tolist()}
    if not elements:
        return
    begun, ends = np.cumsum(kinds >= TagKind.BLOCK), nesting.ends()
    in_row &= begun.take(ends.take(blocks) - 1) == begun.take(blocks)  # and contain no blocks
    lines: dict[int, list[int]] = {}
    for start, parent in zip(blocks[in_row].tolist(), parents[in_row].tolist(), strict=True):
        if tags[start].partition(" ")[0] == elements.get(parent):
            lines.setdefault(parent, []).append(start)
    for parent, of_parent in lines.items():
        if not _are_printed(["".join(texts[start : ends[start]]).strip() for start in of_parent]):
            continue
        codes[parent] |= PREFORMATTED_TEXT
        for start in of_parent:
            end = ends[start]
            texts[start:end] = [" ".join(text.split("\n")) for text in texts[start:end]]
            texts[start] = "\n" + texts[start]
            kinds[start] = TagKind.INLINE_OPEN
            if not texts[end].strip():
                texts[end] = ""


def _are_printed(lines: list[str]) -> bool:
    """Return whether lines are those of a printed page, by their widths and the share that go on in lower case."""
    lines = list(filter(None, lines))
    lengths = list(map(len, lines))
    if len(lines) < _LINES or max(lengths) > _WIDEST or sorted(lengths)[len(lines) // 2] < _NARROWEST:
        return False
    before = [len(line) for line, after in pairwise(lines) if after[:1].islower()]
    widest = max(lengths)
    wide = sum(length >= _WIDTH * widest for length in before)
    return wide >= max(0.9 * len(before), _GOING_ON * len(lines))


def join_printed_breaks(kinds: Int, texts: list[str], lengths: Int) -> None:
    """Replace breaks within printed paragraphs with spaces, or with nothing within a word; others end paragraphs.

    Parameters
    ----------
    kinds, texts, lengths
        As in `join_initials`; all are changed.
    """
    breaks = np.flatnonzero(kinds == TagKind.BREAK)
    if sum(_goes_on(texts, at) for at in breaks.tolist()) < SPLIT_WORDS:
        return
    # The parts between two boundaries, with the breaks in them.
    nesting = Nesting(OPENS.take(kinds), kinds == TagKind.CLOSE)
    bounds = np.flatnonzero((kinds >= TagKind.BLOCK) | nesting.closes(kinds >= TagKind.BLOCK))
    ends = np.append(bounds[1:], len(kinds))
    paragraph = np.searchsorted(bounds, breaks, side="right") - 1
    new = np.flatnonzero(np.diff(paragraph, prepend=-1))
    parts = [
        [int(bounds[paragraph[first]]), *breaks[first:last].tolist(), int(ends[paragraph[first]])]
        for first, last in pairwise([*new.tolist(), len(breaks)])
    ]
    lines = [[" ".join("".join(texts[begin:end]).split()) for begin, end in pairwise(part)] for part in parts]
    for lines_here in lines:
        if not lines_here[-1]:  # a break ends the last line, too
            del lines_here[-1]
    compounds = [[text] for text in texts if "-" in text]
    soft = split_words([*(list(filter(None, lines_here)) for lines_here in lines), *compounds])
    for part, lines_here in zip(parts, lines, strict=True):
        paragraphs = (
            rejoined_lines([lines_here])
            if len(lines_here) >= _LINES and all(lines_here) and _are_printed(lines_here)
            else None
        )
        if paragraphs is not None:
            _cut(kinds, texts, lengths, part, lines_here, paragraphs)
            continue
        for at, (line, following) in zip(part[1:-1], pairwise(lines_here), strict=False):
            if is_split(line, following, soft):
                _join(kinds, texts, lengths, at, hyphen=line[-1])
            elif line.endswith("\xad") and following:
                _join(kinds, texts, lengths, at)


def _goes_on(texts: Sequence[str], at: int) -> bool:
    """Return whether the text after a break begins in lower case."""
    for piece in texts[at : at + _NEAR]:
        if text := piece.lstrip():
            return text[0].islower()
    return False


def _cut(kinds: Int, texts: list[str], lengths: Int, part: list[int], lines: list[str], paragraphs: list[str]) -> None:
    """Change each break as the rejoined paragraphs require."""
    number, position = 0, 0
    for at, line in zip(part[1:-1], lines, strict=False):
        paragraph = paragraphs[number]
        hyphen = "" if paragraph.startswith(line, position) else line[-1]
        position += len(line) - len(hyphen)
        if position >= len(paragraph):
            kinds[at] = TagKind.BLOCK_VOID
            number, position = number + 1, 0
        else:
            is_space = paragraph[position] == " "
            _join(kinds, texts, lengths, at, hyphen=hyphen, space=" " * is_space)
            position += is_space


def _join(kinds: Int, texts: list[str], lengths: Int, at: int, *, hyphen: str = "", space: str = "") -> None:
    kinds[at] = TagKind.NOTHING
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
