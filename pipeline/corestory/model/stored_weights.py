"""Weights as a safetensors file, and back: every array is checked before it is used.

An array's name says where it belongs: ``words.idf``; ``html.1.scale`` is of the second round; ``text.0.2.taps`` is of
the first round's third member, ``article.0.mean`` of the network that tells articles from pages without a story,
``article.words.idf`` of the scorer that it reads, ``second_look.network.mean`` of the second look's network, and
``adapted.0.words.hashes`` of the first correction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors
from safetensors.numpy import load, save

from corestory.errors import ModelError
from corestory.features.batch_features import column_groups
from corestory.features.landmarks import BoundLines
from corestory.model.correction import Correction, TokenWeights
from corestory.model.kinds import CLASSES, KindContext, KindHead, KindNgrams, kind_feature_count
from corestory.model.network import ARRAYS, Member, Network
from corestory.model.ngrams import NgramScorer
from corestory.model.page_features import article_feature_count
from corestory.model.scoring import SecondLook, Weights
from corestory.model.second_look_features import second_look_width

Array = npt.NDArray[Any]

MAX_BYTES = 512 * 2**20
MAX_ARRAYS = 2_000
MAX_HEADER_BYTES = 2**20
LARGEST = 1e6
"""Learned numbers are far smaller. Larger ones would overflow and give every paragraph the score NaN."""
SMALLEST_DIVISOR = 1e-6
"""The least divisor. A feature that varies less has the scale 1; no n-gram has an idf below 1."""

_SCORER = {"hashes": 1, "idf": 1, "weights": 1, "intercept": 0, "unknown_idf": 0}
_NETWORK = {"mean": 1, "scale": 1}
_MEMBER = dict(zip(ARRAYS, (2, 1, 3, 3, 2, 2, 2, 1, 1, 1), strict=True))
_EACH_CLASS = "one for each kind and role"
MAX_BLOCKS = 12
"""A block further on would look further than articles are long."""
_KIND_NGRAMS = {"hashes": 1, "idf": 1, "weights": 2, "intercept": 1}
_KIND_CONTEXT = {"mean": 1, "scale": 1, "hidden": 2, "hidden_bias": 1, "weights": 2, "intercept": 1}
_KIND_PARTS = {
    "words": _KIND_NGRAMS, "forms": _KIND_NGRAMS, "text": _KIND_CONTEXT, "markup": _KIND_NGRAMS, "html": _KIND_CONTEXT,
}  # fmt: skip
_TOKEN_WEIGHTS = {"hashes": 1, "weights": 1}
_CORRECTION = {"lines": 1, "intercept": 0, "other_lines": 0}
_BOUNDS = {"before": 1, "after": 1}
"""Models that were adapted by earlier versions have no bounds."""
_CORRECTION_PARTS = ("places", "words", "forms")
_MORE_OF_CORRECTION = ("markup", "ends")
"""A correction for paragraphs with markup has the first, another one the second."""
_NAME = re.compile(
    r"(?:(?:second_look\.)?(?:words|forms)|article\.words|markup)\.(?P<scorer>[a-z_]+)"
    r"|kinds\.(?:(?:words|forms|markup)\.(?P<kind_ngrams>[a-z]+)|(?:text|html)\.(?P<kind_context>[a-z_]+))"
    r"|(?:(?:text|html|article)\.[0-9]|second_look\.network)\.(?:(?P<network>[a-z]+)|[0-9]{1,2}\.(?P<member>[a-z_]+))"
    r"|adapted\.[0-9]{1,2}\.(?:(?:places|words|forms|markup|ends)\.(?P<token_weights>[a-z]+)|(?P<correction>[a-z_]+))",
    re.ASCII,
)


def weights_bytes(weights: Weights) -> bytes:
    """Write weights as a safetensors file; equal weights give equal bytes."""
    return bytes(save({name: np.asarray(array, order="C") for name, array in _named(weights)}))


def weights_sha256(weights: Weights) -> bytes:
    """Hash weights: equal weights have equal hashes."""
    return hashlib.sha256(weights_bytes(weights)).digest()


def read_weights(data: bytes, *, where: str) -> Weights:
    """Read weights from the bytes of a safetensors file.

    Parameters
    ----------
    data
        The file's bytes, at most `MAX_BYTES`.
    where
        The file's name in errors.

    Raises
    ------
    ModelError
        It is not a safetensors file; an array is missing, unknown or of another type; shapes do not fit each other or
        this version's features; hashes are not ascending; or a number is not finite, too large, or too small to divide
        by.

    Examples
    --------
    >>> read_weights(b"PK", where="weights.safetensors")
    Traceback (most recent call last):
    corestory.errors.ModelError: weights.safetensors: cannot be read as safetensors (...)
    """
    header = int.from_bytes(data[:8], "little")
    if header > MAX_HEADER_BYTES:
        raise ModelError(f"has a header of {header:,} bytes", where=where, expected=f"at most {MAX_HEADER_BYTES:,}")
    try:
        arrays = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot be read as safetensors ({error})", where=where) from error
    if len(arrays) > MAX_ARRAYS:
        raise ModelError(f"has {len(arrays):,} arrays", where=where, expected=f"at most {MAX_ARRAYS:,}")
    for name, array in arrays.items():
        _check_type(name, array, where)
        array.flags.writeable = False
    return _Unpacking(arrays, where).weights()


def _named(weights: Weights) -> Iterator[tuple[str, Array]]:
    look = weights.second_look
    scorers = [
        ("words", weights.words), ("markup", weights.markup), ("forms", weights.forms),
        ("article.words", weights.article_words),
    ]  # fmt: skip
    if look is not None:
        scorers += [("second_look.words", look.words), ("second_look.forms", look.forms)]
    for name, scorer in scorers:
        if scorer is not None:
            for part in _SCORER:
                yield f"{name}.{part}", getattr(scorer, part)
    article = () if weights.article is None else (weights.article,)
    networks = [
        (f"{name}.{number}", network)
        for name, rounds in (("text", weights.text), ("html", weights.html), ("article", article))
        for number, network in enumerate(rounds)
    ]
    if look is not None:
        networks.append(("second_look.network", look.network))
    for name, network in networks:
        yield f"{name}.mean", network.mean
        yield f"{name}.scale", network.scale
        for number, member in enumerate(network.members):
            for part in ARRAYS:
                yield f"{name}.{number}.{part}", getattr(member, part)
    if weights.kinds is not None:
        for name, parts in _KIND_PARTS.items():
            of_head = getattr(weights.kinds, name)
            if of_head is not None:
                for part in parts:
                    yield f"kinds.{name}.{part}", getattr(of_head, part)
    for number, correction in enumerate(weights.corrections):
        for part in _CORRECTION:
            yield f"adapted.{number}.{part}", getattr(correction, part)
        for part in _BOUNDS:
            yield f"adapted.{number}.{part}", getattr(correction.bounds, part)
        for name in _CORRECTION_PARTS + _MORE_OF_CORRECTION:
            of_tokens = getattr(correction, name)
            if of_tokens is not None:
                for part in _TOKEN_WEIGHTS:
                    yield f"adapted.{number}.{name}.{part}", getattr(of_tokens, part)


def _check_type(name: str, array: Array, where: str) -> None:
    shown = repr(name[:40])
    found = _NAME.fullmatch(name)
    parts = {
        "scorer": _SCORER, "network": _NETWORK, "member": _MEMBER,
        "kind_ngrams": _KIND_NGRAMS, "kind_context": _KIND_CONTEXT,
        "token_weights": _TOKEN_WEIGHTS, "correction": _CORRECTION | _BOUNDS,
    }  # fmt: skip
    dimensions = found and parts[found.lastgroup or ""].get(found[found.lastgroup or ""])
    if dimensions is None:
        raise ModelError(f"has an array {shown} that belongs to no model", where=where)
    halves = found is not None and found["kind_ngrams"] == "weights"
    dtype = (
        "uint64" if name.endswith((".hashes", ".lines", ".before", ".after")) else "float16" if halves else "float32"
    )
    if array.dtype != dtype:
        raise ModelError(f"{shown} is of type {array.dtype}", where=where, expected=dtype)
    if array.ndim != dimensions:
        raise ModelError(f"{shown} has shape {array.shape}", where=where, expected=f"{dimensions} dimensions")


class _Unpacking:
    """Takes arrays by name, checking each, until none is left."""

    def __init__(self, arrays: Mapping[str, Array], where: str) -> None:
        self.left = dict(arrays)
        self.where = where

    def weights(self) -> Weights:
        words = self._scorer("words")
        markup = self._scorer("markup") if "markup.hashes" in self.left else None
        forms = self._scorer("forms") if "forms.hashes" in self.left else None
        text = self._rounds("text")
        html = self._rounds("html") if markup is not None else ()
        article_words = self._scorer("article.words") if "article.words.hashes" in self.left else None
        features = article_feature_count(words=article_words is not None)
        article = self._network("article.0", features) if "article.0.mean" in self.left else None
        look = self._second_look() if "second_look.words.hashes" in self.left else None
        kinds = self._kinds() if "kinds.text.mean" in self.left else None
        corrections = tuple(self._corrections(html=bool(html)))
        if self.left:
            raise ModelError(f"{min(self.left)!r} belongs to nothing else in the model", where=self.where)
        return Weights(words, text, markup, html, forms, article, article_words, look, kinds, corrections)

    def _second_look(self) -> SecondLook:
        words, forms = self._scorer("second_look.words"), self._scorer("second_look.forms")
        return SecondLook(words, forms, self._network("second_look.network", second_look_width()))

    def _scorer(self, name: str) -> NgramScorer:
        hashes, idf, weights, intercept, unknown_idf = (self._take(f"{name}.{part}") for part in _SCORER)
        self._hashes(name, hashes, idf=idf)
        self._shape(f"{name}.weights", weights, hashes.shape, f"the shape of {name}.hashes")
        self._divisor(f"{name}.unknown_idf", unknown_idf)
        return NgramScorer(hashes, idf, weights, intercept, unknown_idf)

    def _hashes(self, name: str, hashes: Array, *, idf: Array) -> None:
        self._shape(f"{name}.idf", idf, hashes.shape, f"the shape of {name}.hashes")
        self._ascending(f"{name}.hashes", hashes)
        self._divisor(f"{name}.idf", idf)

    def _corrections(self, *, html: bool) -> Iterator[Correction]:
        number = 0
        while f"adapted.{number}.lines" in self.left:
            name = f"adapted.{number}"
            lines, intercept, other_lines = (self._take(f"{name}.{part}") for part in _CORRECTION)
            self._ascending(f"{name}.lines", lines)
            bounds = self._bounds(name) if f"{name}.before" in self.left else BoundLines(lines[:0], lines[:0])
            with_markup = f"{name}.markup.hashes" in self.left
            if with_markup and not html:
                raise ModelError(f"'{name}' reads markup, which the model does not", where=self.where)
            more = next((part for part in _MORE_OF_CORRECTION if f"{name}.{part}.hashes" in self.left), None)
            parts = [*_CORRECTION_PARTS, *([more] if more else [])]
            weights = {part: self._token_weights(f"{name}.{part}") for part in parts}
            yield Correction(lines, intercept, other_lines, bounds, **weights)
            number += 1

    def _bounds(self, name: str) -> BoundLines:
        sides = {part: self._take(f"{name}.{part}") for part in _BOUNDS}
        for part, hashes in sides.items():
            self._ascending(f"{name}.{part}", hashes)
        return BoundLines(**sides)

    def _token_weights(self, name: str) -> TokenWeights:
        hashes, weights = (self._take(f"{name}.{part}") for part in _TOKEN_WEIGHTS)
        self._ascending(f"{name}.hashes", hashes)
        self._shape(f"{name}.weights", weights, hashes.shape, f"the shape of {name}.hashes")
        return TokenWeights(hashes, weights)

    def _ascending(self, name: str, hashes: Array) -> None:
        # Bisection in a list out of order would miss some n-grams silently.
        if not np.all(hashes[1:] > hashes[:-1]):
            raise ModelError(f"{name!r} is not strictly ascending", where=self.where)

    def _kinds(self) -> KindHead:
        words, forms, text = self._kind_ngrams("words"), self._kind_ngrams("forms"), self._kind_context("text")
        if "kinds.html.mean" not in self.left:
            return KindHead(words, forms, text)
        return KindHead(words, forms, text, self._kind_ngrams("markup"), self._kind_context("html"))

    def _kind_ngrams(self, name: str) -> KindNgrams:
        found = KindNgrams(**{part: self._take(f"kinds.{name}.{part}") for part in _KIND_NGRAMS})
        self._hashes(f"kinds.{name}", found.hashes, idf=found.idf)
        self._shape(f"kinds.{name}.weights", found.weights, (len(found.hashes), len(CLASSES)), _EACH_CLASS)
        self._shape(f"kinds.{name}.intercept", found.intercept, (len(CLASSES),), _EACH_CLASS)
        return found

    def _kind_context(self, name: str) -> KindContext:
        found = KindContext(**{part: self._take(f"kinds.{name}.{part}") for part in _KIND_CONTEXT})
        features, why = kind_feature_count(), "one for each feature that this version of corestory computes"
        self._shape(f"kinds.{name}.mean", found.mean, (features,), why)
        self._shape(f"kinds.{name}.scale", found.scale, (features,), why)
        self._divisor(f"kinds.{name}.scale", found.scale)
        units, each = len(found.hidden_bias), "one for each hidden unit"
        self._shape(f"kinds.{name}.hidden", found.hidden, (features, units), each)
        self._shape(f"kinds.{name}.weights", found.weights, (units, len(CLASSES)), f"{each}, and {_EACH_CLASS}")
        self._shape(f"kinds.{name}.intercept", found.intercept, (len(CLASSES),), _EACH_CLASS)
        return found

    def _rounds(self, name: str) -> tuple[Network, ...]:
        html = name == "html"
        networks = [self._network(f"{name}.0", len(column_groups(html=html, later=False)))]
        while f"{name}.{len(networks)}.mean" in self.left:
            networks.append(self._network(f"{name}.{len(networks)}", len(column_groups(html=html, later=True))))
        return tuple(networks)

    def _network(self, name: str, features: int) -> Network:
        mean, scale = self._take(f"{name}.mean"), self._take(f"{name}.scale")
        why = "one for each feature that this version of corestory computes"
        self._shape(f"{name}.mean", mean, (features,), why)
        self._shape(f"{name}.scale", scale, (features,), why)
        self._divisor(f"{name}.scale", scale)
        members = [self._member(f"{name}.0", features)]
        while f"{name}.{len(members)}.input" in self.left:
            members.append(self._member(f"{name}.{len(members)}", features))
        return Network(mean, scale, tuple(members))

    def _member(self, name: str, features: int) -> Member:
        member = Member(**{part: self._take(f"{name}.{part}") for part in ARRAYS})
        width, hidden, blocks = len(member.input_bias), len(member.head_bias), len(member.taps)
        if blocks > MAX_BLOCKS:
            raise ModelError(f"{name} has {blocks} blocks", where=self.where, expected=f"at most {MAX_BLOCKS}")
        shapes: dict[str, tuple[int, ...]] = {
            "input": (features, width), "input_bias": (width,),
            "taps": (blocks, 3, width), "mix": (blocks, width, width), "mix_bias": (blocks, width),
            "head": (width, hidden), "pooled": (2 * width, hidden), "head_bias": (hidden,),
            "output": (hidden,), "output_bias": (1,),
        }  # fmt: skip
        for part in ARRAYS:
            self._shape(f"{name}.{part}", getattr(member, part), shapes[part], "by its features and its other arrays")
        return member

    def _take(self, name: str) -> Array:
        array = self.left.pop(name, None)
        if array is None:
            raise ModelError(f"has no array {name!r}", where=self.where, expected="every array of the model")
        if array.dtype.kind == "f":
            largest = float(np.max(np.abs(array, dtype=np.float32), initial=0.0))  # half precision is slow
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
