import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_all_groups_together_are_all_rows():
    found = groups_by_column(rows(), "site", settings=SETTINGS)

    assert sum(group.words.confusion.total for group in found) == rows().words.sum()


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


def test_a_column_that_is_not_there_makes_no_groups():
    assert groups_by_column(rows(), "view", settings=SETTINGS) == ()


def test_one_article_has_no_interval():
    one = groups_by_column(rows(), "site", settings=SETTINGS)[0]
    assert math.isnan(one.words.low.core_f1)


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
