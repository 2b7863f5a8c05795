"""Text to paragraphs: one per line, or hard-wrapped lines with blank lines between; words of a text."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from corestory.reading.text_shapes import unpacked, without_cut_off
from corestory.reading.wrapping import rejoined_lines

# The line and paragraph ends of Unicode; str.splitlines would also cut at separators of data.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
# The end of a printed page, and the first character of the next page.
_PAGE_END = re.compile(r"(?<!\s)[^\S\x0c]*+\x0c\s*+(?=(\S))")
_OTHER_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
# The greatest share of lines of wrapped text that begin in upper case.
MOST_UPPER = 0.65
_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls, formats (such as zero-width characters) and white space.
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
MOST_OF_INITIAL = 2
"""The most characters of an initial that stands apart, a quotation mark included."""
# Less text after an initial and on a line of its own may be an answer to choose: "A", "lead".
_AFTER_INITIAL = 40
_HAN_AND_KANA = "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_SOUTHEAST_ASIAN = "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
# The number of characters of each script that, in news, correspond to a word of a European language.
_CHARACTERS_PER_WORD = ((f"[{_HAN_AND_KANA}]", 1.7), ("[\uac00-\ud7a3]", 2.0), (f"[{_SOUTHEAST_ASIAN}]", 4.5))
_WORDS = rf"[{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]|[^\s{_HAN_AND_KANA}{_SOUTHEAST_ASIAN}]+"
# Compiling such patterns takes longer than tagging an article, and most texts need none.
_compiled = cache(re.compile)


def in_one_line(text: str) -> str:
    r"""Return a text with a space for each line end.

    Examples
    --------
    >>> in_one_line("Two\r\nlines\u2028here")
    'Two lines here'
    """
    return " ".join(text.splitlines())


def storable(text: str) -> str:
    r"""Replace lone surrogates, which JSON can contain and no output format can hold, with U+FFFD.

    Everything else stays, also NUL and control characters: the text of a paragraph comes out unchanged.

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
    r"""Return whether a text shows nothing: it has only white space, control and zero-width characters.

    Examples
    --------
    >>> is_blank(" \u200b\x00\t"), is_blank(" - ")
    (True, False)
    """
    return not text[:1].isalnum() and all(unicodedata.category(char) in _UNSEEN for char in text)


def split_text(text: str) -> list[str]:
    r"""Split a text into its paragraphs.

    A line that is not blank is a paragraph. In hard-wrapped text, however, the lines of a paragraph are rejoined. A
    text is hard-wrapped if it has blank lines, and lines break within sentences where a common width makes them. In
    such a text, a line still ends its paragraph if it had room for the next line's first word, or if an item of a list
    or an indented line follows; headlines one below the other stay separate. A text without blank lines is wrapped only
    if many lines go on in lower case. Marks of quoted mail are removed, and written-out line breaks (``\\n``) are line
    breaks.

    Parameters
    ----------
    text
        The whole text. Lines end as in Unicode: ``\n``, ``\r``, ``\r\n``, U+000B, U+000C, U+0085, U+2028, U+2029
        (which also ends a block, as a blank line does).

    Returns
    -------
    list of str
        The paragraphs in order, unchanged except for outer white space. A line that shows nothing is left out. Text is
        added only where lines are rejoined: a space, or nothing after the hyphen of a wrapped word.

    Examples
    --------
    >>> split_text("The quay opened.\n\nREAD MORE: Storm\nShips came.\r\n")
    ['The quay opened.', 'READ MORE: Storm', 'Ships came.']
    >>> split_text("Quay opens\n\nThe old quay opened on Monday after a long\ndelay that storms had caused.\n")
    ['Quay opens', 'The old quay opened on Monday after a long delay that storms had caused.']
    """
    blocks = _blocks(unpacked(text))
    paragraphs = rejoined_lines(blocks)
    if paragraphs is None:
        paragraphs = [line.strip() for block in blocks for line in block]
        paragraphs[-1:] = without_cut_off(paragraphs[-1]) if paragraphs else []
    for row in range(len(paragraphs) - 2, -1, -1):
        if len(paragraphs[row]) <= MOST_OF_INITIAL and goes_on_behind_initial(paragraphs[row], paragraphs[row + 1]):
            paragraphs[row : row + 2] = [paragraphs[row] + paragraphs[row + 1]]
    return paragraphs


def goes_on_behind_initial(initial: str, text: str) -> bool:
    """Return whether an initial that stands apart begins the word that a text goes on with.

    An index has its letters above words that begin with them.

    Examples
    --------
    >>> goes_on_behind_initial("T", "he old quay opened on Monday after ten years.")
    True
    >>> goes_on_behind_initial("T", "tenders for the old quay were opened on Monday.")
    False
    """
    is_word = text[:1].islower() and text[:1] != initial[-1].lower() and len(text) >= _AFTER_INITIAL
    return is_word and len(initial) <= MOST_OF_INITIAL and initial[-1].isupper()


def _blocks(text: str) -> list[list[str]]:
    if "\ufeff" in text:  # where files were joined
        text = text.replace("\ufeff", "")
    # Most texts have none of these, and checking that is much faster than replacing none.
    if any(end in text for end in _OTHER_ENDS):
        if "\x0c" in text:  # a sentence may go on after it
            text = _PAGE_END.sub(lambda end: "\n" if end[1].islower() else end[0], text)
        text = _LINE_END.sub("\n", text.replace("\u2029", "\n\n"))
    # A line that begins with a letter is not blank, and nearly every line does.
    lines = [line.rstrip() if line and (line[0].isalnum() or not is_blank(line)) else "" for line in text.split("\n")]
    if "" not in lines:
        return [lines]
    blocks = [list(block) for shows, block in groupby(lines, bool) if shows]
    # Converters and old files may double every line end; then a single blank line separates lines, not paragraphs. The
    # width of these lines shows whether they are parts of paragraphs. Nearly all paragraphs begin in upper case.
    if len(blocks) == 1 or any(len(block) > 1 for block in blocks):
        return blocks
    upper = sum(block[0].lstrip()[:1].isupper() for block in blocks)
    return blocks if upper > MOST_UPPER * len(blocks) else _single_spaced(lines)


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


def may_be_unspaced(text: str) -> bool:
    """Return whether most of a text may be in a script without spaces, judged by its length in bytes.

    Examples
    --------
    >>> may_be_unspaced("ferry"), may_be_unspaced("паром"), may_be_unspaced("船は欠航した。")
    (False, False, True)
    """
    # Characters of these scripts take three bytes; Latin, Greek, Cyrillic and Arabic letters take at most two.
    return not text.isascii() and len(text.encode(errors="surrogatepass")) > 2 * len(text)


def word_count(text: str) -> int:
    """Count the words of a paragraph by its spaces, or estimate their number in scripts without spaces.

    Examples
    --------
    >>> word_count("The ferry sailed."), word_count("船は木曜日に欠航した。")
    (3, 5)
    """
    words = text.count(" ") + 1
    if not may_be_unspaced(text):
        return words
    return max(words, int(sum(len(_compiled(script).findall(text)) / size for script, size in _CHARACTERS_PER_WORD)))


def words_of(text: str) -> list[str]:
    """Return the words of a text; in scripts without spaces, each character counts as a word.

    Examples
    --------
    >>> words_of("The ferry sailed."), words_of("船は欠航 JR")
    (['The', 'ferry', 'sailed.'], ['船', 'は', '欠', '航', 'JR'])
    """
    return _compiled(_WORDS).findall(text) if may_be_unspaced(text) else text.split()
