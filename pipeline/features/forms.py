"""The form of paragraphs as words of another kind: what stands in which order, whatever the language.

Each word becomes what it looks like (lower case and how long, capitalised, all capitals, digits and how many, mixed, a
character of a script without spaces), each other visible character stays itself, and the ends of the paragraph are
tokens too. A byline, a headline, a date and a sentence differ in this form in every language, and n-grams of it are
scored like n-grams of words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.features import codepoints
from pipeline.features.tokens import PIECE, Tokens, finish

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
    pieces = [_form_tokens(texts[begin : begin + PIECE]) for begin in range(0, len(texts), PIECE)]
    row = [piece.row + PIECE * number for number, piece in enumerate(pieces)]
    return Tokens(
        np.concatenate([np.zeros(0, np.int64), *row]),
        np.concatenate([np.zeros(0, np.uint64), *(piece.hashes for piece in pieces)]),
        len(texts),
        LONGEST,
    )


def _form_tokens(texts: Sequence[str]) -> Tokens:
    codes = codepoints.join(texts, lower=False)
    flags = codepoints.flags(codes)
    text_of = np.cumsum(codes == 0)
    word = flags & codepoints.WORD > 0
    alone = flags & codepoints.ALONE > 0
    start = ~word & (flags & codepoints.SPACE == 0)
    start[:1] |= word[:1]
    start[1:] |= word[1:] & (~word[:-1] | alone[1:] | alone[:-1])
    starts = np.flatnonzero(start)
    # Of each word: its length, and how many of its characters are digits, capitals and small letters.
    bounds = np.append(starts, len(codes))

    def count(mask: np.ndarray) -> np.ndarray:
        running = np.concatenate([[0], np.cumsum(mask & word)])
        return np.asarray(running[bounds[1:]] - running[starts])

    length = count(word)
    digits, upper, lower = (count(flags & flag > 0) for flag in (codepoints.DIGIT, codepoints.UPPER, codepoints.LOWER))
    begins_upper = flags[starts] & codepoints.UPPER > 0
    kind = np.select(
        [
            ~word[starts],
            alone[starts],
            digits == length,
            (lower > 0) & (upper == 0) & (digits == 0),
            (upper > 1) & (lower == 0) & (digits == 0),
            begins_upper,
        ],
        [
            codes[starts].astype(np.int64),
            _UNSPACED,
            _DIGITS + np.minimum(length, _LONGEST_DIGITS),
            _LOWER + (length >= _SHORT) + (length >= _LONG),
            _UPPER,
            _CAPITALISED,
        ],
        _MIXED,
    )
    row = text_of[starts]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    kept = place < TOKENS_READ
    every = np.arange(len(texts))
    row = np.concatenate([every, row[kept], every])
    kind = np.concatenate([np.full(len(texts), _BEGIN), kind[kept], np.full(len(texts), _END)])
    order = np.argsort(row, kind="stable")
    return Tokens(row[order], finish(kind[order].astype(np.uint64)), len(texts), LONGEST)
