"""Fitting of `corestory.model.network.Network` by gradient descent, in NumPy alone.

Adam (Kingma and Ba, ICLR 2015) with decoupled weight decay and steps that shrink by a cosine (Loshchilov and Hutter,
ICLR 2017 and 2019). Each step learns from whole articles, for a paragraph's score depends on its whole article.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, Member, Neighbours, Network, standardised
from corestory.types import Float, Float32, Int

Floating = npt.NDArray[np.floating]

WARM_UP = 50
"""So many first steps grow to the full size: the first gradients say little."""

_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a member: its channels, its blocks, and its head."""

    width: int
    blocks: int
    hidden: int


def fit_network(
    features: Float32,
    core: npt.NDArray[np.bool_],
    layout: Layout,
    *,
    weights: Float,
    shape: Shape,
    epochs: int,
    penalty: float,
    seed: int,
    steps: int = 1,
    batch: int = 1024,
    learning_rate: float = 2e-3,
) -> Network:
    """Fit one member.

    Parameters
    ----------
    features
        Shape (paragraphs, features), article by article.
    core
        Whether each paragraph is core.
    layout
        Which paragraphs make an article.
    weights
        Each paragraph's weight in the loss; paragraphs of weight 0 are context only.
    shape
        The member's size.
    epochs
        Passes over the articles, at least.
    penalty
        Weight decay of the matrices, a step of size 1.
    seed
        Of the first weights and of the order of the articles.
    steps
        Steps at least: few articles are learned from in smaller batches, and in more passes.
    batch, learning_rate
        Rows a step, about, and the size of the largest steps.

    Returns
    -------
    Network
    """
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = features.std(axis=0, dtype=np.float64).astype(np.float32)
    scale[scale < 1e-6] = 1.0
    generator = np.random.default_rng(seed)
    member = first_weights(features.shape[1], shape, generator)
    rows_a_step = min(max(len(features) * epochs // steps, 1), batch)
    # A batch has an article at least.
    steps_a_pass = min(max(-(-len(features) // rows_a_step), 1), len(layout.sizes))
    epochs = max(epochs, -(-steps // steps_a_pass))
    total = epochs * steps_a_pass
    descent = _Descent(member, penalty)
    labels, loss_weights = core.astype(np.float32), weights.astype(np.float32)
    for _ in range(epochs):
        for articles in _article_batches(layout, generator.permutation(len(layout.sizes)), rows_a_step):
            part = Layout.of(layout.sizes[articles])
            rows = np.repeat(layout.first[articles] - part.first, part.sizes) + np.arange(len(part.article))
            weight = loss_weights[rows]
            if weight.sum() > 0:
                inputs = standardised(features[rows], mean, scale)
                _, slopes = loss_and_gradients(descent.member, inputs, labels[rows], weight, part)
                done = min(descent.steps / total, 1.0)
                size = (
                    learning_rate
                    * min(1.0, (descent.steps + 1) / WARM_UP)
                    * (0.01 + 0.495 * (1 + np.cos(np.pi * done)))
                )
                descent.step(slopes, size)
    return Network(mean, scale, (descent.member,))


def first_weights(features: int, shape: Shape, generator: np.random.Generator) -> Member:
    """Draw the weights from which a fit starts (He et al., ICCV 2015), smaller where many blocks add up."""
    width, blocks, hidden = shape.width, shape.blocks, shape.hidden

    def drawn(inputs: int, *sizes: int, part: float = 1.0) -> Float32:
        return generator.normal(0, part * np.sqrt(2 / inputs), sizes).astype(np.float32)

    taps = drawn(50, blocks, 3, width)
    # At first a block sees the paragraph itself most.
    taps += np.array([0.2, 0.6, 0.2], np.float32)[:, None]
    return Member(
        input=drawn(features, features, width), input_bias=np.zeros(width, np.float32),
        taps=taps, mix=drawn(width, blocks, width, width, part=0.5), mix_bias=np.zeros((blocks, width), np.float32),
        head=drawn(width, width, hidden), pooled=drawn(2 * width, 2 * width, hidden, part=0.5),
        head_bias=np.zeros(hidden, np.float32), output=drawn(hidden, hidden), output_bias=np.zeros(1, np.float32),
    )  # fmt: skip


def loss_and_gradients(
    member: Member, inputs: Floating, labels: Floating, weights: Floating, layout: Layout
) -> tuple[float, Member]:
    """Compute the weighted mean log loss of a batch, and its slope along every weight.

    Parameters
    ----------
    member
        The weights; the arithmetic is in their precision.
    inputs
        Standardised features, shape (paragraphs, features).
    labels, weights
        1 for core, else 0, and what each paragraph weighs in the loss; shape (paragraphs,).
    layout
        Which paragraphs make an article.

    Returns
    -------
    loss : float
    gradients : Member
        An array for each of the member's.
    """
    width, count = member.input.shape[1], len(inputs)
    neighbours, sizes = Neighbours(layout), layout.sizes[:, None].astype(inputs.dtype)
    near = [neighbours.at(2**block) for block in range(len(member.taps))]
    padded = np.zeros((count + 1, width), inputs.dtype)

    def shifted(values: Floating, rows: Int) -> Floating:
        padded[:-1] = values
        return padded.take(rows, 0)

    channels = [np.maximum(inputs @ member.input + member.input_bias, 0)]
    kept = []
    for (before, after), taps, mix, bias in zip(near, member.taps, member.mix, member.mix_bias, strict=True):
        own = channels[-1]
        around = shifted(own, before), own, shifted(own, after)
        mixed = around[0] * taps[0] + around[1] * taps[1] + around[2] * taps[2]
        added = np.maximum(mixed @ mix + bias, 0)
        kept.append((around, mixed, added > 0))
        channels.append(own + added)
    last = channels[-1]
    most = np.maximum.reduceat(last, layout.first, axis=0)
    pooled = np.concatenate([np.add.reduceat(last, layout.first, axis=0) / sizes, most], axis=1)
    hidden = np.maximum(last @ member.head + (pooled @ member.pooled)[layout.article] + member.head_bias, 0)
    log_odds = np.clip(hidden @ member.output + member.output_bias[0], -30, 30)
    core = 1 / (1 + np.exp(-log_odds))
    share = weights / weights.sum()
    loss = float((share * (np.logaddexp(0, log_odds) - labels * log_odds)).sum())

    slope = ((core - labels) * share).astype(inputs.dtype)
    of_hidden = slope[:, None] * member.output * (hidden > 0)
    of_article = np.add.reduceat(of_hidden, layout.first, axis=0)
    of_pooled = of_article @ member.pooled.T
    # Of equal greatest values each has its part of the slope.
    greatest = (last == most[layout.article]).astype(inputs.dtype)
    of_most = of_pooled[:, width:] / np.add.reduceat(greatest, layout.first, axis=0)
    moving = of_hidden @ member.head.T
    moving += (of_pooled[:, :width] / sizes)[layout.article] + greatest * of_most[layout.article]
    taps, mix, mix_bias = np.zeros_like(member.taps), np.zeros_like(member.mix), np.zeros_like(member.mix_bias)
    for block in reversed(range(len(near))):
        around, mixed, active = kept[block]
        of_added = moving * active
        mix[block], mix_bias[block] = mixed.T @ of_added, of_added.sum(axis=0)
        of_mixed = of_added @ member.mix[block].T
        for tap, values in enumerate(around):
            # Row by row: the order of einsum's sums depends on where the arrays lie in memory.
            taps[block, tap] = (values * of_mixed).sum(axis=0)
        # A row reaches the row after it as that one's row before, and the row before it as that one's row after.
        before, after = near[block]
        moving = moving + of_mixed * member.taps[block, 1]
        moving += shifted(of_mixed * member.taps[block, 0], after)
        moving += shifted(of_mixed * member.taps[block, 2], before)
    moving *= channels[0] > 0
    return loss, Member(
        input=inputs.T @ moving, input_bias=moving.sum(axis=0), taps=taps, mix=mix, mix_bias=mix_bias,
        head=last.T @ of_hidden, pooled=pooled.T @ of_article, head_bias=of_hidden.sum(axis=0),
        output=hidden.T @ slope, output_bias=slope.sum(keepdims=True),
    )  # fmt: skip


class _Descent:
    """Adam, and the weights on their way."""

    def __init__(self, member: Member, penalty: float) -> None:
        self.member, self.steps, self._penalty = member, 0, penalty
        self._first, self._second = (
            {name: np.zeros_like(getattr(member, name)) for name in ARRAYS} for _ in ("first", "second")
        )

    def step(self, gradients: Member, size: float) -> None:
        """Go one step down."""
        self.steps += 1
        moved = {}
        for name in ARRAYS:
            slope, first, second = getattr(gradients, name), self._first[name], self._second[name]
            first += (1 - _FIRST_DECAY) * (slope - first)
            second += (1 - _SECOND_DECAY) * (slope**2 - second)
            mean = first / (1 - _FIRST_DECAY**self.steps)
            spread = np.sqrt(second / (1 - _SECOND_DECAY**self.steps)) + _EPSILON
            value = getattr(self.member, name)
            shrunk = value * (1 - size * self._penalty) if name in MATRICES else value
            moved[name] = (shrunk - size * mean / spread).astype(value.dtype)
        self.member = replace(self.member, **moved)


MATRICES = ("input", "mix", "head", "pooled")
"""The arrays that weight decay shrinks."""


def _article_batches(layout: Layout, order: Int, rows: int) -> Iterator[Int]:
    """Deal articles, in the order given, out to batches of about so many rows."""
    ends = np.cumsum(layout.sizes[order])
    number = (ends - layout.sizes[order]) // rows
    yield from np.split(order, np.flatnonzero(np.diff(number)) + 1)
