import numpy as np
import pytest

from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.model.platt import platt
from corestory.model.scoring import Calibration
from corestory.model.training_rows import Rows

RNG = np.random.default_rng(8)


def rows_of(core, labelled=None):
    count = len(core)
    known = np.ones(count, bool) if labelled is None else np.asarray(labelled, bool)
    nothing = np.zeros(count, np.int64)
    batch = Batch(["word " * 10] * count, Layout.of([count]), [""], None)
    return Rows(batch, np.asarray(core, bool), known, nothing, nothing, np.ones(count), known)


def noisy(count=2000, slope=1.0):
    """Log-odds that are `slope` times too modest, and what they were of."""
    honest = RNG.normal(0, 2, count)
    return honest / slope, rows_of(RNG.uniform(size=count) < 1 / (1 + np.exp(-honest)))


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
def test_calibrated_scores_are_as_often_core_as_they_say(slope):
    log_odds, rows = noisy(slope=slope)
    scores = platt(log_odds, rows).apply(log_odds)

    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (scores >= low) & (scores < low + 0.2)
        assert rows.core[inside].mean() == pytest.approx(scores[inside].mean(), abs=0.08)


def test_unlabelled_rows_do_not_calibrate():
    log_odds, rows = noisy()
    more = rows_of(np.append(rows.core, [True] * 500), labelled=[True] * 2000 + [False] * 500)

    assert platt(np.append(log_odds, [-9.0] * 500), more) == platt(log_odds, rows)


def test_scores_the_wrong_way_round_are_not_turned_round():
    log_odds, rows = noisy()

    assert platt(-log_odds, rows) == Calibration()
