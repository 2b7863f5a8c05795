import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import DataError
from corestory.evaluation.evaluation import evaluate_rows
from corestory.evaluation.groups import (
    DETECTED,
    REGIONS,
    UNKNOWN,
    by_length,
    by_region,
    groups_by_code,
    groups_by_column,
    histogram,
    regions,
    with_languages,
)
from corestory.evaluation.in_story import choose_second_look, in_story_lines, measure_in_story
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import EvaluationSettings
from corestory.report.tables import groups_tables

SETTINGS = EvaluationSettings(None, 50, 0, 0.95)


def rows(**columns):
    given = {
        "article_id": ["a", "a", "b", "b", "c"],
        "text": ["It rained all day.", "Share", "It snowed.", "Next", "Menu"],
        "label": ["core", "filler", "core", "filler", "filler"],
        "score": [0.9, 0.2, 0.1, 0.6, 0.1],
        "site": ["one", "one", "two", "two", None],
    }
    return labelled_rows(pd.DataFrame(given | columns))


def test_the_worst_group_comes_first_and_one_without_story_last():
    found = groups_by_column(rows(), "site", settings=SETTINGS)

    assert [group.name for group in found] == ["two", "one", UNKNOWN]
    assert math.isnan(found[-1].words.value.core_f1)


def test_groups_by_number_stand_in_the_order_of_their_names_and_empty_ones_are_left_out():
    found = groups_by_code(rows(), np.array([2, 2, 0, 0, 0]), ["short", "middle", "long"], settings=SETTINGS)

    assert [group.name for group in found] == ["short", "long"]
    assert [group.paragraphs.confusion.total for group in found] == [3, 2]


def test_the_text_tells_the_language_of_articles_that_declare_none():
    pytest.importorskip("py3langid", reason="py3langid is not installed")
    german = "Die Fähre verließ am Montag um sieben Uhr den Kai, sagte die Hafenmeisterin."
    found = with_languages(
        rows(
            text=[german, "Share this story with your friends and neighbours", german, "Next", "Menu"],
            language=[None, "", "German", "", "nb-NO"],
        )
    )
    assert found.frame["language"].tolist() == ["de", "de", "de", "de", "no"]
    assert found.frame[DETECTED].tolist() == [True, True, True, True, False]
    evaluation = evaluate_rows(found, resamples=0)
    assert {group.name for group in evaluation.languages} == {"de", "no"}
    assert evaluation.detected_languages == 2
    (table,) = [table for table in groups_tables(evaluation, sites=0) if table.title.startswith("By language")]
    assert table.note == "2 of 3 articles declare no language; it was detected in their text."


def named(labels):
    core = np.array([label == "c" for label in labels])
    return [REGIONS[region] for region in regions(core, np.full(len(labels), "a"), np.arange(len(labels)))]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("ff", ["article without a story"] * 2),
        ("fcf", ["above the story", "lead", "below the story"]),
        ("cfc", ["lead"] * 3),
        ("ccfcc", ["lead", "lead", "body", "tail", "tail"]),
        ("fcfcfcfcfcf", ["above the story", *["lead"] * 3, "body", "body", "body", *["tail"] * 3, "below the story"]),
        ("ccc", ["lead", "lead", "tail"]),
    ],
)
def test_regions_follow_the_story(labels, expected):
    assert named(labels) == expected


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), min_size=1, max_size=40), st.randoms())
def test_a_paragraphs_region_does_not_depend_on_the_order_of_the_rows(paragraphs, random):
    articles, core = (np.array(column) for column in zip(*paragraphs, strict=True))
    positions = np.arange(len(core))
    order = np.array(random.sample(range(len(core)), len(core)))

    found = regions(core, articles, positions)
    assert regions(core[order], articles[order], positions[order]).tolist() == found[order].tolist()


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_what_is_above_below_or_without_a_story_is_filler(core):
    labels = "".join("c" if one else "f" for one in core)
    outside = {"above the story", "below the story", "article without a story"}

    assert all(label == "f" for label, region in zip(labels, named(labels), strict=True) if region in outside)


def lengths():
    frame = pd.DataFrame(
        {
            "article_id": ["a"] * 4,
            "text": ["one two three", "word " * 5, "word " * 200, "one"],
            "label": ["filler", "core", "core", "filler"],
            "score": [0.0, 0.5, 1.0, 0.04],
            "position": [3, 0, 1, 2],
        }
    )
    return labelled_rows(frame)


def test_lengths_stand_from_short_to_long():
    found = by_length(lengths(), settings=SETTINGS)

    assert [group.name for group in found] == ["0 to 4 words", "5 to 9 words", "80 words and more"]
    assert [group.paragraphs.confusion.total for group in found] == [2, 1, 1]


def test_regions_stand_from_head_to_foot_by_the_positions():
    found = by_region(lengths(), settings=SETTINGS)

    assert [(group.name, group.paragraphs.confusion.total) for group in found] == [("lead", 2), ("below the story", 2)]


def test_the_histogram_counts_every_paragraph_once():
    found = histogram(lengths())

    assert (sum(found.core), sum(found.filler)) == (2, 2)
    assert (found.core[10], found.core[-1], found.filler[0]) == (1, 1, 2)


WITHOUT_INTERVALS = EvaluationSettings(threshold=None, resamples=0, seed=0, level=0.95)


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
    rows = labelled_rows(looked_at().drop(columns="second_look"), where="p.parquet")

    with pytest.raises(DataError, match=r"p\.parquet: no article in which a second look read filler"):
        choose_second_look(rows, 0.03)


def test_groups_are_the_forms_and_then_kinds_and_languages_where_known():
    frame = looked_at().assign(kind=[None, "related", None, "share", None] * 2, language=["en"] * 5 + [""] * 5)
    frame["markup"] = [None] * 5 + ["<p>"] * 5
    found = measure_in_story(labelled_rows(frame), settings=WITHOUT_INTERVALS)

    assert [group.name for group in found.groups] == ["HTML", "text", "related", "share", "en"]
    assert [group.paragraphs.confusion.total for group in found.groups] == [3, 3, 2, 2, 3]
    assert found.groups[0].paragraphs.value.filler_recall == 1.0


def test_articles_without_filler_inside_are_not_measured():
    frame = looked_at()
    assert measure_in_story(labelled_rows(frame[frame["label"] == "core"]), settings=WITHOUT_INTERVALS) is None
