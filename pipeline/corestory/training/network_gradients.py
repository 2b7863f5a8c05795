"""The loss of a batch of articles, and its gradient for every weight of a member of a network.

Nearly all the time of a training is spent here, so results are written into arrays that the next step uses again.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, Member
from corestory.types import Bool

Floating = npt.NDArray[np.floating]
_Reach = tuple[int, int, Floating]


def loss_and_gradients(
    member: Member, inputs: Floating, labels: Floating, weights: Floating, layout: Layout, space: Space | None = None
) -> tuple[float, Member]:
    """Compute the weighted mean log-loss of a batch, and its gradient for every weight.

    Parameters
    ----------
    member
        The weights; the arithmetic is in their precision.
    inputs
        Standardised features, shape (paragraphs, features).
    labels, weights
        1 for core and 0 for filler, and the weight of each paragraph in the loss; shape (paragraphs,).
    layout
        Which paragraphs make an article.
    space
        Arrays for the results. They hold the gradients until the next call.

    Returns
    -------
    loss : float
    gradients : Member
        One array for each array of the member.
    """
    run = _Pass(member, inputs, layout, space or Space(inputs.dtype))
    log_odds = run.forward()
    core = 1 / (1 + np.exp(-log_odds))
    share = weights / weights.sum()
    loss = float((share * (np.logaddexp(0, log_odds) - labels * log_odds)).sum())
    return loss, run.back(((core - labels) * share).astype(inputs.dtype))


class _Pass:
    """The forward and the backward pass of a batch through a member; slopes are the gradients of the loss.

    The rows of a channel are contiguous, so the rows at a distance are also a slice.

    Parameters
    ----------
    member, inputs, layout, space
        As in `loss_and_gradients`.
    """

    def __init__(self, member: Member, inputs: Floating, layout: Layout, space: Space) -> None:
        self.member, self.inputs, self.layout, self.space = member, inputs, layout, space
        self.width, self.count = member.input.shape[1], len(inputs)
        self.sizes, self.longest = layout.sizes.astype(inputs.dtype), int(layout.sizes.max())
        self.margin = min(2 ** len(member.taps) // 2, self.longest)
        self.none, self.product, self.work = (
            space.array(name, self.width, self.count) for name in ("none", "product", "work")
        )
        self.blocks: list[tuple[Floating, Bool, list[_Reach]]] = []  # mixed channels, positive outputs and `_reached`

    def forward(self) -> Floating:
        """Return the log-odds of each paragraph."""
        member, layout = self.member, self.layout
        channels = np.matmul(member.input.T, self.inputs.T, out=self._shifted(("channels", 0), 0))
        last = self._active(channels, member.input_bias)
        for block in range(len(member.taps)):
            added = self._through_block(block, last)
            last = np.add(last, added, out=self._shifted(("channels", block + 1), 0))
        self.last, self.most = last, np.maximum.reduceat(last, layout.first, axis=1)
        self.pooled = np.concatenate([np.add.reduceat(last, layout.first, axis=1) / self.sizes, self.most])
        hidden = member.head.T @ last
        hidden += (member.pooled.T @ self.pooled).take(layout.article, 1)
        self.hidden = self._active(hidden, member.head_bias)
        return np.asarray(np.clip(member.output @ hidden + member.output_bias[0], -30, 30))

    def _through_block(self, block: int, last: Floating) -> Floating:
        """Return the output of a block, which is added to the channels."""
        taps = self.member.taps[block]
        mixed = np.multiply(last, taps[1][:, None], out=self.space.array(("mixed", block), self.width, self.count))
        reached = self._reached(block)
        for tap, distance, there in reached:
            tapped = self._where_there(taps[tap], there)
            tapped *= self._shifted(("channels", block), distance)
            mixed += tapped
        product = np.matmul(self.member.mix[block].T, mixed, out=self.product)
        added = self._active(product, self.member.mix_bias[block])
        self.blocks.append((mixed, added > 0, reached))
        return added

    def back(self, slope: Floating) -> Member:
        """Return the slopes of all weights, given the slope of each paragraph's log-odds."""
        self.slopes, self.ones = self.space.like(self.member), np.ones(self.count, self.inputs.dtype)
        moving = self._back_through_head(slope)
        for block in reversed(range(len(self.blocks))):
            self._back_through_block(block, moving)
        moving *= self._shifted(("channels", 0), 0) > 0
        np.matmul(self.inputs.T, moving.T, out=self.slopes.input)
        np.matmul(moving, self.ones, out=self.slopes.input_bias)
        return self.slopes

    def _back_through_head(self, slope: Floating) -> Floating:
        """Return the slopes of the last channels."""
        member, layout, slopes = self.member, self.layout, self.slopes
        np.matmul(self.hidden, slope, out=slopes.output)
        slopes.output_bias[0] = slope.sum()
        of_hidden = member.output[:, None] * slope
        of_hidden *= self.hidden > 0
        of_article = np.add.reduceat(of_hidden, layout.first, axis=1)
        of_pooled = member.pooled @ of_article
        # Equal greatest values share the slope.
        greatest = (self.last == self.most.take(layout.article, 1)).astype(self.inputs.dtype)
        of_most = of_pooled[self.width :] / np.add.reduceat(greatest, layout.first, axis=1)
        greatest *= of_most.take(layout.article, 1)
        moving = np.matmul(member.head, of_hidden, out=self._shifted("moving", 0))
        moving += (of_pooled[: self.width] / self.sizes).take(layout.article, 1)
        moving += greatest
        np.matmul(self.last, of_hidden.T, out=slopes.head)
        np.matmul(self.pooled, of_article.T, out=slopes.pooled)
        np.matmul(of_hidden, self.ones, out=slopes.head_bias)
        return moving

    def _back_through_block(self, block: int, moving: Floating) -> None:
        """Turn the slopes of the channels after a block into those of the channels before it, in place."""
        member, slopes = self.member, self.slopes
        mixed, awake, reached = self.blocks[block]
        of_added = np.multiply(moving, awake, out=self.work)
        np.matmul(mixed, of_added.T, out=slopes.mix[block])
        np.matmul(of_added, self.ones, out=slopes.mix_bias[block])
        of_mixed = np.matmul(member.mix[block], of_added, out=mixed)
        taps = slopes.taps[block]
        taps[[0, 2]] = 0
        self._sums(("channels", block), 0, of_mixed, self.ones, out=taps[1])
        # The slopes of a row go to the rows at this distance that the row has read in the forward pass.
        for tap, distance, there in reached:
            self._sums(("channels", block), distance, of_mixed, there, out=taps[tap])
            target = self._shifted("moving", distance)
            tapped = self._where_there(member.taps[block, tap], there)
            tapped *= of_mixed
            target += tapped
        moving += np.multiply(of_mixed, member.taps[block, 1][:, None], out=self.product)

    def _shifted(self, name: object, distance: int) -> Floating:
        """Return the channels at a distance from each row."""
        whole = self.space.array(name, self.width * self.count + 2 * self.margin)
        begin = self.margin + distance
        return whole[begin : begin + self.width * self.count].reshape(self.width, self.count)

    def _sums(self, name: object, distance: int, slopes: Floating, weights: Floating, *, out: Floating) -> None:
        """Sum the product of shifted channels, slopes and weights over all rows."""
        np.matmul(np.multiply(self._shifted(name, distance), slopes, out=self.product), weights, out=out)

    def _reached(self, block: int) -> list[_Reach]:
        """Return the outer taps, their distances, and 1 for rows with a row of their article there, else 0."""
        far, layout = 2**block, self.layout
        if far >= self.longest:
            return []
        before = layout.position >= far
        after = layout.position + far < layout.end - layout.start
        return [(0, -far, before.astype(self.inputs.dtype)), (2, far, after.astype(self.inputs.dtype))]

    def _where_there(self, tap: Floating, there: Floating) -> Floating:
        """Return a tap's weights for rows with a row at its distance, and 0 for all others."""
        return np.asarray(np.multiply(tap[:, None], there, out=self.work))

    def _active(self, values: Floating, bias: Floating) -> Floating:
        values += bias[:, None]
        return np.asarray(np.maximum(values, self.none[: len(values)], out=values))


class Space:
    """Arrays that all steps use again, because allocating memory takes about as long as the arithmetic.

    Parameters
    ----------
    dtype
        The type of the arrays.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._known: dict[object, Floating] = {}

    def array(self, name: object, *sizes: int) -> Floating:
        """Return the array of a name and size; zeros at first, later the values of the last use."""
        size = math.prod(sizes)
        found = self._known.get(name)
        if found is None or len(found) < size:
            found = self._known[name] = np.zeros(size + size // 4, self._dtype)
        return found[:size].reshape(sizes)

    def like(self, member: Member) -> Member:
        """Return arrays with the shapes of a member's."""
        return parts_of(member, self.array("gradients", weight_count(member)))

    def flat(self, member: Member) -> Floating:
        """Return all arrays of `like` as one flat array."""
        return self.array("gradients", weight_count(member))


def weight_count(member: Member) -> int:
    """Count the weights of a member."""
    return sum(getattr(member, name).size for name in ARRAYS)


def parts_of(member: Member, flat: Floating) -> Member:
    """Return a member with the shapes of another; its arrays are views of parts of a flat array."""
    parts, begin = {}, 0
    for name in ARRAYS:
        array = getattr(member, name)
        parts[name] = flat[begin : begin + array.size].reshape(array.shape)
        begin += array.size
    return Member(**parts)
