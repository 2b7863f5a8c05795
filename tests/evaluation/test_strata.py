import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import Settings
from corestory.evaluation.strata import PLACES, by_length, by_place, histogram, places

SETTINGS = Settings(None, 0, 0, 0.95)


def named(labels):
    core = np.array([label == "c" for label in labels])
    return [PLACES[place] for place in places(core, np.full(len(labels), "a"), np.arange(len(labels)))]


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
def test_places_follow_the_story(labels, expected):
    assert named(labels) == expected


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), min_size=1, max_size=40), st.randoms())
def test_a_paragraphs_place_does_not_depend_on_the_order_of_the_rows(paragraphs, random):
    articles, core = (np.array(column) for column in zip(*paragraphs, strict=True))
    positions = np.arange(len(core))
    order = np.array(random.sample(range(len(core)), len(core)))

    found = places(core, articles, positions)
    assert places(core[order], articles[order], positions[order]).tolist() == found[order].tolist()


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_what_is_above_below_or_without_a_story_is_filler(core):
    labels = "".join("c" if one else "f" for one in core)
    outside = {"above the story", "below the story", "article without a story"}

    assert all(label == "f" for label, place in zip(labels, named(labels), strict=True) if place in outside)


def rows():
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
    found = by_length(rows(), settings=SETTINGS)

    assert [group.name for group in found] == ["0 to 4 words", "5 to 9 words", "80 words and more"]
    assert [group.paragraphs.confusion.total for group in found] == [2, 1, 1]


def test_places_stand_from_head_to_foot_by_the_positions():
    found = by_place(rows(), settings=SETTINGS)

    assert [(group.name, group.paragraphs.confusion.total) for group in found] == [("lead", 2), ("below the story", 2)]


def test_the_histogram_counts_every_paragraph_once():
    found = histogram(rows())

    assert (sum(found.core), sum(found.filler)) == (2, 2)
    assert (found.core[10], found.core[-1], found.filler[0]) == (1, 1, 2)
