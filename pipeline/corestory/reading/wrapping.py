"""Hard-wrapped text: the width at which its lines are wrapped, and the paragraphs that rejoined lines make."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise, starmap
from math import ceil

from corestory.reading.printed_pages import is_page_head, page_heads

# The widths at which people wrap text; shorter lines are lists and verse, longer ones paragraphs.
MIN_WIDTH = 40
MAX_WIDTH = 160
# Columns of newspapers are narrower. Such a text is wrapped if it fits the conditions for texts without blank lines
# (see below), and if at least this share of its breaks within a sentence are where the width makes them.
NARROW_WIDTH = 26
NARROW_SHARE = 0.9
# The greatest share of the width by which a wrapped line is shorter: some programs even lines out, and people wrap by
# hand.
RAGGED = 0.12
# The least share of breaks within a sentence in a wrapped text that are where the width makes them.
WRAPPED_SHARE = 0.8
# The greatest share of lines in blocks that are longer than the width (addresses cannot be broken).
LONGER_SHARE = 0.1
# The fewest breaks of wrapped text in scripts without case, where nothing separates a continued sentence from a
# headline below another.
OPEN_BREAKS = 3
# The fewest lines, and their least share, that go on in lower case in a wrapped text without blank lines.
UNBROKEN_LINES = 4
UNBROKEN_SHARE = 0.3
# The least share of the width that half of its lines then have.
FULL_SHARE = 0.7
# The fewest lines with an indent, and their greatest share, in a text whose paragraphs begin with one.
INDENTED_LINES = 2
INDENTED_SHARE = 0.5

_ITEM = re.compile(r"\s*(?:[-–—*•·‣▪●○+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S")
_BULLET = re.compile(r"\s*[-–—*•·‣▪●○+]\s+\S")
_ADDRESS = re.compile(r"\S+(?:@|://)\S+$|:[\w-]+:(?:\s|$)|\.\. ")
# A word that a line end splits, and a compound within a line.
_SPLIT_WORD = re.compile(r"([^\W\d_]{2,})[-\u2010]$")
_COMPOUND = re.compile(r"([^\W\d_]{2,})[-\u2010](?=[^\W\d_])")
# The fewest split words that show that the wrapping, not the writer, has set the hyphens; and the most lines of a text
# in which one fewer is enough.
SPLIT_WORDS, TWICE_SPLIT_LINES = 3, 30
_SENTENCE_ENDS = tuple(".!?…:;。！？؟۔।॥։።။។")
_OPENING = "\"'“‘„«‹( \xa0"
_CLOSING = " \xa0\u202f'\"’”‘“»«›‹)]」』*_"
# Scripts without spaces between words (Han, kana): their characters, and the first of them.
_UNSPACED = "[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
_FIRST_UNSPACED = "\u2e80"
# These scripts and Hangul take two columns.
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
# After "pre-" and the like, these words are not the rest of the word: "pre- and post-war", "Vor- und Nachteile".
_CONJUNCTIONS = {"and", "or", "to", "und", "oder", "bis", "et", "ou", "och", "og", "en", "of", "y", "e", "o", "i"}


def rejoined_lines(blocks: Sequence[Sequence[str]]) -> list[str] | None:
    """Return the paragraphs of hard-wrapped text.

    Parameters
    ----------
    blocks
        The lines, in blocks between blank lines.

    Returns
    -------
    list of str or None
        None if the text is not wrapped.

    Examples
    --------
    >>> rejoined_lines([["Quay opens"], ["The quay opened on Monday after a long, long", "delay, the council said."]])
    ['Quay opens', 'The quay opened on Monday after a long, long delay, the council said.']
    """
    width = _wrap_width(blocks) if any(len(block) > 1 for block in blocks) else 0
    if not width:
        return None
    paragraphs = []
    indented = _is_indented(blocks)
    soft = split_words(blocks)
    heads = page_heads([line for block in blocks for line in block])
    for block in blocks:
        for is_head, lines in groupby(block, lambda line: is_page_head(line, heads)):
            part = list(lines)
            whole = is_head or len(part) == 1
            paragraphs += (
                [line.strip() for line in part] if whole else _rejoined(part, width, indented=indented, soft=soft)
            )
    return _without_page_breaks(paragraphs, soft, heads)


def _without_page_breaks(paragraphs: Sequence[str], soft: Set[str], heads: Set[str]) -> list[str]:
    """Join a sentence that goes on after the head or number of a page, and put these after its paragraph."""
    found: list[list[str]] = []
    last = 0  # the index of the last paragraph that is not the head of a page
    for previous, paragraph in pairwise(["", *paragraphs]):
        before = found[last][-1] if found and is_page_head(previous, heads) else ""
        goes_on = len(before) > MIN_WIDTH and _continuation(before, paragraph)[0]
        if goes_on and not _ITEM.match(paragraph):
            is_split = soft and _SPLIT_WORD.search(before)
            found[last][-1:] = [before[:-1] if is_split else before + _between(before, paragraph), paragraph]
        else:
            last = last if is_page_head(paragraph, heads) else len(found)
            found.append([paragraph])
    return list(map("".join, found))


@dataclass(frozen=True, slots=True)
class _Break:
    """A line's end within a block; lengths are in columns."""

    length: int
    reach: int  # the line's length with the next line's first word
    goes_on: bool  # the next line begins in lower case, within a sentence
    open: bool  # in a script without case: the line does not end a sentence

    def full(self, width: int, *, ragged: float = RAGGED) -> bool:
        return self.length <= width and self.reach > (1 - ragged) * width


@lru_cache(maxsize=4096)  # each break of a wrapped text is needed up to three times
def _break(line: str, following: str) -> _Break:
    goes_on, is_open = _continuation(line, following)
    following = following.lstrip()
    length = _columns(line)
    word = following[0] if _unspaced(line, following) else " " + following.partition(" ")[0]
    return _Break(length, length + _columns(word), goes_on, is_open)


def _continuation(line: str, following: str) -> tuple[bool, bool]:
    """Return whether the next line surely continues the sentence, in lower case, and whether perhaps, without case."""
    following = following.lstrip()
    first = following[0]
    if not first.isalnum():
        word = "" if _unspaced(line, following) else following.lstrip(_OPENING).partition(" ")[0]
        first = next((char for char in word if char.isalnum()), "")
    lower = first.islower()
    if not (lower or (first.isalpha() and first.lower() == first.upper())) or _ends_sentence(line):
        return False, False
    if following[0] == "\\" or _ADDRESS.match(following):  # commands of TeX, addresses, fields
        return False, False
    return lower, not lower


def _ends_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)


def _pairs(block: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Pair each line of a block with the next; in a list, leave out the pairs with a new item."""
    if _ITEM.match(block[0]):
        return ((line, following) for line, following in pairwise(block) if not _ITEM.match(following))
    return pairwise(block)


def _wrap_width(blocks: Sequence[Sequence[str]]) -> int:
    """Return the width in columns at which the text is wrapped, or 0 if it is not."""
    runs = [block for block in blocks if len(block) > 1]
    lines = [line for block in runs for line in block]
    # Most texts have a paragraph per line, and many of these are longer than any width.
    if sum(len(line) > MAX_WIDTH for line in lines) > LONGER_SHARE * len(lines):
        return 0
    pairs = [pair for block in runs for pair in _pairs(block)]
    least = max(UNBROKEN_LINES, UNBROKEN_SHARE * len(pairs)) if len(blocks) == 1 else 0
    # Most lines begin in upper case, so no sentence goes on there.
    perhaps = [pair for pair in pairs if not pair[1][:1].isupper()]
    if len(perhaps) < least:
        return 0
    lengths = sorted(map(_columns, lines))
    most_longer = max(LONGER_SHARE * len(lengths), len(blocks) == 1)
    widths = [
        width
        for width in sorted(set(lengths))
        if NARROW_WIDTH <= width <= MAX_WIDTH and len(lengths) - bisect_right(lengths, width) <= most_longer
    ]
    # Comparing lengths is fast, and few texts that are not wrapped get past this.
    if not any(len(blocks) > 1 or _are_full(lengths, width) for width in widths):
        return 0
    # Lines that hang under an item are shorter than the others.
    flush, hanging = (
        [end for end in starmap(_break, perhaps) if end.goes_on or end.open]
        for perhaps in ([pair for pair in perhaps if pair[1][:1].isspace() == hangs] for hangs in (False, True))
    )
    inside = flush if any(end.goes_on for end in flush) else flush + hanging
    if len(inside) < least:
        return 0
    if not any(end.goes_on for end in inside) and len(inside) < OPEN_BREAKS:
        return 0
    within = _full_at(inside)
    allowed = [width for width in widths if width >= MIN_WIDTH and within(width) >= WRAPPED_SHARE * len(inside)]
    if not allowed and len(inside) >= max(UNBROKEN_LINES, UNBROKEN_SHARE * len(pairs)):
        allowed = [
            width for width in widths if within(width) >= NARROW_SHARE * len(inside) and _are_full(lengths, width)
        ]
    if not allowed:
        return 0
    anywhere = _full_at(list(starmap(_break, pairs)))
    width = max(allowed, key=lambda width: (within(width), anywhere(width)))
    return width if len(blocks) > 1 or _are_full(lengths, width) else 0


def _are_full(lengths: Sequence[int], width: int) -> bool:
    """Return whether half of the lines, whose lengths are sorted, are nearly as long as the width."""
    return 2 * (bisect_right(lengths, width) - bisect_left(lengths, FULL_SHARE * width)) >= len(lengths)


def _full_at(breaks: Sequence[_Break]) -> Callable[[int], int]:
    """Return the function that counts the breaks that are full at a width."""
    # A break is full at the widths from its line's length to its reach. Counting sorted ends is fast for long texts.
    starts = sorted(end.length for end in breaks)
    ends = sorted(max(end.length, ceil(end.reach / (1 - RAGGED))) for end in breaks)
    return lambda width: bisect_right(starts, width) - bisect_right(ends, width)


def _is_indented(blocks: Sequence[Sequence[str]]) -> bool:
    """Return whether an indent marks the beginning of paragraphs: some lines have one, each before a line without."""
    lines = [line for block in blocks for line in block]
    starts = [
        line[:1].isspace() and not following[:1].isspace() for block in blocks for line, following in pairwise(block)
    ]
    indented = sum(line[:1].isspace() for line in lines)
    return sum(starts) >= INDENTED_LINES and indented <= INDENTED_SHARE * len(lines)


def split_words(blocks: Sequence[Sequence[str]]) -> Set[str]:
    """Return the words, up to their line's end, that a text's wrapping has split with its own hyphen."""
    heads = [
        match[1].lower()
        for block in blocks
        for line, following in pairwise(block)
        if (match := _SPLIT_WORD.search(line)) and following.lstrip()[:1].islower()
    ]
    often = len(heads) == SPLIT_WORDS - 1 and sum(map(len, blocks)) <= TWICE_SPLIT_LINES
    if len(heads) < SPLIT_WORDS and not often:  # it may be the hyphen of a compound
        return frozenset()
    compounds = {match[1].lower() for block in blocks for line in block for match in _COMPOUND.finditer(line)}
    return frozenset(heads) - compounds


def is_split(line: str, following: str, soft: Set[str]) -> bool:
    """Return whether the hyphen at the end of a line is the wrapping's; `soft` is from `split_words`."""
    parted = _SPLIT_WORD.search(line)
    return parted is not None and parted[1].lower() in soft and following[:1].islower()


def _rejoined(block: Sequence[str], width: int, *, indented: bool, soft: Set[str]) -> list[str]:
    ends = list(starmap(_break, pairwise(block)))
    # One headline below another may fill its line by chance. But then it does not go on in lower case or end as prose
    # does, and not all of them fill their lines.
    prose = (
        any(end.goes_on for end in ends) or _ends_sentence(block[-1]) or all(end.full(width, ragged=0) for end in ends)
    )
    items = _ITEM.match(block[0]) is not None or sum(_BULLET.match(line) is not None for line in block) > 1
    cased = not all(map(str.isupper, block))
    # A program fills each line until the next word does not fit, so a line with room for that word ends its paragraph.
    # A block, such as a cell of a table, may be narrower than the others.
    widest = max((end.length for end in ends if end.length <= width), default=0)
    inside = [end for end in ends if end.goes_on]
    filled = len(inside) >= UNBROKEN_LINES and all(end.full(widest, ragged=0) for end in inside)
    width, ragged = (widest, 0) if filled else (width, RAGGED)
    paragraphs = [[block[0].lstrip()]]
    for line, following, end in zip(block, block[1:], ends, strict=False):
        # An indented line below its item continues it.
        starts = _ITEM.match(following) if items else indented and following[:1].isspace()
        starts = starts or (cased and _is_apart(line, following, end))
        hangs = items and following[:1].isspace()
        following = following.lstrip()
        if not starts and (
            (prose and end.full(width, ragged=ragged))
            or (end.goes_on and (hangs or end.length > MIN_WIDTH or _SPLIT_WORD.search(line)))
        ):
            if is_split(line, following, soft):
                paragraphs[-1][-1] = paragraphs[-1][-1][:-1]
                paragraphs[-1].append(following)
            else:
                paragraphs[-1] += [_between(line, following), following]
        else:
            paragraphs.append([following])
    return ["".join(pieces) for pieces in paragraphs]


def _is_apart(line: str, following: str, end: _Break) -> bool:
    """Return whether a line or the next is a headline in capitals, in a block that also has other letters."""
    if end.goes_on or not (line.isupper() or following.isupper()):
        return False
    return _ends_sentence(line) or (line.isupper() and not following.isupper())


def _between(line: str, following: str) -> str:
    if line.endswith("\xad") or _unspaced(line, following):
        return ""
    if line.endswith("-") and line[-2:-1].isalpha() and following[:1].islower():
        return " " if following.split(None, 1)[0] in _CONJUNCTIONS else ""
    return " "


def _unspaced(line: str, following: str) -> bool:
    if line[-1:] < _FIRST_UNSPACED or following[:1] < _FIRST_UNSPACED:
        return False
    # `re` caches them; compiling them beforehand would take longer than tagging an article.
    return re.match(_UNSPACED, line[-1:]) is not None and re.match(_UNSPACED, following[:1]) is not None


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + len(re.findall(_WIDE, line))
