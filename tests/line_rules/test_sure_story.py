"""Short turns, items and parts of sentences are story between kept ones; plugs between them are not."""

import time
from pathlib import Path

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.line_rules.sure_story import sure_story
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

PROSE = "<p>The company gave this advice to all households on Monday:</p>"


def _found(lines: list[str]) -> list[int]:
    """Give the rows that are found in two equal articles; "-" begins a line that is dropped."""
    texts, kept = [line.removeprefix("-") for line in lines], np.array([line[0] != "-" for line in lines])
    found = sure_story(batch_of_articles([Article("a", texts), Article("b", texts)]), np.tile(kept, 2))
    assert found[: len(texts)].tolist() == found[len(texts) :].tolist()
    return np.flatnonzero(found[: len(texts)]).tolist()


def _blocks() -> list[list[str]]:
    """Read articles, in which "+" stands before kept lines, "-" before dropped and "*" before found ones."""
    return [block.splitlines() for block in Path(__file__).with_name("sure_story.txt").read_text("utf-8").split("\n\n")]


@pytest.mark.parametrize("block", _blocks(), ids=lambda block: block[0])
def test_dropped_lines_are_story_by_the_kept_lines_around_them(block):
    _, *lines = block
    found = _found([("" if line[0] == "+" else "-") + line[2:] for line in lines])
    assert found == [row for row, line in enumerate(lines) if line[0] == "*"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-Litres Milk Eggs Bread", [1]),
        ("-Litres Milk -Eggs Bread Salt", [1, 3]),
        ("-Litres Milk", []),
        ("-Litres Milk -Eggs", []),
    ],
)
def test_the_rows_of_a_table_are_story_as_most_of_them_are(rows, found):
    cells = "".join(f"<tr><td>{row}</td><td>{number}</td></tr>" for number, row in enumerate(rows.split()))
    page = read_page(f"<article>{PROSE}<table>{cells}</table>{PROSE}</article>")
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    kept = np.array([not text.startswith("-") for text in page.texts])
    assert np.flatnonzero(sure_story(batch, kept)).tolist() == found


def test_a_ranking_whose_first_lines_are_kept_is_kept_whole():
    ranking = [f"{place}. Ann Lee (Skarne) 31:{place:02}" for place in range(1, 20)]
    lines = [*ranking[:4], *("-" + line for line in ranking[4:])]
    assert _found(["It rained.", *lines]) == list(range(5, 20))
    assert _found(["It rained.", *lines[:9], "-Ad", *lines[9:]]) == [*range(5, 10), *range(11, 21)]
    assert _found(["It rained.", *lines[:2], "-" + ranking[2], *lines[3:]]) == []
    assert _found(["It rained.", *lines[:11]]) == []  # too short
    assert _found(["It rained.", *lines[:8], "-x", "-y", "-z", *lines[8:]]) == []


@pytest.mark.parametrize(
    ("answers", "restored"),
    [
        ([("Why?", "It rained."), ("And now?", "It snows.")], 4),
        ([("Why?", "It rained.")], 0),
        ([("Why?", "It rained."), ("And now?", "<a href=x>It snows.</a>")], 0),
        ([("Why?", "Because"), ("And now?", "Never")], 0),
    ],
)
def test_questions_and_answers_that_a_story_unfolds_are_story(answers, restored):
    said = "".join(f"<section><h3>{question}</h3><p>{answer}</p></section>" for question, answer in answers)
    page = read_page(f"{PROSE}<div>{said}</div>{PROSE}")
    kept = np.array([text in PROSE for text in page.texts])
    found = sure_story(batch_of_articles([Article("a", page.texts, markup=page.markup)]), kept)
    assert np.flatnonzero(found).tolist() == list(range(1, 1 + restored))
    answered = np.array([not text.endswith("?") for text in page.texts])
    below = sure_story(batch_of_articles([Article("a", page.texts, markup=page.markup)]), answered)
    assert np.flatnonzero(below).tolist() == [1, 3] * (restored > 0)


def test_the_numbered_headings_of_items_are_story_where_most_are_kept():
    items = ["1. Who is affected", "2. What the company says about it", "3) Causes", "4. End"]
    lines = [line for item in items for line in (item, "It rained on Monday.")]
    assert _found(["It rained.", "-" + lines[0], *lines[1:]]) == [1]
    assert _found(["It rained.", *lines[:2], "-" + lines[2], lines[3], "-" + lines[4], lines[5], "-" + lines[6]]) == []


def test_a_text_of_nothing_but_the_dashes_of_tables_is_read_at_once():
    begun = time.process_time()
    assert _found(["The quay is open.", *["|---|---|"] * 5000, "It rained."]) == []
    assert time.process_time() - begun < 2
