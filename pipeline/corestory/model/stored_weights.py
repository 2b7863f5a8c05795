"""Writes weights as a safetensors file and reads them; every array is checked before it is used.

The name of an array shows its part of the model. ``words.idf`` belongs to stage 1 over words, ``html.0.scale`` to stage
2 with markup, ``text.0.2.taps`` to the third member of stage 2 without markup, ``article.0.mean`` to the network that
recognises pages without a story, ``article.words.idf`` to the scorer whose log-odds that network reads,
``second_look.network.mean`` to the network of the second look, and ``adapted.0.words.hashes`` to the first correction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

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
from corestory.model.pages import article_feature_count
from corestory.model.scoring import SecondLook, Weights
from corestory.model.second_look import second_look_width

Array = npt.NDArray[Any]
Part = TypeVar("Part", NgramScorer, Member, KindNgrams, KindContext, TokenWeights, BoundLines)

MAX_BYTES = 512 * 2**20
MAX_ARRAYS = 2_000
MAX_HEADER_BYTES = 2**20
MAX_BLOCKS = 12
"""The most blocks: one more would read paragraphs at a distance greater than the length of articles."""
LARGEST = 1e6
"""The greatest number. Learned numbers are far smaller; larger ones would overflow, and every score would be NaN."""
SMALLEST_DIVISOR = 1e-6
"""The least divisor. A feature that varies less has the scale 1; no n-gram has an idf below 1."""

_DIMENSIONS: Mapping[type, Mapping[str, int]] = {
    NgramScorer: {"hashes": 1, "idf": 1, "weights": 1, "intercept": 0, "unknown_idf": 0},
    Network: {"mean": 1, "scale": 1},
    Member: dict(zip(ARRAYS, (2, 1, 3, 3, 2, 2, 2, 1, 1, 1), strict=True)),
    KindNgrams: {"hashes": 1, "idf": 1, "weights": 2, "intercept": 1},
    KindContext: {"mean": 1, "scale": 1, "hidden": 2, "hidden_bias": 1, "weights": 2, "intercept": 1},
    Correction: {"lines": 1, "intercept": 0, "other_lines": 0},
    BoundLines: {"before": 1, "after": 1},
    TokenWeights: {"hashes": 1, "weights": 1},
}
"""The stored arrays of each part of a model, with their numbers of dimensions."""
_HASHES = ("hashes", "lines", "before", "after")
_KIND_PARTS = ("words", "forms", "text", "markup", "html")
_CORRECTION_PARTS = ("places", "words", "forms", "markup", "ends")
"""The parts of a correction: ``markup`` only with markup, ``ends`` only without."""
_EACH_FEATURE = "one for each feature that this version of corestory computes"
_EACH_CLASS = "one for each kind and role"


def weights_bytes(weights: Weights) -> bytes:
    """Write weights as a safetensors file; equal weights give equal bytes."""
    arrays = {
        f"{name}.{array}": np.asarray(getattr(part, array), order="C")
        for name, part in _parts(weights)
        if part is not None
        for array in _DIMENSIONS[type(part)]
    }
    return bytes(save(arrays))


def weights_sha256(weights: Weights) -> bytes:
    """Hash weights: equal weights have equal hashes."""
    return hashlib.sha256(weights_bytes(weights)).digest()


def _parts(weights: Weights) -> Iterator[tuple[str, object]]:
    """Yield the name and the object of each part of a model that has arrays; missing parts are None."""
    look, kinds = weights.second_look, weights.kinds
    yield from (("words", weights.words), ("markup", weights.markup), ("forms", weights.forms))
    yield "article.words", weights.article_words
    networks = {"text.0": weights.text, "html.0": weights.html, "article.0": weights.article}
    if look is not None:
        yield from (("second_look.words", look.words), ("second_look.forms", look.forms))
        networks["second_look.network"] = look.network
    for name, network in networks.items():
        if network is not None:
            yield name, network
            yield from ((f"{name}.{number}", member) for number, member in enumerate(network.members))
    if kinds is not None:
        yield from ((f"kinds.{name}", getattr(kinds, name)) for name in _KIND_PARTS)
    for number, correction in enumerate(weights.corrections):
        name = f"adapted.{number}"
        yield from ((name, correction), (name, correction.bounds))
        yield from ((f"{name}.{part}", getattr(correction, part)) for part in _CORRECTION_PARTS)


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
        The file is not a safetensors file; an array is missing, unknown or of another type; shapes do not match each
        other or the features of this version; hashes are not ascending; or a number is not finite, too large, or too
        small as a divisor.

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
    return _Unpacking(arrays, where).weights()


class _Unpacking:
    """Takes the arrays of a file by name, one after another, and checks each."""

    def __init__(self, arrays: Mapping[str, Array], where: str) -> None:
        self.left = dict(arrays)
        self.where = where

    def weights(self) -> Weights:
        words = self._scorer("words")
        markup = self._scorer("markup") if "markup.hashes" in self.left else None
        forms = self._scorer("forms") if "forms.hashes" in self.left else None
        text = self._network("text.0", len(column_groups(html=False)))
        html = self._network("html.0", len(column_groups(html=True))) if markup is not None else None
        article_words = self._scorer("article.words") if "article.words.hashes" in self.left else None
        features = article_feature_count(words=article_words is not None)
        article = self._network("article.0", features) if "article.0.mean" in self.left else None
        look = self._second_look() if "second_look.words.hashes" in self.left else None
        kinds = self._kinds() if "kinds.text.mean" in self.left else None
        corrections = tuple(self._corrections(html=html is not None))
        if self.left:
            raise ModelError(f"{min(self.left)[:40]!r} belongs to no part of the model", where=self.where)
        return Weights(words, text, markup, html, forms, article, article_words, look, kinds, corrections)

    def _scorer(self, name: str) -> NgramScorer:
        found = self._part(NgramScorer, name)
        self._shape(f"{name}.weights", found.weights, found.hashes.shape, f"the shape of {name}.hashes")
        self._divisor(f"{name}.unknown_idf", found.unknown_idf)
        return found

    def _network(self, name: str, features: int) -> Network:
        arrays = self._arrays(Network, name)
        self._standardising(name, arrays["mean"], arrays["scale"], features)
        members = [self._member(f"{name}.0", features)]
        while f"{name}.{len(members)}.input" in self.left:
            members.append(self._member(f"{name}.{len(members)}", features))
        return Network(arrays["mean"], arrays["scale"], tuple(members))

    def _member(self, name: str, features: int) -> Member:
        member = self._part(Member, name)
        width, hidden, blocks = len(member.input_bias), len(member.head_bias), len(member.taps)
        if blocks > MAX_BLOCKS:
            raise ModelError(f"{name} has {blocks} blocks", where=self.where, expected=f"at most {MAX_BLOCKS}")
        shapes: dict[str, tuple[int, ...]] = {
            "input": (features, width), "input_bias": (width,),
            "taps": (blocks, 3, width), "mix": (blocks, width, width), "mix_bias": (blocks, width),
            "head": (width, hidden), "pooled": (2 * width, hidden), "head_bias": (hidden,),
            "output": (hidden,), "output_bias": (1,),
        }  # fmt: skip
        for array, shape in shapes.items():
            self._shape(f"{name}.{array}", getattr(member, array), shape, "by its features and its other arrays")
        return member

    def _second_look(self) -> SecondLook:
        words, forms = self._scorer("second_look.words"), self._scorer("second_look.forms")
        return SecondLook(words, forms, self._network("second_look.network", second_look_width()))

    def _kinds(self) -> KindHead:
        words, forms, text = self._kind_ngrams("words"), self._kind_ngrams("forms"), self._kind_context("text")
        if "kinds.html.mean" not in self.left:
            return KindHead(words, forms, text)
        return KindHead(words, forms, text, self._kind_ngrams("markup"), self._kind_context("html"))

    def _kind_ngrams(self, part: str) -> KindNgrams:
        name = f"kinds.{part}"
        found = self._part(KindNgrams, name)
        self._shape(f"{name}.weights", found.weights, (len(found.hashes), len(CLASSES)), _EACH_CLASS)
        self._shape(f"{name}.intercept", found.intercept, (len(CLASSES),), _EACH_CLASS)
        return found

    def _kind_context(self, part: str) -> KindContext:
        name = f"kinds.{part}"
        found, features = self._part(KindContext, name), kind_feature_count()
        self._standardising(name, found.mean, found.scale, features)
        units, each = len(found.hidden_bias), "one for each hidden unit"
        self._shape(f"{name}.hidden", found.hidden, (features, units), each)
        self._shape(f"{name}.weights", found.weights, (units, len(CLASSES)), f"{each}, and {_EACH_CLASS}")
        self._shape(f"{name}.intercept", found.intercept, (len(CLASSES),), _EACH_CLASS)
        return found

    def _corrections(self, *, html: bool) -> Iterator[Correction]:
        number = 0
        while f"adapted.{number}.lines" in self.left:
            name = f"adapted.{number}"
            lines, intercept, other_lines = self._arrays(Correction, name).values()
            none = lines[:0]
            # Corrections of earlier versions have no bounds.
            bounds = self._part(BoundLines, name) if f"{name}.before" in self.left else BoundLines(none, none)
            if f"{name}.markup.hashes" in self.left and not html:
                raise ModelError(f"'{name}' reads markup, but the model does not", where=self.where)
            *always, markup, ends = _CORRECTION_PARTS
            more = [part for part in (markup, ends) if f"{name}.{part}.hashes" in self.left][:1]
            weights = {part: self._token_weights(f"{name}.{part}") for part in (*always, *more)}
            yield Correction(lines, intercept, other_lines, bounds, **weights)
            number += 1

    def _token_weights(self, name: str) -> TokenWeights:
        found = self._part(TokenWeights, name)
        self._shape(f"{name}.weights", found.weights, found.hashes.shape, f"the shape of {name}.hashes")
        return found

    def _part(self, sort: type[Part], name: str) -> Part:
        return sort(**self._arrays(sort, name))

    def _arrays(self, sort: type, name: str) -> dict[str, Array]:
        """Take the arrays of a part, and make the checks that depend only on their names."""
        arrays = {}
        for array, dimensions in _DIMENSIONS[sort].items():
            halves = sort is KindNgrams and array == "weights"
            dtype = "uint64" if array in _HASHES else "float16" if halves else "float32"
            arrays[array] = self._take(f"{name}.{array}", dtype, dimensions)
            # Bisection in an unsorted list would silently miss some n-grams.
            if array in _HASHES and not np.all(arrays[array][1:] > arrays[array][:-1]):
                raise ModelError(f"'{name}.{array}' is not strictly ascending", where=self.where)
        if "idf" in arrays:
            self._shape(f"{name}.idf", arrays["idf"], arrays["hashes"].shape, f"the shape of {name}.hashes")
            self._divisor(f"{name}.idf", arrays["idf"])
        return arrays

    def _take(self, name: str, dtype: str, dimensions: int) -> Array:
        array = self.left.pop(name, None)
        if array is None:
            raise ModelError(f"has no array {name!r}", where=self.where, expected="every array of the model")
        if array.dtype != dtype:
            raise ModelError(f"{name!r} is of type {array.dtype}", where=self.where, expected=dtype)
        if array.ndim != dimensions:
            raise ModelError(f"{name!r} has shape {array.shape}", where=self.where, expected=f"{dimensions} dimensions")
        if array.dtype.kind == "f":
            largest = float(np.max(np.abs(array, dtype=np.float32), initial=0.0))  # half precision is slow
            if not np.isfinite(largest):
                raise ModelError(f"{name!r} has values that are not finite", where=self.where)
            if largest > LARGEST:
                raise ModelError(f"{name!r} has values beyond ±{LARGEST:,.0f}", where=self.where)
        array.flags.writeable = False
        return array

    def _standardising(self, name: str, mean: Array, scale: Array, features: int) -> None:
        self._shape(f"{name}.mean", mean, (features,), _EACH_FEATURE)
        self._shape(f"{name}.scale", scale, (features,), _EACH_FEATURE)
        self._divisor(f"{name}.scale", scale)

    def _divisor(self, name: str, array: Array) -> None:
        if float(array.min(initial=1.0)) < SMALLEST_DIVISOR:
            raise ModelError(f"{name!r} has values below {SMALLEST_DIVISOR}", where=self.where)

    def _shape(self, name: str, array: Array, shape: tuple[int, ...], why: str) -> None:
        if array.shape != shape:
            raise ModelError(f"{name!r} has shape {array.shape}", where=self.where, expected=f"{shape}: {why}")
