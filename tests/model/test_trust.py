import numpy as np
import pytest

from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.model.training_rows import Rows, trusted_labels

COUNT = 400


def rows_of(core, *, labelled=None, fold=None):
    known = np.ones(COUNT, bool) if labelled is None else labelled
    page = np.arange(COUNT) // 4
    layout = Layout.of([4] * (COUNT // 4))
    batch = Batch(["some words"] * COUNT, layout, [""] * len(layout.sizes), None)
    return Rows(batch, core, known, page % 5 if fold is None else fold, page, np.ones(COUNT), known)


@pytest.fixture
def scored():
    """Log-odds that are right, and labels of which the first ten are not."""
    rng = np.random.default_rng(4)
    truth = rng.uniform(size=COUNT) < 0.5
    log_odds = np.where(truth, 3.0, -3.0) + rng.normal(0, 0.5, COUNT)
    core = truth.copy()
    core[:10] = ~core[:10]
    return log_odds, core


def test_a_label_that_the_scores_contradict_is_not_trusted(scored):
    log_odds, core = scored
    trusted = trusted_labels(log_odds, rows_of(core), least=0.1)

    assert not trusted[:10].any()
    assert trusted[10:].all()


def test_a_label_that_the_scores_only_doubt_is_trusted(scored):
    log_odds, core = scored
    log_odds[:10] = 0

    assert trusted_labels(log_odds, rows_of(core), least=0.1).all()


def test_what_has_no_label_is_never_trusted(scored):
    log_odds, core = scored
    labelled = np.arange(COUNT) % 3 > 0

    assert not trusted_labels(log_odds, rows_of(core, labelled=labelled), least=0.1)[~labelled].any()


def test_no_label_is_dropped_for_the_least_trust_of_nothing(scored):
    log_odds, core = scored

    assert trusted_labels(log_odds, rows_of(core), least=0.0).all()


def test_all_are_trusted_where_else_too_little_of_one_label_were_left(scored):
    log_odds, _ = scored
    # Core is only where the scores deny it, but for one page; without the others one fold alone would have it.
    core = log_odds < 0
    core[40:] = False
    core[40:44] = log_odds[40:44] > 0

    assert trusted_labels(np.abs(log_odds) * np.where(core, -1, -0.5), rows_of(core), least=0.9).all()
