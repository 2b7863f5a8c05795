r"""Words of many paragraphs at once, as 64-bit hashes.

A token is a run of word characters as in Python's ``\w+`` after lower-casing, with every decimal digit read as ``0``.
In scripts without spaces, each character, also a digit, is a token of its own. `TOKEN_PATTERN` and `normalise` define
the same tokens for scikit-learn's vectorizers, and the tests check that both agree.

The whole batch is joined and read as an array of code points, so no Python loop runs over paragraphs or words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from corestory.features import characters as cp
from corestory.features.characters import Characters, pieces
from corestory.types import Bool, Int, UInt64

# As `corestory.model.ngrams.Lookup.find`: takes hashes, and which of them to use; returns the known ones and their
# numbers.
Find = Callable[[UInt64, Bool | None], tuple[Int, Int]]

_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in cp.UNSPACED)
TOKEN_PATTERN = rf"(?:(?=\w)[{_CLASS}])|(?:(?![{_CLASS}])\w)+"

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xD1342543DE82EF95)
_FINAL_1 = np.uint64(0xBF58476D1CE4E5B9)
_FINAL_2 = np.uint64(0x94D049BB133111EB)
_DIGITS = re.compile(rf"(?![{_CLASS}])\d")


def normalise(text: str) -> str:
    """Lower-case a text and read its decimal digits as ``0``: the preprocessor of scikit-learn's vectorizers.

    Digits of scripts without spaces stay, because each of them is a token of its own.

    Examples
    --------
    >>> normalise("Read MORE: 25 Things")
    'read more: 00 things'
    """
    return _DIGITS.sub("0", text.lower())


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, case-folded and with their digits.

    Examples
    --------
    >>> tokens_of("The 2 quays"), tokens_of("港町 No. 2")
    (['the', '2', 'quays'], ['港', '町', 'no', '2'])
    """
    folded = text.casefold()
    # Otherwise the two patterns match the same, and the simpler one is several times as fast.
    unspaced = not folded.isascii() and re.search(f"[{_CLASS}]", folded)
    return re.findall(TOKEN_PATTERN if unspaced else r"\w+", folded)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a batch of texts, in order.

    Attributes
    ----------
    row
        The number of each token's text; never decreasing.
    hashes
        The 64-bit hash of each token.
    count
        The number of texts in the batch.
    longest
        The number of tokens in the longest n-gram that is made of them.
    """

    row: Int
    hashes: UInt64
    count: int
    longest: int = 2

    def rows(self, begin: int, end: int) -> Tokens:
        """Return the tokens of the texts from number `begin` to before number `end`; the texts keep their numbers."""
        inside = slice(*np.searchsorted(self.row, (begin, end)))
        return Tokens(self.row[inside], self.hashes[inside], self.count, self.longest)

    def of_rows(self, kept: Bool) -> Tokens:
        """Return the tokens of some of the texts, which are numbered from 0."""
        inside = np.flatnonzero(kept.take(self.row))
        number = np.cumsum(kept) - 1
        return Tokens(
            number.take(self.row.take(inside)), self.hashes.take(inside), int(np.count_nonzero(kept)), self.longest
        )

    def leading(self, most: int) -> Tokens:
        """Return the first tokens of each text.

        Examples
        --------
        >>> tokenise(["The quay, the market", "", "The"]).leading(2).row.tolist()
        [0, 0, 2]
        """
        read = self.positions < most
        return Tokens(self.row[read], self.hashes[read], self.count, self.longest)

    @property
    def sizes(self) -> Int:
        """The number of tokens of each text."""
        return np.bincount(self.row, minlength=self.count)

    @property
    def positions(self) -> Int:
        """The position of each token in its text, from 0."""
        sizes = self.sizes
        return np.arange(len(self.row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)

    def ngrams(self) -> Iterator[Tokens]:
        """Yield the n-grams of each length up to `longest`, first the tokens themselves."""
        for row, hashes, whole in self.runs():
            yield self if whole is None else Tokens(row[whole], hashes[whole], self.count, self.longest)

    def runs(self) -> Iterator[tuple[Int, UInt64, Bool | None]]:
        """Yield the runs of each length up to `longest`: the text of each, its hash, and whether it is within one text.

        A run's hash is computed from the hash of the run without its last token, and from that token's. Single tokens
        come first. They always lie within their texts: None stands for an array of true values.
        """
        row, hashes = self.row, self.hashes
        last = hashes + _MIX
        yield row, hashes, None
        for length in range(2, self.longest + 1):
            hashes = _longer(hashes[:-1], last[length - 1 :])
            row = row[: len(hashes)]
            yield row, hashes, row == self.row[length - 1 :]

    def known(self, find: Find, size: int) -> Iterator[tuple[int, list[tuple[Int, Int]]]]:
        """Find the known n-grams of `size` texts at a time, because those of a whole corpus would fill the memory.

        Yields, for each piece, the number of its first text, and arrays of the text's number and the n-gram's number;
        the texts of an n-gram are in order.
        """
        for first in range(0, self.count, size):
            found = []
            for row, hashes, whole in self.rows(first, first + size).runs():
                at, number = find(hashes, whole)
                found.append((row.take(at), number))
            yield first, found

    def having(self, hashes: UInt64) -> Bool:
        """Return whether each text has one of some tokens."""
        return np.bincount(self.row, np.isin(self.hashes, hashes), self.count) > 0

    def pairs(self) -> Tokens:
        """Return the bigrams: each pair of neighbouring tokens of a text, hashed from their hashes."""
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
    return end_to_end([words_of(piece) for piece in pieces(texts)])


def end_to_end(parts: Sequence[Tokens], *, longest: int = 2) -> Tokens:
    """Make one batch of several; the texts of each are numbered after those of the one before.

    Examples
    --------
    >>> end_to_end([tokenise(["", "The quay"]), tokenise(["The market"])]).row.tolist()
    [1, 1, 2, 2]
    """
    counts = [part.count for part in parts]
    before = np.cumsum([0, *counts])
    return Tokens(
        np.concatenate(
            [np.zeros(0, np.int64), *(part.row + first for part, first in zip(parts, before, strict=False))]
        ),
        np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)]),
        sum(counts),
        longest,
    )


def words_of(characters: Characters) -> Tokens:
    """Hash the words of some texts."""
    characters = characters.lowered()
    starts = characters.starts[characters.begun]
    # A token's hash is computed from the sum of its mixed code points, each times a power of an odd number by its
    # position in the token. Here each is multiplied by the power of its position in the whole batch, and each token's
    # part of the running sum is divided by the power of its first position. Odd numbers have inverses, so no step is
    # rounded.
    powers, inverses = running_powers(len(characters.codes).bit_length())
    mixed = _mixed(characters)
    mixed *= powers[: len(mixed)]
    before = mixed.take(starts)
    np.cumsum(mixed, out=mixed)
    before = mixed.take(starts) - before
    sums = np.diff(before, append=mixed[-1:])
    return Tokens(characters.row[characters.begun], finish(sums * inverses.take(starts)), characters.count)


def _mixed(characters: Characters) -> UInt64:
    table, codes, word = _table(), characters.codes, characters.word
    mixed = table.take(codes)
    unknown = word & (mixed == 0)
    if unknown.any():
        new = np.array(sorted(set(codes[unknown].tolist())), np.int64)
        digit = cp.flags(new) & cp.DIGIT > 0
        lower = [ord(chr(code).lower()) for code in new.tolist()]
        value = (np.where(digit, ord("0"), lower).astype(np.uint64) + np.uint64(1)) * _MIX
        table[new] = value ^ (value >> np.uint64(29))
        mixed = table.take(codes)
    return mixed


@cache
def _table() -> UInt64:
    # The term of each code point of a word in its hash; 0 for other code points and for those not met yet.
    return np.zeros(sys.maxunicode + 1, np.uint64)


def _longer(run: UInt64, last: UInt64) -> UInt64:
    return finish((run * _STEP) ^ last)


def hash_token(token: str) -> int:
    """Hash one token, or a bigram with a space between its tokens, as `tokenise` does.

    Examples
    --------
    >>> hash_token("read more") == int(tokenise(["Read more!"]).pairs().hashes[0])
    True
    """
    tokens = tokenise([token])
    found = tokens.hashes if len(tokens.hashes) == 1 else tokens.pairs().hashes
    return int(found[0])


def finish(value: UInt64) -> UInt64:
    """Mix the bits of hashes, so that sums and products of few values are as good as random."""
    value = (value ^ (value >> np.uint64(30))) * _FINAL_1
    value = (value ^ (value >> np.uint64(27))) * _FINAL_2
    return value ^ (value >> np.uint64(31))


@lru_cache(maxsize=4)
def running_powers(bits: int) -> tuple[UInt64, UInt64]:
    """Return ``2 ** bits`` powers of an odd number, and of its inverse, for hashing parts of a running sum."""
    found = []
    for factor in (int(_STEP), pow(int(_STEP), -1, 1 << 64)):
        powers = np.full(1 << bits, factor, np.uint64)
        powers[0] = 1
        found.append(np.multiply.accumulate(powers))
    return found[0], found[1]


@dataclass(frozen=True, slots=True)
class JoinedTokens:
    """Tokens of a batch of texts, each joined from parts with a space between; n-grams are single tokens and pairs.

    Attributes
    ----------
    parts
        Tokens of the parts.
    row
        For each occurrence of a part, the number of its text; never decreasing.
    part
        For each occurrence, the part's number.
    count
        The number of texts in the batch.

    Examples
    --------
    >>> from corestory.features.tokens import hash_token, tokenise
    >>> joined = JoinedTokens(tokenise(["the", "old quay"]), np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    >>> joined.having(np.array([hash_token("quay")], np.uint64)).tolist()
    [True, True, False]
    """

    parts: Tokens
    row: Int
    part: Int
    count: int

    def having(self, hashes: UInt64) -> Bool:
        """Return whether each text has one of some tokens."""
        return np.bincount(self.row, self.parts.having(hashes).take(self.part), self.count) > 0

    def known(self, find: Find, size: int) -> Iterator[tuple[int, list[tuple[Int, Int]]]]:
        """Find the known n-grams, as `corestory.features.tokens.Tokens.known`, of at most 65,536 texts at a time."""
        within = [
            (row, number) for _, found in self.parts.known(find, max(self.parts.count, 1)) for row, number in found
        ]
        row, number = (np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*within, strict=True))
        order = np.argsort(row, kind="stable")
        lengths = np.bincount(row, minlength=self.parts.count)
        row, at = gathered(self.row, self.part, np.cumsum(lengths) - lengths, lengths)
        found = [(row, number.take(order).take(at)), self._joints(find)]
        for first in range(0, self.count, size):
            insides = [slice(*np.searchsorted(row, (first, first + size))) for row, _ in found]
            pieces = [(row[inside], number[inside]) for (row, number), inside in zip(found, insides, strict=True)]
            texts, numbers = map(np.concatenate, zip(*pieces, strict=True))
            by_text = (texts - first).astype(np.uint16).argsort(kind="stable")
            yield first, [(texts.take(by_text), numbers.take(by_text))]

    def _joints(self, find: Find) -> tuple[Int, Int]:
        """Find the pairs of a part's last token and the next part's first token."""
        lengths = np.bincount(self.parts.row, minlength=self.parts.count)
        begins = np.cumsum(lengths) - lengths
        held = lengths.take(self.part) > 0
        row, part = self.row[held], self.part[held]
        ends = (begins + lengths - 1).take(part[:-1])
        pairs = _longer(self.parts.hashes.take(ends), self.parts.hashes.take(begins.take(part[1:])) + _MIX)
        at, number = find(pairs, row[1:] == row[:-1])
        return row.take(at), number


def gathered(row: Int, part: Int, begins: Int, lengths: Int) -> tuple[Int, Int]:
    """Concatenate the contents of some parts: return the text of each item, and its index in all parts' contents."""
    length = lengths.take(part)
    before = np.cumsum(length) - length
    at = np.repeat(begins.take(part) - before, length)
    at += np.arange(len(at))
    return np.repeat(row, length), at
