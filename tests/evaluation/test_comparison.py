import numpy as np
import pandas as pd
import pytest

from corestory.errors import DataError
from corestory.evaluation.comparison import compare, rival_tagging
from corestory.evaluation.labelled_rows import labelled_rows


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
    found = compare(rows, rival_tagging(rows, SECOND, name="new"), name="old")

    assert (found.first, found.second) == ("old", "new")
    assert (found.core_gained.paragraphs, found.core_gained.words) == (1, 2)
    assert (found.core_lost.paragraphs, found.core_lost.words) == (1, 4)
    assert (found.filler_gained.paragraphs, found.filler_lost.paragraphs) == (1, 0)
    assert [one.text for one in found.worse] == ["It rained all day."]


def test_examples_are_those_whose_scores_differ_most_one_of_each_article():
    rows = labelled_rows(FIRST)
    found = compare(rows, rival_tagging(rows, SECOND, name="new"), name="old")

    (example,) = found.better
    assert (example.article_id, example.position, example.text) == ("b", 1, "Read more")
    assert (example.label, example.first_score, example.second_score) == ("filler", 0.8, 0.2)


def test_the_other_way_round_better_is_worse():
    one, two = labelled_rows(FIRST), labelled_rows(SECOND)
    there = compare(one, rival_tagging(one, SECOND, name="new"), name="old")
    back = compare(two, rival_tagging(two, FIRST, name="old"), name="new")

    assert (there.core_gained, there.filler_gained) == (back.core_lost, back.filler_lost)


def test_a_model_that_says_the_same_changes_nothing():
    rows = labelled_rows(FIRST)
    found = compare(rows, rival_tagging(rows, FIRST, name="same"), name="old")

    assert (found.better, found.worse) == ((), ())


@pytest.mark.parametrize("other", [SECOND.iloc[::-1], SECOND.head(3), SECOND.assign(label="core")])
def test_other_rows_are_refused(other):
    with pytest.raises(DataError, match="new was measured on other rows; expected the same rows for every model"):
        rival_tagging(labelled_rows(FIRST), other, name="new")
