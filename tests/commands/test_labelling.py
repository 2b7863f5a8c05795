import json

import pyarrow.parquet as pq
import pytest

from corestory.review.labels_file import LabelsFile
from corestory.review.session import Session
from corestory.review.shown_articles import read_suspects

TEXTS = ["The ferry left the quay at seven on Monday.", "READ MORE: Ferry sold", "It will come back on Friday."]


@pytest.fixture
def labels(tmp_path):
    def write(name, *labels, article="a", texts=TEXTS):
        rows = (
            {"article_id": article, "position": number, "text": text, "label": label, "site": "herald.example"}
            for number, (text, label) in enumerate(zip(texts, labels, strict=True))
        )
        (tmp_path / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    return write


def test_disputes_are_listed_reviewed_and_settled(run, labels, tmp_path):
    labels("ada.jsonl", "core", "core", "core")
    labels("ben.jsonl", "core", "filler", "core")
    done = run("agreement", "ada.jsonl", "ben.jsonl", "--output", "disputes.csv")
    assert done.returncode == 0
    assert "herald.example" in done.stdout
    assert "66.7" in done.stdout
    assert "Paragraphs in dispute: 1" in done.stdout
    assert "READ MORE: Ferry sold" in done.stdout
    assert "The paragraphs in dispute are in disputes.csv" in done.stderr

    with LabelsFile(tmp_path / "settled.jsonl") as file:
        session = Session(read_suspects(tmp_path / "disputes.csv"), file)
        shown = session.article(0).paragraphs
        assert [(one.asked, one.label) for one in shown] == [(False, "core"), (True, "core"), (False, "core")]
        assert shown[1].note == "Suggested: filler."
        session.label(0, [1], "filler")
    run("prepare", "ada.jsonl", "--corrections", "settled.jsonl", "--output", "p.parquet")
    assert pq.read_table(tmp_path / "p.parquet")["label"].to_pylist() == ["core", "filler", "core"]


def test_without_a_dispute_no_file_is_written_and_it_is_said(run, labels, tmp_path):
    labels("ada.jsonl", "core", "filler", "core")
    done = run("agreement", "ada.jsonl", "ada.jsonl", "--output", "disputes.csv")
    assert (done.returncode, (tmp_path / "disputes.csv").exists()) == (0, False)
    assert "No paragraph is in dispute, so disputes.csv was not written." in done.stderr


def test_in_a_pipe_no_text_is_cut(run, labels):
    labels("ada.jsonl", "core", "core", texts=["Long " * 40, TEXTS[0]])
    labels("ben.jsonl", "filler", "core", texts=["Long " * 40, TEXTS[0]])
    assert ("Long " * 40).strip() in run("agreement", "ada.jsonl", "ben.jsonl").stdout


def test_labels_of_different_articles_cannot_be_compared(run, labels, tmp_path):
    labels("ada.jsonl", "core", "core", "core")
    labels("ben.jsonl", "core", "core", "core", article="b")
    done = run("agreement", "ada.jsonl", "ben.jsonl", "--output", "disputes.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ada.jsonl and ben.jsonl: no paragraph has a label in both" in done.stderr
    assert not (tmp_path / "disputes.csv").exists()


def test_prepared_tables_that_name_articles_otherwise_are_traced_to_their_labels(run, labels):
    for name in ("ada", "ben"):
        labels(f"{name}.jsonl", "core", "filler", "core")
        assert run("prepare", f"{name}.jsonl", "--output", f"{name}.parquet").returncode == 0
    done = run("agreement", "ada.parquet", "ben.parquet")
    assert done.returncode == 2
    assert "labels for the same articles. Give the labels from which the tables were prepared." in done.stderr


def test_what_is_left_out_is_told(run, labels):
    labels("ada.jsonl", "core", "core", "core")
    labels("ben.jsonl", "core", "core", "core", texts=["Another text.", *TEXTS[1:]])
    done = run("agreement", "ada.jsonl", "ben.jsonl")
    assert done.returncode == 0
    assert "left out, because their texts differ: 1 paragraphs" in done.stderr
    assert "–" in done.stdout


@pytest.fixture
def export(run, model, tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    return lambda *arguments: run("export", *arguments, "--model", model)


@pytest.mark.slow
def test_what_a_tool_gets_is_written_whole_and_its_configuration_is_printed(export, tmp_path):
    done = export("a.txt", "--to", "label-studio", "--output", "tasks.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 article in tasks.json" in done.stderr
    assert '<ParagraphLabels name="label" toName="text">' in done.stderr
    (task,) = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert [one["text"] for one in task["data"]["paragraphs"]] == TEXTS
    again = export("a.txt", "--to", "label-studio", "--output", "tasks.json")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


@pytest.mark.slow
def test_an_article_that_cannot_be_read_is_refused_and_the_others_are_written(export, tmp_path):
    done = export("a.txt", "none.txt", "--to", "prodigy", "--output", "tasks.jsonl")
    assert (done.returncode, "refused: none.txt" in done.stderr) == (1, True)
    assert len((tmp_path / "tasks.jsonl").read_text(encoding="utf-8").splitlines()) == len(TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize(("tool", "name"), [("prodigy", "tasks.json"), ("label-studio", "tasks.jsonl")])
def test_a_name_that_ends_as_another_format_is_refused(export, tmp_path, tool, name):
    done = export("a.txt", "--to", tool, "--output", name)
    assert (done.returncode, done.stderr.count("\n"), (tmp_path / name).exists()) == (2, 1, False)
    assert "this name ends in .json" in done.stderr


@pytest.mark.slow
def test_without_an_article_nothing_is_written(export, tmp_path):
    done = export("none.txt", "--to", "argilla", "--output", "records.json")
    assert (done.returncode, (tmp_path / "records.json").exists()) == (2, False)
    assert "no article to export" in done.stderr


@pytest.mark.slow
def test_what_comes_back_is_prepared_and_labels_that_nobody_changed_are_counted(export, run, tmp_path):
    export("a.txt", "--to", "doccano", "--output", "a.jsonl")
    (sent,) = map(json.loads, (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines())
    back = {"id": 1, "text": sent["text"], "label": sent["label"], **sent["meta"], "Comments": []}
    other = back | {"article_id": "b", "text": sent["text"].replace("Monday", "Sunday"), "label": [[0, 9, "filler"]]}
    (tmp_path / "back.jsonl").write_text(f"{json.dumps(back)}\n{json.dumps(other)}\n", encoding="utf-8")
    done = run("prepare", "back.jsonl", "--output", "p.parquet")
    assert (done.returncode, "doccano" in done.stderr) == (0, True)
    assert "back.jsonl: 1 of 2 documents have the labels that the model gave them." in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("tool", "added"), [("Prodigy", "answer"), ("doccano", "id")])
def test_what_nobody_has_labelled_is_refused(export, run, tmp_path, tool, added):
    export("a.txt", "--to", tool.lower(), "--output", "tasks.jsonl")
    for command in ("prepare", "adapt"):
        done = run(command, "tasks.jsonl", "--output", "new")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        expected = f"contains only the labels of the model; expected the export of {tool}, whose records have '{added}'"
        assert expected in done.stderr
        assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.parquet"])
@pytest.mark.usefixtures("export")
def test_the_labels_of_predict_are_taken_with_a_warning(run, model, name):
    run("predict", "a.txt", "--model", model, "--output", name)
    done = run("prepare", name, "--output", "p.parquet")
    assert done.returncode == 0
    assert f"{name}: has the columns score and confidence of `corestory predict`, so its labels" in done.stderr
