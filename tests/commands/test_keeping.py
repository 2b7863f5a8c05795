import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import MORE, STORY, jsonl

TEXT = f"{STORY}\nREAD MORE: lugger sold\n{MORE}\n"


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_columns_are_kept_by_article_and_by_paragraph(predict, tmp_path):
    jsonl(tmp_path / "a.jsonl", {"id": "a", "text": TEXT, "Desk": {"name": "ports"}}, {"id": "b", "text": MORE})
    predict("a.jsonl", "--output", "out/", "--keep", "desk")
    assert [row["desk"] for row in rows(tmp_path / "out" / "a.jsonl")] == [{"name": "ports"}] * 3 + [None]
    (tmp_path / "t.csv").write_text("id,position,text,mark\nx,1,Two.,2\nx,0,One.,1\nx,2,,3\n", encoding="utf-8")
    predict("t.csv", "--output", "t.out.csv", "--keep", "Mark")
    with (tmp_path / "t.out.csv").open(newline="", encoding="utf-8") as file:
        assert [(row["text"], row["Mark"]) for row in csv.DictReader(file)] == [("One.", "1"), ("Two.", "2")]


def test_kept_columns_of_parquet_keep_their_types(predict, tmp_path):
    table = pa.table(
        {
            "id": ["a", "b"],
            "text": [MORE, STORY],
            "views": pa.array([7, None], pa.int64()),
            "tags": pa.array([["x"], []], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    keep = ["--keep", "views", "--keep", "tags"]
    assert predict("a.parquet", "--output", "out/", "--format", "parquet", *keep).returncode == 0
    found = pq.read_table(tmp_path / "out" / "a.parquet")
    assert found.select(["views", "tags"]).equals(table.select(["views", "tags"]))
    predict("a.parquet", "--output", "json/", *keep)
    assert [(row["views"], row["tags"]) for row in rows(tmp_path / "json" / "a.parquet.jsonl")] == [
        (7, ["x"]),
        (None, []),
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_what_has_no_columns_has_nothing_to_keep(predict, tmp_path, form):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert predict("a.txt", "--output", "out/", "--format", form, "--keep", "desk").returncode == 0


def test_a_table_without_the_column_to_keep_is_refused(predict, tmp_path):
    (tmp_path / "t.csv").write_text("article_id,position,text\nx,0,One.\n", encoding="utf-8")
    done = predict("t.csv", "--output", "out/", "--keep", "desk")
    assert done.returncode == 1
    assert "t.csv: no column 'desk' to keep; the columns are: article_id, position, text" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--keep", "score"], ["--keep", "a", "--keep", " A"], ["--keep", "a", "--format", "text"], ["--keep", ""]],
)
def test_what_cannot_be_kept_is_a_usage_error(predict, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = predict("a.txt", "--output", "out/", *arguments)
    assert done.returncode == 2
    assert "--keep" in done.stderr
