"""``corestory adapt`` on labels as they come: from a review, from a table, damaged, useless."""

import json
from pathlib import Path

import pytest

from corestory.labelling.gold_pages import read_pairs
from corestory.labelling.views import page_views
from corestory.model.storage import load_model
from corestory.reading.article import Article
from corestory.review.decisions import Decision, decision_line

PAGES = Path(__file__).parents[2] / "data" / "own-site" / "labelled"
PLAIN = "article_id,position,text,label\n"


@pytest.fixture
def labels(tmp_path):
    """The labels of four pages as `corestory review` writes them."""
    lines = []
    for page in list(read_pairs(PAGES, source="own", refuse=pytest.fail))[:4]:
        (view,) = page_views(page, views=["page"])
        article = Article(page.page, (), url=f"https://saltmarsh-courier.example/{page.page}")
        for position, one in enumerate(view.paragraphs):
            decision = Decision(page.page, position, one.text, one.label, "2026-11-26T06:00:00+00:00")
            lines.append(decision_line(decision, article, one.markup))
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b"".join(lines))
    return path


@pytest.mark.slow
def test_labels_of_a_review_teach_pages_and_texts_once(run, labels, tmp_path):
    done = run("adapt", labels, "--output", "models/courier")
    assert (done.returncode, done.stderr) == (0, "The adapted model is in models/courier\n")
    html, text = done.stdout.splitlines()
    assert html.startswith("HTML: word F1 0.7")
    assert text.startswith("Text: word F1 0.7")
    assert html.endswith("measured on 4 articles, each left out of the fit.")
    (adapted,) = load_model(tmp_path / "models" / "courier").manifest.adapted
    assert (adapted.articles, adapted.sites, adapted.methods) == (4, 1, {"html": "correction", "text": "correction"})
    assert html in (tmp_path / "models" / "courier" / "README.md").read_text(encoding="utf-8")

    done = run("adapt", labels, "--model", "courier", "--output", "models/again")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "HTML: no measurable gain from 4 articles, so nothing changes."
    assert done.stderr == "Nothing was saved. Label articles that the model gets wrong, or add --force.\n"
    assert not (tmp_path / "models" / "again").exists()


def test_a_damaged_row_is_listed_and_the_others_are_learned_from(run, labels, tmp_path):
    rows = labels.read_text(encoding="utf-8").splitlines()
    rows.insert(3, json.dumps({"article_id": "x", "position": "first", "text": "Tides", "label": "core"}))
    labels.write_text("\n".join(rows), encoding="utf-8")
    done = run("adapt", labels, "--output", "mine")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].endswith("labels.jsonl, line 4: position 'first'; expected a whole number")
    assert (tmp_path / "mine" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (PLAIN + "a,0,It rained.,core\na,1,It snowed.,core\n", "all labels are core; expected paragraphs of both"),
        (PLAIN + "a,0,It rained.,\n", "none of them labelled; expected paragraphs labelled core or filler"),
        ("article_id,text\na,It rained.\n", "no column label"),
    ],
)  # fmt: skip
def test_labels_that_teach_nothing_are_refused_in_one_line(run, tmp_path, rows, message):
    (tmp_path / "labels.csv").write_text(rows, encoding="utf-8")
    done = run("adapt", "labels.csv", "--output", "mine")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("corestory: ")
    assert message in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.usefixtures("labels")
def test_an_output_that_cannot_be_written_is_told_before_the_work(run, monkeypatch):
    monkeypatch.setattr("corestory.training.adaptation.adapt", lambda *_, **__: pytest.fail("the work was begun"))
    done = run("adapt", "labels.jsonl", "--output", "labels.jsonl/mine")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("corestory: labels.jsonl/mine: cannot be written (Not a directory")


def test_a_file_without_a_readable_row_says_why(run, tmp_path):
    (tmp_path / "labels.jsonl").write_text('{"article_id": "a", "posi\n', encoding="utf-8")
    done = run("adapt", "labels.jsonl", "--output", "mine")
    refused, error = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert refused.startswith("refused: labels.jsonl, line 1: malformed JSON (Unterminated string at column 21)")
    assert error.startswith("corestory: labels.jsonl: no labelled paragraph")
