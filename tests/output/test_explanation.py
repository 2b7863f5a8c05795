import json

import pytest

from corestory.explained import explain
from corestory.output.explanation import explanation_json, explanation_lines

TEXT = (
    "The ferry was sold on Monday, its owner said.\nREAD MORE: Nine goats\n \u200b \nIt had nine decks. " + "x" * 3000
)


@pytest.fixture(scope="module")
def article(seeded_tagger):
    return explain(TEXT, seeded_tagger)


def test_the_text_says_it_in_words_first_and_then_in_numbers_that_add_up(article):
    text = "\n".join(explanation_lines(article, width=1000))
    first = text.split("\n\n")[1].splitlines()
    assert first[0] == "0 The ferry was sold on Monday, its owner said."
    assert first[1].strip().startswith(("Core: its score of ", "Filler: its score of "))
    assert any(line.strip().startswith("For core: ") for line in first)
    (context,) = (line for line in first if line.strip().startswith("context "))
    total, terms = context.strip().removeprefix("context ").split(" = ")
    numbers = [float(term.rsplit(" ", 1)[1]) for term in terms.split(", ")]
    assert sum(numbers) == pytest.approx(float(total), abs=0.05)
    assert "Štrumbelj" in text


def test_lines_are_as_narrow_as_asked_for(article):
    assert max(map(len, explanation_lines(article, width=60))) <= 60


def test_a_paragraph_that_never_ends_is_cut_in_the_text_and_whole_in_the_json(article):
    assert "x" * 1000 not in "".join(explanation_lines(article))
    assert "x" * 3000 in explanation_json(article)


def test_one_paragraph_can_be_asked_for(article):
    text = "\n".join(explanation_lines(article, position=1))
    assert "1 READ MORE: Nine goats" in text
    assert "ferry was sold" not in text
    (found,) = json.loads(explanation_json(article, position=1))["paragraphs"]
    assert (found["position"], found["text"]) == (1, "READ MORE: Nine goats")


def test_the_json_is_one_line_and_its_effects_add_up(article):
    line = explanation_json(article)
    assert "\n" not in line
    found = json.loads(line)
    assert {"article_id", "url", "title", "confidence", "cutoff", "cutoff_is_fixed", "method", "paragraphs"} == set(
        found
    )
    for paragraph in found["paragraphs"]:
        for name in ("words", "context"):
            part = paragraph[name]
            total = part["base"] + sum(effect["log_odds"] for effect in part["effects"])
            assert total == pytest.approx(part["log_odds"])
        assert paragraph["markup"] is None
        assert paragraph["reasons"]


def test_a_page_is_explained_with_its_markup(seeded_tagger):
    article = explain("<nav>News</nav><p>The ferry was sold on Monday.</p>", seeded_tagger, html=True)
    assert json.loads(explanation_json(article))["paragraphs"][0]["markup"]["base"] == pytest.approx(0.25)
    assert any(line.strip().startswith("markup ") for line in explanation_lines(article))
