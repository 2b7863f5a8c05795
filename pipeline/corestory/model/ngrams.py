"""Stage 1: a linear classifier over the TF-IDF of n-grams, as a few arrays, and a lookup of hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.layout import changes, stable_order, sums
from corestory.features.tokens import JoinedTokens, Tokens, tokenise
from corestory.types import Bool, Float, Float32, Int, UInt64

if TYPE_CHECKING:
    import scipy.sparse


# Buckets for each known hash, at least; the total is a power of two. Most unknown hashes meet an empty bucket.
ROOM = 2
# The number of lookups after which a table is made. For fewer, as in a single article, bisection is faster.
FEW = 20_000
# Hashes are spread evenly. If a bucket holds more than this, the numbers are not hashes, and bisection finds them.
CROWDED = 32

_INDEX = (1 << 30) - 1


class Lookup:
    """Finds hashes among known ones.

    Parameters
    ----------
    known
        The known hashes, ascending.

    Examples
    --------
    >>> lookup = Lookup(np.array([3, 5 << 60, 6 << 60], np.uint64))
    >>> at, index = lookup.find(np.array([5 << 60, 4, 3], np.uint64))
    >>> at.tolist(), index.tolist()
    ([0, 2], [1, 0])
    """

    def __init__(self, known: UInt64) -> None:
        self.known = known
        self._asked = 0

    def find(self, hashes: UInt64, chosen: Bool | None = None) -> tuple[Int, Int]:
        """Find hashes.

        Parameters
        ----------
        hashes
            In any order.
        chosen
            A mask of the hashes to find; all by default.

        Returns
        -------
        at, index : numpy.ndarray
            The index in `hashes` of each hash that is known, in the order given, and its index among the known hashes.
        """
        if not len(self.known):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._asked += len(hashes)
        if self._asked < FEW or self._crowded:
            index = np.minimum(np.searchsorted(self.known, hashes), len(self.known) - 1)
            hit = self.known.take(index) == hashes
            at = np.flatnonzero(hit if chosen is None else hit & chosen)
            return at, index.take(at)
        bucket = (hashes >> self._shift).astype(np.int64)
        found = self._begin.take(bucket)
        index = found & _INDEX
        hit = self._padded.take(index) == hashes
        # Nearly all hashes equal the first of their bucket, or it holds no other; the rest are compared with the next.
        other = np.flatnonzero((found > _INDEX) & ~hit)
        end = self._begin.take(bucket.take(other) + 1) & _INDEX
        while len(other):
            index[other] += 1
            next_index = index.take(other)
            same = self.known.take(next_index) == hashes.take(other)
            hit[other] = same
            goes_on = ~same & (next_index + 1 < end)
            other, end = other[goes_on], end[goes_on]
        at = np.flatnonzero(hit if chosen is None else hit & chosen)
        return at, index.take(at)

    @cached_property
    def _begin(self) -> npt.NDArray[np.int32]:
        """The index at which each bucket begins, then the end of the last; marked if a bucket holds several hashes."""
        sizes = np.bincount((self.known >> self._shift).astype(np.int64), minlength=1 << 64 - int(self._shift))
        begin = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(sizes, out=begin[1:])
        begin[:-1] += np.where(sizes > 1, _INDEX + 1, 0).astype(np.int32)
        return begin

    @cached_property
    def _padded(self) -> UInt64:
        # An empty last bucket begins after the last hash, so one more hash is needed; it belongs to the first bucket.
        return np.append(self.known, self.known[0])

    @cached_property
    def _crowded(self) -> bool:
        return bool(np.bincount((self.known >> self._shift).astype(np.int64)).max() > CROWDED)

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(64 - (ROOM * len(self.known)).bit_length())


Entries = tuple[Int, Int, Float]
"""Text number, n-gram number and count of each n-gram of each text, sorted by text."""

# The most texts whose n-grams are counted at once, so that they fit into the cache. Texts that are joined from parts
# are several times as long, so fewer of them are counted at once.
PIECE, JOINED_PIECE = 2_000, 500


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of the known n-grams of some texts of a batch: one entry for each text and n-gram, sorted by n-gram.

    Attributes
    ----------
    first, texts
        The number of the first text in the batch, and the number of texts.
    row, term, count
        For each entry the number of the text, counted from `first`, the number of the n-gram, and its count.
    """

    first: int
    texts: int
    row: Int
    term: Int
    count: Int


@dataclass(frozen=True)
class NgramScorer:
    """Log-odds of a text by its n-grams; for words, equal to scikit-learn's ``TfidfVectorizer`` and linear model.

    The vocabulary holds the 64-bit hashes of the n-grams: it is small and quick to load, and holds no text of articles.

    Attributes
    ----------
    hashes
        The known n-grams' hashes, ascending; shape (n-grams,).
    idf
        Their inverse document frequencies; shape (n-grams,).
    weights
        Their weights in the linear model; shape (n-grams,).
    intercept
        The linear model's intercept; shape ().
    unknown_idf
        Inverse document frequency of an unknown word; shape ().
    """

    hashes: UInt64
    idf: Float32
    weights: Float32
    intercept: Float32
    unknown_idf: Float32

    def log_odds(self, tokens: Tokens | JoinedTokens) -> Float:
        """Return the log-odds of core of each text of a batch, shape (texts,)."""
        return self.log_odds_of(self.counted(tokens))

    def log_odds_of(self, counted: Iterable[Counted]) -> Float:
        """Score texts by their counted n-grams."""
        scores = [np.zeros(0)]
        for part in counted:
            row, count = part.row, part.count
            both = self._both.take(part.term).astype(np.complex128)
            size, moved = both.real**2, both.real * both.imag
            several = np.flatnonzero(count > 1)
            frequency = 1.0 + np.log(count.take(several))
            size[several] *= frequency**2
            moved[several] *= frequency
            length = np.sqrt(sums(row, size, part.texts))
            scores.append(sums(row, moved, part.texts) / np.where(length > 0, length, 1.0))
        return np.concatenate(scores) + float(self.intercept)

    def entries(self, tokens: Tokens | JoinedTokens) -> Entries:
        """Return the text number, the n-gram number and the count of each known n-gram of each text."""
        return ngram_entries(self.lookup, tokens)

    def idf_of(self, hashes: UInt64) -> Float:
        """Return the inverse document frequency of each word, known or unknown, by its hash."""
        idf = np.full(len(hashes), float(self.unknown_idf))
        at, index = self.lookup.find(hashes)
        idf[at] = self.idf.take(index)
        return idf

    @cached_property
    def lookup(self) -> Lookup:
        """Finds known n-grams by their hashes."""
        return Lookup(self.hashes)

    @cached_property
    def _both(self) -> npt.NDArray[np.complex64]:
        # As a complex number, the two numbers of an n-gram are read from memory together.
        return np.asarray(self.idf + 1j * self.weights, np.complex64)

    def counted(self, tokens: Tokens | JoinedTokens) -> Iterator[Counted]:
        """Count the known n-grams of a batch's texts, some texts at a time."""
        return counted_ngrams(self.lookup, tokens)


def counted_ngrams(lookup: Lookup, tokens: Tokens | JoinedTokens) -> Iterator[Counted]:
    """Count the known n-grams of a batch's texts, some texts at a time."""
    size = JOINED_PIECE if isinstance(tokens, JoinedTokens) else PIECE
    for first, parts in tokens.known(lookup.find, size):
        row, term = map(np.concatenate, zip(*parts, strict=True))
        order = stable_order(term)  # the texts of each n-gram are in order already
        row, term = row.take(order) - first, term.take(order)
        starts = np.flatnonzero(changes(term) | changes(row))
        texts = min(size, tokens.count - first)
        yield Counted(first, texts, row.take(starts), term.take(starts), np.diff(starts, append=len(row)))


def ngram_entries(lookup: Lookup, tokens: Tokens | JoinedTokens) -> Entries:
    """Return the text number, the n-gram number and the count of each known n-gram of each text."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for part in counted_ngrams(lookup, tokens):
        by_text = stable_order(part.row)
        found.append((part.row.take(by_text) + part.first, part.term.take(by_text), part.count.take(by_text)))
    row, term, count = (np.concatenate(column) for column in zip(*found, strict=True))
    return row, term, count.astype(np.float64)


def fitted_idf(term: Int, *, ngrams: int, texts: int) -> Float32:
    """Return the inverse document frequency of each n-gram, by the n-gram numbers of the entries of all texts."""
    frequency = np.bincount(term, minlength=ngrams)
    return np.asarray(np.log((1 + texts) / (1 + frequency)) + 1, np.float32)


def tfidf_matrix(entries: Entries, idf: Float32, texts: int) -> scipy.sparse.csr_matrix:
    """Return the TF-IDF of texts by their entries, each row of length 1; shape (texts, n-grams)."""
    import scipy.sparse

    row, term, count = entries
    value = np.asarray((1 + np.log(count)) * idf[term], np.float64)
    size = np.sqrt(sums(row, value**2, texts))
    return scipy.sparse.csr_matrix(((value / size[row]).astype(np.float32), (row, term)), shape=(texts, len(idf)))


def known_ngrams(tokens: Tokens, groups: Int, *, min_groups: int) -> UInt64:
    """Find the n-grams that occur in at least `min_groups` groups (pages).

    Parameters
    ----------
    tokens
        Unigrams of the training texts.
    groups
        Each text's group, from 0.
    min_groups
        The fewest groups of an n-gram: n-grams of fewer pages do not generalise to other pages.

    Returns
    -------
    numpy.ndarray
        Their hashes, ascending.

    Examples
    --------
    >>> tokens = tokenise(["Read more", "Read on", "More"])
    >>> len(known_ngrams(tokens, np.array([0, 1, 2]), min_groups=2))  # read, more
    2
    """
    ngrams = tuple(tokens.ngrams())
    distinct = [(np.zeros(0, np.uint64), np.zeros(0, np.int64))]
    for begin in range(0, tokens.count, PIECE):
        for part in ngrams:
            piece = part.rows(begin, begin + PIECE)
            distinct.append(_distinct(piece.hashes, groups[piece.row]))
    # A group may lie in several pieces, so the pieces are joined and made distinct again.
    hashes, _ = _distinct(*(np.concatenate(column) for column in zip(*distinct, strict=True)))
    unique, count = np.unique(hashes, return_counts=True)
    return np.asarray(unique[count >= min_groups])


def _distinct(hashes: UInt64, group: Int) -> tuple[UInt64, Int]:
    order = np.lexsort((group, hashes))
    hashes, group = hashes[order], group[order]
    new = changes(hashes) | changes(group)
    return hashes[new], group[new]


def fit_ngrams(
    texts: Sequence[str],
    core: npt.NDArray[np.bool_],
    *,
    groups: Int,
    weights: Float,
    min_groups: int = 3,
    most: int | None = None,
    inverse_regularisation: float = 3.0,
    read: Callable[[Sequence[str]], Tokens] = tokenise,
) -> NgramScorer:
    """Fit stage 1 on labelled texts.

    Parameters
    ----------
    texts
        The training texts.
    core
        Whether each is core.
    groups
        Each text's page, from 0.
    weights
        Each text's weight in the fit.
    min_groups
        The smallest number of pages in which an n-gram must occur to be known.
    most
        The greatest number of n-grams: if more are known, those of greatest influence are kept, and the regression is
        fitted on them again. None keeps all.
    inverse_regularisation
        ``C`` of `sklearn.linear_model.LogisticRegression`.
    read
        Turns the texts into tokens.
    """
    from sklearn.linear_model import LogisticRegression

    tokens = read(texts)
    hashes = known_ngrams(tokens, groups, min_groups=min_groups)
    while True:
        entries = ngram_entries(Lookup(hashes), tokens)
        idf = fitted_idf(entries[1], ngrams=len(hashes), texts=len(texts))
        matrix = tfidf_matrix(entries, idf, len(texts))
        # The regression needs at least one column, even if no n-gram is known.
        matrix.resize(len(texts), max(len(hashes), 1))
        model = LogisticRegression(C=inverse_regularisation, max_iter=60, tol=1e-3)  # need not be exact
        model.fit(matrix, core, sample_weight=weights)
        if most is None or len(hashes) <= most:
            break
        influence = np.abs(model.coef_[0]) * idf
        hashes = np.sort(hashes[np.argsort(-influence, kind="stable")[:most]])
    return NgramScorer(
        hashes,
        idf,
        model.coef_[0, : len(hashes)].astype(np.float32),
        np.asarray(model.intercept_[0], np.float32),
        np.asarray(np.log(1 + len(texts)) + 1, np.float32),
    )
