import math

import numpy as np
import pandas as pd

from corestory.evaluation.groups import UNKNOWN, groups_by_code, groups_by_column, resamples_of, worst_first
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import Settings

SETTINGS = Settings(None, 50, 0, 0.95)


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
    assert worst_first(reversed(found)) == found


def test_groups_by_number_stand_in_the_order_of_their_names_and_empty_ones_are_left_out():
    found = groups_by_code(rows(), np.array([2, 2, 0, 0, 0]), ["short", "middle", "long"], settings=SETTINGS)

    assert [group.name for group in found] == ["short", "long"]
    assert [group.paragraphs.confusion.total for group in found] == [3, 2]


def test_all_groups_together_are_all_rows():
    found = groups_by_column(rows(), "site", settings=SETTINGS)

    assert sum(group.words.confusion.total for group in found) == rows().words.sum()


def test_a_column_that_is_not_there_makes_no_groups():
    assert groups_by_column(rows(), "view", settings=SETTINGS) == ()


def test_one_article_has_no_interval():
    assert resamples_of(np.array([3, 3]), SETTINGS) == 0
    assert resamples_of(np.array([3, 4]), SETTINGS) == 50
    one = groups_by_column(rows(), "site", settings=SETTINGS)[0]
    assert math.isnan(one.words.low.core_f1)
