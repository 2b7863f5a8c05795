"""The fit of `corestory.model.network.Network` by gradient descent, with NumPy only.

The optimiser is Adam (Kingma and Ba, ICLR 2015) with decoupled weight decay and a cosine schedule (Loshchilov and
Hutter, ICLR 2017 and 2019). Each step learns from whole articles, because a paragraph's score depends on its article.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, Member, Network, standardised
from corestory.training.network_gradients import Space, loss_and_gradients, parts_of
from corestory.types import Float, Float32, Int

WARM_UP = 50
"""The number of first steps in which the step size grows, because the first gradients are poor estimates."""

_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a member: its channels, its blocks, and the hidden units of its head."""

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
        The size of the network.
    epochs
        The smallest number of passes over the articles.
    penalty
        Weight decay of the matrices in a step of size 1.
    seed
        The seed of the first weights and of the order of the articles.
    steps
        The smallest number of steps: for few articles, batches are smaller and there are more passes.
    batch, learning_rate
        The approximate rows of a step at most, and the greatest step size.

    Returns
    -------
    Network
    """
    mean, scale = _mean_and_scale(features)
    generator = np.random.default_rng(seed)
    member = first_weights(features.shape[1], shape, generator)
    rows_a_step = min(max(len(features) * epochs // steps, 1), batch)
    # A batch has at least one article.
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
                inputs = standardised(features.take(rows, 0), mean, scale)
                loss_and_gradients(descent.member, inputs, labels[rows], weight, part, descent.space)
                done = min(descent.steps / total, 1.0)
                size = (
                    learning_rate
                    * min(1.0, (descent.steps + 1) / WARM_UP)
                    * (0.01 + 0.495 * (1 + np.cos(np.pi * done)))
                )
                descent.step(size)
    return Network(mean, scale, (descent.member,))


def _mean_and_scale(features: Float32) -> tuple[Float32, Float32]:
    """Compute each column's mean and standard deviation, a part of the rows at a time: there may be millions."""
    parts = [features[begin : begin + 65536] for begin in range(0, len(features), 65536)]
    mean = sum(part.sum(axis=0, dtype=np.float64) for part in parts) / len(features)
    scale = np.sqrt(sum(np.square(part - mean).sum(axis=0) for part in parts) / len(features)).astype(np.float32)
    scale[scale < 1e-6] = 1.0
    return mean.astype(np.float32), scale


def first_weights(features: int, shape: Shape, generator: np.random.Generator) -> Member:
    """Draw the first weights of a fit (He et al., ICCV 2015), smaller ones where many blocks add up."""
    width, blocks, hidden = shape.width, shape.blocks, shape.hidden

    def drawn(inputs: int, *sizes: int, part: float = 1.0) -> Float32:
        return generator.normal(0, part * np.sqrt(2 / inputs), sizes).astype(np.float32)

    taps = drawn(50, blocks, 3, width)
    # At first a block gives the paragraph itself the greatest weight.
    taps += np.array([0.2, 0.6, 0.2], np.float32)[:, None]
    return Member(
        input=drawn(features, features, width), input_bias=np.zeros(width, np.float32),
        taps=taps, mix=drawn(width, blocks, width, width, part=0.5), mix_bias=np.zeros((blocks, width), np.float32),
        head=drawn(width, width, hidden), pooled=drawn(2 * width, 2 * width, hidden, part=0.5),
        head_bias=np.zeros(hidden, np.float32), output=drawn(hidden, hidden), output_bias=np.zeros(1, np.float32),
    )  # fmt: skip


class _Descent:
    """The optimiser Adam, and the weights that it changes."""

    def __init__(self, member: Member, penalty: float) -> None:
        self._values = np.concatenate([getattr(member, name).ravel() for name in ARRAYS])
        self.member, self.steps = parts_of(member, self._values), 0
        self.space = Space(self._values.dtype)
        self._first, self._second, self._work = (np.zeros_like(self._values) for _ in range(3))
        self._penalty = np.concatenate(
            [np.full(getattr(member, name).size, penalty * (name in MATRICES), np.float32) for name in ARRAYS]
        )

    def step(self, size: float) -> None:
        """Make one step, by the gradients in the space."""
        self.steps += 1
        slope, first, second, work = self.space.flat(self.member), self._first, self._second, self._work
        first *= _FIRST_DECAY
        first += np.multiply(slope, 1 - _FIRST_DECAY, out=work)
        second *= _SECOND_DECAY
        slope *= slope
        second += np.multiply(slope, 1 - _SECOND_DECAY, out=work)
        self._values -= np.multiply(self._values, np.multiply(self._penalty, size, out=work), out=work)
        spread = np.sqrt(np.divide(second, 1 - _SECOND_DECAY**self.steps, out=slope), out=slope)
        spread += _EPSILON
        np.divide(first, spread, out=work)
        work *= size / (1 - _FIRST_DECAY**self.steps)
        self._values -= work


MATRICES = ("input", "mix", "head", "pooled")
"""The arrays to which weight decay applies."""


def _article_batches(layout: Layout, order: Int, rows: int) -> Iterator[Int]:
    """Divide articles, in the order given, into batches of about `rows` rows."""
    ends = np.cumsum(layout.sizes[order])
    number = (ends - layout.sizes[order]) // rows
    yield from np.split(order, np.flatnonzero(np.diff(number)) + 1)
