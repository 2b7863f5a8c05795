"""The shapes of paragraphs and words in any language, and the marks that renderings of pages add to lines.

One tool writes a list item as "• Sport", another as "* Sport" or "1. Sport", and a third as "Sport". The words are read
without such marks, so that they are the same whichever tool made the text, and the marks become features.

In the form of a paragraph, each word becomes what it looks like (lower case and how long, capitalised, all capitals,
digits and how many, mixed, a character of a script without spaces), each other visible character stays itself, and the
ends of the paragraph are tokens too. A byline, a headline, a date and a sentence differ in this form in every language,
and n-grams of it are scored like n-grams of words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from corestory.features import characters as cp
from corestory.features.characters import Characters, pieces
from corestory.features.tokens import Tokens, end_to_end, finish
from corestory.types import Float, Int, UInt64

MARKS = ("bullet", "dash", "asterisk", "number", "quote mark", "heading mark", "table cell", "link mark")

# Groups in the order of `MARKS`. What could begin a sentence or a number is a mark only before a space.
_LEADING = re.compile(
    r"\s*(?:([•‣▪●○◦■□►▸▶»›·✓✔★☆➤◆◇](?=\s)|[•‣▪●○◦►▸▶➤]|o(?=\s))|([-–—](?=\s))|([*+](?=\s))"
    r"|(\(?\d{1,3}[.)](?=\s)|\(?[a-z]\)(?=\s))|(>)|(#{1,6}(?=\s))|(\|))\s*"
)
_LINK = MARKS.index("link mark")
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
        Which marks each paragraph has, one column for each of `MARKS`.

    Examples
    --------
    >>> plain, marks = unmarked(["• Sport", "12 boats sailed.", "# Ferry _late_", "[3]Weather"])
    >>> plain
    ['Sport', '12 boats sailed.', 'Ferry late', 'Weather']
    >>> [[name for name, has in zip(MARKS, row) if has] for row in marks.tolist()]
    [['bullet'], [], ['heading mark'], ['link mark']]
    """
    plain = list(texts)
    marks = np.zeros((len(plain), len(MARKS)))
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


NAMES = (
    "words", "characters", "word length", "ends as a sentence", "ends with a question", "ends with a colon",
    "ends with an ellipsis", "ends in a word", "sentence ends", "commas", "digits", "capitals", "capitalised words",
    "starts in lower case", "starts with a digit", "starts with a quote", "quotes", "symbols", "unspaced script",
)  # fmt: skip
ENDS_AS_SENTENCE = NAMES.index("ends as a sentence")
SENTENCE_ENDS, DIGITS = NAMES.index("sentence ends"), NAMES.index("digits")

# The mean number of characters of a word in scripts without spaces.
CHARACTERS_A_WORD = 2.0


def shape_features(texts: Sequence[str]) -> tuple[Float, Float]:
    """Describe each paragraph by its form alone.

    Parameters
    ----------
    texts
        The paragraphs of a batch.

    Returns
    -------
    words : numpy.ndarray
        Length of each in words.
    features : numpy.ndarray
        One row per paragraph, one column for each of `NAMES`; lengths as logarithms, the rest as shares or flags.

    Examples
    --------
    >>> words, features = shape_features(["Read more: Quay reopens", "It reopened on Monday, she said."])
    >>> words.tolist(), features[:, NAMES.index("ends as a sentence")].tolist()
    ([4.0, 6.0], [0.0, 1.0])
    """
    found = [shape_of(piece) for piece in pieces(texts)]
    return (
        np.concatenate([np.zeros(0), *(words for words, _ in found)]),
        np.concatenate([np.zeros((0, len(NAMES))), *(features for _, features in found)]),
    )


def shape_of(characters: Characters) -> tuple[Float, Float]:
    """Describe each of some texts, as `shape_features`."""
    at, begun, count = characters.at, characters.begun, characters.totals
    length = (characters.ends - characters.begins).astype(float)

    def starting(flag: int) -> Int:
        return count(at & flag > 0)

    # Marks stand by themselves, so to look at the first character of each word or mark is to see every mark.
    letters, digits, upper, lower = map(count, characters.lengths)
    unspaced = starting(cp.ALONE)
    symbols = starting(cp.SYMBOL)
    if "_" in characters:  # the one symbol within words
        underscores = np.flatnonzero(characters.codes == ord("_"))
        inside = np.searchsorted(underscores, characters.ends) - np.searchsorted(underscores, characters.begins)
        symbols += inside - count(characters.codes.take(characters.starts) == ord("_"))
    words = count(begun) - unspaced * (1 - 1 / CHARACTERS_A_WORD)
    first, last, before = _ends(characters)
    final = np.where((last & cp.CLOSING > 0) & (before & cp.SENTENCE > 0), before, last)
    at_least_one = np.maximum(words, 1)
    divisor = np.maximum(length, 1)
    columns = [
        np.log1p(words),
        np.log1p(length),
        np.minimum((letters - unspaced) / at_least_one, 20) / 10,
        final & cp.SENTENCE > 0,
        final & cp.QUESTION > 0,
        final & cp.COLON > 0,
        final & cp.ELLIPSIS > 0,
        final & cp.WORD > 0,
        np.log1p(starting(cp.SENTENCE)),
        starting(cp.COMMA) / at_least_one,
        digits / divisor,
        upper / np.maximum(upper + lower, 1),
        count(begun & (at & cp.UPPER > 0)) / at_least_one,
        first & cp.LOWER > 0,
        first & cp.DIGIT > 0,
        first & cp.QUOTE > 0,
        np.minimum(starting(cp.QUOTE), 6) / 3,
        symbols / divisor,
        unspaced / divisor,
    ]
    return words, np.array(columns, np.float64).T


def _ends(characters: Characters) -> tuple[cp.Flags, cp.Flags, cp.Flags]:
    """Return what the first, the last and the last but one character of a text is; 0 where none is."""
    padded = np.concatenate([np.zeros(2, np.uint16), characters.flags, np.zeros(1, np.uint16)])
    length = characters.ends - characters.begins
    first = padded[characters.begins + 2] * (length > 0)
    return first, padded[characters.ends + 1] * (length > 0), padded[characters.ends] * (length > 1)


Tokenised = TypeVar("Tokenised", Int, UInt64)

LONGEST = 4
# The number of tokens that are read: the form of a paragraph shows at its start.
TOKENS_READ = 80

_BEGIN, _END, _DIGITS, _LOWER, _UPPER, _CAPITALISED, _MIXED, _UNSPACED = (1 << 32) + np.arange(8) * 16
_LONGEST_DIGITS = 5
# Lower-case words of fewer letters, of fewer letters than the next, and longer ones.
_SHORT, _LONG = 4, 8


def form_tokens(texts: Sequence[str]) -> Tokens:
    """Read a batch of texts as tokens of their form.

    Parameters
    ----------
    texts
        Paragraphs.

    Returns
    -------
    Tokens
        Tokens for n-grams of up to four.

    Examples
    --------
    >>> tokens = form_tokens(["By Mara Illing", "Von Jan Lüth", "by 2026"])
    >>> first, second, third = (tokens.hashes[tokens.row == row].tolist() for row in range(3))
    >>> first == second, first == third
    (True, False)
    """
    return end_to_end([forms_of(piece) for piece in pieces(texts)], longest=LONGEST)


def forms_of(characters: Characters) -> Tokens:
    """Read some texts as tokens of their form."""
    kind = np.where(characters.begun, _words(characters), characters.codes.take(characters.starts))
    row, kind = between_ends(kind, np.diff(characters.bounds), most=TOKENS_READ, begin=int(_BEGIN), end=int(_END))
    return Tokens(row, finish(kind.astype(np.uint64)), characters.count, LONGEST)


def between_ends(inner: Tokenised, sizes: Int, *, most: int, begin: int, end: int) -> tuple[Int, Tokenised]:
    """Put a token before the first of each text's tokens, and one behind the last of those that are read.

    Parameters
    ----------
    inner
        Tokens of all texts, in order.
    sizes
        How many of them each text has.
    most
        The most tokens of a text that are read.
    begin, end
        The tokens that stand for its ends.

    Returns
    -------
    row, tokens : numpy.ndarray
        The text of each token, and the tokens.

    Examples
    --------
    >>> row, tokens = between_ends(np.array([4, 5, 6, 7]), np.array([3, 0, 1]), most=2, begin=1, end=2)
    >>> tokens.tolist(), row.tolist()
    ([1, 4, 5, 2, 1, 2, 1, 7, 2], [0, 0, 0, 0, 1, 1, 2, 2, 2])
    """
    if sizes.max(initial=0) > most:
        inner = inner[np.arange(len(inner)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < most]
        sizes = np.minimum(sizes, most)
    last = np.cumsum(sizes + 2) - 1
    found = np.empty(len(inner) + 2 * len(sizes), inner.dtype)
    between = np.ones(len(found), bool)
    for index, token in ((last - sizes - 1, begin), (last, end)):
        found[index] = token
        between[index] = False
    found[between] = inner
    return np.repeat(np.arange(len(sizes)), sizes + 2), found


def _words(characters: Characters) -> Int:
    length, digits, upper, lower = characters.lengths
    seen = [
        digits == length, lower > 0, upper > 0, upper > 1, digits > 0,
        characters.at & cp.UPPER > 0, characters.at & cp.ALONE > 0,
    ]  # fmt: skip
    looks = np.zeros(len(length), np.int64)
    for bit, has in enumerate(seen):
        looks |= has.astype(np.int64) << bit
    return _kinds()[looks, np.minimum(length, _LONG)]


@cache
def _kinds() -> Int:
    # By what is seen of a word, and by how long it is.
    looks, length = np.arange(1 << 7)[:, None], np.arange(_LONG + 1)
    digits, some_lower, some_upper, more_upper, some_digits, capital, alone = (looks >> bit & 1 > 0 for bit in range(7))
    return np.select(
        [
            alone,
            digits,
            some_lower & ~some_upper & ~some_digits,
            more_upper & ~some_lower & ~some_digits,
            capital,
        ],
        [
            _UNSPACED,
            _DIGITS + np.minimum(length, _LONGEST_DIGITS),
            _LOWER + (length >= _SHORT) + (length >= _LONG),
            _UPPER,
            _CAPITALISED,
        ],
        _MIXED,
    )
