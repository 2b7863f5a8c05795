from dataclasses import fields, replace

import numpy as np
import pytest

from corestory.features.layout import Layout
from corestory.model.network import ARRAYS, CLIP, Network, joined
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
    assert probability(network.log_odds(features, layout)) == pytest.approx(plainly(network, features, SIZES), abs=2e-4)


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
