import math

import pandas as pd
import pytest

from corestory.errors import DataError
from corestory.evaluation.labelled_rows import labelled_rows


def frame(**columns):
    given = {"article_id": ["a", "a", "b"], "text": ["It rained.", "Share", "It snowed."], "score": [0.9, 0.2, 0.6]}
    return pd.DataFrame(given | {"label": ["core", "filler", None]} | columns)


def test_rows_without_a_label_are_left_out_and_counted():
    rows = labelled_rows(frame())

    assert (len(rows.core), len(rows.frame), rows.unlabelled) == (2, 2, 1)


def test_the_taggers_own_decision_goes_before_the_threshold():
    rows = labelled_rows(frame(tagged=["filler", "core", "core"]), threshold=0.5)

    assert rows.decided.tolist() == [False, True]
    assert rows.wrong.tolist() == [True, True]
    assert rows.threshold == 0.5


def test_views_of_a_page_are_one_article():
    views = frame(label=["core"] * 3, page=["p", "p", "q"], article_id=["p", "p@lines", "q"])

    assert labelled_rows(views).articles.tolist() == [0, 0, 1]


@pytest.mark.parametrize("column", ["article_id", "text", "label", "score"])
def test_a_missing_column_is_named(column):
    with pytest.raises(DataError, match=f"^data.parquet: no column {column}; expected"):
        labelled_rows(frame().drop(columns=column), where="data.parquet")


@pytest.mark.parametrize("nothing", [frame().head(0), frame(label=None)])
def test_nothing_labelled_is_refused(nothing):
    with pytest.raises(DataError, match="none of them labelled"):
        labelled_rows(nothing)


@pytest.mark.parametrize("column", ["label", "tagged"])
def test_what_is_neither_core_nor_filler_is_refused_with_its_article(column):
    with pytest.raises(DataError, match=f"x: {column} 'maybe' in article 'a'; expected core or filler"):
        labelled_rows(frame(**{column: ["core", "maybe", "core"]}), where="x")


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.01, 1.01])
def test_what_is_no_probability_is_refused_with_its_article(value):
    with pytest.raises(DataError, match=f"score {value} in article 'a'; expected a probability"):
        labelled_rows(frame(score=[0.5, value, 0.5]))
