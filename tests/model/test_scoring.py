from dataclasses import replace

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.tokens import tokenise
from corestory.model.calibration import PlattScaling
from corestory.model.scoring import score_batch, stage1_log_odds, stage2_features
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


def test_each_round_sees_the_scores_of_the_round_before(make_weights, articles):
    batch, weights = batch_of_articles(articles), make_weights(rounds=3)
    found = score_batch(batch, weights)
    features, stage1 = found.features, stage1_log_odds(found.features, weights)

    first = weights.html[0].log_odds(stage2_features(features, stage1, None, html=True).matrix(), batch.layout)
    second = weights.html[1].log_odds(stage2_features(features, stage1, first, html=True).matrix(), batch.layout)
    third = weights.html[2].log_odds(stage2_features(features, stage1, second, html=True).matrix(), batch.layout)

    assert found.log_odds.tolist() == third.tolist()
    assert len({first.tobytes(), second.tobytes(), third.tobytes()}) == 3


def test_a_model_trained_without_markup_reads_a_page_as_its_text(make_weights, articles):
    weights = make_weights(markup=False)
    as_text = [without_markup(article) for article in articles]
    found, expected = (score_batch(batch_of_articles(chosen), weights) for chosen in (articles, as_text))

    assert found.log_odds.tolist() == expected.log_odds.tolist()
    assert [one.values.tolist() for one in found.stage1] == [one.values.tolist() for one in expected.stage1]
