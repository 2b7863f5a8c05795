import csv
import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from commands.articles import MORE, STORY
from corestory.model.kinds import CLASSES
from corestory.model.storage import save_model

BYLINE = "By Mara Illing, local reporter"
PLUG = "READ MORE: Hundreds queue for the reopened market"
TEXT = f"{BYLINE}\n{STORY}\n{PLUG}\n{MORE}\n"


@pytest.fixture(scope="session")
def kinds_model(tagger, sample_head, tmp_path_factory):
    """The model of these tests, with a head that was fitted on the sample corpus."""
    folder = tmp_path_factory.mktemp("models") / "kinds"
    save_model(replace(tagger, weights=replace(tagger.weights, kinds=sample_head)), folder, card="# A card")
    return folder


@pytest.fixture
def predict(run, kinds_model, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    # Everything but the sentences is filler, so that the labels do not depend on the small model.
    (tmp_path / "core.txt").write_text("lugger left\nback to the quay\n", encoding="utf-8")
    (tmp_path / "filler.txt").write_text("READ MORE\nBy Mara\n", encoding="utf-8")
    rules = ("--always-core", "core.txt", "--always-filler", "filler.txt")
    return lambda *arguments: run("predict", "--model", kinds_model, *rules, *arguments)


def test_kinds_are_columns_of_every_format(predict, tmp_path):
    lines = predict("a.txt", "--kinds").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [row["kind"] for row in found] == ["byline", "body", "related", "body"]
    assert all(0 < row["kind_score"] <= 1 for row in found)
    predict("a.txt", "--kinds", "--output", "a.csv")
    predict("a.txt", "--kinds", "--output", "a.parquet")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert [(row["kind"], float(row["kind_score"])) for row in csv.DictReader(file)] == [
            (row["kind"], row["kind_score"]) for row in found
        ]
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == found
    text = predict("a.txt", "--kinds", "--format", "text").stdout
    assert f"\trelated\t{PLUG}\n" in text


def test_without_the_option_nothing_changes(predict):
    assert "kind" not in predict("a.txt").stdout


def test_kinds_are_dropped_and_kept(predict):
    def positions(*arguments):
        lines = predict("a.txt", "--format", "jsonl", "--rows", "paragraph", *arguments).stdout.splitlines()
        return [json.loads(line)["position"] for line in lines]

    assert positions("--drop-kinds", "related") == [0, 1, 3]
    assert positions("--drop-kinds", "related,body") == [0]
    assert positions("--only", "core") == [1, 3]
    assert positions("--only", "core", "--keep-kinds", "Byline, caption") == [0, 1, 3]
    assert positions("--only", "filler", "--drop-kinds", "byline") == [2]


def test_kept_filler_keeps_its_label(predict):
    shown = predict(
        "a.txt", "--rows", "paragraph", "--format", "jsonl", "--only", "core", "--keep-kinds", "byline"
    ).stdout
    assert json.loads(shown.splitlines()[0])["label"] == "filler"
    assert predict("a.txt", "--only", "core", "--keep-kinds", "byline").stdout == f"{BYLINE}\n{STORY}\n{MORE}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--drop-kinds", "plug"), f"--drop-kinds: there is no kind 'plug'; expected {', '.join(CLASSES)}"),
        (("--keep-kinds", "caption"), "--keep-kinds: needs --only core. Without --only, filler is written anyway"),
        (
            ("--only", "core", "--drop-kinds", "date,legal", "--keep-kinds", "legal"),
            "--keep-kinds: legal is dropped as well",
        ),
    ],
)
def test_wrong_kinds_are_refused_in_one_line(predict, arguments, message):
    done = predict("a.txt", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--kinds",), ("--drop-kinds", "date"), ("--kinds", "--output", "out/")])
def test_a_model_that_tells_no_kinds_is_refused_in_one_line(run, model, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    done = run("predict", "--model", model, "a.txt", *arguments)
    assert done.returncode == 2
    assert "cannot tell kinds" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_folders_have_kinds_and_are_done_again_when_they_change(predict, tmp_path):
    predict("a.txt", "--output", "out/", "--kinds")
    (output,) = (tmp_path / "out").glob("a.txt*")
    kinds = [json.loads(line)["kind"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert kinds == ["byline", "body", "related", "body"]
    assert "skipped: 1 file" in predict("a.txt", "--output", "out/", "--kinds").stderr
    assert "skipped" not in predict("a.txt", "--output", "out/", "--kinds", "--drop-kinds", "related").stderr
    assert len(output.read_text(encoding="utf-8").splitlines()) == 3


def test_kinds_are_tags_on_the_page(run, kinds_model, model, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    run("predict", "--model", kinds_model, "a.txt", "--output", "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<span class="kind">related</span>' in page
    assert '<span class="kind">body</span>' not in page
    run("predict", "--model", kinds_model, "a.txt", "--output", "b.html", "--drop-kinds", "related")
    assert PLUG not in (tmp_path / "b.html").read_text(encoding="utf-8")
    run("predict", "--model", model, "a.txt", "--output", "c.html")
    assert 'class="kind"' not in (tmp_path / "c.html").read_text(encoding="utf-8")


def test_a_column_of_the_output_is_not_kept_from_the_input(predict, tmp_path):
    (tmp_path / "t.csv").write_text("id,position,text,kind\nx,0,One.,own\n", encoding="utf-8")
    done = predict("t.csv", "--kinds", "--keep", "kind")
    assert done.returncode == 2
    assert "its own column 'kind'" in done.stderr
    assert '"kind": "own"' in predict("t.csv", "--keep", "kind").stdout
