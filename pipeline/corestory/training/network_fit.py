"""The fit of `corestory.model.network.Network` by gradient descent, in NumPy alone.

Adam (Kingma and Ba, ICLR 2015) with decoupled weight decay and steps that shrink by a cosine (Loshchilov and Hutter,
ICLR 2017 and 2019). Each step learns from whole articles, for a paragraph's score depends on its whole article.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, Member, Network, standardised
from corestory.types import Float, Float32, Int

Floating = npt.NDArray[np.floating]

WARM_UP = 50
"""The number of first steps that grow to the full size, because the first gradients say little."""

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
        The size of the network.
    epochs
        Passes over the articles, at least.
    penalty
        Weight decay of the matrices, a step of size 1.
    seed
        The seed of the first weights and of the order of the articles.
    steps
        Steps at least: few articles are learned from in smaller batches, and in more passes.
    batch, learning_rate
        Rows a step, about, and the size of the largest steps.

    Returns
    -------
    Network
    """
    mean, scale = _mean_and_scale(features)
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
    """Compute each column's mean and standard deviation, a part of the rows at a time, for they may be millions."""
    parts = [features[begin : begin + 65536] for begin in range(0, len(features), 65536)]
    mean = sum(part.sum(axis=0, dtype=np.float64) for part in parts) / len(features)
    scale = np.sqrt(sum(np.square(part - mean).sum(axis=0) for part in parts) / len(features)).astype(np.float32)
    scale[scale < 1e-6] = 1.0
    return mean.astype(np.float32), scale


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
    member: Member, inputs: Floating, labels: Floating, weights: Floating, layout: Layout, space: Space | None = None
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
    space
        Arrays to compute in; the gradients are among them, until the next call.

    Returns
    -------
    loss : float
    gradients : Member
        An array for each of the member's.
    """
    space = space or Space(inputs.dtype)
    width, blocks, count = member.input.shape[1], len(member.taps), len(inputs)
    sizes, longest = layout.sizes.astype(inputs.dtype), int(layout.sizes.max())
    # In each article's channels, rows stand side by side: then the rows some steps away are a slice as well.
    margin = min(2**blocks // 2, longest)
    none, product, work = (space.array(name, width, count) for name in ("none", "product", "work"))

    def shifted(name: object, distance: int) -> Floating:
        whole = space.array(name, width * count + 2 * margin)
        return whole[margin + distance : margin + distance + width * count].reshape(width, count)

    def around(block: int) -> list[tuple[int, int, Floating]]:
        """Return the taps that reach another row of an article, how far away it is, and 1 where it exists."""
        far = 2**block
        if far >= longest:
            return []
        before = layout.position >= far
        after = layout.position + far < layout.end - layout.start
        return [(0, -far, before.astype(inputs.dtype)), (2, far, after.astype(inputs.dtype))]

    def where_there(block: int, tap: int, there: Floating) -> Floating:
        """Return a tap's weight where the row that it reaches exists, else 0."""
        return np.asarray(np.multiply(member.taps[block, tap][:, None], there, out=work))

    def active(values: Floating, bias: Floating) -> Floating:
        values += bias[:, None]
        return np.asarray(np.maximum(values, none[: len(values)], out=values))

    last = active(np.matmul(member.input.T, inputs.T, out=shifted(("channels", 0), 0)), member.input_bias)
    kept = []
    for block in range(blocks):
        mixed = np.multiply(last, member.taps[block, 1][:, None], out=space.array(("mixed", block), width, count))
        reached = around(block)
        for tap, distance, there in reached:
            tapped = where_there(block, tap, there)
            tapped *= shifted(("channels", block), distance)
            mixed += tapped
        added = active(np.matmul(member.mix[block].T, mixed, out=product), member.mix_bias[block])
        kept.append((mixed, added > 0, reached))
        last = np.add(last, added, out=shifted(("channels", block + 1), 0))
    most = np.maximum.reduceat(last, layout.first, axis=1)
    pooled = np.concatenate([np.add.reduceat(last, layout.first, axis=1) / sizes, most])
    hidden = member.head.T @ last
    hidden += (member.pooled.T @ pooled).take(layout.article, 1)
    active(hidden, member.head_bias)
    log_odds = np.clip(member.output @ hidden + member.output_bias[0], -30, 30)
    core = 1 / (1 + np.exp(-log_odds))
    share = weights / weights.sum()
    loss = float((share * (np.logaddexp(0, log_odds) - labels * log_odds)).sum())

    slopes, ones = space.like(member), np.ones(count, inputs.dtype)
    slope = ((core - labels) * share).astype(inputs.dtype)
    np.matmul(hidden, slope, out=slopes.output)
    slopes.output_bias[0] = slope.sum()
    of_hidden = member.output[:, None] * slope
    of_hidden *= hidden > 0
    of_article = np.add.reduceat(of_hidden, layout.first, axis=1)
    of_pooled = member.pooled @ of_article
    # Of equal greatest values each has its part of the slope.
    greatest = (last == most.take(layout.article, 1)).astype(inputs.dtype)
    of_most = of_pooled[width:] / np.add.reduceat(greatest, layout.first, axis=1)
    greatest *= of_most.take(layout.article, 1)
    moving = np.matmul(member.head, of_hidden, out=shifted("moving", 0))
    moving += (of_pooled[:width] / sizes).take(layout.article, 1)
    moving += greatest
    np.matmul(last, of_hidden.T, out=slopes.head)
    np.matmul(pooled, of_article.T, out=slopes.pooled)
    np.matmul(of_hidden, ones, out=slopes.head_bias)
    for block in reversed(range(blocks)):
        mixed, awake, reached = kept[block]
        of_added = np.multiply(moving, awake, out=work)
        np.matmul(mixed, of_added.T, out=slopes.mix[block])
        np.matmul(of_added, ones, out=slopes.mix_bias[block])
        of_mixed = np.matmul(member.mix[block], of_added, out=mixed)
        taps = slopes.taps[block]
        taps[[0, 2]] = 0
        np.matmul(np.multiply(shifted(("channels", block), 0), of_mixed, out=product), ones, out=taps[1])
        # A row reaches the row after it as that one's row before, and the row before it as that one's row after.
        for tap, distance, there in reached:
            np.matmul(np.multiply(shifted(("channels", block), distance), of_mixed, out=product), there, out=taps[tap])
            target = shifted("moving", distance)
            tapped = where_there(block, tap, there)
            tapped *= of_mixed
            target += tapped
        moving += np.multiply(of_mixed, member.taps[block, 1][:, None], out=product)
    moving *= shifted(("channels", 0), 0) > 0
    np.matmul(inputs.T, moving.T, out=slopes.input)
    np.matmul(moving, ones, out=slopes.input_bias)
    return loss, slopes


class Space:
    """Arrays that every step computes in, because fresh memory costs about as much as the sums.

    Parameters
    ----------
    dtype
        The type of the arrays.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._known: dict[object, Floating] = {}

    def array(self, name: object, *sizes: int) -> Floating:
        """Return the array of that name and size: zeros at first, later as they were left."""
        size = math.prod(sizes)
        found = self._known.get(name)
        if found is None or len(found) < size:
            found = self._known[name] = np.zeros(size + size // 4, self._dtype)
        return found[:size].reshape(sizes)

    def like(self, member: Member) -> Member:
        """Return arrays of the member's sizes."""
        return _parts(member, self.array("gradients", _count(member)))

    def flat(self, member: Member) -> Floating:
        """Return all arrays of `like` as one."""
        return self.array("gradients", _count(member))


class _Descent:
    """Adam, and the weights on their way."""

    def __init__(self, member: Member, penalty: float) -> None:
        self._values = np.concatenate([getattr(member, name).ravel() for name in ARRAYS])
        self.member, self.steps = _parts(member, self._values), 0
        self.space = Space(self._values.dtype)
        self._first, self._second, self._work = (np.zeros_like(self._values) for _ in range(3))
        self._penalty = np.concatenate(
            [np.full(getattr(member, name).size, penalty * (name in MATRICES), np.float32) for name in ARRAYS]
        )

    def step(self, size: float) -> None:
        """Go one step down, by the gradients that are in the space."""
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


def _count(member: Member) -> int:
    return sum(getattr(member, name).size for name in ARRAYS)


def _parts(member: Member, flat: Floating) -> Member:
    """Make a member of the sizes of another, whose arrays are parts of one."""
    parts, begin = {}, 0
    for name in ARRAYS:
        array = getattr(member, name)
        parts[name] = flat[begin : begin + array.size].reshape(array.shape)
        begin += array.size
    return Member(**parts)


MATRICES = ("input", "mix", "head", "pooled")
"""The arrays that weight decay shrinks."""


def _article_batches(layout: Layout, order: Int, rows: int) -> Iterator[Int]:
    """Deal articles, in the order given, to batches of about `rows` rows."""
    ends = np.cumsum(layout.sizes[order])
    number = (ends - layout.sizes[order]) // rows
    yield from np.split(order, np.flatnonzero(np.diff(number)) + 1)
