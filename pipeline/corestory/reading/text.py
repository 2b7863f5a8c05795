"""Text to paragraphs, as people write it: a line each, or hard-wrapped lines with blank lines between paragraphs."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise, starmap
from math import ceil

from corestory.reading.text_shapes import unpacked, without_cut_off

# Between these widths people wrap text; shorter lines are lists and verse, longer ones paragraphs.
MIN_WIDTH = 40
MAX_WIDTH = 160
# A wrapped line may fall short of the width by this share: some programs even lines out, and people wrap by hand.
RAGGED = 0.12
# A text is wrapped if of its breaks within a sentence at least this share come where the width makes them.
WRAPPED_SHARE = 0.8
# Of the lines in blocks, so many may be longer than the width (addresses cannot be broken).
LONGER_SHARE = 0.1
# In scripts without case nothing tells a sentence that goes on from a headline below another; so many breaks do.
OPEN_BREAKS = 3
# A text without blank lines is wrapped if so many of its lines, and this share, go on in lower case.
UNBROKEN_LINES = 4
UNBROKEN_SHARE = 0.3
# Half of its lines then have at least this share of the width.
FULL_SHARE = 0.7
# Paragraphs begin with an indent in a text of which so many lines have one, and at most this share.
INDENTED_LINES = 2
INDENTED_SHARE = 0.5

# The ends of a line or a paragraph by Unicode; str.splitlines would also cut at separators of data.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
_OTHER_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, formats (zero-width ones among them) and white space.
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_ITEM = re.compile(r"\s*(?:[-–—*•·‣▪●○+]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+\S")
_BULLET = re.compile(r"\s*[-–—*•·‣▪●○+]\s+\S")
# Of a printed page: "- 2 -", "12", "Page 3 of 9".
_PAGE_NUMBER = re.compile(
    r"[-–—] ?\d{1,4} ?[-–—]|\d{1,3}|(?:page|seite|pagina|página|sida|side|strona|стр\.?) \d{1,4}(?:\D{1,6}\d{1,4})?",
    re.IGNORECASE,
)
# A word that a line's end parts, and a compound within a line.
_PARTED = re.compile(r"([^\W\d_]{2,})[-\u2010]$")
_COMPOUND = re.compile(r"([^\W\d_]{2,})[-\u2010](?=[^\W\d_])")
# So many words that are parted show that the wrapping, not the writer, has set the hyphens.
PARTED_WORDS = 3
_SENTENCE_ENDS = tuple(".!?…:;。！？؟۔।॥")
_CLOSING = "'\"’”»›)]」』*_"
# Scripts that put no space between words (Han, kana), by the first and last of their characters.
_UNSPACED = "[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
_FIRST_UNSPACED = "\u2e80"
# They and Hangul take two columns.
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
# After "pre-" and the like these belong to no wrapped word: "pre- and post-war", "Vor- und Nachteile".
_CONJUNCTIONS = {"and", "or", "to", "und", "oder", "bis", "et", "ou", "och", "og", "en", "of", "y", "e", "o", "i"}


def in_one_line(text: str) -> str:
    r"""Return a text with a space for each line end.

    Examples
    --------
    >>> in_one_line("Two\r\nlines\u2028here")
    'Two lines here'
    """
    return " ".join(text.splitlines())


def storable(text: str) -> str:
    r"""Put U+FFFD in the place of lone surrogates, which JSON can smuggle in and no output format can hold.

    Everything else stays, NUL and control characters too: a paragraph's text comes out as it went in.

    Examples
    --------
    >>> storable("a\ud800b\x00") == "a\ufffdb\x00"
    True
    """
    try:
        text.encode()  # ten times as fast as the search, and hardly any text has one
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def is_blank(text: str) -> bool:
    r"""Whether nothing of a text shows: white space, control and zero-width characters only.

    Examples
    --------
    >>> is_blank(" \u200b\x00\t"), is_blank(" - ")
    (True, False)
    """
    return not text[:1].isalnum() and all(unicodedata.category(char) in _UNSEEN for char in text)


def split_text(text: str) -> list[str]:
    r"""Split a text into its paragraphs.

    A line that is not blank is a paragraph. In hard-wrapped text, though, the lines of a paragraph are rejoined: that
    is text with blank lines in which lines break within sentences, and do so where a common width makes them. There, a
    line that had room for the next line's first word still ends its paragraph, and so does one before a list's next
    item or an indented line; headlines one below the other stay apart. Without blank lines, many lines that go on in
    lower case have to show that the text is wrapped. The marks of quoted mail are taken off, written-out line breaks
    (``\\n``) are line breaks.

    Parameters
    ----------
    text
        The whole text. Lines end as in Unicode: ``\n``, ``\r``, ``\r\n``, U+000B, U+000C, U+0085, U+2028, U+2029
        (which also ends a block, as a blank line does).

    Returns
    -------
    list of str
        The paragraphs in order, without outer white space, else unchanged. A line of which nothing shows is none.
        Only where lines are rejoined is anything added (a space; none after the hyphen of a wrapped word).

    Examples
    --------
    >>> split_text("The quay opened.\n\nREAD MORE: Storm\nShips came.\r\n")
    ['The quay opened.', 'READ MORE: Storm', 'Ships came.']
    >>> split_text("Quay opens\n\nThe old quay opened on Monday after a long\ndelay that storms had caused.\n")
    ['Quay opens', 'The old quay opened on Monday after a long delay that storms had caused.']
    """
    blocks = _blocks(unpacked(text))
    width = _wrap_width(blocks) if any(len(block) > 1 for block in blocks) else 0
    if not width:
        paragraphs = [line.strip() for block in blocks for line in block]
        return [*paragraphs[:-1], *without_cut_off(paragraphs[-1])] if paragraphs else []
    paragraphs = []
    indented = _is_indented(blocks)
    soft = _soft_hyphens(blocks)
    for block in blocks:
        paragraphs += _rejoined(block, width, indented=indented, soft=soft) if len(block) > 1 else [block[0].strip()]
    return paragraphs


def _blocks(text: str) -> list[list[str]]:
    # Most texts have none of these, and to see that takes far less time than to replace none.
    if any(end in text for end in _OTHER_ENDS):
        text = _LINE_END.sub("\n", text.replace("\u2029", "\n\n"))
    # A line that begins with a letter is not blank; nearly every line does.
    lines = [line.rstrip() if line and (line[0].isalnum() or not is_blank(line)) else "" for line in text.split("\n")]
    if "" not in lines:
        return [lines]
    blocks = [list(block) for shows, block in groupby(lines, bool) if shows]
    # Every line end doubled, as converters and old files do: a single blank line then separates lines, not paragraphs.
    # Whether these lines are parts of paragraphs, their width tells; where most begin in upper case, they are none.
    if len(blocks) == 1 or any(len(block) > 1 for block in blocks):
        return blocks
    upper = sum(block[0].lstrip()[:1].isupper() for block in blocks)
    return blocks if 2 * upper > len(blocks) else _single_spaced(lines)


def _single_spaced(lines: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    blank = 0
    for line in lines:
        if not line:
            blank += 1
            continue
        if blank > 1 and blocks[-1]:
            blocks.append([])
        blocks[-1].append(line)
        blank = 0
    return blocks if blocks[-1] else []


@dataclass(frozen=True, slots=True)
class _Break:
    """A line's end within a block; lengths are in columns."""

    length: int
    reach: int  # the line's length with the next line's first word
    goes_on: bool  # the next line begins in lower case, within a sentence
    open: bool  # in a script without case: the line ends no sentence

    def full(self, width: int, *, ragged: float = RAGGED) -> bool:
        return self.length <= width and self.reach > (1 - ragged) * width


@lru_cache(maxsize=4096)  # of a wrapped text each is asked for up to three times
def _break(line: str, following: str) -> _Break:
    goes_on, is_open = _continuation(line, following)
    following = following.lstrip()
    length = _columns(line)
    word = following[0] if _unspaced(line, following) else " " + following.split(None, 1)[0]
    return _Break(length, length + _columns(word), goes_on, is_open)


def _continuation(line: str, following: str) -> tuple[bool, bool]:
    """Return whether the next line goes on within the sentence: surely, in lower case, or perhaps, without case."""
    following = following.lstrip()
    first = following[0]
    if not first.isalnum():
        word = "" if _unspaced(line, following) else following.split(None, 1)[0]
        first = next((char for char in word if char.isalnum()), "")
    lower = first.islower()
    if not (lower or (first.isalpha() and first.lower() == first.upper())) or _ends_sentence(line):
        return False, False
    if following[0] == "\\":  # commands of TeX stand on lines of their own
        return False, False
    return lower, not lower


def _ends_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)


def _pairs(block: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Pair each line of a block with the next, but in a list not with the next item."""
    if _ITEM.match(block[0]):
        return ((line, following) for line, following in pairwise(block) if not _ITEM.match(following))
    return pairwise(block)


def _wrap_width(blocks: Sequence[Sequence[str]]) -> int:
    """Return the width in columns at which the text is wrapped, 0 if it is not."""
    runs = [block for block in blocks if len(block) > 1]
    lines = [line for block in runs for line in block]
    # Most texts have a paragraph a line, and many of them are longer than any width.
    if sum(len(line) > MAX_WIDTH for line in lines) > LONGER_SHARE * len(lines):
        return 0
    pairs = [pair for block in runs for pair in _pairs(block)]
    least = max(UNBROKEN_LINES, UNBROKEN_SHARE * len(pairs)) if len(blocks) == 1 else 0
    # Most lines begin in upper case, and there no sentence goes on.
    perhaps = [pair for pair in pairs if not pair[1][:1].isupper()]
    if len(perhaps) < least:
        return 0
    lengths = sorted(map(_columns, lines))
    most_longer = LONGER_SHARE * len(lengths)
    widths = [
        width
        for width in sorted(set(lengths))
        if MIN_WIDTH <= width <= MAX_WIDTH and len(lengths) - bisect_right(lengths, width) <= most_longer
    ]
    # To look at lengths alone is quick: few texts that are not wrapped go further.
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
    allowed = [width for width in widths if within(width) >= WRAPPED_SHARE * len(inside)]
    if not allowed:
        return 0
    anywhere = _full_at(list(starmap(_break, pairs)))
    width = max(allowed, key=lambda width: (within(width), anywhere(width)))
    return width if len(blocks) > 1 or _are_full(lengths, width) else 0


def _are_full(lengths: Sequence[int], width: int) -> bool:
    """Return whether half of the lines, whose lengths are sorted, have nearly the width."""
    return 2 * (bisect_right(lengths, width) - bisect_left(lengths, FULL_SHARE * width)) >= len(lengths)


def _full_at(breaks: Sequence[_Break]) -> Callable[[int], int]:
    """Return the function that counts the breaks that are full at a width."""
    # Each is full at the widths from its line's length to its reach; counted by their ends, for texts are long.
    starts = sorted(end.length for end in breaks)
    ends = sorted(max(end.length, ceil(end.reach / (1 - RAGGED))) for end in breaks)
    return lambda width: bisect_right(starts, width) - bisect_right(ends, width)


def _is_indented(blocks: Sequence[Sequence[str]]) -> bool:
    """Return whether an indent marks the beginning of paragraphs: of some lines, each before one without."""
    lines = [line for block in blocks for line in block]
    starts = [
        line[:1].isspace() and not following[:1].isspace() for block in blocks for line, following in pairwise(block)
    ]
    indented = sum(line[:1].isspace() for line in lines)
    return sum(starts) >= INDENTED_LINES and indented <= INDENTED_SHARE * len(lines)


def _soft_hyphens(blocks: Sequence[Sequence[str]]) -> Set[str]:
    """Return the words, as far as their line's end, that a text's wrapping has parted by a hyphen of its own."""
    heads = [
        match[1].lower()
        for block in blocks
        for line, following in pairwise(block)
        if (match := _PARTED.search(line)) and following.lstrip()[:1].islower()
    ]
    if len(heads) < PARTED_WORDS:  # it may be the hyphen of a compound
        return frozenset()
    compounds = {match[1].lower() for block in blocks for line in block for match in _COMPOUND.finditer(line)}
    return frozenset(heads) - compounds


def _rejoined(block: Sequence[str], width: int, *, indented: bool, soft: Set[str]) -> list[str]:
    ends = list(starmap(_break, pairwise(block)))
    # One headline below another may fill the line by chance; but then it neither goes on in lower case nor ends as
    # prose does, nor does every one of them fill the line.
    prose = (
        any(end.goes_on for end in ends) or _ends_sentence(block[-1]) or all(end.full(width, ragged=0) for end in ends)
    )
    items = _ITEM.match(block[0]) is not None or sum(_BULLET.match(line) is not None for line in block) > 1
    paragraphs = [[block[0].lstrip()]]
    for line, following, end in zip(block, block[1:], ends, strict=False):
        # A line that hangs under its item goes on with it.
        starts = _ITEM.match(following) if items else indented and following[:1].isspace()
        starts = starts or any(_PAGE_NUMBER.fullmatch(one.strip()) for one in (following, line))
        hangs = items and following[:1].isspace()
        following = following.lstrip()
        if not starts and ((prose and end.full(width)) or (end.goes_on and (hangs or end.length > MIN_WIDTH))):
            parted = _PARTED.search(line)
            if parted and parted[1].lower() in soft and following[:1].islower():
                paragraphs[-1][-1] = paragraphs[-1][-1][:-1]
                paragraphs[-1].append(following)
            else:
                paragraphs[-1] += [_between(line, following), following]
        else:
            paragraphs.append([following])
    return ["".join(pieces) for pieces in paragraphs]


def _between(line: str, following: str) -> str:
    if line.endswith("\xad") or _unspaced(line, following):
        return ""
    if line.endswith("-") and line[-2:-1].isalpha() and following[:1].islower():
        return " " if following.split(None, 1)[0] in _CONJUNCTIONS else ""
    return " "


def _unspaced(line: str, following: str) -> bool:
    if line[-1:] < _FIRST_UNSPACED or following[:1] < _FIRST_UNSPACED:
        return False
    # `re` remembers them; to compile them beforehand would take longer than to tag an article.
    return re.match(_UNSPACED, line[-1:]) is not None and re.match(_UNSPACED, following[:1]) is not None


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + len(re.findall(_WIDE, line))
