"""Stage 1: TF-IDF of n-grams into a linear classifier, as four arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.features.layout import sums
from pipeline.features.tokens import Int64, Tokens, UInt64, tokenise

Float = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]

# The n-grams of so many texts are counted at once.
PIECE = 5_000

@dataclass(frozen=True, slots=True)
class NgramScorer:
    """Log-odds of a text from its n-grams, those of words equal to scikit-learn's ``TfidfVectorizer`` and linear model.

    The vocabulary is the n-grams' 64-bit hashes: smaller than their text, quick to load, and nobody's sentences.

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
        Inverse document frequency of a word that is not known; shape ().
    """

    hashes: UInt64
    idf: Float32
    weights: Float32
    intercept: Float32
    unknown_idf: Float32

    def log_odds(self, tokens: Tokens) -> Float:
        """Score each text of a batch.

        Parameters
        ----------
        tokens
            The batch's tokens; how long their n-grams are, they say themselves.

        Returns
        -------
        numpy.ndarray
            Log-odds of core, shape (texts,).
        """
        row, term, count = self.entries(tokens)
        weight = (1.0 + np.log(count)) * self.idf[term].astype(np.float64)
        size = np.sqrt(sums(row, weight**2, tokens.count))
        moved = sums(row, weight * self.weights[term].astype(np.float64), tokens.count)
        return np.asarray(moved / np.where(size > 0, size, 1.0) + float(self.intercept))

    def entries(self, tokens: Tokens) -> tuple[Int64, Int64, Float]:
        """Find the known n-grams of each text: text number, n-gram number, and how often it occurs."""
        size = np.int64(max(len(self.hashes), 1))
        ngrams = tuple(tokens.ngrams())
        keys, counts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        # Sorted some texts at a time, for all tokens of a corpus at once would fill the memory.
        for begin in range(0, tokens.count, PIECE):
            found = [self._known(part.rows(begin, begin + PIECE)) for part in ngrams]
            key = np.concatenate([row * size + term for row, term in found])
            unique, count = np.unique(key, return_counts=True)
            keys.append(unique)
            counts.append(count)
        return *np.divmod(np.concatenate(keys), size), np.concatenate(counts).astype(np.float64)

    def unigram_idf(self, tokens: Tokens) -> Float:
        """Inverse document frequency of each token, known or not."""
        place, known = self._places(tokens.hashes)
        return np.where(known, self.idf[place] if len(self.idf) else 0.0, float(self.unknown_idf))

    def _known(self, tokens: Tokens) -> tuple[Int64, Int64]:
        place, known = self._places(tokens.hashes)
        return tokens.row[known], place[known]

    def _places(self, hashes: UInt64) -> tuple[Int64, npt.NDArray[np.bool_]]:
        if not len(self.hashes):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), bool)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return place, self.hashes[place] == hashes


def known_ngrams(tokens: Tokens, groups: Int64, *, min_groups: int) -> UInt64:
    """Find the n-grams that occur in at least so many groups (pages).

    Parameters
    ----------
    tokens
        Unigrams of the training texts.
    groups
        Each text's group, from 0.
    min_groups
        An n-gram of fewer groups is that page's own and generalises to none.

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
    # A group may lie in several pieces, so what is distinct in each is made distinct in all.
    hashes, _ = _distinct(*(np.concatenate(column) for column in zip(*distinct, strict=True)))
    unique, count = np.unique(hashes, return_counts=True)
    return np.asarray(unique[count >= min_groups])


def _distinct(hashes: UInt64, group: Int64) -> tuple[UInt64, Int64]:
    order = np.lexsort((group, hashes))
    hashes, group = hashes[order], group[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (group[1:] != group[:-1])
    return hashes[new], group[new]


def fit_ngrams(
    texts: Sequence[str],
    core: npt.NDArray[np.bool_],
    *,
    groups: Int64,
    weights: Float,
    min_groups: int = 3,
    inverse_regularisation: float = 3.0,
    max_iter: int = 60,
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
        In how many pages an n-gram must occur to be known.
    inverse_regularisation
        ``C`` of `sklearn.linear_model.LogisticRegression`.
    max_iter
        Its limit of iterations; the fit is good long before it is exact.
    read
        What makes tokens of the texts.

    Returns
    -------
    NgramScorer
    """
    import scipy.sparse
    from sklearn.linear_model import LogisticRegression

    tokens = read(texts)
    hashes = known_ngrams(tokens, groups, min_groups=min_groups)
    nothing, zero = np.zeros(len(hashes), np.float32), np.zeros((), np.float32)
    row, term, count = NgramScorer(hashes, nothing, nothing, zero, zero).entries(tokens)
    frequency = np.bincount(term, minlength=len(hashes))
    idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
    value = np.asarray((1 + np.log(count)) * idf[term], np.float64)
    size = np.sqrt(sums(row, value**2, len(texts)))
    matrix = scipy.sparse.csr_matrix(
        ((value / size[row]).astype(np.float32), (row, term)), shape=(len(texts), max(len(hashes), 1))
    )
    model = LogisticRegression(C=inverse_regularisation, max_iter=max_iter, tol=1e-3)
    model.fit(matrix, core, sample_weight=weights)
    return NgramScorer(
        hashes,
        idf,
        model.coef_[0, : len(hashes)].astype(np.float32),
        np.asarray(model.intercept_[0], np.float32),
        np.asarray(np.log(1 + len(texts)) + 1, np.float32),
    )
