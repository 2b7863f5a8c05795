from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS
from corestory.training.network_fit import Shape, first_weights
from corestory.training.network_gradients import loss_and_gradients

STEP = 1e-7
"""Small, so that hardly a rectifier turns on or off within it: there the loss has no slope."""


def material(sizes, seed, shape):
    rng = np.random.default_rng(seed)
    member = first_weights(6, shape, rng)
    # Biases start at 0, where the slope of a rectifier is ambiguous.
    member = replace(
        member, **{name: getattr(member, name).astype(float) + rng.normal(0, 0.05, getattr(member, name).shape)
                   for name in ARRAYS}
    )  # fmt: skip
    count = sum(sizes)
    return member, rng.normal(size=(count, 6)), (rng.random(count) < 0.5).astype(float), rng.random(count), rng


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 3), st.integers(0, 1000))
def test_each_slope_is_that_of_the_loss(sizes, blocks, seed):
    member, inputs, labels, weights, rng = material(sizes, seed, Shape(5, blocks, 3))
    layout = Layout.of(sizes)
    loss, slopes = loss_and_gradients(member, inputs, labels, weights, layout)
    for name in ARRAYS:
        # Along a random direction through the whole array, so that every weight is in it.
        direction = rng.normal(size=getattr(member, name).shape)
        ahead, after = (
            loss_and_gradients(
                replace(member, **{name: getattr(member, name) + sign * STEP * direction}),
                inputs,
                labels,
                weights,
                layout,
            )[0]
            for sign in (1, -1)
        )
        # At a kink of a rectifier the two sides have other slopes.
        assume(abs(ahead - 2 * loss + after) <= 1e-3 * STEP)
        expected = (ahead - after) / (2 * STEP)
        assert (getattr(slopes, name) * direction).sum() == pytest.approx(expected, rel=1e-3, abs=1e-5)
