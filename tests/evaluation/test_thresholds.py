from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import DataError
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import EvaluationSettings
from corestory.evaluation.thresholds import Aim, Goal, choose_threshold, measured_thresholds, tradeoff

SETTINGS = EvaluationSettings(threshold=None, resamples=0, seed=0, level=0.95)
SCORED = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda score: score / 20), st.integers(1, 9)),
    min_size=2,
    max_size=30,
).filter(lambda rows: len({core for core, _, _ in rows}) == 2)
PARAGRAPHS = st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=60)


@given(PARAGRAPHS)
def test_the_curve_says_what_each_threshold_does(paragraphs):
    core, score, words = (np.array(column) for column in zip(*paragraphs, strict=True))
    found = tradeoff(core, score, words.astype(float))

    for index in range(0, len(found.thresholds), 20):
        kept = score >= found.thresholds[index]
        expected = words[core & kept].sum() / words[core].sum() if core.any() else np.nan
        np.testing.assert_allclose(found.core_kept[index], expected)
        expected = words[~core & ~kept].sum() / words[~core].sum() if not core.all() else np.nan
        np.testing.assert_allclose(found.filler_removed[index], expected, atol=1e-12)


@given(PARAGRAPHS)
def test_a_higher_threshold_never_keeps_more(paragraphs):
    core, score, words = (np.array(column) for column in zip(*paragraphs, strict=True))
    found = tradeoff(core, score, words.astype(float))

    if core.any():
        assert (np.diff(found.core_kept) <= 1e-12).all()
    if not core.all():
        assert (np.diff(found.filler_removed) >= -1e-12).all()


def ten_articles():
    frame = pd.DataFrame(
        {
            "article_id": np.repeat([f"a{number}" for number in range(10)], 2),
            "text": ["It rained all day on the quay.", "Share"] * 10,
            "label": ["core", "filler"] * 10,
            "score": np.linspace(0.05, 0.95, 20),
        }
    )
    return labelled_rows(frame)


def test_the_table_measures_each_threshold_with_an_interval():
    found = measured_thresholds(ten_articles(), settings=replace(SETTINGS, resamples=100), thresholds=(0.0, 0.5, 1.0))

    assert [row.threshold for row in found] == [0.0, 0.5, 1.0]
    assert [row.words.value.core_recall for row in found] == [1.0, 0.5, 0.0]
    assert [row.paragraphs.value.filler_recall for row in found] == [0.0, 0.5, 1.0]
    middle = found[1].words
    assert middle.low.core_recall < middle.value.core_recall < middle.high.core_recall


def rows_of(scored):
    frame = pd.DataFrame(
        {
            "article_id": [f"a{number % 3}" for number in range(len(scored))],
            "text": ["word " * words for _, _, words in scored],
            "label": ["core" if core else "filler" for core, _, _ in scored],
            "score": [score for _, score, _ in scored],
        }
    )
    return labelled_rows(frame)


def candidates(rows):
    """Every decision that some threshold makes and that keeps something, the boldest last."""
    return [rows.score >= score for score in np.unique(rows.score)]


@given(SCORED, st.floats(0, 1))
def test_core_recall_is_reached_with_as_much_filler_removed_as_can_be(scored, bound):
    rows = rows_of(scored)
    point = choose_threshold(rows, Goal(Aim.CORE_RECALL, bound), settings=SETTINGS)
    chosen = rows.score >= point.threshold
    allowed = [kept for kept in candidates(rows) if kept[rows.core].mean() >= bound - 1e-12]
    assert chosen[rows.core].mean() >= bound - 1e-12
    assert (~chosen).sum() == max((~kept).sum() for kept in allowed)
    assert point.fixed.paragraphs.value.core_recall == pytest.approx(chosen[rows.core].mean())


@given(SCORED, st.floats(0, 100))
def test_no_more_words_of_story_are_lost_than_allowed(scored, bound):
    rows = rows_of(scored)
    point = choose_threshold(rows, Goal(Aim.WORDS_LOST, bound), settings=SETTINGS)
    lost = 100 * rows.words[rows.core & (rows.score < point.threshold)].sum() / rows.words[rows.core].sum()
    assert lost <= bound + 1e-6
    assert 100 * (1 - point.fixed.words.value.core_recall) == pytest.approx(lost)


@given(SCORED, st.floats(0, 1))
def test_filler_precision_is_reached_or_the_best_there_is_is_told(scored, bound):
    rows = rows_of(scored)
    precisions = [(~rows.core)[~kept].mean() for kept in candidates(rows) if not kept.all()]
    if any(precision >= bound - 1e-12 for precision in precisions):
        point = choose_threshold(rows, Goal(Aim.FILLER_PRECISION, bound), settings=SETTINGS)
        assert (~rows.core)[rows.score < point.threshold].mean() >= bound - 1e-12
    else:
        with pytest.raises(DataError, match="no threshold reaches a filler precision"):
            choose_threshold(rows, Goal(Aim.FILLER_PRECISION, bound), settings=SETTINGS)


@given(SCORED)
def test_no_threshold_has_a_better_f1_than_the_best(scored):
    rows = rows_of(scored)
    point = choose_threshold(rows, Goal(Aim.BEST_F1), settings=SETTINGS)

    def f1(kept):
        return 2 * (kept & rows.core).sum() / (kept.sum() + rows.core.sum())

    assert f1(rows.score >= point.threshold) == pytest.approx(max(f1(kept) for kept in candidates(rows)))


def test_the_threshold_lies_between_scores_so_that_their_last_digit_decides_nothing():
    rows = rows_of([(True, 0.8, 3), (True, 0.6, 3), (False, 0.2, 3)])
    assert choose_threshold(rows, Goal(Aim.CORE_RECALL, 1.0), settings=SETTINGS).threshold == 0.4


def test_scores_that_differ_by_less_than_the_digits_kept_are_still_told_apart():
    rows = rows_of([(True, 0.5 + 1e-9, 3), (False, 0.5, 3)])
    point = choose_threshold(rows, Goal(Aim.BEST_F1), settings=SETTINGS)
    assert 0.5 < point.threshold <= 0.5 + 1e-9


def test_the_taggers_own_decisions_stand_beside_it_with_intervals():
    rows = rows_of([(True, 0.9, 3), (True, 0.3, 3), (False, 0.4, 3), (False, 0.1, 3)] * 10)
    decided = replace(rows, decided=rows.core)
    point = choose_threshold(decided, Goal(Aim.CORE_RECALL, 1.0), settings=replace(SETTINGS, resamples=50))
    assert point.by_article.paragraphs.value.filler_recall == 1.0
    assert point.fixed.paragraphs.value.filler_recall == 0.5
    assert point.fixed.paragraphs.low.filler_recall <= 0.5 <= point.fixed.paragraphs.high.filler_recall
    assert (point.paragraphs, point.articles) == (40, 3)


@pytest.mark.parametrize("core", [True, False])
def test_one_class_alone_cannot_be_weighed(core):
    rows = rows_of([(core, 0.5, 3), (core, 0.6, 3)])
    with pytest.raises(DataError, match="expected both core and filler"):
        choose_threshold(rows, Goal(Aim.BEST_F1), settings=SETTINGS)
