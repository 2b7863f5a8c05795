"""The form of paragraphs as words of another kind: what stands in which order, whatever the language.

Each word becomes what it looks like (lower case and how long, capitalised, all capitals, digits and how many, mixed, a
character of a script without spaces), each other visible character stays itself, and the ends of the paragraph are
tokens too. A byline, a headline, a date and a sentence differ in this form in every language, and n-grams of it are
scored like n-grams of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np

from corestory.features import codepoints
from corestory.features.characters import Characters, pieces
from corestory.features.tokens import Tokens, end_to_end, finish
from corestory.types import Int, UInt64

Tokenised = TypeVar("Tokenised", Int, UInt64)

LONGEST = 4
# The form of a paragraph shows at its start; so many tokens are read.
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
        Of which n-grams of up to four tokens are made.

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
        So many of each text are read.
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
    for place, token in ((last - sizes - 1, begin), (last, end)):
        found[place] = token
        between[place] = False
    found[between] = inner
    return np.repeat(np.arange(len(sizes)), sizes + 2), found


def _words(characters: Characters) -> Int:
    length, digits, upper, lower = characters.lengths
    seen = [
        digits == length, lower > 0, upper > 0, upper > 1, digits > 0,
        characters.at & codepoints.UPPER > 0, characters.at & codepoints.ALONE > 0,
    ]  # fmt: skip
    looks = np.zeros(len(length), np.int64)
    for bit, one in enumerate(seen):
        looks |= one.astype(np.int64) << bit
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
