import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import DataError
from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.training.training_rows import TrainingRows, make_folds, training_rows, trusted_labels

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


# Of each site, how many articles each of its pages is in.
SITES = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=6), min_size=2, max_size=9)


def frame_of(sites):
    return pd.DataFrame(
        [
            (f"site-{site}.example", f"{site}/{page}", f"{site}/{page}@{view}")
            for site, pages in enumerate(sites)
            for page, views in enumerate(pages)
            for view in range(views)
        ],
        columns=["site", "page", "article_id"],
    )


@given(SITES, st.integers(2, 6), st.integers(0, 5))
def test_no_site_is_in_two_folds_and_every_fold_has_one(sites, folds, seed):
    frame = frame_of(sites)
    found = make_folds(frame, folds=folds, seed=seed)

    assert found.by == "site"
    assert found.count == min(folds, len(sites))
    assert set(found.of_row.tolist()) == set(range(found.count))
    assert (pd.Series(found.of_row).groupby(frame["site"]).nunique() == 1).all()


@given(SITES, st.integers(2, 6), st.integers(0, 5))
def test_folds_differ_by_no_more_pages_than_the_largest_site_has(sites, folds, seed):
    frame = frame_of(sites)
    pages = frame.groupby(make_folds(frame, folds=folds, seed=seed).of_row)["page"].nunique()

    assert pages.max() - pages.min() <= max(len(pages) for pages in sites)


@given(SITES, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_seed_alone_decides_not_the_order_of_rows(sites, seed, random):
    frame = frame_of(sites)
    order = random.sample(range(len(frame)), len(frame))
    found, shuffled = (make_folds(rows, folds=3, seed=seed) for rows in (frame, frame.iloc[order]))

    assert shuffled.of_row.tolist() == found.of_row[order].tolist()


def test_another_seed_deals_sites_of_one_size_otherwise():
    frame = frame_of([[1]] * 12)

    assert len({tuple(make_folds(frame, folds=3, seed=seed).of_row) for seed in range(5)}) > 1


@pytest.mark.parametrize("unknown", ["", None, np.nan])
def test_a_page_of_an_unknown_site_is_a_site_of_its_own(unknown):
    frame = frame_of([[2], [2], [1, 1]])
    frame["site"] = frame["site"].astype(object).where(frame["site"] != "site-2.example", unknown)
    found = make_folds(frame, folds=9, seed=0)

    assert (found.count, found.by) == (4, "site")
    assert found.of_row[0] == found.of_row[1]


def test_without_a_column_of_sites_or_pages_each_article_is_one():
    frame = pd.DataFrame({"article_id": ["a", "a", "b"]})
    found = make_folds(frame, folds=5, seed=0)

    assert (found.count, found.of_row[0] == found.of_row[1]) == (2, True)


def test_pages_of_one_site_are_dealt_and_it_is_said():
    found = make_folds(frame_of([[2, 1, 1]]), folds=2, seed=0)

    assert (found.count, found.by) == (2, "article")
    assert found.of_row[0] == found.of_row[1]


def test_one_article_cannot_be_both_learned_from_and_measured_on():
    with pytest.raises(DataError, match="all training rows are of one article; expected at least two"):
        make_folds(frame_of([[3]]), folds=2, seed=0)


COUNT = 400


def rows_with(core, *, labelled=None, fold=None):
    known = np.ones(COUNT, bool) if labelled is None else labelled
    page = np.arange(COUNT) // 4
    layout = Layout.of([4] * (COUNT // 4))
    batch = Batch(["some words"] * COUNT, layout, [""] * len(layout.sizes), None)
    return TrainingRows(batch, core, known, page % 5 if fold is None else fold, page, np.ones(COUNT), known)


@pytest.fixture
def scored():
    """Log-odds that are right, and labels of which the first ten are not."""
    rng = np.random.default_rng(4)
    truth = rng.uniform(size=COUNT) < 0.5
    log_odds = np.where(truth, 3.0, -3.0) + rng.normal(0, 0.5, COUNT)
    core = truth.copy()
    core[:10] = ~core[:10]
    return log_odds, core


def test_a_label_that_the_scores_contradict_is_not_trusted(scored):
    log_odds, core = scored
    trusted = trusted_labels(log_odds, rows_with(core), least=0.1)

    assert not trusted[:10].any()
    assert trusted[10:].all()


def test_a_label_that_the_scores_only_doubt_is_trusted(scored):
    log_odds, core = scored
    log_odds[:10] = 0

    assert trusted_labels(log_odds, rows_with(core), least=0.1).all()


def test_what_has_no_label_is_never_trusted(scored):
    log_odds, core = scored
    labelled = np.arange(COUNT) % 3 > 0

    assert not trusted_labels(log_odds, rows_with(core, labelled=labelled), least=0.1)[~labelled].any()


def test_no_label_is_dropped_for_the_least_trust_of_nothing(scored):
    log_odds, core = scored

    assert trusted_labels(log_odds, rows_with(core), least=0.0).all()


def test_all_are_trusted_where_else_too_little_of_one_label_were_left(scored):
    log_odds, _ = scored
    # Core is only where the scores deny it, but for one page; without the others one fold alone would have it.
    core = log_odds < 0
    core[40:] = False
    core[40:44] = log_odds[40:44] > 0

    assert trusted_labels(np.abs(log_odds) * np.where(core, -1, -0.5), rows_with(core), least=0.9).all()
