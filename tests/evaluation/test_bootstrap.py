import time
from dataclasses import astuple

import numpy as np
import pytest

from corestory.evaluation import bootstrap
from corestory.evaluation.bootstrap import interval, paired_interval, resampled_metrics, resampled_rates
from corestory.evaluation.metrics import METRIC_NAMES, RATE_NAMES, measure


def made_rows(paragraphs=600, articles=30, *, seed=4, digits=2):
    generator = np.random.default_rng(seed)
    core = generator.random(paragraphs) < 0.6
    score = np.round(1 / (1 + np.exp(-generator.normal(np.where(core, 1.5, -1.5), 2.0))), digits)
    codes = np.sort(generator.integers(articles, size=paragraphs))
    weights = generator.integers(0, 50, size=paragraphs).astype(float)
    return core, score, score >= 0.5, codes, weights


def drawn_rows(codes, articles, seed, resample):
    # The rows that a resample is made of, spelled out: each article's rows as often as the article was drawn.
    generator = np.random.default_rng(seed)
    for _ in range(resample + 1):
        drawn = generator.integers(articles, size=articles)
    return np.concatenate([np.flatnonzero(codes == article) for article in drawn])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("resample", [0, 7])
def test_a_resample_is_measured_as_though_its_rows_were_spelled_out(weighted, resample):
    core, score, decided, codes, weights = made_rows()
    weights = weights if weighted else None

    found = resampled_metrics(core, score, decided, codes, weights=weights, resamples=8, seed=5)

    rows = drawn_rows(codes, len(np.unique(codes)), 5, resample)
    expected = measure(core[rows], score[rows], decided[rows], weights=None if weights is None else weights[rows])
    np.testing.assert_allclose(found[resample], astuple(expected), atol=1e-12)


def test_rates_alone_are_those_among_all_measures():
    core, score, decided, codes, weights = made_rows()

    alone = resampled_rates(core, decided, codes, weights=weights, resamples=20)
    among = resampled_metrics(core, score, decided, codes, weights=weights, resamples=20)

    np.testing.assert_allclose(alone, among[:, : len(RATE_NAMES)])


def test_scores_put_together_by_level_move_average_precision_by_far_less_than_its_interval(monkeypatch):
    core, score, decided, codes, _ = made_rows(20_000, 100, digits=12)

    levelled = resampled_metrics(core, score, decided, codes, resamples=50)
    monkeypatch.setattr(bootstrap, "SCORE_LEVELS", len(core))
    exact = resampled_metrics(core, score, decided, codes, resamples=50)

    low, high = interval(exact)
    for name in ("core_average_precision", "filler_average_precision"):
        place = METRIC_NAMES.index(name)
        assert np.abs(levelled[:, place] - exact[:, place]).max() < (high[place] - low[place]) / 20


def test_the_same_seed_draws_the_same_articles_and_another_draws_others():
    core, score, decided, codes, _ = made_rows()

    first = resampled_metrics(core, score, decided, codes, resamples=10, seed=1)

    np.testing.assert_array_equal(first, resampled_metrics(core, score, decided, codes, resamples=10, seed=1))
    assert not np.array_equal(first, resampled_metrics(core, score, decided, codes, resamples=10, seed=2))


def test_blocks_do_not_change_the_draws(monkeypatch):
    core, score, decided, codes, _ = made_rows()
    whole = resampled_metrics(core, score, decided, codes, resamples=10)

    monkeypatch.setattr(bootstrap, "BLOCK_SIZE", 1)

    np.testing.assert_allclose(resampled_metrics(core, score, decided, codes, resamples=10), whole)


def test_articles_may_have_any_names():
    core, score, decided, codes, _ = made_rows()
    names = np.array([f"article {code:03}" for code in codes], dtype=object)

    np.testing.assert_array_equal(
        resampled_metrics(core, score, decided, names, resamples=5),
        resampled_metrics(core, score, decided, codes, resamples=5),
    )


def test_articles_that_differ_as_a_whole_widen_the_interval_beyond_what_single_paragraphs_would():
    # Ten articles, each all right or all wrong: two hundred paragraphs are no more than ten observations.
    core = np.ones(200, dtype=bool)
    codes = np.arange(200) // 20
    decided = codes % 2 == 0

    low, high = interval(resampled_rates(core, decided, codes))
    narrow_low, narrow_high = interval(resampled_rates(core, decided, np.arange(200)))

    place = RATE_NAMES.index("core_recall")
    assert high[place] - low[place] > 3 * (narrow_high[place] - narrow_low[place])


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(11)
    place = RATE_NAMES.index("core_recall")
    held = 0
    for trial in range(200):
        chances = generator.beta(8, 2, size=60)
        decided = (generator.random((60, 10)) < chances[:, None]).ravel()
        low, high = interval(
            resampled_rates(np.ones(600, dtype=bool), decided, np.arange(600) // 10, resamples=200, seed=trial)
        )
        held += low[place] <= 0.8 <= high[place]

    assert 0.89 <= held / 200 <= 0.99


def test_the_difference_of_a_tagger_to_itself_is_nothing():
    core, score, decided, codes, _ = made_rows()
    samples = resampled_metrics(core, score, decided, codes, resamples=50)

    low, high = paired_interval(samples, samples)

    assert np.all(low == 0)
    assert np.all(high == 0)


def test_pairing_sees_a_small_steady_gain_that_two_separate_intervals_do_not():
    core, _, decided, codes, _ = made_rows(3000, 60)
    better = decided.copy()
    wrong = np.flatnonzero(decided != core)[::10]
    better[wrong] = core[wrong]

    first, second = (resampled_rates(core, tagged, codes) for tagged in (better, decided))

    place = RATE_NAMES.index("macro_f1")
    assert paired_interval(first, second)[0][place] > 0
    assert interval(first)[0][place] < interval(second)[1][place]


def test_samples_that_are_no_pairs_are_refused():
    with pytest.raises(ValueError, match="not pairs"):
        paired_interval(np.zeros((3, 2)), np.zeros((4, 2)))


def test_resamples_without_a_measure_are_left_out_and_a_column_without_any_has_no_interval():
    samples = np.array([[np.nan, np.nan], [0.5, np.nan], [0.5, np.nan]])

    low, high = interval(samples)

    assert (low[0], high[0]) == (0.5, 0.5)
    assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize("count", [0, 3])
def test_no_resamples_and_no_rows_are_no_samples(count):
    core = np.ones(count, dtype=bool)

    assert resampled_rates(core, core, np.arange(count), resamples=0).shape == (0, len(RATE_NAMES))
    assert resampled_metrics(core, core, core, np.arange(count), resamples=0).shape == (0, len(METRIC_NAMES))


def test_a_thousand_resamples_of_two_hundred_thousand_paragraphs_take_seconds():
    core, score, decided, codes, weights = made_rows(200_000, 2_000, digits=12)

    start = time.perf_counter()
    resampled_metrics(core, score, decided, codes, weights=weights, resamples=1000)

    assert time.perf_counter() - start < 20
