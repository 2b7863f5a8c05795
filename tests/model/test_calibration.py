import msgspec
import numpy as np
import pytest

from corestory.model.calibration import PlattScaling, Settings, fit_platt

RNG = np.random.default_rng(8)


def noisy(count=2000, slope=1.0):
    """Log-odds that are `slope` times too small, and labels drawn by the right ones."""
    honest = RNG.normal(0, 2, count)
    return honest / slope, RNG.uniform(size=count) < 1 / (1 + np.exp(-honest))


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
def test_of_paragraphs_with_a_score_that_share_is_core(slope):
    log_odds, core = noisy(slope=slope)
    scores = fit_platt(log_odds, core).probabilities(log_odds)

    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (scores >= low) & (scores < low + 0.2)
        assert core[inside].mean() == pytest.approx(scores[inside].mean(), abs=0.08)


def test_a_reversed_ranking_is_not_turned_round():
    log_odds, core = noisy()

    assert fit_platt(-log_odds, core) == PlattScaling()


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence_expected": (0.0, 0.5, 1.0)},
        {"confidence_expected": (0.5, 0.4)},
    ],
)
def test_a_confidence_curve_that_is_none_is_refused(changes):
    with pytest.raises(ValueError, match="confidence"):
        msgspec.structs.replace(Settings(), **changes)
