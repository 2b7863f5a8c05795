import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.accuracy.ablations import FULL, GROUPS, AblationResult
from benchmarks.accuracy.comparison import ALL, compare, confidence_bins
from benchmarks.accuracy.document import result_markdown
from benchmarks.accuracy.extraction import Output
from benchmarks.accuracy.models import ModelInfo
from benchmarks.accuracy.result import Result, goals, result_json
from benchmarks.accuracy.scores import (
    Estimate,
    Scores,
    estimates,
    page_draws,
    score_outputs,
    shingle_f1,
    word_f1,
    word_tokens,
)
from benchmarks.accuracy.tagging import INPUTS
from held_out import EXTRACTOR_KEYS, page_of


def scores_of(word_f1, *, confidence=None):
    values = np.array(word_f1, dtype=float)
    sure = np.full(len(values), np.nan) if confidence is None else np.array(confidence, dtype=float)
    return Scores(values, values / 2, np.full(len(values), 0.1), values == 0, sure)


def everyone(extractors, corestory):
    """Scores for all contestants: those given by name, the rest in the middle."""
    pages = len(next(iter(corestory.values())))
    middle = [0.5] * pages
    found = {key: scores_of(extractors.get(key, middle)) for key in EXTRACTOR_KEYS}
    return found | {key: scores_of(corestory.get(key, middle), confidence=corestory.get(key, middle)) for key in INPUTS}


@pytest.fixture
def compared():
    pages = [page_of(number, source="wide" if number < 4 else "verified") for number in range(6)]
    scores = everyone(
        {"trafilatura": [0.9, 0.8, 0.7, 0.8, 1, 1], "justext": [0.6, 0.5, 0.5, 0.4, 0, 0]},
        {"html": [0.95, 0.9, 0.8, 0.75, 0, 0], "text": [0.8] * 6, "after trafilatura": [0.9, 0.9, 0.7, 0.7, 0, 0]},
    )
    return compare(pages, scores, uncounted=["verified"]), scores


def test_a_page_for_which_nothing_came_out_scores_0_and_is_counted():
    found = score_outputs([Output("", 0.1), Output(" \n", 0.1), Output("A ferry.", 0.1)], ["A ferry."] * 3)
    assert found.word_f1.tolist() == found.shingle_f1.tolist() == [0, 0, 1]
    assert found.empty.tolist() == [True, True, False]


def test_shingles_see_the_order_of_words_and_word_f1_does_not():
    found = score_outputs([Output("d c b a", 0)], ["a b c d"])
    assert found.word_f1.tolist() == [1]
    assert found.shingle_f1.tolist() == [0]


def test_an_interval_holds_the_mean_and_is_narrower_for_more_pages():
    values = np.random.default_rng(0).uniform(0.5, 1, 400)
    few = estimates({"a": values[:20]}, page_draws(20))["a"]
    many = estimates({"a": values}, page_draws(400))["a"]
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low


def test_a_constant_difference_has_no_width_however_hard_the_pages_are():
    hard = np.random.default_rng(0).uniform(0, 1, 30)
    found = estimates({"lead": (hard + 0.1) - hard}, page_draws(30))["lead"]
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)


def test_the_same_seed_draws_the_same_pages():
    assert np.array_equal(page_draws(7, resamples=5), page_draws(7, resamples=5))
    assert (page_draws(7, resamples=5).sum(axis=1) == 7).all()


def test_nothing_to_estimate_gives_nothing():
    assert estimates({}, page_draws(3)) == {}


def test_what_does_not_count_is_shown_and_is_in_no_total(compared):
    sets, _ = compared
    assert [(part.name, part.counted, part.pages) for part in sets] == [
        (ALL, True, 4),
        ("wide", True, 4),
        ("verified", False, 2),
    ]
    assert sets[0].row("html").word_f1.value == pytest.approx(0.85)


def test_the_lead_is_over_the_best_extractor_of_the_same_set(compared):
    sets, _ = compared
    assert sets[0].best == "trafilatura"
    lead = sets[0].row("html").lead
    assert lead.value == pytest.approx(0.05)
    assert lead.low <= lead.value <= lead.high
    assert sets[0].row("trafilatura").lead is None


def test_the_gain_is_over_the_extractor_that_was_cleaned(compared):
    sets, _ = compared
    assert sets[0].row("after trafilatura").gain.value == pytest.approx(0)
    assert sets[0].row("after justext").gain.value == pytest.approx(0)
    assert sets[0].row("html").gain is None


def test_speed_is_pages_by_processor_time_and_empty_pages_are_counted(compared):
    sets, _ = compared
    assert sets[0].row("html").pages_per_second == pytest.approx(10)
    assert sets[2].row("html").empty == 2


def test_where_nothing_counts_there_is_no_total():
    sets = compare([page_of(1), page_of(2)], everyone({}, {"html": [1, 1]}), uncounted=["made"])
    assert [part.name for part in sets] == ["made"]


def test_bins_of_confidence_go_from_the_least_sure_and_hold_each_counted_page_once():
    scores = everyone({}, {"html": [0.2, 0.9, 0.5, 0.1], "text": [0.5] * 4})
    found = confidence_bins(scores, np.array([True, True, True, False]), bins=2)
    html = [part for part in found if part.contestant == "html"]
    assert [part.pages for part in html] == [2, 1]
    assert [part.word_f1 for part in html] == pytest.approx([0.35, 0.9])


def test_aims_are_told_for_each_counted_corpus_whether_reached_or_not(compared):
    sets, _ = compared
    found = {goal.name: goal for goal in goals(sets)}
    assert {goal.set for goal in found.values()} == {"wide"}
    assert found["HTML in, over trafilatura"].measured == pytest.approx(0.05)
    assert found["HTML in, over trafilatura"].met
    assert found["plain text in, over trafilatura on HTML"].met
    assert not found["after an extractor, the mean gain of five"].met


def result_of(sets, **changes):
    made = Result(
        date="2030-01-01",
        versions={"corestory": "0.1.0", "trafilatura": "2.0"},
        model=ModelInfo("trained in this run", ("train", "validation"), 0, 1200, 500, 90_000),
        sets=sets,
        goals=goals(sets),
        confidence=(),
    )
    return replace(made, **changes)


def test_the_document_shows_date_versions_every_contestant_and_what_did_not_count(compared):
    text = result_markdown(result_of(compared[0]))
    for part in ("2030-01-01", "trafilatura 2.0", "newspaper4k", "HTML in", "verified (not counted)", "1,200 pages"):
        assert part in text
    assert "**0.850** (" in text
    assert "trial run" not in text
    assert "What each part is worth" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_the_document_of_a_trial_says_that_it_is_no_result(compared):
    assert "at most 12 pages a corpus" in result_markdown(result_of(compared[0], limit=12))


def test_ablations_stand_in_the_document_with_their_difference(compared):
    score, change = Estimate(0.9, 0.8, 1.0), Estimate(-0.02, -0.03, -0.01)
    parts = (
        AblationResult(FULL, dict.fromkeys(GROUPS, score), {}),
        AblationResult("no topic", dict.fromkeys(GROUPS, score), dict.fromkeys(GROUPS, change)),
    )
    text = result_markdown(result_of(compared[0], ablations=parts))
    assert "| no topic | 0.900, -0.020 (-0.030 to -0.010) |" in text


def test_the_json_is_strict_and_null_where_nothing_was_measured(compared):
    sets, _ = compared
    row = replace(sets[0].rows[0], pages_per_second=float("nan"))
    text = result_json(result_of((replace(sets[0], rows=(row, *sets[0].rows[1:])), *sets[1:])))
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["schema"] == 1
    assert found["sets"][0]["rows"][0]["pages_per_second"] is None
    assert found["goals"][0]["met"] in (True, False)


def test_word_f1_counts_each_word_as_often_as_it_occurs():
    assert word_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert word_f1(word_tokens("The QUAY,"), word_tokens("the quay")) == 1


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_word_f1_is_the_harmonic_mean_of_precision_and_recall(predicted, gold):
    common = sum((Counter(predicted) & Counter(gold)).values())
    precision, recall = common / max(1, len(predicted)), common / max(1, len(gold))

    assume(common)

    assert word_f1(predicted, gold) == pytest.approx(2 * precision * recall / (precision + recall))
    assert word_f1(predicted, gold) == word_f1(gold, predicted)


@pytest.mark.parametrize("overlap", [word_f1, shingle_f1])
def test_texts_that_agree_have_one_and_texts_with_nothing_in_common_none(overlap):
    assert overlap(["a", "b"], ["a", "b"]) == 1
    assert overlap([], []) == 1
    assert overlap(["a"], []) == overlap([], ["a"]) == overlap(["a"], ["b"]) == 0


def test_a_text_shorter_than_a_shingle_is_one_shingle():
    assert shingle_f1(["one", "two"], ["one", "two"]) == 1
    assert shingle_f1(["one", "two"], ["one", "two", "three"]) == 0
