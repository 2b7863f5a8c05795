"""The form of paragraphs as words of another kind: what stands in which order, whatever the language.

Each word becomes what it looks like (lower case and how long, capitalised, all capitals, digits and how many, mixed, a
character of a script without spaces), each other visible character stays itself, and the ends of the paragraph are
tokens too. A byline, a headline, a date and a sentence differ in this form in every language, and n-grams of it are
scored like n-grams of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from corestory.features import codepoints
from corestory.features.characters import Characters, pieces
from corestory.features.tokens import Tokens, end_to_end, finish
from corestory.types import Int

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
    # Each text's tokens, as many as are read, between one for its begin and one for its end.
    size = np.diff(characters.bounds)
    if size.max(initial=0) > TOKENS_READ:
        kind = kind[np.arange(len(kind)) - characters.bounds.take(characters.row) < TOKENS_READ]
        size = np.minimum(size, TOKENS_READ)
    end = np.cumsum(size + 2) - 1
    hashes = np.empty(len(kind) + 2 * characters.count, np.uint64)
    inner = np.ones(len(hashes), bool)
    for place, token in ((end - size - 1, _BEGIN), (end, _END)):
        hashes[place] = token
        inner[place] = False
    hashes[inner] = kind
    return Tokens(np.repeat(np.arange(characters.count), size + 2), finish(hashes), characters.count, LONGEST)


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
