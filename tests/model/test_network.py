from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from corestory.model.network import CLIP, PHASES, Network, chosen_passes, fit_network, joined

RECIPE = {"hidden": (6, 3), "epochs": 10, "penalty": 1e-3, "seed": 4, "steps": 5, "batch": 32}


def rows(count=120, columns=5):
    rng = np.random.default_rng(2)
    features = rng.normal(3, [1, 2, 3, 0.1, 1], (count, columns)).astype(np.float32)
    return features, features[:, 0] + rng.normal(0, 0.3, count) > 3, rng.uniform(0.5, 2, count)


@pytest.fixture(scope="module")
def network():
    features, core, weights = rows()
    with chosen_passes():
        return joined(
            [fit_network(features, core, weights=weights, **RECIPE | {"seed": RECIPE["seed"] + n}) for n in range(2)]
        )


def probability(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def test_its_probability_is_the_mean_of_scikit_learns_perceptrons(network):
    features, core, weights = rows()
    mean, scale = features.mean(axis=0, dtype=float), features.std(axis=0, dtype=float)
    inputs = np.clip((features - mean.astype(np.float32)) / scale.astype(np.float32), -CLIP, CLIP)
    expected = []
    rows_a_step = len(inputs) // RECIPE["steps"]
    for member in range(2):
        model = MLPClassifier(
            RECIPE["hidden"], alpha=RECIPE["penalty"], batch_size=rows_a_step, n_iter_no_change=99,
            random_state=RECIPE["seed"] + member, warm_start=True,
        )  # fmt: skip
        with chosen_passes():
            for passes, rate in ((6, 2e-3), (2, 5e-4), (2, 1e-4)):
                model.set_params(max_iter=passes, learning_rate_init=rate).fit(inputs, core, sample_weight=weights)
        expected.append(model.predict_proba(inputs)[:, 1])

    assert probability(network.log_odds(features)) == pytest.approx(np.mean(expected, axis=0), abs=1e-5)


@pytest.mark.parametrize("epochs", [1, 2, 3, 7])
def test_few_passes_are_shared_out_too(epochs):
    features, core, weights = rows()
    with chosen_passes():
        network = fit_network(features, core, weights=weights, **RECIPE | {"epochs": epochs})

    assert PHASES[-1][0] == 1
    assert np.isfinite(network.log_odds(features)).all()


def test_a_row_is_scored_the_same_alone_and_among_others(network):
    features, _, _ = rows()

    alone = np.concatenate([network.log_odds(features[row : row + 1]) for row in range(20)])
    assert alone.tolist() == network.log_odds(features)[:20].tolist()
    assert network.log_odds(features[:0]).shape == (0,)


def test_a_feature_far_beyond_all_that_was_seen_counts_as_the_farthest_that_does(network):
    far, farther = (network.mean + network.scale * CLIP * step for step in (1.01, 1e6))

    assert network.log_odds(far[None].astype(np.float32)) == network.log_odds(farther[None].astype(np.float32))


def test_a_feature_that_is_always_the_same_is_left_as_it_is():
    features, core, weights = rows()
    features[:, 2] = 7
    with chosen_passes():
        network = fit_network(features, core, weights=weights, **RECIPE)

    assert network.scale[2] == 1
    assert np.isfinite(network.log_odds(features)).all()


def test_no_score_is_infinite_however_sure_the_perceptrons_are():
    sure = ((np.full((1, 1), 1e4, np.float32), np.zeros(1, np.float32)),)
    network = Network(np.zeros(1, np.float32), np.ones(1, np.float32), (sure,))

    found = network.log_odds(np.array([[-9.0], [9.0]], np.float32))
    assert found == pytest.approx([-np.log(1e6 - 1), np.log(1e6 - 1)])


def test_the_seed_decides_and_members_differ(network):
    features, core, weights = rows()
    with chosen_passes():
        again = fit_network(features, core, weights=weights, **RECIPE)
        other = fit_network(features, core, weights=weights, **RECIPE | {"seed": 40})

        first = fit_network(features, core, weights=weights, **RECIPE)

    assert again.log_odds(features).tolist() == first.log_odds(features).tolist()
    assert other.log_odds(features).tolist() != first.log_odds(features).tolist()
    (one, _), (another, _) = (layers[0] for layers in network.layers)
    assert not np.array_equal(one, another)


def test_a_row_of_more_weight_moves_the_network_more():
    features, core, weights = rows()
    wrong = core.copy()
    wrong[:40] = ~wrong[:40]
    heavy, light = weights.copy(), weights.copy()
    heavy[:40] *= 20
    light[:40] /= 20
    with chosen_passes():
        fits = [fit_network(features, wrong, weights=each, **RECIPE | {"epochs": 60}) for each in (heavy, light)]

    agreed = [((network.log_odds(features[:40]) > 0) == wrong[:40]).mean() for network in fits]
    assert agreed[0] > agreed[1]


def test_it_is_nothing_but_arrays_of_32_bits(network):
    arrays = [network.mean, network.scale, *(array for layers in network.layers for pair in layers for array in pair)]

    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert [weights.shape for weights, _ in network.layers[0]] == [(5, 6), (6, 3), (3, 1)]


def test_that_the_passes_were_chosen_is_no_failure_to_converge_in_any_thread():
    features, core, weights = rows()

    with chosen_passes(), ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda seed: fit_network(features, core, weights=weights, **RECIPE | {"seed": seed}), range(8)))
    # And nothing of it stays.
    with pytest.warns(ConvergenceWarning):
        fit_network(features, core, weights=weights, **RECIPE)
