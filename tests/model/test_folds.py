import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import DataError
from corestory.model.training_rows import make_folds

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
    with pytest.raises(DataError, match="all rows to learn from are of one article; expected at least two"):
        make_folds(frame_of([[3]]), folds=2, seed=0)
