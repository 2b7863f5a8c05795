import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.evidence import Evidence, probability
from corestory.features.paragraphs import read_paragraphs
from corestory.features.terms import number_words
from corestory.features.title import NAMES as TITLE_NAMES
from corestory.features.tokens import tokenise
from corestory.reading.article import Article, Markup, Paragraph

TEXT = st.sampled_from(
    ["", "...", "Share", "Read more: Ferry sold", "The ferry was sold on Monday, she said.", "東京都"]
)
MARKUP = st.builds(
    Markup,
    st.sampled_from(["own_p up_div p", "own_h_one h_one", "own_h_two", "own_li up_ul", ""]),
    st.just((0, 1)),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.just((1, 1)),
    st.sampled_from([-1.0, 0.0, 0.75]),
)
ARTICLE = st.builds(
    lambda rows, title: Article("a", tuple(Paragraph(*row) for row in rows), title=title),
    st.lists(st.tuples(TEXT, MARKUP), min_size=1, max_size=5),
    st.sampled_from(["", "Ferry sold"]),
)
PAGE = Article(
    "page",
    (
        Paragraph("Ferry sold", Markup("own_h_one h_one", (0, 1), 0.0, (1, 1))),
        Paragraph("The ferry was sold on Monday.", Markup("own_p p", (0, 2), 0.0, (1, 1))),
        Paragraph("Goats", Markup("own_h_three h_three", (0, 3), 1.0, (1, 1))),
        Paragraph("Nine goats", Markup("own_a up_li li", (0, 3, 4), 1.0, (1, 1, 2))),
    ),
    title="Ferry sold",
)


def evidence(articles):
    batch = batch_of_articles(articles)
    read, titles = read_paragraphs(batch.texts), tokenise(batch.titles)
    return Evidence(batch, read, *number_words((read.tokens, titles), lambda hashes: 1 + hashes / 2.0**63))


def scores_of(articles):
    # Two opinions that follow from nothing but the paragraph and its place; no two of an article are equal.
    paragraphs = [(len(p.text), place) for article in articles for place, p in enumerate(article.paragraphs)]
    return [
        np.array([(length * step + place) % 9 - 4 + math.sqrt(place + 2) / 100 for length, place in paragraphs])
        for step in (1, 2)
    ]


def features(articles, *, html):
    found = evidence(articles)
    return (found.html_features if html else found.text_features)(scores_of(articles))


@pytest.mark.parametrize("html", [False, True])
@given(articles=st.lists(ARTICLE, min_size=1, max_size=4))
def test_an_articles_features_do_not_depend_on_the_articles_around_it(html, articles):
    found = features(articles, html=html)

    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.allclose(found, np.concatenate([features([article], html=html) for article in articles]), atol=1e-5)


def test_with_markup_there_is_all_that_there_is_without_and_more():
    text, html = features([PAGE], html=False), features([PAGE], html=True)

    assert html.shape[1] > text.shape[1]
    assert html[:, : text.shape[1]].tolist() == text.tolist()


def test_the_same_evidence_answers_for_every_round():
    found, scores = evidence([PAGE]), scores_of([PAGE])
    later = [-scores[0], *scores]

    assert found.html_features(scores).tolist() == features([PAGE], html=True).tolist()
    assert found.html_features(later).tolist() == evidence([PAGE]).html_features(later).tolist()


def test_headings_paragraphs_and_list_items_are_told_by_their_tags():
    found = evidence([PAGE]).headings[:, len(TITLE_NAMES) :]
    first, other, plain, item = found[:, :4].T

    assert np.maximum(first, other).tolist() == [1, 0, 1, 0]
    assert plain.tolist() == [0, 1, 0, 0]
    assert item.tolist() == [0, 0, 0, 1]


def test_without_markup_there_is_nothing_to_say_of_it():
    article = Article("a", (Paragraph("One."), Paragraph("Two.")))

    with pytest.raises(ValueError, match="no markup"):
        features([article], html=True)


def test_log_odds_become_probabilities_and_are_never_quite_sure():
    assert probability(np.array([0.0, np.log(3)])).tolist() == pytest.approx([0.5, 0.75])
    assert probability(np.array([-1e300, 1e300])).tolist() == probability(np.array([-8.0, 8.0])).tolist()
    assert 0 < probability(np.array([-8.0]))[0] < 0.001
