from dataclasses import replace

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.tokens import tokenise
from corestory.model.scoring import Calibration, gather, rounds, score_batch
from corestory.reading.article import Article, Paragraph
from corestory.reading.html.page import read_page

STORY = "<h1>Ferry sold</h1><p>The ferry was sold on Monday, she said.</p><p>It had nine decks.</p><p>Read more</p>"
LIST = "<ul><li>Goats</li><li><a href=x>Nine goats rescued</a></li></ul><p>東京都</p>"


def page(html):
    found = read_page(html)
    return Article("a", found.paragraphs, title=found.title)


def without_markup(article):
    return replace(article, paragraphs=tuple(Paragraph(paragraph.text) for paragraph in article.paragraphs))


@pytest.fixture(scope="module")
def articles():
    return [page(STORY), page(LIST), page("<p>One.</p>"), page(LIST + STORY)]


def test_calibration_is_a_line_through_the_log_odds():
    log_odds = np.array([-2.0, 0.0, 3.0])

    assert Calibration().apply(log_odds) == pytest.approx(1 / (1 + np.exp(-log_odds)))
    assert Calibration(2.0, -1.0).apply(log_odds) == pytest.approx(1 / (1 + np.exp(1 - 2 * log_odds)))


def test_a_probability_stays_below_one_and_above_zero_whatever_the_log_odds():
    assert 0 < Calibration().apply(np.array([-1e300]))[0] < Calibration().apply(np.array([1e300]))[0] < 1


@pytest.mark.parametrize("html", [False, True])
def test_an_article_is_scored_the_same_alone_and_in_a_batch(make_parts, articles, html):
    chosen = articles if html else [without_markup(article) for article in articles]
    parts = make_parts()
    together, words, _ = score_batch(batch_of_articles(chosen), parts)

    alone = [score_batch(batch_of_articles([article]), parts) for article in chosen]
    assert together == pytest.approx(np.concatenate([scores for scores, _, _ in alone]), abs=1e-5)
    assert words == pytest.approx(np.concatenate([stage1 for _, stage1, _ in alone]), abs=1e-9)


def test_stage_1_is_the_words_scorer_alone(make_parts, articles):
    batch, parts = batch_of_articles(articles), make_parts()

    assert score_batch(batch, parts)[1].tolist() == parts.words.log_odds(tokenise(batch.texts)).tolist()


def test_each_round_sees_the_scores_of_the_one_before(make_parts, articles):
    batch, parts = batch_of_articles(articles), make_parts(rounds=3)
    evidence = gather(batch, parts.words)
    opinions = [parts.markup.log_odds(tokenise(batch.markup.words)), parts.words.log_odds(evidence.tokens)]

    first = rounds(parts.html[:1], opinions, evidence, html=True)
    second = parts.html[1].log_odds(evidence.html_features([first, *opinions]))
    third = parts.html[2].log_odds(evidence.html_features([second, *opinions]))

    assert score_batch(batch, parts)[0].tolist() == third.tolist()
    assert len({first.tobytes(), second.tobytes(), third.tobytes()}) == 3


def test_a_model_trained_without_markup_reads_a_page_as_its_text(make_parts, articles):
    parts = make_parts(markup=False)
    as_text = [without_markup(article) for article in articles]
    scores, stage1, _ = score_batch(batch_of_articles(articles), parts)

    expected, words, _ = score_batch(batch_of_articles(as_text), parts)
    assert (scores.tolist(), stage1.tolist()) == (expected.tolist(), words.tolist())
