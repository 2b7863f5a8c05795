"""``corestory adapt`` on labels as they come, and ``corestory remember``."""

import json
from pathlib import Path

import numpy as np
import pytest

from commands.articles import STORY
from corestory.labelling.gold_pages import read_pairs
from corestory.labelling.views import page_views
from corestory.model.storage import load_model
from corestory.reading.article import Article
from corestory.review.labels_file import Decision, decision_line

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
    assert html.startswith("HTML: word F1 0.")
    assert text.startswith("Text: word F1 0.")
    assert html.endswith("measured on 4 articles, each left out of the fit.")
    (adapted,) = load_model(tmp_path / "models" / "courier").manifest.adapted
    assert (adapted.articles, adapted.sites, adapted.methods) == (4, 1, {"html": "correction", "text": "correction"})
    assert html in (tmp_path / "models" / "courier" / "README.md").read_text(encoding="utf-8")

    done = run("adapt", labels, "--model", "courier", "--output", "models/again")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "HTML: no measurable gain from 4 articles, so nothing changes."
    assert done.stderr == (
        "The model had learned from 4 of these 4 articles before, so the gain may not hold for new articles.\n"
        "No model was saved. Label articles that the model gets wrong, or add --force to save it anyway.\n"
    )
    assert not (tmp_path / "models" / "again").exists()


def test_a_damaged_row_is_listed_and_the_others_are_learned_from(run, labels, tmp_path):
    rows = labels.read_text(encoding="utf-8").splitlines()
    rows.insert(3, json.dumps({"article_id": "x", "position": "first", "text": "Tides", "label": "core"}))
    labels.write_text("\n".join(rows), encoding="utf-8")
    done = run("adapt", labels, "--output", "mine")
    assert done.returncode == 1
    refusal, *_ = done.stderr.splitlines()
    assert refusal.endswith("labels.jsonl, line 4: position 'first'; expected a whole number from 0")
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
def test_an_output_that_cannot_be_written_is_told_before_the_work_whose_gain_would_be_printed(run):
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


WORDS = (
    "quay", "ferry", "harbour", "council", "mayor", "lugger", "island", "storm", "bridge", "market", "goat", "rope",
    "sail", "mast", "tide",
)  # fmt: skip
AGAIN = "The steamer left the quay at 9 on Monday with 9 passengers, the harbour master said."


def story(number):
    rng = np.random.default_rng(number)
    return "\n".join(f"The {' '.join(rng.choice(WORDS, 12))} on Monday." for _ in range(4))


@pytest.fixture
def pages(tmp_path):
    """A folder named as a site, whose pages have one line in common."""
    folder = tmp_path / "pages" / "herald.example"
    folder.mkdir(parents=True)
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"{story(number)}\n{AGAIN}\n", encoding="utf-8")
    return folder


def tagged(done):
    return {row["text"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("arguments", [["-"], ["--merge", "a.memory"]])
def test_a_cluster_cannot_read_the_standard_input_or_merge(run, tmp_path, arguments):
    done = run("remember", *arguments, "--output", "site.memory", "--dask", "local")
    assert (done.returncode, (tmp_path / "site.memory").exists()) == (2, False)
    assert "leave out --dask" in " ".join(done.stderr.split())


@pytest.mark.usefixtures("pages")
def test_pages_are_remembered_and_what_they_share_is_filler(run, predict, tmp_path):
    done = run("remember", "pages", "--output", "site.memory")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[:1] == ["read: 8 pages"]
    assert done.stderr.splitlines()[1].startswith("kept: 8 pages of 1 site, ")

    record = {"url": "https://www.herald.example/new", "paragraphs": [STORY, AGAIN]}
    (tmp_path / "new.jsonl").write_text(json.dumps(record), encoding="utf-8")
    plain, found = (
        predict("new.jsonl"),
        predict("new.jsonl", "--memory", "site.memory"),
    )
    assert tagged(plain)[AGAIN]["label"] == "core"
    assert (tagged(found)[AGAIN]["label"], tagged(found)[STORY]["label"]) == ("filler", "core")
    record["site"] = record.pop("url").replace("herald", "other")
    (tmp_path / "new.jsonl").write_text(json.dumps(record), encoding="utf-8")
    found = predict("new.jsonl", "--memory", "site.memory")
    assert tagged(found)[AGAIN]["score"] == tagged(plain)[AGAIN]["score"]
    assert "site unknown, or no other page of it in the site memory: 1 of 1 articles" in found.stderr


@pytest.mark.slow
def test_a_memory_is_the_same_by_jobs_by_order_and_merged_of_parts(run, pages, tmp_path):
    names = sorted(map(str, pages.iterdir()))
    run("remember", pages, "--output", "whole.memory")
    run("remember", *reversed(names), "--output", "reversed.memory", "--jobs", 2)
    run("remember", *names[:5], "--output", "a.memory")
    run("remember", *names[3:], "--output", "b.memory")
    done = run("remember", "--merge", "b.memory", "a.memory", "--output", "merged.memory")
    assert done.returncode == 0
    whole = (tmp_path / "whole.memory").read_bytes()
    assert (tmp_path / "reversed.memory").read_bytes() == (tmp_path / "merged.memory").read_bytes() == whole


@pytest.mark.slow
@pytest.mark.usefixtures("pages")
def test_a_folder_run_uses_the_memory_and_tags_again_with_another(run, predict, tmp_path):
    run("remember", "pages", "--output", "site.memory")
    predict("pages", "--output", "plain/")
    done = predict("pages", "--output", "out/", "--memory", "site.memory", "--jobs", 2)
    assert (done.returncode, "no other page" in done.stderr) == (0, False)
    one = predict("pages/herald.example/3.txt", "--memory", "site.memory")
    written = next((tmp_path / "out").rglob("3.txt.jsonl")).read_text(encoding="utf-8")
    assert written.splitlines() == one.stdout.splitlines()
    assert written != next((tmp_path / "plain").rglob("3.txt.jsonl")).read_text(encoding="utf-8")

    assert "skipped: 8 files" in predict("pages", "--output", "out/", "--memory", "site.memory").stderr
    run("remember", "pages/herald.example/[0-5].txt", "--output", "less.memory")
    assert "tagged: 8 files" in predict("pages", "--output", "out/", "--memory", "less.memory").stderr
    assert "tagged: 8 files" in predict("pages", "--output", "out/").stderr


@pytest.mark.usefixtures("pages")
def test_explain_says_on_how_many_pages_a_paragraph_stands(run, model):
    run("remember", "pages", "--output", "site.memory")
    options = ("--model", model, "--memory", "site.memory", "--paragraph", 4)
    done = run("explain", "pages/herald.example/3.txt", *options)
    assert "its presence on 7 of 7 other pages of this site" in " ".join(done.stdout.split())
    done = run("explain", "pages/herald.example/3.txt", *options, "--format", "json")
    assert json.loads(done.stdout)["paragraphs"][0]["sighting"] == [7, 7]
    page = run("explain", "pages/herald.example/3.txt", *options[:4], "--format", "html")
    assert "its presence on 7 of 7 other pages of this site" in page.stdout


def test_pages_of_an_unknown_site_are_counted_and_refusals_exit_with_1(run, pages, tmp_path):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run("remember", pages, "a.txt", "none.txt", "--output", "site.memory")
    assert done.returncode == 1
    assert "not remembered, because their site is unknown: 1 of 9 pages" in done.stderr
    assert "refused: none.txt: no such file or folder" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("remember", "a.txt", "--output", "m"), "corestory: a.txt: no page has a known site. "),
        (("remember", "--merge", "a.txt", "--output", "m"), "corestory: a.txt: is not a site memory "),
        (("predict", "a.txt", "--memory", "a.txt"), "corestory: a.txt: is not a site memory "),
        (("predict", "a.txt", "--memory", "none", "--output", "out/"), "corestory: none: cannot be read "),
        (("explain", "a.txt", "--memory", "."), "corestory: .: cannot be read "),
        (("remember", "pages", "--output", "a.txt"), "corestory: a.txt: exists already. "),
    ],
)
@pytest.mark.usefixtures("pages")
def test_bad_input_ends_in_one_clear_line_and_writes_nothing(run, tmp_path, arguments, message):
    (tmp_path / "a.txt").write_text(STORY, encoding="utf-8")
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "pages"]
