import gzip
import json
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands.articles import MORE, PAGE, PLUG, STORY, TEXT, jsonl
from corestory.jobs import work

pytestmark = pytest.mark.usefixtures("corpus")


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def outputs(folder):
    """Bytes of each file of a run's output folder by name, the ledger's files included."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".corestory" not in path.parts
    }


@pytest.fixture
def corpus(tmp_path):
    """Files of every kind, two of them with something wrong."""
    folder = tmp_path / "in"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "deep" / "p.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    jsonl(folder / "deep" / "er" / "n.jsonl", *({"id": f"n{number}", "text": TEXT} for number in range(40)))
    (folder / "t.csv").write_text(f'article_id,position,text\nx,0,"{STORY}"\nx,1,{PLUG}\n', encoding="utf-8")
    pq.write_table(pa.table({"id": ["y", "z"], "text": [TEXT, MORE]}), folder / "u.parquet", row_group_size=1)
    (folder / "b.jsonl").write_text(f'{{"id": "b", "text": "{STORY}"}}\n{{"id": \n', encoding="utf-8")
    (folder / "g.html").write_bytes(b"<p></p>")
    return folder


def skipped(done):
    return next((line for line in done.stderr.splitlines() if line.startswith("skipped: ")), "")


# Outputs


def test_each_file_gets_an_output_where_it_stands_in_its_folder(predict, tmp_path):
    done = predict("in", "--output", "out/")
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(outputs(tmp_path / "out")) == [
        "a.txt.jsonl",
        "b.jsonl",
        "deep/er/n.jsonl",
        "deep/p.html.gz.jsonl",
        "t.csv.jsonl",
        "u.parquet.jsonl",
    ]
    assert [row["article_id"] for row in rows(tmp_path / "out" / "u.parquet.jsonl")] == ["y", "y", "y", "z"]
    assert "tagged: 7 files, 46 articles, 133 paragraphs in " in done.stderr


def test_the_rows_are_those_of_the_single_file(predict, tmp_path):
    predict("in/deep/er/n.jsonl", "--output", "single.jsonl")
    predict("in", "--output", "out/")
    assert (tmp_path / "out" / "deep" / "er" / "n.jsonl").read_bytes() == (tmp_path / "single.jsonl").read_bytes()


def test_files_and_patterns_go_by_their_names_too(predict, tmp_path):
    (tmp_path / "out").mkdir()  # a folder that is there needs no slash
    assert predict("in/deep/**/*.jsonl", "in/a.txt", "--output", "out").returncode == 0
    assert sorted(outputs(tmp_path / "out")) == ["a.txt.jsonl", "er/n.jsonl"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--format", "csv"], "a.txt.csv"),
        (["--format", "parquet"], "a.txt.parquet"),
        (["--only", "core"], "a.txt"),
        (["--only", "core", "--format", "csv"], "a.txt.csv"),
    ],
)
def test_the_format_gives_the_ending(predict, tmp_path, options, name):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert predict("a.txt", "--output", "out/", *options).returncode == 0
    assert list(outputs(tmp_path / "out")) == [name]


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_and_refusals_as_one(predict, tmp_path):
    predict("in", "nothing.txt", "--output", "one/", "--rejects", "one.jsonl")
    assert predict("in", "nothing.txt", "--output", "two/", "--rejects", "two.jsonl", "--jobs", "2").returncode == 1
    assert outputs(tmp_path / "two") == outputs(tmp_path / "one")
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_files_in_the_folder_of_outputs_are_not_read_as_inputs(predict, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.txt").write_text(TEXT, encoding="utf-8")
    for _ in range(2):
        assert predict("here", "--output", "here/out/").returncode == 0
    assert list(outputs(tmp_path / "here" / "out")) == ["a.txt.jsonl"]


# Files that are done again


def test_a_second_run_skips_everything_and_says_so(predict, tmp_path):
    predict("in", "--output", "out/")

    def written():
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "out").rglob("*.jsonl")}

    before = written()
    done = predict("in", "--output", "out/")
    assert done.returncode == 1, "input that was refused in the first run is refused again"
    assert "tagged: 0 files" in done.stderr
    assert skipped(done) == "skipped: 7 files, 46 articles, which an earlier run has tagged"
    assert written() == before


CHANGES = {
    "a file has other content": (lambda corpus, _: (corpus / "a.txt").write_text(MORE, encoding="utf-8"), 6),
    "a file was only touched": (lambda corpus, _: os.utime(corpus / "a.txt", (0, 0)), 7),
    "a file is new": (lambda corpus, _: (corpus / "c.txt").write_text(MORE, encoding="utf-8"), 7),
}


@pytest.mark.parametrize("change", CHANGES)
def test_only_missing_and_changed_files_are_done_again(predict, corpus, tmp_path, change):
    make, left = CHANGES[change]
    predict("in", "--output", "out/")
    make(corpus, tmp_path / "out")
    assert skipped(predict("in", "--output", "out/")).startswith(f"skipped: {left} files")
    predict("in", "--output", "again/")
    assert outputs(tmp_path / "out") == outputs(tmp_path / "again")


@pytest.mark.parametrize("option", [["--threshold", "0.9"], ["--only", "core", "--format", "jsonl"], ["--force"]])
def test_other_options_do_everything_again(predict, option):
    predict("in", "--output", "out/")
    assert skipped(predict("in", "--output", "out/", *option)) == ""
    option = [name for name in option if name != "--force"]
    assert skipped(predict("in", "--output", "out/", *option)).startswith("skipped: 7 files")


def test_another_model_does_everything_again(predict, model, tmp_path, tagger):
    from corestory.model.storage import save_model

    predict("in", "--output", "out/")
    save_model(tagger, tmp_path / "models" / "copy", card="Of another day.")
    manifest = tmp_path / "models" / "copy" / "manifest.json"
    assert manifest.read_bytes() == (model / "manifest.json").read_bytes(), "the same model by another name"
    assert skipped(predict("in", "--output", "out/", "--model", "copy")).startswith("skipped: 7 files")
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8"))), encoding="utf-8")
    assert skipped(predict("in", "--output", "out/", "--model", "copy")) == ""


# Refusals


def test_refusals_are_the_same_in_every_run_and_in_the_order_of_the_corpus(predict, tmp_path):
    predict("in", "nothing.txt", "--output", "out/", "--rejects", "first.jsonl")
    found = rows(tmp_path / "first.jsonl")
    assert [row["where"] for row in found] == ["in/b.jsonl, line 2", "in/g.html", "nothing.txt"]
    done = predict("in", "nothing.txt", "--output", "out/", "--rejects", "second.jsonl")
    assert done.returncode == 1
    assert (tmp_path / "second.jsonl").read_bytes() == (tmp_path / "first.jsonl").read_bytes()
    listed = predict("in", "nothing.txt", "--output", "out/").stderr
    assert [f"refused: {row['where']}: {row['reason']}" for row in found] == [
        line for line in listed.splitlines() if line.startswith("refused: ")
    ]


def test_a_file_that_no_run_has_written_is_left_alone_unless_forced(predict, tmp_path):
    own = tmp_path / "out" / "a.txt.jsonl"
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    done = predict("in", "--output", "out/", "--rejects", "r.jsonl")
    assert done.returncode == 1
    assert own.read_text(encoding="utf-8") == "mine"
    assert rows(tmp_path / "r.jsonl")[0]["where"].endswith("a.txt.jsonl")
    predict("in", "--output", "out/", "--force")
    assert rows(own)[0]["text"] == STORY


def test_an_odd_failure_costs_one_file_and_is_tried_again(predict, tmp_path, monkeypatch):
    whole = work.read_file

    def read_file(path, **options):
        if path.name == "a.txt":
            raise ZeroDivisionError("a bug")
        yield from whole(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(work, "read_file", read_file)
        done = predict("in", "--output", "out/")
    assert done.returncode == 1
    assert "in/a.txt: failed with ZeroDivisionError: a bug" in done.stderr
    assert "a.txt.jsonl" not in outputs(tmp_path / "out")
    assert "tagged: 1 file, 1 article, " in predict("in", "--output", "out/").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--output", "out/"], "the standard input has no name, so its output cannot"),
        (["in", "--output", "in/"], "is also a folder of the input"),
        (["in", "--output", "in/a.txt/"], "is a file"),
        (["in", "--output", "out/", "--model", "nowhere"], "no such model"),
        (["in", "--output", "out/", "--rejects", "there.jsonl"], "exists already"),
        (["in", "--output", "out/", "--rejects", "r.csv"], "r.csv: this name ends in .csv; expected .jsonl or"),
        (["in", "--output", "out/", "--dask", "tcp://127.0.0.1:9", "--jobs", "2"], "has workers of its own"),
    ],
)
def test_a_run_that_cannot_start_says_why_in_one_line_and_changes_nothing(predict, tmp_path, arguments, message):
    (tmp_path / "there.jsonl").touch()
    before = sorted(tmp_path.rglob("*"))
    done = predict(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_without_dask_it_is_said_how_to_get_it(predict, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    done = predict("in", "--output", "out/", "--dask", "local")
    assert done.returncode == 2
    assert "pip install 'corestory[dask]'" in done.stderr
