import json

import numpy as np
import pytest

from corestory.api import explain
from corestory.model.breakdown import Breakdown, Effect
from corestory.model.explaining import MEANINGS, ArticleExplanation, ParagraphExplanation
from corestory.model.tagged_article import TaggedArticle
from corestory.output.explanation import IN_WORDS, explanation_json, explanation_lines, reasons
from corestory.reading.article import Article

TEXT = (
    "The ferry was sold on Monday, its owner said.\nREAD MORE: Nine goats\n \u200b \nIt had nine decks. " + "x" * 3000
)


@pytest.fixture(scope="module")
def article(seeded_tagger):
    return explain(TEXT, seeded_tagger)


@pytest.fixture(scope="module")
def page(seeded_tagger):
    html = "<nav>News</nav><article><div class=lead><p>The ferry was sold on Monday.</p></div></article>"
    return explain(html, seeded_tagger, html=True)


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
    facts = ("article_id", "url", "title", "confidence", "is_article", "cutoff", "cutoff_is_fixed", "method")
    assert set(found) == {*facts, "paragraphs"}
    for paragraph in found["paragraphs"]:
        for name in ("words", "context"):
            part = paragraph[name]
            total = part["base"] + sum(effect["log_odds"] for effect in part["effects"])
            assert total == pytest.approx(part["log_odds"])
        assert paragraph["markup"] is None
        assert paragraph["reasons"]


def test_a_page_is_explained_with_its_markup(page):
    assert json.loads(explanation_json(page))["paragraphs"][0]["markup"]["base"] == pytest.approx(0.25)
    assert any(line.strip().startswith("markup ") for line in explanation_lines(page))


def explained(effects, *, label="filler", score=0.1, line=0.4, fixed=False, position=1, paragraphs=3, ngrams=()):
    context = Breakdown(0.5, tuple(Effect(name, number) for name, number in effects.items()))
    words = Breakdown(0.0, tuple(Effect(name, number) for name, number in ngrams))
    paragraph = ParagraphExplanation(position, "Share", label, score, words, None, context)
    scores = np.full(paragraphs, score)
    tagged = TaggedArticle(Article("a", ["Share"] * paragraphs), scores, scores >= line, 0.9)
    return reasons(paragraph, ArticleExplanation(tagged, line, fixed, (paragraph,) * paragraphs))


def test_every_group_has_its_words():
    assert set(IN_WORDS) == set(MEANINGS)


def test_the_verdict_holds_the_score_against_the_articles_line_or_the_threshold():
    assert explained({}).verdict == "Filler: its score of 0.10 is below this article's cutoff of 0.40."
    core = explained({}, label="core", score=0.4, fixed=True)
    assert core.verdict == "Core: its score of 0.40 reaches the threshold of 0.40."


def test_what_speaks_for_the_decision_comes_first_and_the_strongest_first():
    effects = {"own words": -1.0, "shape": 0.5, "topic": -2.0}
    assert explained(effects).evidence == (
        "For filler: the words that it shares with the story, its own words.",
        "For core: its shape (length, punctuation, capitals, digits).",
    )
    assert explained(effects, label="core").evidence[0].startswith("For core")


def test_what_hardly_moved_the_score_is_not_mentioned():
    assert explained({"topic": -2.0, "shape": 0.1}).evidence == (
        "For filler: the words that it shares with the story.",
    )


def test_only_words_that_pull_the_way_of_all_its_words_are_named_and_only_a_few():
    ngrams = [("a", -1.0), ("b", 5.0), ("c", -3.0), ("d", -0.1), ("e", -0.5)]
    assert explained({"own words": -1.0}, ngrams=ngrams).evidence == ("For filler: its own words (“c”, “a”, “e”).",)


@pytest.mark.parametrize(
    ("position", "before", "after"),
    [
        (0, "no paragraph before it", "the paragraphs after it"),
        (1, "the paragraphs before it", "the paragraphs after it"),
        (2, "the paragraphs before it", "no paragraph after it"),
    ],
)
def test_at_the_ends_of_an_article_it_is_said_that_there_is_no_neighbour(position, before, after):
    found = explained({"neighbours before": -2.0, "neighbours after": -1.0}, position=position)
    assert found.evidence == (f"For filler: {before}, {after}.",)


def test_where_nothing_moved_nothing_is_said():
    assert explained({"shape": 0.0}).evidence == ()


def test_no_name_of_the_models_own_is_shown(page):
    text = "\n".join(explanation_lines(page, width=10_000))
    assert "own_" not in text
    assert "up_" not in text
    assert "(the form of" not in text
