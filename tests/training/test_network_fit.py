import numpy as np
import pytest

from corestory.features.layout import Layout
from corestory.training.network_fit import Shape, fit_network


def separable(articles=120, seed=0):
    """Articles whose core is all that stands before the first paragraph marked as a foot."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(6, 20, articles)
    features = rng.normal(size=(sizes.sum(), 4)).astype(np.float32)
    core = np.ones(sizes.sum(), bool)
    for first, size in zip(np.cumsum(sizes) - sizes, sizes, strict=True):
        foot = first + rng.integers(1, size)
        features[foot, 0] = 6
        core[foot : first + size] = False
    return features, core, Layout.of(sizes)


def test_what_stands_elsewhere_in_the_article_is_learned():
    features, core, layout = separable()
    new, truth, where = separable(seed=1)
    recipe = {
        "weights": np.ones(len(core)),
        "epochs": 40,
        "penalty": 1e-2,
        "seed": 0,
        "steps": 800,
        "learning_rate": 5e-3,
    }
    right = {}
    for blocks in (0, 5):
        network = fit_network(features, core, layout, shape=Shape(12, blocks, 8), **recipe)
        right[blocks] = ((network.log_odds(new, where) > 0) == truth).mean()
    assert right[5] > 0.9
    assert right[5] > right[0] + 0.1


def test_equal_seeds_give_equal_networks_and_others_do_not():
    features, core, layout = separable(12)
    recipe = {"weights": np.ones(len(core)), "shape": Shape(4, 2, 3), "epochs": 2, "penalty": 0.0}
    first, again, other = (fit_network(features, core, layout, seed=seed, **recipe) for seed in (1, 1, 2))
    assert first.log_odds(features, layout).tolist() == again.log_odds(features, layout).tolist()
    assert first.log_odds(features, layout).tolist() != other.log_odds(features, layout).tolist()


def test_a_paragraph_without_weight_is_context_only():
    features, core, layout = separable(12)
    weights = np.ones(len(core))
    weights[::3] = 0
    flipped = np.where(weights > 0, core, ~core)
    recipe = {"weights": weights, "shape": Shape(4, 2, 3), "epochs": 2, "penalty": 0.0, "seed": 0}
    scores = [fit_network(features, labels, layout, **recipe).log_odds(features, layout) for labels in (core, flipped)]
    assert scores[0].tolist() == scores[1].tolist()


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("sizes", [[1], [1, 2], [300]])
def test_little_data_gives_a_network_too(epochs, sizes):
    rng = np.random.default_rng(0)
    features = np.zeros((sum(sizes), 3), np.float32)
    network = fit_network(
        features, rng.random(sum(sizes)) < 0.5, Layout.of(sizes), weights=np.ones(sum(sizes)), shape=Shape(4, 2, 3),
        epochs=epochs, penalty=1e-2, seed=0, steps=20,
    )  # fmt: skip
    assert np.isfinite(network.log_odds(features, Layout.of(sizes))).all()
