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
_VALUE_BITS, _WEIGHT_BITS = 17, 20

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
class Neighbours:
    """Rows so many places before and after each row of whole articles; beyond an article, the number of rows."""

    layout: Layout

    def at(self, distance: int) -> tuple[Int, Int]:
        """Give the rows before and the rows after."""
        rows = np.arange(len(self.layout.article))
        position, size = self.layout.position, self.layout.end - self.layout.start
        before = np.where(position >= distance, rows - distance, len(rows))
        return before, np.where(position + distance < size, rows + distance, len(rows))


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
        return tuple(
            Member(**{name: on_grid(getattr(member, name), bits=_WEIGHT_BITS) for name in ARRAYS})
            for member in self.members
        )

    def _share(self, features: Float32, layout: Layout) -> Float:
        inputs = _values(standardised(features, self.mean, self.scale))
        neighbours = Neighbours(layout)
        near = [neighbours.at(2**block) for block in range(max(len(member.taps) for member in self.members))]
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


def _member_log_odds(member: Member, inputs: Float, near: Sequence[tuple[Int, Int]], layout: Layout) -> Float:
    channels = _active(inputs @ member.input, member.input_bias)
    padded = np.zeros((len(channels) + 1, channels.shape[1]))
    for (before, after), taps, mix, bias in zip(near, member.taps, member.mix, member.mix_bias, strict=False):
        padded[:-1] = channels
        # Each number by itself, and always in this order.
        mixed = padded.take(before, 0)
        mixed *= taps[0]
        mixed += channels * taps[1]
        after_it = padded.take(after, 0)
        after_it *= taps[2]
        mixed += after_it
        channels += _active(_values(mixed) @ mix, bias)
    hidden = channels @ member.head
    means = np.add.reduceat(channels, layout.first, axis=0) / layout.sizes[:, None]
    pooled = np.concatenate([_values(means), np.maximum.reduceat(channels, layout.first, axis=0)], axis=1)
    hidden += (pooled @ member.pooled)[layout.article]
    return np.asarray(_active(hidden, member.head_bias) @ member.output + member.output_bias[0])


def _active(values: Float, bias: npt.NDArray[np.floating]) -> Float:
    values += bias
    return _values(np.maximum(values, 0, out=values))


def _values(values: npt.NDArray[np.floating]) -> Float:
    return on_grid(values, bits=_VALUE_BITS)


def _blocks(layout: Layout) -> Iterator[tuple[slice, Layout]]:
    """Cut a batch between articles into blocks of about `BLOCK` rows."""
    ends = np.cumsum(layout.sizes)
    begin = 0
    while begin < len(ends):
        first = int(layout.first[begin])
        end = max(int(np.searchsorted(ends, first + BLOCK, side="right")), begin + 1)
        yield slice(first, int(ends[end - 1])), Layout.of(layout.sizes[begin:end])
        begin = end
