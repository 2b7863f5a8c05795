from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.tokens import tokenise
from corestory.model.calibration import SHORT_ARTICLE_FEATURES, PlattScaling, Settings
from corestory.model.explaining import explain_articles
from corestory.model.rules import Rules
from corestory.model.scoring import score_batch
from corestory.model.tagger import Tagger
from corestory.output.explanation import reasons
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

STORY = "<h1>Ferry sold</h1><p>The ferry was sold on Monday, she said.</p><p>It had nine decks.</p><p>Read more</p>"
LIST = "<ul><li>Goats</li><li><a href=x>Nine goats rescued</a></li></ul><p>東京都</p>"


def page(html):
    found = read_page(html)
    return Article("a", found.texts, title=found.title, markup=found.markup)


def without_markup(article):
    return replace(article, markup=None)


@pytest.fixture(scope="module")
def articles():
    return [page(STORY), page(LIST), page("<p>One.</p>"), page(LIST + STORY)]


def test_calibration_is_a_line_through_the_log_odds():
    log_odds = np.array([-2.0, 0.0, 3.0])

    assert PlattScaling().probabilities(log_odds) == pytest.approx(1 / (1 + np.exp(-log_odds)))
    assert PlattScaling(2.0, -1.0).probabilities(log_odds) == pytest.approx(1 / (1 + np.exp(1 - 2 * log_odds)))


def test_a_probability_stays_below_one_and_above_zero_whatever_the_log_odds():
    assert (
        0 < PlattScaling().probabilities(np.array([-1e300]))[0] < PlattScaling().probabilities(np.array([1e300]))[0] < 1
    )


@pytest.mark.parametrize("html", [False, True])
def test_an_article_is_scored_the_same_alone_and_in_a_batch(make_weights, articles, html):
    chosen = articles if html else [without_markup(article) for article in articles]
    weights = make_weights()
    together = score_batch(batch_of_articles(chosen), weights)

    alone = [score_batch(batch_of_articles([article]), weights) for article in chosen]
    assert together.html == html
    assert together.log_odds == pytest.approx(np.concatenate([one.log_odds for one in alone]), abs=1e-5)
    for number, found in enumerate(together.stage1):
        assert found.values == pytest.approx(np.concatenate([one.stage1[number].values for one in alone]), abs=1e-9)


def test_the_last_score_of_stage_1_is_that_of_words(make_weights, articles):
    batch, weights = batch_of_articles(articles), make_weights()
    found = score_batch(batch, weights).stage1

    assert found[-1].values.tolist() == weights.words.log_odds(tokenise(batch.texts)).tolist()
    assert found[0].values.tolist() == weights.markup.log_odds(tokenise(batch.markup.words.spelt())).tolist()


def test_a_model_trained_without_markup_reads_a_page_as_its_text(make_weights, articles):
    weights = make_weights(markup=False)
    as_text = [without_markup(article) for article in articles]
    found, expected = (score_batch(batch_of_articles(chosen), weights) for chosen in (articles, as_text))

    assert found.log_odds.tolist() == expected.log_odds.tolist()
    assert [one.values.tolist() for one in found.stage1] == [one.values.tolist() for one in expected.stage1]


BRIEF = ("The quay at Harnsey opened on Monday.", "READ MORE: Ferry sold", "It cost a million, the mayor said.")
LONG = tuple(
    f"The quay at Harnsey opened on day {day} after the storm, and nobody knew why, she said." for day in range(15)
)
LISTED = (*BRIEF, *("News", "Sport", "Weather", "Travel", "Jobs", "Puzzles"))
SENTENCES = st.sampled_from([*BRIEF, *LISTED, *LONG])


def scores(tagger: Tagger, *lines: str) -> list[float]:
    (found,) = tagger.tag_articles([Article("a", lines)])
    return found.scores.tolist()


@pytest.fixture(scope="module")
def without(default_tagger: Tagger) -> Tagger:
    """The default model as if it had learned nothing about short articles."""
    return replace(default_tagger, settings=msgspec.structs.replace(default_tagger.settings, short_article=()))


def test_paragraphs_of_a_short_article_score_as_on_a_page_only_without_its_weights(
    default_tagger: Tagger, without: Tagger
) -> None:
    first, plug, last = scores(default_tagger, *BRIEF)
    assert plug < 0.2 < 0.4 < min(first, last)
    assert max(scores(without, *BRIEF)) < 0.4


@pytest.mark.parametrize("lines", [LONG, LISTED], ids=["long", "with a menu"])
def test_other_articles_are_scored_as_without_these_weights(default_tagger: Tagger, without: Tagger, lines) -> None:
    assert scores(default_tagger, *lines) == scores(without, *lines)


@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=6), min_size=2, max_size=5))
def test_the_scores_of_a_short_article_do_not_depend_on_its_batch(default_tagger: Tagger, articles) -> None:
    together = default_tagger.tag_articles([Article("a", lines) for lines in articles])
    assert [one.scores.tolist() for one in together] == [scores(default_tagger, *lines) for lines in articles]


def test_a_paragraph_that_a_rule_decides_is_no_measure_of_its_article(default_tagger: Tagger) -> None:
    as_core, as_filler = (
        default_tagger.tag_articles([Article("a", BRIEF)], rules=rules)[0].scores
        for rules in (Rules(core=("read more",)), Rules(filler=("read more",)))
    )
    assert (as_core[1], as_filler[1]) == (1, 0)
    assert as_filler[0] < as_core[0]


def test_the_explanation_says_that_the_article_is_short(default_tagger: Tagger) -> None:
    (explained,) = explain_articles(default_tagger, [Article("a", BRIEF)])
    assert "because the article is short" in reasons(explained.paragraphs[0], explained).verdict


def test_settings_with_another_number_of_weights_are_refused() -> None:
    Settings(short_article=(0.0,) * (1 + SHORT_ARTICLE_FEATURES))
    with pytest.raises(ValueError, match="short_article has 3 numbers; expected 13"):
        Settings(short_article=(0.0,) * 3)


def test_confidence_falls_with_the_probability_that_a_short_text_is_an_article(default_tagger: Tagger) -> None:
    weights = default_tagger.weights
    settings = msgspec.structs.replace(
        default_tagger.settings, confidence_expected=(0.0, 1.0), confidence_measured=(0.0, 1.0)
    )
    undoubted = replace(weights, article=None, article_words=None)
    article = [Article("a", BRIEF)]
    (doubted,), (known,) = (Tagger(one, settings).tag_articles(article) for one in (weights, undoubted))
    assert doubted.is_article < 0.9
    assert doubted.confidence == pytest.approx(known.confidence * doubted.is_article**0.25)
