r"""Words of many paragraphs at once, as 64-bit hashes.

A token is a run of word characters as in Python's ``\w+`` after lower-casing, every decimal digit read as ``0``; in
scripts written without spaces each character, digits as well, is a token of its own. `TOKEN_PATTERN` and `normalise`
say the same to scikit-learn's vectorizers, and the tests hold the two equal.

The whole batch is joined, lower-cased once and read as an array of code points, so that no Python loop runs over
paragraphs or words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.features import codepoints

UInt64 = npt.NDArray[np.uint64]
Int64 = npt.NDArray[np.int64]

_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in codepoints.UNSPACED)
TOKEN_PATTERN = rf"(?:(?=\w)[{_CLASS}])|(?:(?![{_CLASS}])\w)+"

# So many texts are joined at once: each of their code points costs some forty bytes while it is read.
PIECE = 5_000

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xD1342543DE82EF95)
_FINAL_1 = np.uint64(0xBF58476D1CE4E5B9)
_FINAL_2 = np.uint64(0x94D049BB133111EB)
_DIGITS = re.compile(rf"(?![{_CLASS}])\d")


def normalise(text: str) -> str:
    """Lower-case a text and read its decimal digits as ``0``: what scikit-learn's vectorizers take as preprocessor.

    Digits of scripts written without spaces stay, for there each is a token of its own.

    Examples
    --------
    >>> normalise("Read MORE: 25 Things")
    'read more: 00 things'
    """
    return _DIGITS.sub("0", text.lower())


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a batch of texts, in order.

    Attributes
    ----------
    row
        For each token, the number of its text; never decreasing.
    hashes
        For each token, its 64-bit hash.
    count
        How many texts the batch has.
    longest
        How many tokens the longest n-gram has that is made of them.
    """

    row: Int64
    hashes: UInt64
    count: int
    longest: int = 2

    def rows(self, begin: int, end: int) -> Tokens:
        """Tokens of the texts from number `begin` up to, not with, number `end`; the texts keep their numbers."""
        inside = slice(*np.searchsorted(self.row, (begin, end)))
        return Tokens(self.row[inside], self.hashes[inside], self.count, self.longest)

    def ngrams(self) -> Iterator[Tokens]:
        """Give the n-grams of each length up to `longest`, the tokens themselves first.

        An n-gram's hash is made of the hash of the n-gram without its last token, and of that token's.
        """
        yield self
        first, hashes = np.arange(len(self.row)), self.hashes
        for length in range(2, self.longest + 1):
            whole = first + length - 1 < len(self.row)
            first, hashes = first[whole], hashes[whole]
            last = first + length - 1
            same = self.row[first] == self.row[last]
            first, last, hashes = first[same], last[same], hashes[same]
            hashes = finish((hashes * _STEP) ^ (self.hashes[last] + _MIX))
            yield Tokens(self.row[first], hashes, self.count, self.longest)

    def pairs(self) -> Tokens:
        """Return the bigrams: each two neighbouring tokens of a text, hashed from their hashes."""
        _, pairs, *_ = self.ngrams()
        return pairs


def tokenise(texts: Sequence[str]) -> Tokens:
    """Split a batch of texts into hashed tokens.

    Parameters
    ----------
    texts
        Paragraphs.

    Returns
    -------
    Tokens

    Examples
    --------
    >>> tokens = tokenise(["The quay, the market", "", "THE"])
    >>> tokens.row.tolist(), len(set(tokens.hashes.tolist()))
    ([0, 0, 0, 0, 2], 3)
    """
    if len(texts) <= PIECE:
        return _tokenise(texts)
    pieces = [_tokenise(texts[begin : begin + PIECE]) for begin in range(0, len(texts), PIECE)]
    return Tokens(
        np.concatenate([piece.row + PIECE * number for number, piece in enumerate(pieces)]),
        np.concatenate([piece.hashes for piece in pieces]),
        len(texts),
    )


def _tokenise(texts: Sequence[str]) -> Tokens:
    nothing = Tokens(np.zeros(0, np.int64), np.zeros(0, np.uint64), len(texts))
    if not texts:
        return nothing
    codes = codepoints.join(texts, lower=True)
    flags = codepoints.flags(codes)
    word = flags & codepoints.WORD > 0
    # A token starts at a word character whose predecessor is none, or where either is a token by itself.
    alone = flags & codepoints.ALONE > 0
    start = word.copy()
    start[1:] &= ~word[:-1] | alone[1:] | alone[:-1]
    starts = np.flatnonzero(start)
    if not len(starts):
        return nothing
    row = np.cumsum(codes == 0)[starts]
    # The hash of a token: the sum of its mixed code points, each times a power of an odd number by its place.
    place = np.arange(len(codes)) - starts[np.maximum(np.cumsum(start) - 1, 0)]
    place[~word] = 0
    mixed = codes.astype(np.uint64)
    mixed[flags & codepoints.DIGIT > 0] = ord("0")
    mixed += np.uint64(1)
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(29)
    mixed *= _powers(int(place.max(initial=0)) + 1)[place]
    mixed[~word] = 0
    return Tokens(row, finish(np.add.reduceat(mixed, starts)), len(texts))


def hash_token(token: str) -> int:
    """Hash one token or, with a space between two, a bigram, as `tokenise` does.

    Examples
    --------
    >>> hash_token("read more") == int(tokenise(["Read more!"]).pairs().hashes[0])
    True
    """
    tokens = tokenise([token])
    found = tokens.hashes if len(tokens.hashes) == 1 else tokens.pairs().hashes
    return int(found[0])


def finish(value: UInt64) -> UInt64:
    """Mix the bits of hashes, so that sums and products of few values become as good as random."""
    value = (value ^ (value >> np.uint64(30))) * _FINAL_1
    value = (value ^ (value >> np.uint64(27))) * _FINAL_2
    return value ^ (value >> np.uint64(31))


def _powers(count: int) -> UInt64:
    powers = np.full(count, _STEP)
    powers[0] = 1
    return np.multiply.accumulate(powers)
