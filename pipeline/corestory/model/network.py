"""Stage 2: a residual network of dilated convolutions over an article's paragraphs, as a few arrays.

Each paragraph's features become some channels. Each block mixes a paragraph's channels with those of the paragraphs 1,
2, 4, ... places before and after it (depthwise-separable convolutions: Chollet, "Xception", CVPR 2017; dilated: Yu and
Koltun, ICLR 2016) and adds the result to them (He et al., "Deep Residual Learning", CVPR 2016). A small head reads the
channels of the paragraph, and the mean and the maximum of each channel over the article.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.types import Float, Float32, Int

CLIP = 5.0
"""Standardised features are clipped here: on a page like none seen in training, one feature must not decide alone."""

# Inputs and channels are whole numbers of these steps where a matrix product reads them.
_INPUT_STEPS, _STEPS = 256.0, 128.0
MOST = 32.0
"""Channels are clipped here. On the pages of the corpora none reaches 30."""
MOST_TAP = 16.0
"""Taps are clipped here, those of a model that somebody made up: none of a fitted network reaches 2."""
_PART = 32
"""A product is taken in parts of so many rows of its matrix: the shorter its sums, the finer their grid."""

BLOCK = 1024
"""About so many rows are scored at once: they are still close to the processor when the next layer needs them."""


@dataclass(frozen=True, slots=True)
class Member:
    """Weights of one network; `blocks` may be 0, and then it is a perceptron that sees one paragraph at a time.

    Attributes
    ----------
    input, input_bias
        Features to channels; shapes (features, width) and (width,).
    taps
        Each block's weights of the paragraph before, of the paragraph itself and of the paragraph after; shape
        (blocks, 3, width). Block number `n` looks ``2 ** n`` paragraphs away.
    mix, mix_bias
        Each block's channels to channels; shapes (blocks, width, width) and (blocks, width).
    head, pooled, head_bias
        A paragraph's channels, and its article's mean and maximum of each, to the head; shapes (width, hidden),
        (2 * width, hidden) and (hidden,).
    output, output_bias
        The head to the log-odds of core; shapes (hidden,) and (1,).
    """

    input: npt.NDArray[np.floating]
    input_bias: npt.NDArray[np.floating]
    taps: npt.NDArray[np.floating]
    mix: npt.NDArray[np.floating]
    mix_bias: npt.NDArray[np.floating]
    head: npt.NDArray[np.floating]
    pooled: npt.NDArray[np.floating]
    head_bias: npt.NDArray[np.floating]
    output: npt.NDArray[np.floating]
    output_bias: npt.NDArray[np.floating]


ARRAYS = tuple(field.name for field in fields(Member))


@dataclass(frozen=True)
class Network:
    """Several members, whose probabilities are averaged.

    Attributes
    ----------
    mean, scale
        The standardisation of the features; shape (features,).
    members
        The networks.
    """

    mean: Float32
    scale: Float32
    members: tuple[Member, ...]

    def log_odds(self, features: Float32, layout: Layout) -> Float:
        """Score paragraphs.

        Parameters
        ----------
        features
            Shape (paragraphs, features).
        layout
            Which paragraphs make an article.

        Returns
        -------
        numpy.ndarray
            Log-odds of core, shape (paragraphs,). An article's do not depend on the others, to the last bit.
        """
        found = [self._share(features[rows], part) for rows, part in _blocks(layout)]
        share = np.clip(np.concatenate([np.zeros(0), *found]), 1e-6, 1 - 1e-6)
        return np.asarray(np.log(share / (1 - share)))

    @cached_property
    def _exact(self) -> tuple[_Exact, ...]:
        return tuple(_Exact.of(member) for member in self.members)

    def _share(self, features: Float32, layout: Layout) -> Float:
        # A last row of ones has the biases as its weights.
        inputs = np.ones((len(self.mean) + 1, len(features)), np.float32)
        steps = standardised(
            features, self.mean, self.scale / np.float32(_INPUT_STEPS), clip=_INPUT_STEPS * CLIP, out=inputs[:-1].T
        )
        np.rint(steps, out=steps)
        blocks = max(len(member.taps) for member in self.members)
        near = [_near(layout, 2**block) for block in range(blocks) if 2**block < layout.sizes.max()]
        total = np.zeros(len(features))
        for member in self._exact:
            total += 1 / (1 + np.exp(-np.clip(member.log_odds(inputs, near, layout), -30, 30)))
        return np.asarray(total / len(self.members))


def standardised(
    features: Float32, mean: Float32, scale: Float32, *, clip: float = CLIP, out: Float32 | None = None
) -> Float32:
    """Standardise features and clip them."""
    inputs = np.subtract(features, mean, out=out)
    inputs /= scale
    return np.clip(inputs, -clip, clip, out=inputs)


def joined(networks: Sequence[Network]) -> Network:
    """Make one network of several that were fitted on the same rows: its members are all theirs."""
    return Network(networks[0].mean, networks[0].scale, tuple(one for network in networks for one in network.members))


def _near(layout: Layout, distance: int) -> tuple[int, Int, Int]:
    """Return a distance, and the rows that have no row so far before them, and none so far after them."""
    before = layout.position < distance
    after = layout.position + distance >= layout.end - layout.start
    return distance, np.flatnonzero(before), np.flatnonzero(after)


@dataclass(frozen=True, slots=True)
class _Exact:
    """A member whose matrix products are exact, the large ones in single precision; channels count in steps.

    A product takes its sums in an order that depends on how many rows there are, and on the processor. But whole
    numbers below 2 ** 24 are exact in single precision, below 2 ** 53 in double, and so are their multiples by a power
    of two. If all terms of a sum are multiples of one such power, and their sizes add up to less than this limit, then
    each term and each part of the sum is exact, and the sum is the same in any order. `_on_grid` rounds the weights of
    each column so that this holds for all values that there may be. All else is computed number by number and may be
    rounded, for one number is rounded alike wherever it stands.

    Each matrix has its bias as its last row.
    """

    input: tuple[Float32, ...]
    taps: Float32
    mix: tuple[tuple[Float32, ...], ...]
    head: tuple[Float32, ...]
    pooled: Float
    output: Float

    @classmethod
    def of(cls, member: Member) -> _Exact:
        """Round the weights of a member."""
        taps = np.clip(member.taps, -MOST_TAP, MOST_TAP).astype(np.float32)
        channel = np.full(len(member.head), _STEPS * MOST)
        # A little more, for products and sums of taps are rounded, and then to whole steps.
        mixed = 1.001 * _STEPS * MOST * np.abs(taps, dtype=np.float64).sum(axis=1) + 1
        pooled = np.vstack([member.pooled, _STEPS * member.head_bias])
        of_pooled = np.append(np.tile(channel, 2), 1.0)
        hidden = 1.001 * (channel @ np.abs(member.head) + of_pooled @ np.abs(pooled)) + 1
        return cls(
            _parts(
                np.vstack([member.input * (_STEPS / _INPUT_STEPS), _STEPS * member.input_bias]),
                np.append(np.full(len(member.input), _INPUT_STEPS * CLIP), 1.0),
            ),
            taps,
            tuple(
                _parts(np.vstack([mix, _STEPS * bias]), np.append(most, 1.0))
                for mix, bias, most in zip(member.mix, member.mix_bias, mixed, strict=True)
            ),
            _parts(member.head, channel),
            _on_grid(pooled, of_pooled, bits=52),
            _on_grid(np.append(member.output, _STEPS * member.output_bias)[:, None], np.append(hidden, 1.0), bits=52),
        )

    def log_odds(self, inputs: Float32, near: Sequence[tuple[int, Int, Int]], layout: Layout) -> Float:
        """Score paragraphs by their inputs, in steps and with a row of ones; shape (features + 1, paragraphs)."""
        width, count = self.taps.shape[2], inputs.shape[1]
        # In a channel, the rows stand side by side: then the rows some places on are a slice as well.
        margin = near[-1][0] if near else 0
        padded = np.zeros(width * count + 2 * margin, np.float32)

        def shifted(distance: int) -> Float32:
            begin = margin + distance
            return padded[begin : begin + width * count].reshape(width, count)

        # To compare with an array is several times as fast as to compare with one number.
        none, most = np.zeros((width, count), np.float32), np.full((width, count), _STEPS * MOST, np.float32)
        channels, tapped, work = shifted(0), np.empty_like(none), np.empty_like(none)
        mixed = np.ones((width + 1, count), np.float32)
        inner = mixed[:-1]

        def add(parts: Sequence[Float32], values: Float32) -> None:
            """Add to the channels where a product is positive."""
            _multiply(parts, values, tapped, work)
            np.add(channels, np.maximum(tapped, none, out=tapped), out=channels)
            np.minimum(channels, most, out=channels)

        add(self.input, inputs)
        for block, (taps, mix) in enumerate(zip(self.taps, self.mix, strict=True)):
            np.multiply(channels, taps[1][:, None], out=inner)
            if block < len(near):
                distance, none_before, none_after = near[block]
                for step, tap, missing in ((-distance, taps[0], none_before), (distance, taps[2], none_after)):
                    np.multiply(shifted(step), tap[:, None], out=tapped)
                    tapped[:, missing] = 0.0
                    np.add(inner, tapped, out=inner)
            np.rint(inner, out=inner)
            add(mix, mixed)
        np.rint(channels, out=channels)
        means = np.add.reduceat(channels, layout.first, axis=1, dtype=np.float64) / layout.sizes
        greatest = np.maximum.reduceat(channels, layout.first, axis=1)
        pooled = np.vstack([np.rint(means), greatest, np.ones_like(layout.sizes)])
        hidden = _multiply(self.head, channels, *np.empty((2, self.pooled.shape[1], count), np.float32))
        hidden += (self.pooled.T @ pooled).astype(np.float32).take(layout.article, 1)
        np.rint(np.maximum(hidden, np.zeros_like(hidden), out=hidden), out=hidden)
        return np.asarray((self.output[:-1, 0] @ hidden + self.output[-1, 0]) / _STEPS)


def _multiply(parts: Sequence[Float32], values: Float32, out: Float32, work: Float32) -> Float32:
    """Multiply the parts of a matrix with values, one after another."""
    begin = 0
    for part in parts:
        end = begin + len(part)
        np.matmul(part.T, values[begin:end], out=work if begin else out)
        if begin:
            out += work
        begin = end
    return out


def _parts(weights: npt.NDArray[np.floating], most: Float) -> tuple[Float32, ...]:
    """Cut a matrix into parts of few rows, whose products in single precision are exact: see `_on_grid`."""
    cuts = [slice(begin, begin + _PART) for begin in range(0, len(weights), _PART)]
    return tuple(_on_grid(weights[cut], most[cut], bits=24).astype(np.float32) for cut in cuts)


def _on_grid(weights: npt.NDArray[np.floating], most: Float, *, bits: int) -> Float:
    """Round the weights of each column so that its products with whole numbers are exact in any order.

    A column's step is the least power of two of which ``2 ** bits`` are no less than the sum of its sizes, each times
    the greatest number with which it is multiplied; rounding makes each at most half a step larger.

    Parameters
    ----------
    weights
        Shape (rows, columns).
    most
        The greatest size of the whole numbers that each row is multiplied with; they add up to less than ``2 ** bits``.
    bits
        So many bits are exact.

    Examples
    --------
    >>> _on_grid(np.array([[0.3, 1.0], [100.0, 1.3]]), np.array([1.0, 1.0]), bits=8).tolist()
    [[0.5, 1.0], [100.0, 1.296875]]
    """
    least = most @ np.abs(weights) / (2.0**bits - most.sum() / 2)
    step = 2.0 ** np.ceil(np.log2(np.maximum(least, 2.0**-40)))
    return np.asarray(np.rint(weights / step) * step)


def _blocks(layout: Layout) -> Iterator[tuple[slice, Layout]]:
    """Cut a batch between articles into blocks of about `BLOCK` rows."""
    ends = np.cumsum(layout.sizes)
    begin = 0
    while begin < len(ends):
        first = int(layout.first[begin])
        end = max(int(np.searchsorted(ends, first + BLOCK, side="right")), begin + 1)
        yield slice(first, int(ends[end - 1])), Layout.of(layout.sizes[begin:end])
        begin = end
