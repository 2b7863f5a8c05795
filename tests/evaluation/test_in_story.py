import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import DataError
from corestory.evaluation.in_story import choose_second_look, in_story_lines, measure_in_story
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import EvaluationSettings

SETTINGS = EvaluationSettings(threshold=None, resamples=0, seed=0, level=0.95)


def inside(labels, words=9.0):
    core = np.array([label == "c" for label in labels], dtype=bool)
    found = in_story_lines(core, np.full(len(core), words), ["a"] * len(core), range(len(core)))
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize(
    ("labels", "expected"), [("fcfcf", [2]), ("cffffc", []), ("cfffc", [1, 2, 3]), ("fff", []), ("cc", []), ("", [])]
)
def test_filler_inside_a_story_stands_between_two_core_paragraphs_in_a_short_run(labels, expected):
    assert inside(labels) == expected


def test_short_story_lines_count_where_they_stand_between_core():
    assert inside("cccc", words=8.0) == [1, 2]
    assert inside("cccc", words=9.0) == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(1, 20)), max_size=30), st.randoms())
def test_the_order_of_the_rows_does_not_matter_and_articles_do_not_meet(paragraphs, random):
    rows = [(article, core, words, position) for position, (article, core, words) in enumerate(paragraphs)]
    shuffled = random.sample(rows, len(rows))

    def chosen(rows):
        articles, core, words, positions = ([row[column] for row in rows] for column in range(4))
        found = in_story_lines(np.array(core, dtype=bool), np.array(words, dtype=float), articles, positions)
        return {row[3] for row, inside in zip(rows, found, strict=True) if inside}

    alone = [chosen([row for row in rows if row[0] == article]) for article in "ab"]
    assert chosen(shuffled) == chosen(rows) == alone[0] | alone[1]


def looked_at():
    """Two stories as text with three lines inside each; the second look has doubts about two of them."""
    texts = ["The ferry left the quay at noon with nine passengers and a goat.", "READ MORE: Ferry sold", "It rained."]
    texts += ["Share this", "The goat went ashore again in the evening, and nobody minded it."]
    return pd.DataFrame(
        {
            "article_id": np.repeat(["a", "b"], 5),
            "position": [0, 1, 2, 3, 4] * 2,
            "text": texts * 2,
            "label": ["core", "filler", "core", "filler", "core"] * 2,
            "score": [0.9, 0.3, 0.9, 0.1, 0.9] * 2,
            "tagged": ["core", "filler", "core", "filler", "core"] * 2,
            "second_look": [0.9, 0.3, 0.6, np.nan, 0.9] * 2,
        }
    )


def test_the_curve_says_what_each_cutoff_of_the_second_look_does():
    ((curve, _),) = choose_second_look(labelled_rows(looked_at()), 1.0)
    at = dict(zip(curve.cutoffs, zip(curve.filler_removed, curve.story_lost, strict=True), strict=True))

    assert curve.form == "text"
    assert (at[0.0], at[0.31], at[0.61]) == ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0))


def test_the_chosen_cutoff_is_the_highest_that_loses_no_more_than_the_goal():
    ((curve, index),) = choose_second_look(labelled_rows(looked_at()), 0.0)

    assert curve.cutoffs[index] == 0.6
    assert choose_second_look(labelled_rows(looked_at()), 1.0)[0][1] == len(curve.cutoffs) - 1


def test_lines_lost_without_the_second_look_do_not_count():
    frame = looked_at()
    frame.loc[2, ["score", "tagged", "second_look"]] = [0.1, "filler", np.nan]
    ((curve, index),) = choose_second_look(labelled_rows(frame), 0.0)

    assert (curve.story_lost[0], curve.cutoffs[index]) == (0.5, 0.6)


def test_a_model_without_a_second_look_has_no_curve():
    rows = labelled_rows(looked_at().drop(columns="second_look"))

    with pytest.raises(DataError, match=r"p\.parquet: no article with filler between core paragraphs"):
        choose_second_look(rows, 0.03, where="p.parquet")


def test_groups_are_the_forms_and_then_kinds_and_languages_where_known():
    frame = looked_at().assign(kind=[None, "related", None, "share", None] * 2, language=["en"] * 5 + [""] * 5)
    frame["markup"] = [None] * 5 + ["<p>"] * 5
    found = measure_in_story(labelled_rows(frame), settings=SETTINGS)

    assert [group.name for group in found.groups] == ["HTML", "text", "related", "share", "en"]
    assert [group.paragraphs.confusion.total for group in found.groups] == [3, 3, 2, 2, 3]
    assert found.groups[0].paragraphs.value.filler_recall == 1.0


def test_articles_without_filler_inside_are_not_measured():
    frame = looked_at()
    assert measure_in_story(labelled_rows(frame[frame["label"] == "core"]), settings=SETTINGS) is None
