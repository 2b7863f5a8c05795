import json

import pytest

pytestmark = pytest.mark.slow

TEXTS = ["The ferry left the quay at seven on Monday.", "READ MORE: Ferry sold", "It will come back on Friday."]


@pytest.fixture
def export(run, model, tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    return lambda *arguments: run("export", *arguments, "--model", model)


def test_what_a_tool_gets_is_written_whole_and_its_configuration_is_printed(export, tmp_path):
    done = export("a.txt", "--to", "label-studio", "--output", "tasks.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 article in tasks.json" in done.stderr
    assert '<ParagraphLabels name="label" toName="text">' in done.stderr
    (task,) = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert [one["text"] for one in task["data"]["paragraphs"]] == TEXTS
    again = export("a.txt", "--to", "label-studio", "--output", "tasks.json")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


def test_an_article_that_cannot_be_read_is_refused_and_the_others_are_written(export, tmp_path):
    done = export("a.txt", "none.txt", "--to", "prodigy", "--output", "tasks.jsonl")
    assert (done.returncode, "refused: none.txt" in done.stderr) == (1, True)
    assert len((tmp_path / "tasks.jsonl").read_text(encoding="utf-8").splitlines()) == len(TEXTS)


def test_without_an_article_nothing_is_written(export, tmp_path):
    done = export("none.txt", "--to", "argilla", "--output", "records.json")
    assert (done.returncode, (tmp_path / "records.json").exists()) == (2, False)
    assert "no article to export" in done.stderr


def test_what_comes_back_is_prepared(export, run):
    export("a.txt", "--to", "doccano", "--output", "a.jsonl")
    done = run("prepare", "a.jsonl", "--output", "p.parquet")
    assert (done.returncode, "doccano" in done.stderr) == (0, True)
