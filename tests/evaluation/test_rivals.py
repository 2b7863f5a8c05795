import numpy as np
import pandas as pd
import pytest

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.rivals import (
    LENGTH_RULE_WORDS,
    compare,
    length_rule,
    rival_predictions,
    stage_one,
)

PROSE = "the ferry left the quay at noon with nine passengers aboard"


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


def test_stage_one_decides_from_its_threshold_on_and_keeps_its_scores():
    scores = np.array([0.2, 0.5, 0.7])

    found = stage_one(scores)

    assert found.core.tolist() == [False, True, True]
    assert found.score.tolist() == scores.tolist()
    assert "0.5" in found.description


def frame(scores):
    return pd.DataFrame(
        {
            "article_id": ["a", "a", "b", "b", "c", "c"],
            "position": [0, 1, 0, 1, 0, 1],
            "text": ["It rained all day.", "Share", "It snowed.", "Read more", "It hailed, too.", None],
            "label": ["core", "filler", "core", "filler", "core", None],
            "score": scores,
            "tagged": np.where(np.array(scores) >= 0.5, "core", "filler"),
        }
    )


FIRST = frame([0.9, 0.2, 0.3, 0.8, 0.4, 0.5])
SECOND = frame([0.1, 0.1, 0.7, 0.2, 0.3, 0.5])


def test_every_change_is_counted_for_better_or_for_worse():
    rows = labelled_rows(FIRST)
    found = compare(rows, rival_predictions(SECOND, name="new"), name="old")

    assert (found.first, found.second) == ("old", "new")
    assert (found.core_gained.paragraphs, found.core_gained.words) == (1, 2)
    assert (found.core_lost.paragraphs, found.core_lost.words) == (1, 4)
    assert (found.filler_gained.paragraphs, found.filler_lost.paragraphs) == (1, 0)
    assert [one.text for one in found.worse] == ["It rained all day."]


def test_examples_are_those_whose_scores_differ_most_one_of_each_article():
    rows = labelled_rows(FIRST)
    found = compare(rows, rival_predictions(SECOND, name="new"), name="old")

    (example,) = found.better
    assert (example.article_id, example.position, example.text) == ("b", 1, "Read more")
    assert (example.label, example.first_score, example.second_score) == ("filler", 0.8, 0.2)


def test_the_other_way_round_better_is_worse():
    one, two = labelled_rows(FIRST), labelled_rows(SECOND)
    there = compare(one, rival_predictions(SECOND, name="new"), name="old")
    back = compare(two, rival_predictions(FIRST, name="old"), name="new")

    assert (there.core_gained, there.filler_gained) == (back.core_lost, back.filler_lost)


def test_a_model_that_says_the_same_changes_nothing():
    rows = labelled_rows(FIRST)
    found = compare(rows, rival_predictions(FIRST, name="same"), name="old")

    assert (found.better, found.worse) == ((), ())
