import csv

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from corestory.labelling.table import write_frame

pytestmark = pytest.mark.slow

FLIPPED = (1, 52, 118)


@pytest.fixture
def flipped(labelled_frame):
    labels = labelled_frame["label"].to_numpy(object).copy()
    rows = list(FLIPPED)
    labels[rows] = np.where(labels[rows] == "core", "filler", "core")
    return labelled_frame.assign(label=labels)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_wrong_labels_are_listed_corrected_and_taken_back(run, tmp_path, flipped, labelled_frame):
    source = flipped[["article_id", "site", "position", "text", "label"]]
    source.to_csv(tmp_path / "own.csv", index=False)
    assert run("prepare", "own.csv", "--output", "p.parquet").returncode == 0
    done = run("audit", "p.parquet", "--output", "suspects.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert "20 of 200 labels are in suspects.csv" in done.stderr

    rows = rows_of(tmp_path / "suspects.csv")
    for row in rows[: len(FLIPPED)]:
        row["correction"] = row["suggested"]
    with (tmp_path / "corrected.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    done = run("prepare", "own.csv", "--output", "q.parquet", "--corrections", "corrected.csv")
    assert done.returncode == 0
    assert f"Labels corrected: {len(FLIPPED)}" in done.stderr
    key = ["article_id", "position"]
    found = pq.read_table(tmp_path / "q.parquet").to_pandas().set_index(key)["label"]
    expected = labelled_frame.assign(article_id="own/" + labelled_frame["article_id"]).set_index(key)["label"]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_dtype=False, check_index_type=False)


def test_corrections_of_another_table_are_refused_and_nothing_is_written(run, tmp_path, labelled_frame):
    labelled_frame[["article_id", "site", "position", "text", "label"]].to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "c.csv").write_text("article_id,position,check,correction\nelse,0,text-0,core\n", encoding="utf-8")
    done = run("prepare", "own.csv", "--output", "q.parquet", "--corrections", "c.csv")
    assert done.returncode == 2
    assert "c.csv, line 2: none of 1 corrections belongs to a paragraph of this table" in done.stderr
    assert not (tmp_path / "q.parquet").exists()
    assert run("prepare", "own.csv", "--output", "q.parquet", "--corrections", "none.csv").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--share", "0"], "not a number above 0"),
        (["--share", "nan"], "not a number above 0"),
        (["--split", "tes"], "no rows of the split 'tes'"),
        (["--output", "p.parquet"], "this name ends in .parquet; expected .csv"),
    ],
)
def test_what_cannot_be_audited_is_told_in_words(run, tmp_path, labelled_frame, arguments, said):
    write_frame(labelled_frame, tmp_path / "p.parquet")
    done = run("audit", "p.parquet", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "suspects.csv").exists()


def test_a_table_without_labels_is_told_by_its_name(run, tmp_path, labelled_frame):
    write_frame(labelled_frame.assign(label=None), tmp_path / "p.parquet")
    done = run("audit", "p.parquet")
    assert done.returncode == 2
    assert "p.parquet: no row is labelled" in done.stderr
