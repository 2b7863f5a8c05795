"""The labelling loop: predict writes labelled files, people correct them, prepare reads them."""

import json

import pandas as pd
import pytest

ARTICLE = (
    "The lugger left the quay at 7 on Monday with 7 passengers, the harbour master said.",
    "READ MORE: lugger sold",
    "It will come back to the quay on Friday, she added, if the lugger is mended by then.",
)


@pytest.fixture
def feed(tmp_path):
    record = {"headline": "Lugger leaves", "body": list(ARTICLE), "link": "https://c.example/1"}
    (tmp_path / "feed.jsonl").write_text("".join(json.dumps(record | {"id": n}) + "\n" for n in range(3)))
    return "feed.jsonl"


def test_prepare_gives_the_labels_of_predict(predict, run, feed, tmp_path):
    tagged = [json.loads(line) for line in predict(feed).stdout.splitlines()]
    assert predict(feed, "--format", "labelled", "-o", "labels/").returncode == 0
    files = sorted((tmp_path / "labels").iterdir())
    assert [file.name for file in files] == [f"{n:06d}-lugger-leaves.labelled.txt" for n in (1, 2, 3)]
    done = run("prepare", "labels", "-o", "table.parquet")
    table = pd.read_parquet(tmp_path / "table.parquet").sort_values(["page", "position"])
    expected = [(row["text"], row["label"]) for row in tagged[:3]]
    first = table[table["page"] == table["page"].iloc[0]]
    assert list(zip(first["text"], first["label"], strict=True)) == expected, done.stderr
    assert set(table["site"]) == {"c.example"}


def test_one_article_goes_to_the_standard_output_or_to_a_file(predict, tmp_path):
    done = predict("a.txt", "--format", "labelled")
    assert done.stdout.splitlines()[0].startswith("core: The lugger left")
    assert predict("a.txt", "-o", "a.labelled.txt").returncode == 0
    assert (tmp_path / "a.labelled.txt").read_text() == done.stdout
    again = predict("a.labelled.txt", "--format", "labelled")
    assert again.stdout == done.stdout


def test_what_people_have_corrected_is_not_replaced(predict, feed, tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "mine.labelled.txt").write_text("core: Mine.\n")
    for options in ([], ["--force"]):
        done = predict(feed, "--format", "labelled", "-o", "labels/", *options)
        assert done.returncode == 2
        assert "people may have corrected" in done.stderr
    assert (tmp_path / "labels" / "mine.labelled.txt").read_text() == "core: Mine.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "more than one article"),
        (["--only", "core"], "leave out --only"),
        (["--drop-kinds", "legal"], "leave out --only"),
        (["--rows", "article"], "labelled has no rows"),
        (["--keep", "id"], "labelled has no columns"),
        (["-o", "memory://x/labels/"], "labelled files are not written to another machine"),
    ],
)
def test_what_does_not_suit_a_labelled_file_says_so(predict, feed, options, message):
    done = predict(feed, "--format", "labelled", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())
