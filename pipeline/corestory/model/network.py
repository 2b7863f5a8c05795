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

from corestory.features.layout import Layout, on_grid
from corestory.types import Float, Float32, Int

CLIP = 5.0
"""Standardised features are clipped here: on a page like none seen in training, one feature must not decide alone."""

# A matrix product takes its sums in an order that depends on how many rows there are, and on the processor. Of numbers
# on a grid, in double precision, they are exact: 2 ** 53 such steps hold a thousand products of up to 64 each.
_WEIGHT_BITS = 20
_STEPS = np.float64(2**17)

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
    def _exact(self) -> tuple[Member, ...]:
        return tuple(_exact_weights(member) for member in self.members)

    def _share(self, features: Float32, layout: Layout) -> Float:
        inputs = _steps(standardised(features, self.mean, self.scale))
        blocks = max(len(member.taps) for member in self.members)
        near = [_near(layout, 2**block) for block in range(blocks) if 2**block < layout.sizes.max()]
        total = np.zeros(len(features))
        for member in self._exact:
            total += 1 / (1 + np.exp(-np.clip(_member_log_odds(member, inputs, near, layout), -30, 30)))
        return np.asarray(total / len(self.members))


def standardised(features: Float32, mean: Float32, scale: Float32) -> Float32:
    """Standardise features and clip them at `CLIP`."""
    inputs = features - mean
    inputs /= scale
    return np.clip(inputs, -CLIP, CLIP, out=inputs)


def joined(networks: Sequence[Network]) -> Network:
    """Make one network of several that were fitted on the same rows: its members are all theirs."""
    return Network(networks[0].mean, networks[0].scale, tuple(one for network in networks for one in network.members))


def _exact_weights(member: Member) -> Member:
    """Round weights to their grid; biases are in steps of the values' grid."""
    exact = {name: on_grid(getattr(member, name), bits=_WEIGHT_BITS) for name in ARRAYS}
    return Member(**{name: array * _STEPS if name.endswith("bias") else array for name, array in exact.items()})


def _near(layout: Layout, distance: int) -> tuple[int, Int, Int]:
    """Give a distance, and the rows that have no row so far before them, and none so far after them."""
    before = layout.position < distance
    after = layout.position + distance >= layout.end - layout.start
    return distance, np.flatnonzero(before), np.flatnonzero(after)


def _member_log_odds(member: Member, inputs: Float, near: Sequence[tuple[int, Int, Int]], layout: Layout) -> Float:
    # Values are whole numbers of steps of their grid, so that each is rounded in one go.
    width, count = member.input.shape[1], len(inputs)
    # In a channel, the rows stand side by side: then the rows some places on are a slice as well.
    margin = near[-1][0] if near else 0
    padded = np.zeros(width * count + 2 * margin)

    def shifted(distance: int) -> Float:
        begin = margin + distance
        return padded[begin : begin + width * count].reshape(width, count)

    # To compare with an array of zeros is several times as fast as to compare with one.
    channels, tapped, none = shifted(0), np.empty((width, count)), np.zeros((width, count))
    np.matmul(member.input.T, inputs.T, out=channels)
    channels += member.input_bias[:, None]
    np.rint(np.maximum(channels, none, out=channels), out=channels)
    # A last channel of ones has the biases as its weights.
    mixed = np.ones((width + 1, count))
    inner = mixed[:width]
    for block, (taps, mix, bias) in enumerate(zip(member.taps, member.mix, member.mix_bias, strict=True)):
        np.multiply(channels, taps[1][:, None], out=inner)
        if block < len(near):
            distance, none_before, none_after = near[block]
            for step, tap, missing in ((-distance, taps[0], none_before), (distance, taps[2], none_after)):
                np.multiply(shifted(step), tap[:, None], out=tapped)
                tapped[:, missing] = 0.0
                inner += tapped
        np.rint(inner, out=inner)
        np.matmul(np.vstack([mix, bias]).T, mixed, out=tapped)
        channels += np.rint(np.maximum(tapped, none, out=tapped), out=tapped)
    means = np.add.reduceat(channels, layout.first, axis=1) / layout.sizes
    pooled = np.concatenate([np.rint(means), np.maximum.reduceat(channels, layout.first, axis=1)])
    hidden = member.head.T @ channels
    hidden += (member.pooled.T @ pooled + member.head_bias[:, None]).take(layout.article, 1)
    np.rint(np.maximum(hidden, none[: len(hidden)], out=hidden), out=hidden)
    return np.asarray((member.output @ hidden + member.output_bias[0]) / _STEPS)


def _steps(values: npt.NDArray[np.floating]) -> Float:
    steps = values * _STEPS
    return np.asarray(np.rint(steps, out=steps))


def _blocks(layout: Layout) -> Iterator[tuple[slice, Layout]]:
    """Cut a batch between articles into blocks of about `BLOCK` rows."""
    ends = np.cumsum(layout.sizes)
    begin = 0
    while begin < len(ends):
        first = int(layout.first[begin])
        end = max(int(np.searchsorted(ends, first + BLOCK, side="right")), begin + 1)
        yield slice(first, int(ends[end - 1])), Layout.of(layout.sizes[begin:end])
        begin = end
