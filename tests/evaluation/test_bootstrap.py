from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from corestory.evaluation import bootstrap
from corestory.evaluation.bootstrap import interval, resampled_metrics, resampled_rates
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.metrics import METRIC_NAMES, RATE_NAMES, measure
from corestory.evaluation.results import EvaluationSettings


def settings(resamples=1000, seed=0):
    return EvaluationSettings(None, resamples, seed, 0.95)


def rows_of(core, decided, articles, *, score=None, words=None):
    score = np.where(decided, 1.0, 0.0) if score is None else score
    words = np.ones(len(core)) if words is None else words
    return LabelledRows(pd.DataFrame(index=range(len(core))), core, decided, score, words, articles, 0, None)


def made_rows(paragraphs=600, articles=30, *, seed=4, digits=2):
    generator = np.random.default_rng(seed)
    core = generator.random(paragraphs) < 0.6
    score = np.round(1 / (1 + np.exp(-generator.normal(np.where(core, 1.5, -1.5), 2.0))), digits)
    codes = np.sort(generator.integers(articles, size=paragraphs))
    words = generator.integers(0, 50, size=paragraphs).astype(float)
    return rows_of(core, score >= 0.5, codes, score=score, words=words)


def drawn_rows(codes, articles, seed, resample):
    # The rows that a resample is made of, spelled out: each article's rows as often as the article was drawn.
    generator = np.random.default_rng(seed)
    for _ in range(resample + 1):
        drawn = generator.integers(articles, size=articles)
    return np.concatenate([np.flatnonzero(codes == article) for article in drawn])


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("resample", [0, 7])
def test_a_resample_is_measured_as_though_its_rows_were_spelled_out(words, resample):
    rows = made_rows()

    found = resampled_metrics(rows, settings(8, seed=5), words=words)

    drawn = rows.part(drawn_rows(rows.articles, len(np.unique(rows.articles)), 5, resample))
    expected = measure(drawn.core, drawn.score, drawn.decided, weights=drawn.words if words else None)
    np.testing.assert_allclose(found[resample], astuple(expected), atol=1e-12)


def test_rates_alone_are_those_among_all_measures():
    alone = resampled_rates(made_rows(), settings(20), words=True)
    among = resampled_metrics(made_rows(), settings(20), words=True)

    np.testing.assert_allclose(alone, among[:, : len(RATE_NAMES)])


def test_scores_put_together_by_level_move_average_precision_by_far_less_than_its_interval(monkeypatch):
    rows = made_rows(20_000, 100, digits=12)

    levelled = resampled_metrics(rows, settings(50))
    monkeypatch.setattr(bootstrap, "SCORE_LEVELS", len(rows.core))
    exact = resampled_metrics(rows, settings(50))

    low, high = interval(exact)
    for name in ("core_average_precision", "filler_average_precision"):
        column = METRIC_NAMES.index(name)
        assert np.abs(levelled[:, column] - exact[:, column]).max() < (high[column] - low[column]) / 20


def test_the_same_seed_draws_the_same_articles_and_another_draws_others():
    first = resampled_metrics(made_rows(), settings(10, seed=1))

    np.testing.assert_array_equal(first, resampled_metrics(made_rows(), settings(10, seed=1)))
    assert not np.array_equal(first, resampled_metrics(made_rows(), settings(10, seed=2)))


def test_blocks_do_not_change_the_draws(monkeypatch):
    whole = resampled_metrics(made_rows(), settings(10))

    monkeypatch.setattr(bootstrap, "BLOCK_SIZE", 1)

    np.testing.assert_allclose(resampled_metrics(made_rows(), settings(10)), whole)


def test_articles_that_differ_as_a_whole_widen_the_interval_beyond_what_single_paragraphs_would():
    # Ten articles, each all right or all wrong: two hundred paragraphs are no more than ten observations.
    core = np.ones(200, dtype=bool)
    codes = np.arange(200) // 20
    decided = codes % 2 == 0

    low, high = interval(resampled_rates(rows_of(core, decided, codes), settings()))
    narrow_low, narrow_high = interval(resampled_rates(rows_of(core, decided, np.arange(200)), settings()))

    column = RATE_NAMES.index("core_recall")
    assert high[column] - low[column] > 3 * (narrow_high[column] - narrow_low[column])


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(11)
    column = RATE_NAMES.index("core_recall")
    held = 0
    for trial in range(100):
        chances = generator.beta(8, 2, size=60)
        decided = (generator.random((60, 10)) < chances[:, None]).ravel()
        rows = rows_of(np.ones(600, dtype=bool), decided, np.arange(600) // 10)
        low, high = interval(resampled_rates(rows, settings(200, seed=trial)))
        held += low[column] <= 0.8 <= high[column]

    assert 0.89 <= held / 100 <= 0.99


def test_the_difference_of_a_tagger_to_itself_is_nothing():
    samples = resampled_metrics(made_rows(), settings(50))

    low, high = interval(samples - samples)

    assert np.all(low == 0)
    assert np.all(high == 0)


def test_pairing_sees_a_small_steady_gain_that_two_separate_intervals_do_not():
    rows = made_rows(3000, 60)
    better = rows.decided.copy()
    wrong = np.flatnonzero(rows.wrong)[::10]
    better[wrong] = rows.core[wrong]

    first, second = (resampled_rates(replace(rows, decided=decided), settings()) for decided in (better, rows.decided))

    column = RATE_NAMES.index("macro_f1")
    assert interval(first - second)[0][column] > 0
    assert interval(first)[0][column] < interval(second)[1][column]


def test_resamples_without_a_measure_are_left_out_and_a_column_without_any_has_no_interval():
    samples = np.array([[np.nan, np.nan], [0.5, np.nan], [0.5, np.nan]])

    low, high = interval(samples)

    assert (low[0], high[0]) == (0.5, 0.5)
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(("count", "resamples"), [(0, 9), (1, 9), (3, 0)])
def test_no_rows_one_article_and_no_resamples_are_no_samples(count, resamples):
    core = np.ones(count, dtype=bool)
    rows = rows_of(core, core, np.arange(count))

    assert resampled_rates(rows, settings(resamples)).shape == (0, len(RATE_NAMES))
    assert resampled_metrics(rows, settings(resamples)).shape == (0, len(METRIC_NAMES))
