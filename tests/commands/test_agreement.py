import json

import pyarrow.parquet as pq
import pytest

from corestory.review.labels_file import LabelsFile
from corestory.review.session import Session
from corestory.review.suspects import read_suspects

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
    assert "disputes.csv has the disputes" in done.stderr

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
    assert "ada.jsonl and ben.jsonl: no paragraph is labelled in both" in done.stderr
    assert not (tmp_path / "disputes.csv").exists()


def test_what_is_left_out_is_told(run, labels):
    labels("ada.jsonl", "core", "core", "core")
    labels("ben.jsonl", "core", "core", "core", texts=["Another text.", *TEXTS[1:]])
    done = run("agreement", "ada.jsonl", "ben.jsonl")
    assert done.returncode == 0
    assert "left out, because their texts differ: 1 paragraphs" in done.stderr
    assert "–" in done.stdout
