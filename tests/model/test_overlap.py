"""Training articles and sites are found again by their hashes, in any view, and by nothing else."""

import pandas as pd
import pytest

from corestory.model.overlap import TrainingHashes, find_overlap, seen_articles, training_hashes

LONG = "The ferry left the quay at nine on Monday with {} passengers and a goat."


def frame(*articles):
    rows = [(name, site, text) for name, site, texts in articles for text in texts]
    return pd.DataFrame(rows, columns=["article_id", "site", "text"])


TRAINED = frame(
    ("a", "quay.example", ["Share", LONG.format("seven"), "It sank."]),
    ("b", "quay.example", ["Share", LONG.format("nine")]),
    ("c", "port.example", ["Rain.", "Share"]),
)


def test_all_of_the_training_table_is_found():
    found = find_overlap(TRAINED, training_hashes(TRAINED))
    assert (found.articles, found.seen_articles, found.sites, found.seen_sites) == (3, 3, 2, 2)
    assert found


def test_another_view_of_an_article_under_another_name_is_found():
    view = frame(("x", "", [f"  {LONG.format('SEVEN')} ", "Another line."]))
    found = find_overlap(view, training_hashes(TRAINED))
    assert (found.seen_articles, found.seen_sites) == (1, 0)


def test_new_articles_of_a_known_site_are_told_from_known_articles():
    found = find_overlap(frame(("x", "Quay.example", [LONG.format("ten")])), training_hashes(TRAINED))
    assert (found.seen_articles, found.seen_sites) == (0, 1)
    assert found


def test_each_copy_of_a_known_article_is_named_and_counted():
    copies = frame(*((name, "", [LONG.format("seven")]) for name in ("x", "y")), ("z", "", [LONG.format("ten")]))
    assert seen_articles(copies, training_hashes(TRAINED)) == {"x", "y"}
    assert find_overlap(copies, training_hashes(TRAINED)).seen_articles == 2


@pytest.mark.parametrize("hashes", [training_hashes(TRAINED), TrainingHashes()])
def test_new_articles_of_new_sites_are_no_overlap(hashes):
    # Two short articles that share a line are not the same article.
    new = frame(("x", "lake.example", [LONG.format("ten")]), ("y", "", ["Snow.", "Share"]))
    assert not find_overlap(new, hashes)


def test_hashes_of_one_table_differ_with_the_key_and_name_nobody():
    one, other = training_hashes(TRAINED), training_hashes(TRAINED)
    assert one != other
    assert len(one.articles) == 3 * 8
    assert one == training_hashes(TRAINED, key=one.key)
    assert b"quay" not in one.sites


@pytest.mark.parametrize("hashes", [{"articles": b"1234567"}, {"sites": b"1"}, {"key": b"x" * 17}])
def test_hashes_that_are_cut_short_are_refused(hashes):
    with pytest.raises(ValueError, match="8 bytes"):
        TrainingHashes(**hashes)
