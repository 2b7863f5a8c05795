import numpy as np
import pandas as pd
import pytest

from corestory.errors import DataError
from corestory.evaluation import labelled_rows as evaluation_rows
from corestory.evaluation.evaluation import cautions
from corestory.evaluation.labelled_rows import SCORED, chosen_rows, labelled_rows, score_in_pieces
from corestory.model.manifest import Manifest
from corestory.model.overlap import training_hashes


def frame(**columns):
    given = {"article_id": ["a", "a", "b"], "text": ["It rained.", "Share", "It snowed."], "score": [0.9, 0.2, 0.6]}
    return pd.DataFrame(given | {"label": ["core", "filler", None]} | columns)


def test_the_taggers_own_decision_goes_before_the_threshold():
    rows = labelled_rows(frame(tagged=["filler", "core", "core"]), threshold=0.5)

    assert rows.decided.tolist() == [False, True]
    assert rows.wrong.tolist() == [True, True]
    assert rows.threshold == 0.5


@pytest.mark.parametrize("nothing", [frame().head(0), frame(label=None)])
def test_nothing_labelled_is_refused(nothing):
    with pytest.raises(DataError, match="none of them labelled"):
        labelled_rows(nothing)


def test_what_is_neither_core_nor_filler_is_refused_with_its_article():
    with pytest.raises(DataError, match="x: unknown label 'maybe' in article 'a'; expected core or filler"):
        labelled_rows(frame(label=["core", "maybe", "core"]), where="x")


SPLITS = ("train", "train", "validation", "test", None)


@pytest.fixture
def split_frame(boat_frame):
    return boat_frame.assign(split=[SPLITS[row // 5 % 5] for row in range(len(boat_frame))])


def test_the_rows_of_several_splits_keep_their_order_and_are_numbered_anew(split_frame):
    found = chosen_rows(split_frame, "test, train", where="p.parquet")
    assert set(found["split"]) == {"train", "test"}
    assert list(found.index) == list(range(90))
    assert found["text"].tolist() == split_frame[split_frame["split"].isin(["train", "test"])]["text"].tolist()
    assert len(chosen_rows(split_frame, "all", where="p.parquet")) == len(split_frame)


def test_a_table_without_splits_says_how_to_use_all_of_it(split_frame):
    with pytest.raises(DataError, match="--split all"):
        chosen_rows(split_frame.assign(split=None), "test", where="p.parquet")


@pytest.mark.parametrize("split", ["", "train,dev", "train,"])
def test_a_split_without_rows_is_refused_and_those_that_have_some_are_listed(split_frame, split):
    with pytest.raises(DataError, match=r"train \(60 rows\)"):
        chosen_rows(split_frame, split, where="p.parquet")


def test_a_table_without_rows_is_refused(split_frame):
    with pytest.raises(DataError, match="no rows"):
        chosen_rows(split_frame.head(0), "all", where="p.parquet")


@pytest.mark.parametrize("rows_at_once", [1, 7, 10_000])
def test_scores_do_not_depend_on_the_pieces_or_the_order_of_the_rows(
    boat_tagger, boat_frame, monkeypatch, rows_at_once
):
    shuffled = boat_frame.sample(frac=1, random_state=1).reset_index(drop=True)
    monkeypatch.setattr(evaluation_rows, "ROWS_AT_ONCE", rows_at_once)
    steps = []
    found = score_in_pieces(boat_tagger, shuffled, threshold=None, progress=steps.append)
    assert steps[-1] == len(shuffled)
    assert len(steps) == {1: 30, 7: 30, 10_000: 1}[rows_at_once]
    whole = boat_tagger.score_frame(shuffled)
    assert found[list(shuffled.columns)].equals(shuffled)
    assert found["tagged"].tolist() == whole["tagged"].tolist()
    for name in set(SCORED) - {"tagged"}:
        assert np.allclose(found[name], whole[name], atol=1e-6, equal_nan=True)


def test_rows_of_training_and_a_split_by_article_are_cautioned_against(split_frame):
    own, other = Manifest(data_sha256="a" * 64, splits=("train",)), Manifest(data_sha256="b" * 64, splits=("train",))
    manifests = {"mine": own, "theirs": other}
    rows = {split: chosen_rows(split_frame, split, where="p.parquet") for split in ("train", "test")}
    assert cautions(rows["test"], manifests, digest="a" * 64, by_article=False) == ()
    (caution,) = cautions(rows["train"], manifests, digest="a" * 64, by_article=False)
    assert caution.startswith("The model mine was trained on these rows (train)")
    (caution,) = cautions(rows["test"], manifests, digest="a" * 64, by_article=True)
    assert "split by article" in caution


def test_a_part_of_the_articles_of_training_is_found_in_another_table(split_frame):
    trained = split_frame[split_frame["article_id"].isin(["a0", "a1"])]
    model = Manifest(data_sha256="a" * 64, splits=("train",), training=training_hashes(trained))
    (caution,) = cautions(split_frame, {"mine": model}, digest="b" * 64, by_article=False)
    assert caution.startswith("The model was trained on ")
    assert " articles and on 2 of their 6 sites, so its measures are too optimistic" in caution
    others = split_frame[split_frame["site"].isin(["site-4.example", "site-5.example"])]
    assert cautions(others.assign(text="It rained."), {"mine": model}, digest="b" * 64, by_article=False) == ()
