"""What the commands say and write about pages without a story."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from corestory.model.network import Network
from corestory.model.page_features import ARTICLE_FEATURES
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger
from corestory.training.network_fit import Shape, first_weights

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
        "2 of 2 pages have no story (likely consent, login or error pages 1, lists of links 1): a.txt, b.txt\n"
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
    line = "2 of 2 pages have no story (likely consent, login or error pages 1, lists of links 1)"
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
