import pandas as pd
import pytest

from corestory.errors import DataError
from corestory.evaluation.labelled_rows import decisions, labelled_rows, probabilities


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


def test_what_is_neither_core_nor_filler_is_refused_with_its_article():
    with pytest.raises(DataError, match="x: tagged 'maybe' in article 'b'; expected core or filler"):
        decisions(frame(tagged=["core", "filler", "maybe"]), "tagged", where="x")


def test_what_is_no_probability_is_refused_with_its_article():
    with pytest.raises(DataError, match=r"score 1\.5 in article 'a'"):
        probabilities(frame(score=[0.5, 1.5, 0.5]), "score")
