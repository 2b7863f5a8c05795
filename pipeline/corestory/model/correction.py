"""Corrections: log-odds that an adaptation learned from a few articles, added to those of stage 2.

A correction is a linear model over n-grams of words, word shapes and markup words, over the first and last words of
paragraphs without markup, and over the place of a paragraph between landmarks. It is fitted with the model's own
log-odds as offset, so it learns only the residual.

A correction changes only pages that look like the learned pages. Its weight grows with the share of a page's lines that
appear on learned pages. It does not need the URL of a page, because texts seldom have one. It changes either all
paragraphs of such a page, or only the landmarks, whose label is nearly always the same on all pages. In both cases, if
it has full weight on a page, other lines outside of the story bounds (`corestory.features.landmarks`) are filler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from corestory.features.landmarks import (
    BoundLines,
    element_hashes,
    end_tokens,
    likeness,
    outside_of_story,
    place_tokens,
)
from corestory.features.layout import changes, sums
from corestory.features.tokens import JoinedTokens, Tokens
from corestory.model.ngrams import Lookup, counted_ngrams
from corestory.model.site_memory import SHORTEST, hashed
from corestory.types import Bool, Float, Float32, UInt64

if TYPE_CHECKING:
    from corestory.features.batch_features import BatchFeatures

ALIKE = 0.3
"""The least share of a page's distinct lines that must be landmarks for a correction to have full weight."""

OUTSIDE = -8.0
"""Added to the log-odds of other lines outside of the story bounds, in place of the linear model's log-odds."""


@dataclass(frozen=True)
class TokenWeights:
    """A linear model over the n-grams of one kind of tokens, known by their hashes.

    Attributes
    ----------
    hashes
        The known n-grams' hashes, ascending; shape (n-grams,).
    weights
        Their weights; shape (n-grams,).

    Examples
    --------
    >>> from corestory.features.tokens import hash_token, tokenise
    >>> known = TokenWeights(np.array([hash_token("share")], np.uint64), np.array([-3.0], np.float32))
    >>> tokens = tokenise(["Share", "Share this story, please", "It rained."])
    >>> known.log_odds(tokens, distinct_ngrams(tokens)).round(2).tolist()
    [-3.0, -1.13, 0.0]
    """

    hashes: UInt64
    weights: Float32

    def log_odds(self, tokens: Tokens | JoinedTokens, sizes: Float) -> Float:
        """Sum the weights of each text's distinct n-grams, and divide the sum by the square root of the text's size.

        Parameters
        ----------
        tokens
            The texts' tokens.
        sizes
            The number of n-grams of each text, known or unknown; shape (texts,). Unknown n-grams count because they
            are evidence that the text differs from the learned ones.
        """
        total = np.zeros(tokens.count)
        for part in counted_ngrams(self._lookup, tokens):
            inside = slice(part.first, part.first + part.texts)
            total[inside] = sums(part.row, self.weights.take(part.term).astype(np.float64), part.texts)
        return np.asarray(total / np.sqrt(sizes))

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.hashes)


def distinct_ngrams(tokens: Tokens) -> Float:
    """Count the distinct n-grams of each text, at least 1; shape (texts,)."""
    total = np.zeros(tokens.count, np.int64)
    for part in tokens.ngrams():
        order = np.lexsort((part.hashes, part.row))
        row, hashes = part.row[order], part.hashes[order]
        total += np.bincount(row[changes(hashes) | changes(row)], minlength=tokens.count)
    return np.maximum(total, 1).astype(np.float64)


def markup_ngrams(tokens: Tokens | JoinedTokens) -> Float:
    """Count the n-grams of each text's markup words, at least 1; shape (texts,). Few are repeated, so all count."""
    if isinstance(tokens, Tokens):
        single = np.bincount(tokens.row, minlength=tokens.count)
    else:
        parts = np.bincount(tokens.parts.row, minlength=tokens.parts.count)
        single = np.bincount(tokens.row, parts[tokens.part], tokens.count).astype(np.int64)
    return np.maximum(2 * single - 1, 1).astype(np.float64)


@dataclass(frozen=True)
class Correction:
    """The linear model of one adaptation, for paragraphs with markup or without.

    Attributes
    ----------
    lines
        Hashes of the lines around the stories of the learned pages (`corestory.model.site_memory.hashed`), ascending.
    intercept
        Log-odds added to every paragraph of a page that looks like the learned ones; shape ().
    other_lines
        1 if the correction applies to all lines, 0 if it applies to `lines` only; shape ().
    bounds
        The lines that appear before stories and the lines that appear after stories.
    places
        Weights by `corestory.features.landmarks.place_tokens`.
    words, forms
        Weights by words and by word shapes.
    markup
        Weights by markup words; None in a correction for paragraphs without markup.
    ends
        Weights by `corestory.features.landmarks.end_tokens`; None in a correction for paragraphs with markup.
    """

    lines: UInt64
    intercept: Float32
    other_lines: Float32
    bounds: BoundLines
    places: TokenWeights
    words: TokenWeights
    forms: TokenWeights
    markup: TokenWeights | None = None
    ends: TokenWeights | None = None

    @property
    def html(self) -> bool:
        """Whether the correction is for paragraphs with markup."""
        return self.markup is not None

    def added(self, features: BatchFeatures, lines: KnownLines, own: Float) -> AddedLogOdds:
        """Return the log-odds to add to each paragraph of a batch.

        Parameters
        ----------
        features
            The features of the batch; with markup if the correction is for paragraphs with markup.
        lines
            The lines of the batch.
        own
            The model's log-odds without corrections, shape (paragraphs,).

        Returns
        -------
        AddedLogOdds
            0 on a page that has no line in common with the learned pages.
        """
        known = lines.among(self.lines)
        counts = lines.counts(known)
        if not counts.any():
            return AddedLogOdds.nothing(len(known))
        elements = None
        found = np.full(len(known), float(self.intercept))
        for weights, of_texts in ((self.words, features.tokens), (self.forms, features.forms)):
            found += weights.log_odds(of_texts, distinct_ngrams(of_texts))
        if self.markup is not None:
            tokens, number = features.markup_tokens
            elements = element_hashes(tokens, number)
            found += self.markup.log_odds(tokens, markup_ngrams(tokens))[number]
        if self.ends is not None:
            found += self.ends.log_odds(end_tokens(features.tokens), np.ones(len(known)))
        places = place_tokens(lines.hashes, known, features.layout, elements)
        found += self.places.log_odds(places, distinct_ngrams(places))
        outside = lines.outside(self.bounds, known, counts, own)
        total = counts * np.where(outside, OUTSIDE, np.where(known, 1.0, self.other_lines) * found)
        return AddedLogOdds(total, np.where(outside | (self.other_lines == 0), total, 0.0))


class KnownLines:
    """The hashes of a batch's lines, to find the lines that learned pages have, too.

    Parameters
    ----------
    features
        The features of the batch.
    """

    def __init__(self, features: BatchFeatures) -> None:
        found = hashed(features.batch.texts)
        self.hashes, self.layout = found.hashes, features.layout
        self.tells = found.lengths >= SHORTEST

    def among(self, hashes: UInt64) -> Bool:
        """Return whether the hash of each line is in an ascending array; lines below `SHORTEST` bytes never match."""
        known = np.zeros(len(self.hashes), bool)
        known[Lookup(hashes).find(self.hashes)[0]] = True
        return np.asarray(known & self.tells)

    def counts(self, known: Bool) -> Float:
        """Return the weight of a correction for each line, 0 to 1, by the share of its page's lines that are known."""
        share = np.minimum(likeness(known, self.hashes, self.layout) / ALIKE, 1.0)
        return np.asarray(share[self.layout.article])

    def outside(self, bounds: BoundLines, known: Bool, counts: Float, own: Float) -> Bool:
        """Return which unknown lines are outside of the story bounds, on pages where a correction has full weight.

        Parameters
        ----------
        bounds
            The lines before and after stories.
        known, counts
            The results of `among` and `counts` for each line.
        own
            As in `Correction.added`.
        """
        outside = outside_of_story(self.among(bounds.before), self.among(bounds.after), own, self.layout)
        return np.asarray(outside & ~known & (counts == 1))


@dataclass(frozen=True, slots=True)
class AddedLogOdds:
    """The log-odds that corrections add to the paragraphs of a batch.

    Attributes
    ----------
    total
        The sum of all corrections, shape (paragraphs,).
    of_lines
        The part that is no evidence about other paragraphs: the corrections that apply to landmarks only, and those
        of all lines outside of the story bounds; shape (paragraphs,).
    """

    total: Float
    of_lines: Float

    @classmethod
    def nothing(cls, count: int) -> AddedLogOdds:
        """Return zeros for a number of paragraphs."""
        return cls(np.zeros(count), np.zeros(count))

    def __add__(self, other: AddedLogOdds) -> AddedLogOdds:
        return AddedLogOdds(self.total + other.total, self.of_lines + other.of_lines)


def correction_of(
    corrections: Sequence[Correction], features: BatchFeatures, own: Float, *, html: bool
) -> AddedLogOdds | None:
    """Add up the log-odds of a model's corrections for each paragraph; None if no correction applies.

    Parameters
    ----------
    corrections
        The corrections of the model.
    features, own
        As in `Correction.added`.
    html
        Whether to apply the corrections for paragraphs with markup, or those for paragraphs without.
    """
    chosen = [correction for correction in corrections if correction.html is html]
    if not chosen:
        return None
    lines = KnownLines(features)
    return reduce(add, (correction.added(features, lines, own) for correction in chosen))
