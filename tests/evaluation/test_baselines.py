import numpy as np
import pytest

from corestory.evaluation.baselines import LENGTH_RULE_WORDS, everything_core, length_rule, stage_one

PROSE = "the ferry left the quay at noon with nine passengers aboard"


def test_everything_core_keeps_all_with_full_confidence():
    found = everything_core(3)

    assert found.core.all()
    assert found.score.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "end", [".", "!", "?", "…", ".”", '."', ".)", ". ", "?' ", ".»", ".\u00a0»", "。", "。」", "؟", "।"]
)
def test_enough_words_that_end_like_a_sentence_are_core(end):
    assert length_rule([PROSE + end]).core.tolist() == [True]


@pytest.mark.parametrize("end", ["", ":", ",", "…and more", "”", " >"])
def test_words_that_do_not_end_like_a_sentence_are_filler(end):
    assert length_rule([PROSE + end]).core.tolist() == [False]


def test_the_rule_begins_at_its_number_of_words():
    enough = " ".join(["word"] * LENGTH_RULE_WORDS) + "."
    short = " ".join(["word"] * (LENGTH_RULE_WORDS - 1)) + "."

    found = length_rule([enough, short, "", "."])

    assert found.core.tolist() == [True, False, False, False]
    assert found.score.tolist() == [1, 0, 0, 0]


def test_the_rule_says_its_number():
    assert f"{LENGTH_RULE_WORDS} words" in length_rule([]).description


def test_stage_one_decides_from_its_threshold_on_and_keeps_its_scores():
    scores = np.array([0.2, 0.6, 0.7])

    found = stage_one(scores, threshold=0.6)

    assert found.core.tolist() == [False, True, True]
    assert found.score.tolist() == scores.tolist()
    assert "0.6" in found.description
