"""The kind of each filler paragraph and the role of each core paragraph, by n-grams and neighbours.

The first step scores each class by the paragraph's own n-grams: those of its first words and word shapes, and on pages
those of its markup words. The second step is a small perceptron. It reads these scores for the paragraph and for its
neighbours (stacked sequential learning; Cohen and Carvalho, IJCAI 2005), where the story is, and which words the
paragraph shares with it. So it learns that a headline in a list of headlines is a teaser whatever its words, and that a
name above the story is a byline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.features.batch_features import BatchFeatures, features_of_a_paragraph
from corestory.features.layout import Layout, changes
from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.ngrams import PIECE, Lookup, ngram_entries
from corestory.types import Bool, Float, Float32, UInt64

if TYPE_CHECKING:
    from corestory.features.tokens import JoinedTokens, Tokens

CLASSES: tuple[str, ...] = (*KINDS, *ROLES)
"""The classes, in the order of the columns of the weights."""

STEPS, FAR_STEPS = (-2, -1, 1, 2), (-3, -2, -1, 1, 2, 3)
WIDTHS = (3, 8)
WORDS_READ = 30
"""The number of first words of a paragraph that are read, and of first word shapes: the beginning shows the kind."""
_LEAST = 1e-4


@dataclass(frozen=True)
class KindNgrams:
    """Scores of each class by n-grams of one sort, with the TF-IDF of `corestory.model.ngrams`.

    Attributes
    ----------
    hashes, idf
        As in `corestory.model.ngrams.NgramScorer`; shape (n-grams,).
    weights
        Weight of each n-gram for each class; shape (n-grams, classes).
    intercept
        The intercept of each class; shape (classes,).
    """

    hashes: UInt64
    idf: Float32
    weights: npt.NDArray[np.float16]
    intercept: Float32

    def logits(self, tokens: Tokens | JoinedTokens) -> Float:
        """Score each text of a batch; shape (texts, classes)."""
        found = np.zeros((tokens.count, len(CLASSES)))
        row, term, count = ngram_entries(self._lookup, tokens)
        several = np.flatnonzero(count > 1)
        frequency = (1 + np.log(count.take(several))).astype(np.float32)
        squares = self._squares.take(term)
        squares[several] *= frequency**2
        # Score a few texts at a time, because the products of all texts would fill the memory.
        for begin in range(0, tokens.count, PIECE):
            inside = slice(*np.searchsorted(row, (begin, begin + PIECE)))
            first = np.flatnonzero(changes(row[inside]))
            if len(first):
                products = self._products.take(term[inside], axis=0)
                again = slice(*np.searchsorted(several, (inside.start, inside.stop)))
                products[several[again] - inside.start] *= frequency[again, None]
                length = np.sqrt(np.add.reduceat(squares[inside], first))
                found[row[inside].take(first)] = np.add.reduceat(products, first, axis=0) / length[:, None]
        return found + self.intercept

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.hashes)

    @cached_property
    def _products(self) -> Float32:
        return np.asarray(self.weights.astype(np.float32) * self.idf[:, None])

    @cached_property
    def _squares(self) -> Float32:
        return np.asarray(self.idf**2)


@dataclass(frozen=True)
class KindContext:
    """The second step: a perceptron with one hidden layer over standardised features.

    The features are those of `story_features`, then those of `class_features`.

    Attributes
    ----------
    mean, scale
        Mean and standard deviation of each feature; shape (features,).
    hidden, hidden_bias
        The weights and biases of the rectified hidden units; shapes (features, units) and (units,).
    weights, intercept
        The weights and intercepts of each class; shapes (units, classes) and (classes,).
    """

    mean: Float32
    scale: Float32
    hidden: Float32
    hidden_bias: Float32
    weights: Float32
    intercept: Float32

    def probabilities(self, story: Float, classes: Float) -> Float:
        """Return the probability of each class by the features of `story_features` and `class_features`.

        Returns
        -------
        numpy.ndarray
            Shape (paragraphs, classes).
        """
        hidden, bias = self._unscaled
        # Two products are cheaper than one product of both blocks, because joining the blocks copies them.
        units = story @ hidden[: story.shape[1]]
        units += classes @ hidden[story.shape[1] :]
        units += bias
        np.maximum(units, 0.0, out=units)
        return softmax(units @ self.weights.astype(np.float64) + self.intercept)

    @cached_property
    def _unscaled(self) -> tuple[Float, Float]:
        # Scaling the few weights is cheaper than standardising all features.
        hidden = self.hidden / self.scale[:, None].astype(np.float64)
        return hidden, self.hidden_bias - self.mean @ hidden


@dataclass(frozen=True)
class KindHead:
    """The learned arrays that predict kinds and roles.

    Attributes
    ----------
    words, forms
        N-grams of words and of word shapes.
    text
        The second step for paragraphs without markup.
    markup, html
        N-grams of markup words, and the second step for paragraphs with markup; None in a model without markup.
    """

    words: KindNgrams
    forms: KindNgrams
    text: KindContext
    markup: KindNgrams | None = None
    html: KindContext | None = None

    def probabilities(self, features: BatchFeatures, core: Bool) -> Float:
        """Return the probability of each class of each paragraph; it does not depend on the batch.

        Parameters
        ----------
        features
            The features of the batch.
        core
            Whether each paragraph is core; shape (paragraphs,).

        Returns
        -------
        numpy.ndarray
            Shape (paragraphs, classes).
        """
        words, forms = features.tokens.leading(WORDS_READ), features.forms.leading(WORDS_READ)
        logits = self.words.logits(words) + self.forms.logits(forms)
        context = self.text
        if features.batch.markup is not None and self.markup is not None and self.html is not None:
            tokens, number = features.markup_tokens
            logits += self.markup.logits(tokens)[number]
            context = self.html
        own = softmax(logits)
        return context.probabilities(story_features(features, core), class_features(own, features.layout))


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Kinds and roles of an article's paragraphs.

    Attributes
    ----------
    names
        The kind of each filler paragraph, or ``"title"`` if it repeats the title, and the role of each core paragraph.
    scores
        The probability of each name among the names that the label allows, 0 to 1; shape (paragraphs,).
    """

    names: tuple[str, ...]
    scores: Float


# A filler paragraph may be a second copy of the title.
_OF_FILLER = np.array([name in KINDS or name == "title" for name in CLASSES])
_OF_CORE = np.array([name in ROLES for name in CLASSES])


def chosen_kinds(probabilities: Float, core: Bool) -> Kinds:
    """Choose the likeliest kind of each filler paragraph and the likeliest role of each core paragraph.

    Examples
    --------
    >>> probabilities = np.full((2, len(CLASSES)), 0.01)
    >>> probabilities[:, CLASSES.index("legal")] = 0.5
    >>> probabilities[:, CLASSES.index("body")] = 0.4
    >>> chosen_kinds(probabilities, np.array([False, True])).names
    ('legal', 'body')
    """
    allowed = np.where(core[:, None], _OF_CORE, _OF_FILLER)
    possible = np.where(allowed, np.maximum(probabilities, 1e-12), 0.0)
    best = possible.argmax(axis=1)
    scores = possible[np.arange(len(best)), best] / possible.sum(axis=1)
    return Kinds(tuple(CLASSES[number] for number in best.tolist()), scores)


def story_features(features: BatchFeatures, core: Bool) -> Float:
    """Describe each paragraph by its shape, its place relative to the story, and the words that it shares with it.

    Parameters
    ----------
    features
        The features of the batch.
    core
        Whether each paragraph is core.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs, features).
    """
    layout, words = features.layout, features.words
    position = layout.position.astype(float)
    size = (layout.end - layout.start).astype(float)
    mass = core * words
    total, before = np.maximum(layout.total(mass), 1e-9), layout.before(mass)
    inside, length = core.astype(float), np.log1p(words)
    topic, *of_neighbours = features.topics(inside)
    columns = [
        features.shape, core, np.log1p(position), np.log1p(size - 1 - position), position / size, before / total,
        (before + mass) / total, before == 0, before + mass >= total, *layout.gaps(core), topic, features.title,
        layout.neighbours(length, FAR_STEPS), layout.means(length, WIDTHS), layout.neighbours(inside, FAR_STEPS),
        *of_neighbours,
    ]  # fmt: skip
    return np.column_stack(columns)


def class_features(own: Float, layout: Layout) -> Float:
    """Describe each paragraph by its own class probabilities and those of its neighbours.

    Parameters
    ----------
    own
        Class probabilities by each paragraph's own n-grams; shape (paragraphs, classes).
    layout
        Which paragraphs make an article.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs, features).
    """
    size = (layout.end - layout.start).astype(float)
    columns = np.ascontiguousarray(own.T)
    blocks = [np.log(np.maximum(columns, _LEAST)), columns]
    for column in columns:
        blocks += [layout.neighbours(column, STEPS).T, layout.means(column, WIDTHS).T, layout.total(column) / size]
    return np.vstack(blocks).T


@cache
def kind_feature_count() -> int:
    """Count the features of the second step.

    Examples
    --------
    >>> kind_feature_count() > 2 * len(CLASSES)
    True
    """
    features = features_of_a_paragraph()
    own = np.full((1, len(CLASSES)), 1 / len(CLASSES))
    blocks = story_features(features, np.ones(1, bool)), class_features(own, features.layout)
    return sum(block.shape[1] for block in blocks)


def softmax(logits: Float) -> Float:
    """Turn logits into probabilities, row by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
