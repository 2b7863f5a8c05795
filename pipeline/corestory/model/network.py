"""Stage 2: a residual network of dilated convolutions over an article's paragraphs, as a few arrays.

An input layer turns each paragraph's features into channels. Each block mixes a paragraph's channels with those of the
paragraphs 1, 2, 4, ... places before and after it (depthwise-separable convolutions: Chollet, "Xception", CVPR 2017;
dilated: Yu and Koltun, ICLR 2016) and adds the result to the channels (He et al., "Deep Residual Learning", CVPR 2016).
A small head reads the channels of the paragraph, and the mean and the maximum of each channel over the article.
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
"""The greatest size of a standardised feature: on a page unlike the training pages, no single feature may decide."""

# The steps in a unit: matrix products read inputs and channels that are rounded to whole steps.
_INPUT_STEPS, _STEPS = 256.0, 128.0
MOST = 32.0
"""The greatest value of a channel. On the pages of the corpora no channel reaches 30."""
MOST_TAP = 16.0
"""The greatest size of a tap. No tap of a fitted network reaches 2, but a model file from elsewhere may hold any."""
_PART = 32
"""The rows of a matrix in one part of a product: shorter sums allow a finer grid of weights."""

BLOCK = 1024
"""The approximate number of rows that are scored at once, so that they stay in the cache from layer to layer."""


@dataclass(frozen=True, slots=True)
class Member:
    """Weights of one network; with 0 blocks it is a perceptron that reads one paragraph at a time.

    Attributes
    ----------
    input, input_bias
        Weights from the features to the channels; shapes (features, width) and (width,).
    taps
        Each block's weights of the paragraph before, of the paragraph itself and of the paragraph after; shape
        (blocks, 3, width). Block `n` reads the paragraphs ``2 ** n`` places before and after.
    mix, mix_bias
        Each block's weights from channels to channels; shapes (blocks, width, width) and (blocks, width).
    head, pooled, head_bias
        Weights to the hidden units of the head: from a paragraph's channels, and from the mean and the maximum of each
        channel over its article; shapes (width, hidden), (2 * width, hidden) and (hidden,).
    output, output_bias
        Weights from the hidden units to the log-odds of core; shapes (hidden,) and (1,).
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
    """An ensemble of networks; their probabilities are averaged.

    Attributes
    ----------
    mean, scale
        The mean and the standard deviation of each feature; shape (features,).
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
            Log-odds of core, shape (paragraphs,). The log-odds of an article do not depend on the other articles, to
            the last bit.
        """
        found = [self._share(features[rows], part) for rows, part in _blocks(layout)]
        share = np.clip(np.concatenate([np.zeros(0), *found]), 1e-6, 1 - 1e-6)
        return np.asarray(np.log(share / (1 - share)))

    @cached_property
    def _exact(self) -> tuple[_Exact, ...]:
        return tuple(_Exact.of(member) for member in self.members)

    def _share(self, features: Float32, layout: Layout) -> Float:
        # The biases are the weights of a last row of ones.
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
    """Join networks that were fitted on the same rows to one network with all their members."""
    return Network(
        networks[0].mean, networks[0].scale, tuple(member for network in networks for member in network.members)
    )


def _near(layout: Layout, distance: int) -> tuple[int, Int, Int]:
    """Return a distance, the rows with no row of their article at this distance before, and those with none after."""
    before = layout.position < distance
    after = layout.position + distance >= layout.end - layout.start
    return distance, np.flatnonzero(before), np.flatnonzero(after)


@dataclass(frozen=True, slots=True)
class _Exact:
    """A member with exact matrix products, the large ones in single precision; the unit of channels is one step.

    A matrix product adds its terms in an order that depends on the number of rows and on the processor. But whole
    numbers below 2 ** 24 are exact in single precision, below 2 ** 53 in double precision, and so are their multiples
    by a power of two. If all terms of a sum are multiples of the same power of two, and their absolute values add up to
    less than this limit times the power, every partial sum is exact, and the sum is the same in any order. `_on_grid`
    rounds the weights of each column so that this holds for all possible values. All other operations work on single
    numbers. They may be rounded, because rounding a single number does not depend on its place.

    The last row of each matrix is its bias.
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
        # 1.001 and 1 more, because products and sums of taps are rounded, and then rounded to whole steps.
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
        """Score paragraphs by inputs in steps, with a last row of ones; shape (features + 1, paragraphs)."""
        width, count = self.taps.shape[2], inputs.shape[1]
        # The rows of a channel are contiguous, so the rows at a distance are also a slice.
        margin = near[-1][0] if near else 0
        padded = np.zeros(width * count + 2 * margin, np.float32)

        def shifted(distance: int) -> Float32:
            begin = margin + distance
            return padded[begin : begin + width * count].reshape(width, count)

        # Comparing with an array is several times as fast as comparing with one number.
        none, most = np.zeros((width, count), np.float32), np.full((width, count), _STEPS * MOST, np.float32)
        channels, tapped, work = shifted(0), np.empty_like(none), np.empty_like(none)
        mixed = np.ones((width + 1, count), np.float32)
        inner = mixed[:-1]

        def add(parts: Sequence[Float32], values: Float32) -> None:
            """Add the positive part of a product to the channels."""
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
    """Multiply values by a matrix that is cut into parts, one part after another."""
    begin = 0
    for part in parts:
        end = begin + len(part)
        np.matmul(part.T, values[begin:end], out=work if begin else out)
        if begin:
            out += work
        begin = end
    return out


def _parts(weights: npt.NDArray[np.floating], most: Float) -> tuple[Float32, ...]:
    """Cut a matrix into parts of few rows with exact products in single precision (`_on_grid`)."""
    cuts = [slice(begin, begin + _PART) for begin in range(0, len(weights), _PART)]
    return tuple(_on_grid(weights[cut], most[cut], bits=24).astype(np.float32) for cut in cuts)


def _on_grid(weights: npt.NDArray[np.floating], most: Float, *, bits: int) -> Float:
    """Round the weights of each column so that its products with whole numbers are exact in any order.

    The greatest possible sum of a column is the sum of its absolute weights, each times the greatest number with which
    it is multiplied. The step of the column is the least power of two such that ``2 ** bits`` steps are no less than
    this sum, also after rounding made each weight up to half a step larger.

    Parameters
    ----------
    weights
        Shape (rows, columns).
    most
        The greatest absolute value by which each row is multiplied; these add up to less than ``2 ** bits``.
    bits
        The number of exact bits.

    Examples
    --------
    >>> _on_grid(np.array([[0.3, 1.0], [100.0, 1.3]]), np.array([1.0, 1.0]), bits=8).tolist()
    [[0.5, 1.0], [100.0, 1.296875]]
    """
    least = most @ np.abs(weights) / (2.0**bits - most.sum() / 2)
    step = 2.0 ** np.ceil(np.log2(np.maximum(least, 2.0**-40)))
    return np.asarray(np.rint(weights / step) * step)


def _blocks(layout: Layout) -> Iterator[tuple[slice, Layout]]:
    """Cut a batch into blocks of whole articles, of about `BLOCK` rows each."""
    ends = np.cumsum(layout.sizes)
    begin = 0
    while begin < len(ends):
        first = int(layout.first[begin])
        end = max(int(np.searchsorted(ends, first + BLOCK, side="right")), begin + 1)
        yield slice(first, int(ends[end - 1])), Layout.of(layout.sizes[begin:end])
        begin = end
