from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.splits import SHARES, split_by_site, split_of

sites = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=60)
seeds = st.integers(-(2**40), 2**40)


@given(sites, seeds)
def test_no_site_is_in_two_splits(names, seed):
    rows = pd.Series(names + names)
    splits = split_by_site(rows, seed=seed)
    assert splits.groupby(rows).nunique().max() == 1
    assert set(splits) <= {"train", "validation", "test"}


@given(sites, sites, seeds)
def test_a_sites_split_does_not_depend_on_the_other_data(names, others, seed):
    alone = split_by_site(pd.Series(names), seed=seed)
    together = split_by_site(pd.Series(others + names), seed=seed)
    assert alone.tolist() == together.tolist()[len(others) :]


@given(sites, seeds)
def test_rows_keep_their_index_and_order(names, seed):
    rows = pd.Series(names, index=range(100, 100 + len(names)))
    splits = split_by_site(rows, seed=seed)
    assert splits.index.equals(rows.index)
    assert splits.tolist() == [split_of(name, seed=seed) for name in names]


def test_the_shares_are_met_over_many_sites():
    counts = Counter(split_of(f"site-{number}.example", seed=1) for number in range(20_000))
    for name, share in zip(("train", "validation", "test"), SHARES, strict=True):
        assert counts[name] / 20_000 == pytest.approx(share, abs=0.01)


def test_another_seed_gives_another_split():
    names = [f"site-{number}.example" for number in range(200)]
    assert [split_of(name, seed=0) for name in names] != [split_of(name, seed=1) for name in names]


def test_a_split_stays_what_it_was_in_earlier_versions():
    # A change here puts sites on which published scores were measured into training.
    names = [f"site-{number}.example" for number in range(12)]
    assert [split_of(name, seed=0)[:2] for name in names] == [
        "va",
        "tr",
        "tr",
        "te",
        "tr",
        "te",
        "va",
        "tr",
        "tr",
        "tr",
        "tr",
        "tr",
    ]


def test_all_sites_are_in_train_if_nothing_is_held_out():
    assert {split_of(f"{number}.example", seed=0, shares=(1.0, 0.0, 0.0)) for number in range(500)} == {"train"}


@pytest.mark.parametrize("shares", [(0.5, 0.1, 0.1), (1.2, -0.1, -0.1)])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ValueError, match="add up to 1"):
        split_of("a.example", seed=0, shares=shares)


def test_a_table_without_rows_has_no_splits():
    assert split_by_site(pd.Series([], dtype="str"), seed=0).empty
