import math
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, CLIP, Member, Network, _on_grid, _parts, joined
from corestory.training.network_fit import Shape, fit_network

SIZES = [40, 1, 7, 30, 2, 40]
RECIPE = {"shape": Shape(8, 3, 4), "epochs": 6, "penalty": 1e-2, "seed": 4, "steps": 30, "batch": 64}


def rows(sizes=SIZES, columns=5):
    rng = np.random.default_rng(2)
    features = rng.normal(3, [1, 2, 3, 0.1, 1], (sum(sizes), columns)).astype(np.float32)
    return features, features[:, 0] > 3, Layout.of(sizes), rng.uniform(0.5, 2, sum(sizes))


def fitted(**changes):
    features, core, layout, weights = rows()
    return fit_network(features, core, layout, weights=weights, **RECIPE | changes)


@pytest.fixture(scope="module")
def network():
    return joined([fitted(seed=seed) for seed in range(2)])


def probability(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def plainly(network, features, sizes):
    """Score article by article and paragraph by paragraph, as the docstrings say it."""
    inputs = np.clip((features - network.mean) / network.scale, -CLIP, CLIP).astype(float)
    scores = []
    for article in np.split(inputs, np.cumsum(sizes)[:-1]):
        members = []
        for member in network.members:
            channels = np.maximum(article @ member.input + member.input_bias, 0)
            for block in range(len(member.taps)):
                far, nothing = 2**block, np.zeros(channels.shape[1])
                added = []
                for row in range(len(channels)):
                    before = channels[row - far] if row >= far else nothing
                    after = channels[row + far] if row + far < len(channels) else nothing
                    mixed = (np.array([before, channels[row], after]) * member.taps[block]).sum(axis=0)
                    added.append(np.maximum(mixed @ member.mix[block] + member.mix_bias[block], 0))
                channels = channels + np.array(added)
            pooled = np.concatenate([channels.mean(axis=0), channels.max(axis=0)]) @ member.pooled
            hidden = np.maximum(channels @ member.head + pooled + member.head_bias, 0)
            members.append(probability(hidden @ member.output + member.output_bias[0]))
        scores.append(np.mean(members, axis=0))
    return np.concatenate(scores)


def test_its_probability_is_the_mean_of_its_members_computed_paragraph_by_paragraph(network):
    features, _, layout, _ = rows()
    # Inputs are whole numbers of steps of 1/256.
    assert probability(network.log_odds(features, layout)) == pytest.approx(plainly(network, features, SIZES), abs=5e-3)


def test_the_scores_of_an_article_do_not_depend_on_the_others_to_the_last_bit(network, monkeypatch):
    features, _, layout, _ = rows()
    together = network.log_odds(features, layout).tolist()
    alone = [
        network.log_odds(features[first : first + size], Layout.of([size])).tolist()
        for first, size in zip(layout.first.tolist(), SIZES, strict=True)
    ]
    assert [score for article in alone for score in article] == together
    monkeypatch.setattr("corestory.model.network.BLOCK", 35)
    assert network.log_odds(features, layout).tolist() == together


def drawn(seed, power, features=70, width=40, blocks=3, hidden=5):
    """Draw weights; those of an array are up to `power` times as large or as small."""
    rng = np.random.default_rng(seed)
    shapes = {
        "input": (features, width), "input_bias": (width,), "taps": (blocks, 3, width), "mix": (blocks, width, width),
        "mix_bias": (blocks, width), "head": (width, hidden), "pooled": (2 * width, hidden), "head_bias": (hidden,),
        "output": (hidden,), "output_bias": (1,),
    }  # fmt: skip
    return Member(
        **{
            name: (rng.normal(0, 0.3, shape) * power ** rng.uniform(-1, 1)).astype(np.float32)
            for name, shape in shapes.items()
        }
    )


@pytest.mark.parametrize("power", [1.0, 1e6])
@given(seed=st.integers(0, 1000), mates=st.lists(st.integers(1, 60), max_size=8), place=st.integers(0, 8))
def test_scores_do_not_depend_on_random_mates_whatever_the_weights(power, seed, mates, place):
    sizes, first = [*mates[:place], 17, *mates[place:]], sum(mates[:place])
    features = np.random.default_rng(seed).normal(0, 3, (sum(sizes), 70)).astype(np.float32)
    network = Network(np.zeros(70, np.float32), np.ones(70, np.float32), (drawn(seed, power),))
    together = network.log_odds(features, Layout.of(sizes))[first : first + 17]
    assert np.isfinite(together).all()
    assert network.log_odds(features[first : first + 17], Layout.of([17])).tolist() == together.tolist()


@pytest.mark.parametrize("bits", [24, 52])
@given(seed=st.integers(0, 1000), power=st.floats(-6, 6), rows=st.integers(1, 32))
def test_the_terms_of_a_sum_are_whole_steps_that_add_up_to_less_than_is_exact(bits, seed, power, rows):
    rng = np.random.default_rng(seed)
    weights, most = rng.normal(0, 10**power, (rows, 3)), rng.integers(1, 2**16, rows)
    rounded = _on_grid(weights, most.astype(float), bits=bits)
    for column in rounded.T:
        ratios = [Fraction(weight) for weight in column.tolist()]
        denominator = max(ratio.denominator for ratio in ratios)
        step = Fraction(math.gcd(*(int(ratio * denominator) for ratio in ratios)), denominator)
        assert sum(abs(ratio) * most for ratio, most in zip(ratios, most.tolist(), strict=True)) <= 2**bits * step
    # Rounding changes a weight by half a step at most: the grid is no coarser than it has to be.
    least = most @ np.abs(weights) / (2**bits - most.sum() / 2)
    assert (np.abs(rounded - weights) <= np.maximum(least, 2.0**-41) * (1 + 1e-9)).all()


@given(seed=st.integers(0, 1000), power=st.floats(-6, 6), rows=st.integers(1, 80))
def test_products_of_parts_in_single_precision_are_those_in_double(seed, power, rows):
    rng = np.random.default_rng(seed)
    weights, most = rng.normal(0, 10**power, (rows, 3)), rng.integers(1, 2**16, rows)
    values = rng.integers(-most[:, None], most[:, None], (rows, 9), endpoint=True).astype(np.float32)
    begin = 0
    for part in _parts(weights, most.astype(float)):
        inside = values[begin : begin + len(part)]
        assert np.array_equal(part.T @ inside, part.T.astype(float) @ inside)
        begin += len(part)
    assert begin == rows


def test_no_article_gives_no_score(network):
    assert network.log_odds(np.zeros((0, 5), np.float32), Layout.of([])).shape == (0,)


def test_a_paragraph_far_away_in_the_article_counts(network):
    features, _, _, _ = rows([12])
    changed = features.copy()
    changed[-1] += 3
    before, after = (network.log_odds(each, Layout.of([12]))[0] for each in (features, changed))
    assert before != after


def test_what_is_beyond_the_clip_is_not_told_apart(network):
    far, farther = (np.full((1, 5), value, np.float32) for value in (1e5, 1e6))
    one = Layout.of([1])
    assert network.log_odds(far, one) == network.log_odds(farther, one)


def test_no_score_is_infinite_however_sure_the_members_are(network):
    sure = tuple(replace(member, output=member.output * 1e4) for member in network.members)
    features, _, layout, _ = rows()
    assert np.isfinite(Network(network.mean, network.scale, sure).log_odds(features, layout)).all()


def test_joined_networks_keep_all_members_in_order(network):
    assert len(network.members) == 2
    single = fitted(seed=1)
    for name in ARRAYS:
        assert np.array_equal(getattr(network.members[1], name), getattr(single.members[0], name))
    assert [field.name for field in fields(single.members[0])] == list(ARRAYS)
