"""Kinds, rules and pages without a story decide which paragraphs are written."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from commands.articles import MORE, PLUG, STORY
from corestory.model.kinds import CLASSES
from corestory.model.network import Network
from corestory.model.pages import ARTICLE_FEATURES
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger
from corestory.training.network_fit import Shape, first_weights

BYLINE = "By Mara Illing, local reporter"
RELATED = "READ MORE: Hundreds queue for the reopened market"
MARKED = f"{BYLINE}\n{STORY}\n{RELATED}\n{MORE}\n"


@pytest.fixture(scope="session")
def kinds_model(tagger, sample_head, tmp_path_factory):
    """The model of these tests, with a head that was fitted on the sample corpus."""
    folder = tmp_path_factory.mktemp("models") / "kinds"
    save_model(replace(tagger, weights=replace(tagger.weights, kinds=sample_head)), folder, card="# A card")
    return folder


@pytest.fixture
def predict_kinds(run, kinds_model, tmp_path):
    (tmp_path / "a.txt").write_text(MARKED, encoding="utf-8")
    # Everything but the sentences is filler, so that the labels do not depend on the small model.
    (tmp_path / "core.txt").write_text("lugger left\nback to the quay\n", encoding="utf-8")
    (tmp_path / "filler.txt").write_text("READ MORE\nBy Mara\n", encoding="utf-8")
    rules = ("--always-core", "core.txt", "--always-filler", "filler.txt")
    return lambda *arguments: run("predict", "--model", kinds_model, *rules, *arguments)


def test_kinds_are_columns_of_every_format(predict_kinds, tmp_path):
    lines = predict_kinds("a.txt", "--kinds").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [row["kind"] for row in found] == ["byline", "body", "related", "body"]
    assert all(0 < row["kind_score"] <= 1 for row in found)
    predict_kinds("a.txt", "--kinds", "--output", "a.csv")
    predict_kinds("a.txt", "--kinds", "--output", "a.parquet")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert [(row["kind"], float(row["kind_score"])) for row in csv.DictReader(file)] == [
            (row["kind"], row["kind_score"]) for row in found
        ]
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == found
    text = predict_kinds("a.txt", "--kinds", "--format", "text").stdout
    assert f"\trelated\t{RELATED}\n" in text


def test_kinds_are_dropped_and_kept(predict_kinds):
    def positions(*arguments):
        lines = predict_kinds("a.txt", "--format", "jsonl", "--rows", "paragraph", *arguments).stdout.splitlines()
        return [json.loads(line)["position"] for line in lines]

    assert positions("--drop-kinds", "related") == [0, 1, 3]
    assert positions("--drop-kinds", "related,body") == [0]
    assert positions("--only", "core") == [1, 3]
    assert positions("--only", "core", "--keep-kinds", "Byline, caption") == [0, 1, 3]
    assert positions("--only", "filler", "--drop-kinds", "byline") == [2]


def test_kept_filler_keeps_its_label(predict_kinds):
    shown = predict_kinds(
        "a.txt", "--rows", "paragraph", "--format", "jsonl", "--only", "core", "--keep-kinds", "byline"
    ).stdout
    assert json.loads(shown.splitlines()[0])["label"] == "filler"
    assert predict_kinds("a.txt", "--only", "core", "--keep-kinds", "byline").stdout == f"{BYLINE}\n{STORY}\n{MORE}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--drop-kinds", "plug"), f"--drop-kinds: there is no kind 'plug'; expected {', '.join(CLASSES)}"),
        (("--keep-kinds", "caption"), "--keep-kinds: needs --only core. Without --only, all filler is written"),
        (
            ("--only", "core", "--drop-kinds", "date", "--keep-kinds", "date"),
            "--keep-kinds: date is also in --drop-kinds",
        ),
    ],
)
def test_wrong_kinds_are_refused_in_one_line(predict_kinds, arguments, message):
    done = predict_kinds("a.txt", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--kinds",), ("--drop-kinds", "date"), ("--kinds", "--output", "out/")])
def test_a_model_that_tells_no_kinds_is_refused_in_one_line(run, model, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(MARKED, encoding="utf-8")
    done = run("predict", "--model", model, "a.txt", *arguments)
    assert done.returncode == 2
    assert "cannot predict kinds" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_folders_have_kinds_and_are_done_again_when_they_change(predict_kinds, tmp_path):
    predict_kinds("a.txt", "--output", "out/", "--kinds")
    (output,) = (tmp_path / "out").glob("a.txt*")
    kinds = [json.loads(line)["kind"] for line in output.read_text(encoding="utf-8").splitlines()]
    assert kinds == ["byline", "body", "related", "body"]
    assert "skipped: 1 file" in predict_kinds("a.txt", "--output", "out/", "--kinds").stderr
    assert "skipped" not in predict_kinds("a.txt", "--output", "out/", "--kinds", "--drop-kinds", "related").stderr
    assert len(output.read_text(encoding="utf-8").splitlines()) == 3


def test_kinds_are_tags_on_the_page(run, kinds_model, model, tmp_path):
    (tmp_path / "a.txt").write_text(MARKED, encoding="utf-8")
    run("predict", "--model", kinds_model, "a.txt", "--output", "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<span class="kind">related</span>' in page
    assert '<span class="kind">body</span>' not in page
    run("predict", "--model", kinds_model, "a.txt", "--output", "b.html", "--drop-kinds", "related")
    assert RELATED not in (tmp_path / "b.html").read_text(encoding="utf-8")
    run("predict", "--model", model, "a.txt", "--output", "c.html")
    assert 'class="kind"' not in (tmp_path / "c.html").read_text(encoding="utf-8")


def test_a_column_of_the_output_is_not_kept_from_the_input(predict_kinds, tmp_path):
    (tmp_path / "t.csv").write_text("id,position,text,kind\nx,0,One.,own\n", encoding="utf-8")
    done = predict_kinds("t.csv", "--kinds", "--keep", "kind")
    assert done.returncode == 2
    assert "already has a column 'kind'" in done.stderr
    assert '"kind": "own"' in predict_kinds("t.csv", "--keep", "kind").stdout


ASKED = "We use cookies to show you advertising and to count our readers. Do you agree to that?"
CONSENT = f"Before you read on\n{ASKED}\nAccept\n"
SECTION = "".join(f"Fares rise\nLine {number}\n" for number in range(7))


@pytest.fixture
def strict(tagger: Tagger, tmp_path: Path) -> Path:
    """A model that takes every page for one without a story, with a probability of 0.05 for an article."""
    count = len(ARTICLE_FEATURES)
    member = first_weights(count, Shape(2, 0, 2), np.random.default_rng(0))
    member = replace(member, output=np.zeros(2, np.float32), output_bias=np.array([-2.944439], np.float32))
    network = Network(np.zeros(count, np.float32), np.ones(count, np.float32), (member,))
    settings = msgspec.structs.replace(tagger.settings, text_article_cutoff=0.1, html_article_cutoff=0.1)
    folder = tmp_path / "strict"
    save_model(Tagger(replace(tagger.weights, article=network), settings), folder, card="# A strict model")
    (tmp_path / "a.txt").write_text(CONSENT, encoding="utf-8")
    (tmp_path / "b.txt").write_text(SECTION, encoding="utf-8")
    return folder


def test_only_core_prints_nothing_and_the_end_says_how_many_pages_have_no_story(run: Callable, strict: Path) -> None:
    done = run("predict", "a.txt", "b.txt", "--model", strict, "--only", "core")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "2 of 2 pages have no story (probably consent, login or error pages: 1; lists of links: 1): a.txt, b.txt\n"
    )


def test_the_rows_have_filler_only_and_the_confidence_that_there_is_no_story(run: Callable, strict: Path) -> None:
    done = run("predict", "a.txt", "--model", strict)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["label"] for row in found] == ["filler"] * 3
    assert all(row["score"] <= 0.05 for row in found)
    assert found[0]["confidence"] == pytest.approx(0.95, abs=1e-3)


def test_a_phrase_that_is_always_core_wins(run: Callable, strict: Path, tmp_path: Path) -> None:
    (tmp_path / "core.txt").write_text("Do you agree\n", encoding="utf-8")
    done = run("predict", "a.txt", "--model", strict, "--only", "core", "--always-core", "core.txt")
    assert done.stdout == f"{ASKED}\n"
    assert "no story" not in done.stderr


def test_a_folder_counts_them_and_counts_them_again_when_it_is_resumed(run: Callable, strict: Path) -> None:
    arguments = ("predict", "a.txt", "b.txt", "--model", strict, "--output", "out/")
    line = "2 of 2 pages have no story (probably consent, login or error pages: 1; lists of links: 1)"
    assert line in run(*arguments).stderr.splitlines()
    again = run(*arguments).stderr.splitlines()
    assert line in again
    assert any(line.startswith("skipped: 2 files") for line in again)


def test_an_explanation_and_a_page_say_that_there_is_no_story(run: Callable, strict: Path, tmp_path: Path) -> None:
    said = " ".join(run("explain", "a.txt", "--model", strict).stdout.split())
    assert "The page has no story; the probability that it is an article is 0.05." in said
    assert "Filler: the page has no story; the probability that it is an article is 0.05." in said
    found = json.loads(run("explain", "a.txt", "--model", strict, "--format", "json").stdout)
    assert found["is_article"] == pytest.approx(0.05, abs=1e-3)
    run("explain", "a.txt", "--model", strict, "--format", "html", "--output", "a.html")
    assert "This page has no story." in (tmp_path / "a.html").read_text(encoding="utf-8")


def labels(done):
    return [json.loads(line)["label"] for line in done.stdout.splitlines()]


def scores(done):
    return [json.loads(line)["score"] for line in done.stdout.splitlines()]


@pytest.fixture
def rules(tmp_path):
    """Files of rules that say the opposite of what the model says."""
    (tmp_path / "core.txt").write_text("# ours\nlugger SOLD\n", encoding="utf-8")
    (tmp_path / "filler.txt").write_text("re:^the lugger left\\b\n\nread more\n", encoding="utf-8")


@pytest.mark.usefixtures("rules")
def test_a_persons_rules_go_before_the_model_and_core_before_filler(predict):
    assert labels(predict("a.txt")) == ["core", "filler", "core"]

    done = predict("a.txt", "--always-core", "core.txt", "--always-filler", "filler.txt")
    assert (done.returncode, labels(done)[:2], scores(done)[:2]) == (0, ["filler", "core"], [0, 1])
    assert labels(predict("a.txt", "--always-filler", "filler.txt"))[:2] == ["filler", "filler"]
    assert labels(predict("a.txt", "--always-core", "core.txt"))[:2] == ["core", "core"]


@pytest.mark.usefixtures("rules")
def test_a_page_that_explains_the_model_takes_no_rules(predict, tmp_path):
    done = predict("a.txt", "--output", "a.html", "--always-filler", "filler.txt")

    assert done.returncode == 2
    assert "--always-filler" in done.stderr
    assert not (tmp_path / "a.html").exists()


@pytest.mark.usefixtures("rules")
def test_a_corpus_is_tagged_by_the_rules_and_again_when_they_change(predict, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"{STORY}\n{PLUG}\n", encoding="utf-8")

    def found(*options):
        done = predict("in", "--output", "out/", *options)
        assert done.returncode == 0
        (path,) = (tmp_path / "out").glob("*.jsonl")
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [row["label"] for row in rows], "skipped: 1 file" in done.stderr

    assert found() == (["core", "filler"], False)
    assert found("--always-filler", "filler.txt") == (["filler", "filler"], False)
    assert found("--always-filler", "filler.txt") == (["filler", "filler"], True)
    (tmp_path / "filler.txt").write_text("# nothing any more\n", encoding="utf-8")
    assert found("--always-filler", "filler.txt") == (["core", "filler"], False)


def test_an_article_in_another_language_is_named_with_the_reason(predict, tmp_path):
    text = "Паром ушёл в понедельник с семью пассажирами, сказал капитан порта, а вернётся он в пятницу утром. " * 3
    (tmp_path / "ru.txt").write_text(text, encoding="utf-8")
    done = predict("ru.txt", "a.txt")

    (said,) = done.stderr.splitlines()
    assert said.startswith("ru.txt: ")
    assert "language" in said
    assert done.returncode == 0
