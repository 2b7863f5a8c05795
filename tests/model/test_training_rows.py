import numpy as np
import pandas as pd
import pytest

from corestory.model.training_rows import has_markup, training_rows

FRAME = pd.DataFrame(
    [
        # page, view, position, text, label, fold
        ("a", "lines", 0, "The ferry sailed at noon.", "core", 0),
        ("a", "page", 1, "Read more", "filler", 0),
        ("b", "lines", 0, "The goat sailed too.", "core", 1),
        ("a", "page", 0, "The ferry sailed at noon.", "core", 0),
        ("b", "blocks", 0, "The goat sailed too.", "", 1),
        ("c", "text", 0, "", "filler", 1),
    ],
    columns=["page", "view", "position", "text", "known", "fold"],
)


def rows_of(frame=FRAME):
    articles = frame.assign(article_id=frame["page"] + "@" + frame["view"])
    return training_rows(articles, frame["known"].to_numpy(object), frame["fold"].to_numpy(np.int64), markup=False)


def test_rows_stand_by_article_and_position_and_know_where_they_came_from():
    rows, order = rows_of()

    assert order.tolist() == [0, 3, 1, 4, 2, 5]
    assert list(rows.batch.texts) == FRAME["text"].iloc[order].tolist()
    assert rows.core.tolist() == (FRAME["known"].iloc[order] == "core").tolist()
    assert rows.labelled.tolist() == [True, True, True, False, True, True]
    assert rows.fold.tolist() == FRAME["fold"].iloc[order].tolist()
    assert rows.page.tolist() == [0, 0, 0, 1, 1, 2]


def test_stage_1_learns_from_one_view_of_a_page_its_own_where_there_is_one():
    rows, order = rows_of()
    chosen = FRAME.iloc[order][rows.first_view]

    assert chosen["view"].tolist() == ["page", "page", "blocks", "text"]


def test_a_page_counts_once_however_many_views_there_are_of_it():
    pages = pd.concat([FRAME.iloc[[1, 3]], FRAME.iloc[[2]].assign(view="page")])
    more = [FRAME.iloc[[1, 3]].assign(view=view) for view in ("lines", "blocks")]
    (one, _), (views, _) = rows_of(pages), rows_of(pd.concat([pages, *more]))

    # Weights are to scale, so what counts is the share of each page.
    shares = [pd.Series(rows.weight).groupby(rows.page).sum() / rows.weight.sum() for rows in (one, views)]
    assert shares[0].tolist() == pytest.approx(shares[1].tolist())
    assert one.weight.mean() == pytest.approx(1)
    assert views.weight.mean() == pytest.approx(1)


def test_a_longer_paragraph_weighs_more_and_an_empty_one_nothing():
    rows, order = rows_of()
    weight = pd.Series(rows.weight, index=order)

    assert weight[3] > weight[1] > 0
    assert weight[5] == 0


def test_a_frame_without_pages_and_views_has_an_article_a_page():
    frame = FRAME.assign(article_id=FRAME["page"])[["article_id", "position", "text"]].iloc[[1, 3, 2]]
    rows, _ = training_rows(frame, np.array(["filler", "core", "core"], object), np.array([0, 0, 1]), markup=False)

    assert rows.page.tolist() == [0, 0, 1]
    assert rows.first_view.all()


@pytest.mark.parametrize(
    ("labels", "bound"),
    [
        (["core", "filler", "core", "filler"], None),
        (["core", "filler", "core", "core"], "filler"),
        (["core", "filler", "filler", "filler"], "core"),
        (["core", "filler", "core", ""], "filler"),
        (["core", "core", "core", "core"], "filler"),
    ],
)
def test_a_label_that_one_fold_alone_has_cannot_be_learned_without_it(labels, bound):
    frame = pd.DataFrame({"article_id": list("aabb"), "position": [0, 1, 0, 1], "text": "quay"})
    rows, _ = training_rows(frame, np.array(labels, object), np.array([0, 0, 1, 1]), markup=False)

    assert rows.bound_label(rows.first_view) == bound


def test_only_chosen_rows_count_for_what_can_be_learned():
    rows, _ = rows_of()

    assert rows.bound_label(np.ones(6, bool)) is None
    assert rows.bound_label(rows.page < 2) == "filler"


def test_an_article_has_markup_if_all_its_rows_have():
    frame = pd.DataFrame({"article_id": list("abab"), "markup": ["p", "p", None, "li"]})

    assert has_markup(frame).tolist() == [False, True, False, True]
    assert has_markup(frame.drop(columns="markup")).tolist() == [False] * 4
