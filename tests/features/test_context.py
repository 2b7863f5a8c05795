import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.context import OWN_WORDS, STEPS, SURE_WORDS, LogOdds, context_features
from corestory.features.layout import Layout
from corestory.features.shapes import shape_features

TEXT = st.sampled_from(
    ["", "...", "Share", "Read more: Ferry sold", "The ferry was sold on Monday, she said.", "東京都"]
)
ROW = st.tuples(TEXT, st.floats(-7, 7, width=16), st.floats(-7, 7, width=16))
ARTICLES = st.lists(st.lists(ROW, min_size=1, max_size=6), max_size=4)
LONG = "word " * SURE_WORDS


def features(articles, *, count=2):
    rows = [row for article in articles for row in article]
    words, shape = shape_features([text for text, *_ in rows])
    # A little more at each place, so that no two runs of an article are equal: rounding chooses between equals.
    places = np.array([place for article in articles for place in range(len(article))], float)
    scores = [
        LogOdds(OWN_WORDS, np.array([row[1 + number] for row in rows], float) + np.sqrt(places + 2) / 100)
        for number in range(count)
    ]
    return context_features(scores, shape, words, Layout.of([len(article) for article in articles])).matrix()


def article(*scores):
    return [(LONG, score, score) for score in scores]


@given(ARTICLES, st.data())
def test_an_articles_context_does_not_depend_on_the_other_articles_or_their_order(articles, data):
    order = data.draw(st.permutations(range(len(articles))))
    found = features([articles[number] for number in order])

    assert np.isfinite(found).all()
    alone = [features([articles[number]]) for number in order]
    assert np.allclose(found, np.concatenate([np.zeros((0, found.shape[1])), *alone]), atol=1e-5)


@given(st.lists(ROW, min_size=1, max_size=6))
def test_place_and_length_are_shares_of_the_article(rows):
    found = features([rows])
    words, _ = shape_features([text for text, *_ in rows])
    paragraphs, total = len(rows), words.sum()

    for place in range(paragraphs):
        assert found[place, :7].tolist() == pytest.approx(
            [
                np.log1p(place), np.log1p(paragraphs - 1 - place), place / paragraphs, np.log1p(paragraphs),
                np.log1p(total),
                words[:place].sum() / max(total, 1), words[place] / max(words.max(), 1),
            ]
        )  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=6))
def test_each_score_says_how_the_paragraph_compares_with_its_article(rows):
    found = features([rows], count=1)
    words, _ = shape_features([text for text, *_ in rows])
    log_odds = [score + np.sqrt(place + 2) / 100 for place, (_, score, _) in enumerate(rows)]
    core = [1 / (1 + np.exp(-score)) for score in log_odds]
    mass = [share * length for share, length in zip(core, words, strict=True)]

    for place in range(len(rows)):
        assert found[place, 7:17].tolist() == pytest.approx(
            [
                log_odds[place] / 4, core[place], sum(one < core[place] for one in core) / max(len(rows) - 1, 1),
                max(core), core[place] / max(core), sum(core) / len(rows), sum(mass) / max(words.sum(), 1),
                sum(mass[:place]) / max(sum(mass), 1e-9), sum(core[:place]) / sum(core), np.log1p(sum(mass)),
            ]
        )  # fmt: skip


def test_scores_beyond_a_few_thousand_to_one_tell_no_more():
    assert features([article(9, -9, 3)]).tolist() == features([article(500, -1e9, 3)]).tolist()


def test_every_score_adds_the_same_columns():
    rows = [("The ferry was sold.", 1.0, 1.0, 1.0), ("Share", -2.0, -2.0, -2.0)]
    one, two, three = (features([rows], count=number).shape[1] for number in (1, 2, 3))

    assert three - two == two - one > 0


def test_a_score_tells_all_the_article_and_no_other():
    before = features([article(1, 1, 1), article(1, 1)])
    after = features([article(1, 1, -1), article(1, 1)])
    changed = (np.abs(before - after) > 1e-9).any(axis=1)

    assert changed.tolist() == [True, True, True, False, False]


def test_the_same_paragraph_looks_otherwise_in_the_midst_of_a_story_and_behind_it():
    within, behind = features([article(3, -1, 3), article(3, 3, -1)])[[1, 5]]

    assert np.abs(within - behind).max() > 1


def test_beyond_the_article_there_is_what_is_surely_not_core():
    (alone,) = features([article(2)], count=1)

    assert (alone == -2.0).sum() == len(STEPS)


def test_without_an_article_there_is_no_row():
    assert features([]).shape == (0, features([article(1)]).shape[1])
