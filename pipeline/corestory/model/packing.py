"""A tagger's parts as named arrays, and back, with every check that arrays from elsewhere need before they are used.

The names say the place: ``words.idf``; ``html.1.scale`` is the second round's; ``text.0.2.1.weights`` is of the first
round's third perceptron, its second layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from corestory.errors import ModelError
from corestory.features.batch import batch_of_articles
from corestory.model.arrays import Array, ArrayKind
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import Parts, gather
from corestory.reading.article import Article, Markup, Paragraph

MAX_NGRAMS = 4_000_000
MAX_FEATURES = 4_096
MAX_UNITS = 1_024
MAX_ROUNDS = 4
MAX_PERCEPTRONS = 16
MAX_LAYERS = 6
# Learned numbers are far smaller. Larger ones would overflow on the way and score every paragraph NaN.
LARGEST = 1e6
# What is divided by. At training a feature that varies less gets the scale 1, and no n-gram has an idf below 1.
SMALLEST_DIVISOR = 1e-6

_SCORER = {
    "hashes": ArrayKind("uint64", (MAX_NGRAMS,)),
    "idf": ArrayKind("float32", (MAX_NGRAMS,)),
    "weights": ArrayKind("float32", (MAX_NGRAMS,)),
    "intercept": ArrayKind("float32"),
    "unknown_idf": ArrayKind("float32"),
}
_NETWORK = {"mean": ArrayKind("float32", (MAX_FEATURES,)), "scale": ArrayKind("float32", (MAX_FEATURES,))}
_FIRST_LAYER = {
    "weights": ArrayKind("float32", (MAX_FEATURES, MAX_UNITS)),
    "biases": ArrayKind("float32", (MAX_UNITS,)),
}
_LAYER = {"weights": ArrayKind("float32", (MAX_UNITS, MAX_UNITS)), "biases": ArrayKind("float32", (MAX_UNITS,))}
_NAME = re.compile(
    r"(?:words|markup|forms)\.(?P<scorer>[a-z_]+)|(?:text|html)\.(?P<round>[0-9])\."
    r"(?:(?P<network>[a-z]+)|(?P<perceptron>[0-9]|[1-9][0-9])\.(?P<layer>[0-9])\.(?P<part>[a-z]+))",
    re.ASCII,
)


def kind_of(name: str) -> ArrayKind | None:
    """Say what the array of a name must be; None for names that no model has.

    Examples
    --------
    >>> kind_of("words.hashes")
    ArrayKind(dtype='uint64', limits=(4000000,))
    >>> kind_of("text.9.mean") is None
    True
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    if found["scorer"]:
        return _SCORER.get(found["scorer"])
    if int(found["round"]) >= MAX_ROUNDS:
        return None
    if found["network"]:
        return _NETWORK.get(found["network"])
    if int(found["perceptron"]) >= MAX_PERCEPTRONS or int(found["layer"]) >= MAX_LAYERS:
        return None
    return (_LAYER if int(found["layer"]) else _FIRST_LAYER).get(found["part"])


def pack(parts: Parts) -> dict[str, Array]:
    """Name every array of a tagger's parts; always in the same order."""
    return {name: np.asarray(array, order="C") for name, array in _named(parts)}


def unpack(arrays: dict[str, Array], *, where: str) -> Parts:
    """Make a tagger's parts of named arrays, of which `kind_of` has settled the types and dimensions.

    Parameters
    ----------
    arrays
        By name.
    where
        What an error names as its place.

    Raises
    ------
    ModelError
        An array is missing or left over, shapes do not fit each other or this version's features, hashes are not
        ascending, or a number is not finite, too large, or too small to divide by.
    """
    return _Unpacking(arrays, where).parts()


def feature_counts() -> tuple[tuple[int, int], tuple[int, int]]:
    """Say how many features the networks get: without and with markup, in the first round and in later ones.

    Found by computing the features of one paragraph, so that it is what will be computed and not what was noted down.

    Examples
    --------
    >>> (first, later), (first_html, later_html) = feature_counts()
    >>> first < later < first_html < later_html  # the score of the round before, and markup, tell more
    True
    """
    nothing = np.zeros(0, np.float32)
    words = NgramScorer(np.zeros(0, np.uint64), nothing, nothing, np.zeros((), np.float32), np.ones((), np.float32))
    paragraph = Paragraph("Story.", Markup("p", (0,), 0.0, (1,)))
    evidence = gather(batch_of_articles([Article("", (paragraph,))]), words)
    score = np.zeros(1)
    text = [evidence.text_features([score] * opinions).shape[1] for opinions in (1, 2)]
    html = [evidence.html_features([score] * opinions).shape[1] for opinions in (2, 3)]
    return (text[0], text[1]), (html[0], html[1])


def _named(parts: Parts) -> Iterator[tuple[str, Array]]:
    for name, scorer in (("words", parts.words), ("markup", parts.markup), ("forms", parts.forms)):
        if scorer is not None:
            for part in _SCORER:
                yield f"{name}.{part}", getattr(scorer, part)
    for name, networks in (("text", parts.text), ("html", parts.html)):
        for number, network in enumerate(networks):
            yield f"{name}.{number}.mean", network.mean
            yield f"{name}.{number}.scale", network.scale
            for member, perceptron in enumerate(network.layers):
                for layer, (weights, biases) in enumerate(perceptron):
                    yield f"{name}.{number}.{member}.{layer}.weights", weights
                    yield f"{name}.{number}.{member}.{layer}.biases", biases


class _Unpacking:
    """Takes arrays by name, checking each, until none is left."""

    def __init__(self, arrays: dict[str, Array], where: str) -> None:
        self.left = dict(arrays)
        self.where = where

    def parts(self) -> Parts:
        words = self._scorer("words")
        markup = self._scorer("markup") if "markup.hashes" in self.left else None
        forms = self._scorer("forms") if "forms.hashes" in self.left else None
        text_widths, html_widths = feature_counts()
        text = self._rounds("text", *text_widths)
        html = self._rounds("html", *html_widths) if markup is not None else ()
        if self.left:
            name = min(self.left)
            raise ModelError(f"{name!r} belongs to no part that is there", where=self.where)
        return Parts(words, text, markup, html, forms)

    def _scorer(self, name: str) -> NgramScorer:
        hashes, idf, weights, intercept, unknown_idf = (self._take(f"{name}.{part}") for part in _SCORER)
        for part, array in (("idf", idf), ("weights", weights)):
            self._shape(f"{name}.{part}", array, hashes.shape, f"as {name}.hashes has")
        # Looked up by bisection, which in a list out of order misses some without a word.
        if not np.all(hashes[1:] > hashes[:-1]):
            raise ModelError(f"'{name}.hashes' is not in ascending order, each once", where=self.where)
        self._divisor(f"{name}.idf", idf)
        self._divisor(f"{name}.unknown_idf", unknown_idf)
        return NgramScorer(hashes, idf, weights, intercept, unknown_idf)

    def _rounds(self, name: str, first: int, later: int) -> tuple[Network, ...]:
        networks = [self._network(f"{name}.0", first)]
        while f"{name}.{len(networks)}.mean" in self.left:
            networks.append(self._network(f"{name}.{len(networks)}", later))
        return tuple(networks)

    def _network(self, name: str, features: int) -> Network:
        mean, scale = self._take(f"{name}.mean"), self._take(f"{name}.scale")
        why = "one for each feature that this version of corestory computes"
        self._shape(f"{name}.mean", mean, (features,), why)
        self._shape(f"{name}.scale", scale, (features,), why)
        self._divisor(f"{name}.scale", scale)
        perceptrons = [self._perceptron(f"{name}.0", features)]
        while f"{name}.{len(perceptrons)}.0.weights" in self.left:
            perceptrons.append(self._perceptron(f"{name}.{len(perceptrons)}", features))
        return Network(mean, scale, tuple(perceptrons))

    def _perceptron(self, name: str, inputs: int) -> tuple[tuple[Array, Array], ...]:
        layers: list[tuple[Array, Array]] = []
        while not layers or f"{name}.{len(layers)}.weights" in self.left:
            place = f"{name}.{len(layers)}"
            weights, biases = self._take(f"{place}.weights"), self._take(f"{place}.biases")
            units = weights.shape[1]
            self._shape(f"{place}.weights", weights, (inputs, max(units, 1)), "as many rows as the layer has inputs")
            self._shape(f"{place}.biases", biases, (units,), f"one for each column of {place}.weights")
            layers.append((weights, biases))
            inputs = units
        if inputs != 1:
            raise ModelError(f"{name} ends in {inputs} outputs", where=self.where, expected="1")
        return tuple(layers)

    def _take(self, name: str) -> Array:
        array = self.left.pop(name, None)
        if array is None:
            raise ModelError(f"has no array {name!r}", where=self.where, expected="every array of the model")
        if array.dtype.kind == "f":
            largest = float(np.max(np.abs(array), initial=0.0))
            if not np.isfinite(largest):
                raise ModelError(f"{name!r} has values that are not finite", where=self.where)
            if largest > LARGEST:
                raise ModelError(f"{name!r} has values beyond ±{LARGEST:,.0f}", where=self.where)
        return array

    def _divisor(self, name: str, array: Array) -> None:
        if float(array.min(initial=1.0)) < SMALLEST_DIVISOR:
            raise ModelError(f"{name!r} has values below {SMALLEST_DIVISOR}", where=self.where)

    def _shape(self, name: str, array: Array, shape: tuple[int, ...], why: str) -> None:
        if array.shape != shape:
            raise ModelError(f"{name!r} has shape {array.shape}", where=self.where, expected=f"{shape}: {why}")
