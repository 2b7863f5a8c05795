"""The shapes of paragraphs and words in any language, and the marks that renderings of pages add to lines.

One tool writes a list item as "• Sport", another as "* Sport" or "1. Sport", and a third as "Sport". The words are read
without such marks, so that they are the same for every tool, and the marks become features.

In the form of a paragraph, each word is replaced by its shape (lower case and its length, capitalised, all capitals,
digits and their number, mixed, a character of a script without spaces). Each other visible character stays, and the
ends of the paragraph are tokens, too. In every language a byline, a headline, a date and a sentence have different
forms, and n-grams of a form are scored like n-grams of words.
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

# Groups in the order of `MARKS`. A character that could begin a sentence or a number is a mark only before a space.
_LEADING = re.compile(
    r"\s*(?:([•‣▪●○◦■□►▸▶»›·✓✔★☆➤◆◇](?=\s)|[•‣▪●○◦►▸▶➤]|o(?=\s))|([-–—](?=\s))|([*+](?=\s))"
    r"|(\(?\d{1,3}[.)](?=\s)|\(?[a-z]\)(?=\s))|(>)|(#{1,6}(?=\s))|(\|))\s*"
)
_LINK = MARKS.index("link mark")
_LINK_NUMBER = re.compile(r"\[\d{1,4}\](?=[^\s\W])")
_LINK_ADDRESS = re.compile(r"(?:!\[|\[)([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
# The pattern looks back from its first character, because searching a character first is many times as fast.
_EMPHASIS = re.compile(r"[*_](?:(?<!\w[*_])[*_]{0,2}(?=\w)|(?<=[\w.!?,;:][*_])[*_]{0,2}(?!\w))")
# A quoted list item has two marks, and no paragraph has more than three.
_MOST_MARKS = 3


def unmarked(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Remove the marks of their rendering from paragraphs.

    Parameters
    ----------
    texts
        The paragraphs.

    Returns
    -------
    plain : list of str
        The paragraphs without leading marks, link numbers, addresses of Markdown links and Markdown's emphasis. A
        paragraph that consists of marks stays as it is.
    marks : numpy.ndarray
        Whether each paragraph has each mark, one column for each of `MARKS`.

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
    """Describe each paragraph by its form, not its words.

    Parameters
    ----------
    texts
        The paragraphs of a batch.

    Returns
    -------
    words : numpy.ndarray
        The length of each paragraph in words.
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
    """Describe each of some texts, as `shape_features` does."""
    at, begun, count = characters.at, characters.begun, characters.totals
    length = (characters.ends - characters.begins).astype(float)

    def starting(flag: int) -> Int:
        return count(at & flag > 0)

    # Each mark is separate, so the first characters of all words and marks include every mark.
    letters, digits, upper, lower = map(count, characters.lengths)
    unspaced = starting(cp.ALONE)
    symbols = starting(cp.SYMBOL)
    if "_" in characters:  # the only symbol within words
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
    """Return the flags of the first, the last and the last but one character of each text; 0 if there is none."""
    padded = np.concatenate([np.zeros(2, np.uint16), characters.flags, np.zeros(1, np.uint16)])
    length = characters.ends - characters.begins
    first = padded[characters.begins + 2] * (length > 0)
    return first, padded[characters.ends + 1] * (length > 0), padded[characters.ends] * (length > 1)


Tokenised = TypeVar("Tokenised", Int, UInt64)

LONGEST = 4
# The number of tokens that are read, because the form of a paragraph shows at its start.
TOKENS_READ = 80

_BEGIN, _END, _DIGITS, _LOWER, _UPPER, _CAPITALISED, _MIXED, _UNSPACED = (1 << 32) + np.arange(8) * 16
_LONGEST_DIGITS = 5
# The fewest letters of a lower-case word that is not short, and of one that is long.
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
    """Put a token before the first of each text's tokens, and one after the last of those that are read.

    Parameters
    ----------
    inner
        Tokens of all texts, in order.
    sizes
        The number of tokens of each text.
    most
        The most tokens of a text that are read.
    begin, end
        The tokens for the beginning and the end of a text.

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
    # By the properties of a word's characters, and by its length.
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
