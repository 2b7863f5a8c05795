"""The fit of corrections: a logistic regression on labelled articles, with the model's own log-odds as offset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.landmarks import BoundLines, bound_lines, element_hashes, end_tokens, place_tokens
from corestory.features.layout import Layout
from corestory.features.tokens import Tokens, tokenise
from corestory.model.correction import (
    OUTSIDE,
    AddedLogOdds,
    Correction,
    KnownLines,
    TokenWeights,
    distinct_ngrams,
    markup_ngrams,
)
from corestory.model.ngrams import Lookup, known_ngrams, ngram_entries
from corestory.types import Bool, Float, Int, UInt64

if TYPE_CHECKING:
    import scipy.sparse

    from corestory.model.calibration import PlattScaling
    from corestory.model.scoring import ScoredBatch

INTERCEPT_PENALTY = 10.0
"""L2 penalty of the intercept. It is high: more story on one page than expected is little evidence about the next page.
"""

PLACE_SCALE = 2.5
"""The scale of the tokens of a paragraph's place relative to n-grams: they are few and the best evidence."""

LEAST_ARTICLES = 2
"""The fewest articles in which an n-gram must occur; with at most this number of articles, one is enough."""

LIMIT = 8.0
"""The greatest size of the model's log-odds; they are clipped here, so that labels can contradict them."""

CONTRADICTED = 1.4
"""The least log-odds of core (a score of 0.8) of filler whose label contradicts the model."""

ITERATIONS = 50


@dataclass(frozen=True, slots=True)
class FittedCorrection:
    """A correction, and the log-odds that it adds to all articles.

    Attributes
    ----------
    correction
        The correction.
    added
        The log-odds that it adds to each paragraph. The landmarks of an article come from other articles only.
    of_lines
        Which paragraphs a correction of landmarks only changes: landmarks, and lines outside of the story bounds;
        shape (paragraphs,).
    """

    correction: Correction
    added: AddedLogOdds
    of_lines: Bool

    def of_known_lines(self) -> FittedCorrection:
        """Return the same correction, limited to landmarks and to lines outside of the story bounds."""
        correction = replace(self.correction, other_lines=np.array(0.0, np.float32))
        log_odds = np.where(self.of_lines, self.added.total, 0.0)
        return FittedCorrection(correction, AddedLogOdds(log_odds, log_odds), self.of_lines)


class Residuals:
    """Labelled articles in one form, with markup or without, prepared for fits to some of them.

    Parameters
    ----------
    scored
        The articles as the model scored them.
    labels
        1 for core, 0 for filler, -1 for no label; shape (paragraphs,).
    scaling
        The model's Platt scaling for this form.
    """

    def __init__(self, scored: ScoredBatch, labels: Int, scaling: PlattScaling) -> None:
        features = scored.features
        self._layout, self._labels, self._scaling = features.layout, labels, scaling
        self._offset = np.clip(scaling.slope * scored.log_odds + scaling.offset, -LIMIT, LIMIT)
        self._weight = paragraph_weights(scored)
        self._lines, self._own = KnownLines(features), scored.uncorrected
        least = LEAST_ARTICLES if len(self._layout.sizes) > LEAST_ARTICLES else 1
        self._elements: UInt64 | None = None
        self._ngrams = [
            _Columns.of(tokens, distinct_ngrams(tokens), self._layout.article, least=least)
            for tokens in (features.tokens, features.forms)
        ]
        if scored.html and features.batch.markup is not None:
            tokens, number = features.markup_tokens
            self._elements = element_hashes(tokens, number)
            spelt = tokenise(features.batch.markup.words.spelt())
            self._ngrams.append(_Columns.of(spelt, markup_ngrams(spelt), self._layout.article, least=least))
        else:
            self._weight = _with_one_contradiction(self._weight, labels, self._offset, self._layout)
            ends = end_tokens(features.tokens)
            self._ngrams.append(_Columns.of(ends, np.ones(ends.count), self._layout.article, least=least))

    def fits(self, learned: Bool, penalties: Sequence[float]) -> Iterator[FittedCorrection]:
        """Fit corrections to some of the articles.

        Parameters
        ----------
        learned
            Which articles to learn from, shape (articles,). Both labels must occur in them.
        penalties
            L2 penalties of the weights.

        Yields
        ------
        FittedCorrection
            One correction per penalty.
        """
        import scipy.sparse

        known = self._known(learned)
        rows = np.flatnonzero(learned[self._layout.article] & (self._labels >= 0))
        weight = self._weight[rows] / self._weight[rows].mean()
        core = self._labels[rows] == 1
        tokens = place_tokens(self._lines.hashes, known, self._layout, self._elements)
        places = _Columns.of(tokens, distinct_ngrams(tokens), self._layout.article, scale=PLACE_SCALE)
        kinds = [kind.of_rows(rows) for kind in (*self._ngrams, places)]
        matrix = scipy.sparse.hstack([kind.matrix for kind in kinds]).tocsr()
        counted = self._lines.counts(known)
        labels = np.where(learned[self._layout.article], self._labels, -1)
        bounds = bound_lines(self._lines.hashes, self._lines.tells, labels, self._own, self._layout)
        outside = self._lines.outside(bounds, known, counted, self._own)
        start = np.zeros(matrix.shape[1] + 1)
        for penalty in penalties:
            # Start from the weights of the previous penalty, because they are near.
            found = start = _fitted(matrix[rows], self._offset[rows], core, weight, penalty, start)
            values = (matrix @ found[:-1] + found[-1]) / self._scaling.slope
            total = counted * np.where(outside, OUTSIDE, values)
            added = AddedLogOdds(total, np.where(outside, total, 0.0))
            yield FittedCorrection(self._correction(learned, kinds, found, bounds), added, known | outside)

    def _known(self, learned: Bool) -> Bool:
        """Return which lines are landmarks that appear in a learned article other than their own."""
        number, article = self._standing
        pages = np.bincount(number, learned[article], self._number.max(initial=0) + 1)
        return np.asarray((pages[self._number] > learned[self._layout.article]) & self._landmarks(learned))

    def _landmarks(self, learned: Bool) -> Bool:
        """Return which lines may be landmarks: those long enough that are in no learned story."""
        story = self._lines.hashes[learned[self._layout.article] & (self._labels == 1)]
        return np.asarray(self._lines.tells & ~np.isin(self._lines.hashes, story))

    @cached_property
    def _number(self) -> Int:
        return np.unique(self._lines.hashes, return_inverse=True)[1]

    @cached_property
    def _standing(self) -> tuple[Int, Int]:
        """The number of the line and of the article, for each distinct line of each article."""
        pairs = np.unique(np.stack([self._number, self._layout.article]), axis=1)
        return pairs[0], pairs[1]

    def _correction(self, learned: Bool, kinds: Sequence[_Columns], found: Float, bounds: BoundLines) -> Correction:
        splits = np.cumsum([len(kind.hashes) for kind in kinds])[:-1]
        parts = np.split(found[:-1] / self._scaling.slope, splits)
        parts[-1] = PLACE_SCALE * parts[-1]
        words, forms, third, places = (
            TokenWeights(kind.hashes, weights.astype(np.float32)) for kind, weights in zip(kinds, parts, strict=True)
        )
        lines = np.unique(self._lines.hashes[learned[self._layout.article] & self._landmarks(learned)])
        intercept = np.array(found[-1] / self._scaling.slope, np.float32)
        markup, ends = (None, third) if self._elements is None else (third, None)
        return Correction(lines, intercept, np.array(1.0, np.float32), bounds, places, words, forms, markup, ends)


def paragraph_weights(scored: ScoredBatch) -> Float:
    """Weight paragraphs by the logarithm of their words: long ones count more, but less than in proportion."""
    return np.asarray(np.log1p(scored.features.words) + 0.2)


def _with_one_contradiction(weights: Float, labels: Int, log_odds: Float, layout: Layout) -> Float:
    """Give all filler of an article that contradicts the model the total weight of one such paragraph.

    A page usually has one summary or note that looks like story. If many of its filler paragraphs do, the gold text
    probably leaves out a part of the story, from which the fit would learn that stories are filler. With markup this is
    not needed, because markup identifies that part.
    """
    contradicts = (labels == 0) & (log_odds >= CONTRADICTED)
    inside = np.where(contradicts, weights, 0.0)
    share = layout.maximum(inside) / np.maximum(layout.total(inside), 1e-9)
    return np.where(contradicts, weights * share, weights)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The tokens of paragraphs, scaled as in `TokenWeights`: one column for each distinct token, ascending by hash."""

    hashes: UInt64
    matrix: scipy.sparse.csr_matrix

    @staticmethod
    def of(tokens: Tokens, sizes: Float, article: Int, *, scale: float = 1.0, least: int = 1) -> _Columns:
        import scipy.sparse

        hashes = known_ngrams(tokens, article, min_groups=least)
        row, term, _ = ngram_entries(Lookup(hashes), tokens)
        values = scale / np.sqrt(sizes)[row]
        return _Columns(hashes, scipy.sparse.csr_matrix((values, (row, term)), shape=(tokens.count, len(hashes))))

    def of_rows(self, rows: Int) -> _Columns:
        """Keep only the columns of tokens that occur in the given paragraphs."""
        used = np.unique(self.matrix[rows].indices)
        return _Columns(self.hashes[used], self.matrix[:, used])


def _fitted(
    matrix: scipy.sparse.csr_matrix, offset: Float, core: Bool, weight: Float, penalty: float, start: Float
) -> Float:
    """Fit the weights and the intercept, which is the last number."""
    from scipy.optimize import minimize

    signs = np.where(core, 1.0, -1.0)
    penalties = np.append(np.full(matrix.shape[1], penalty), INTERCEPT_PENALTY)
    transposed = matrix.T.tocsr()

    def loss(found: Float) -> tuple[float, Float]:
        margin = signs * (offset + matrix @ found[:-1] + found[-1])
        slope = -signs * weight / (1 + np.exp(np.clip(margin, -50, 50)))
        total = weight @ np.logaddexp(0, -margin) + 0.5 * penalties @ found**2
        return float(total), np.append(transposed @ slope, slope.sum()) + penalties * found

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return np.asarray(found.x, np.float64)
