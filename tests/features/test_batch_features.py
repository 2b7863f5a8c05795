import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import Batch, MarkupColumns, batch_of_frame
from corestory.features.batch_features import BatchFeatures, _probability, column_groups
from corestory.features.context import (
    AFTER,
    BEFORE,
    EARLIER_ROUND,
    GROUPS,
    MARKUP,
    OWN_WORDS,
    SHAPE,
    TOPIC,
    Columns,
    LogOdds,
)
from corestory.features.elements import Forest
from corestory.features.layout import Layout
from corestory.features.shapes import form_tokens, shape_features, unmarked
from corestory.features.tokens import tokenise
from corestory.features.topic import TITLE_NAMES
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, Markup
from corestory.labelling.table import articles_frame
from corestory.reading.html.markup_words import MarkupWords

TEXT = st.sampled_from(
    ["", "...", "Share", "Read more: Ferry sold", "The ferry was sold on Monday, she said.", "東京都"]
)
MARKUPS = st.builds(
    Markup,
    st.sampled_from(["own_p up_div p", "own_h_one h_one", "own_h_two", "own_li up_ul", ""]),
    st.just((0, 1)),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.just((1, 1)),
    st.sampled_from([-1.0, 0.0, 0.75]),
)
# Rows of a table of one article, and its title.
ARTICLE = st.tuples(st.lists(st.tuples(TEXT, MARKUPS), min_size=1, max_size=5), st.sampled_from(["", "Ferry sold"]))
PAGE = (
    [
        ("Ferry sold", Markup("own_h_one h_one", (0, 1), 0.0, (1, 1))),
        ("The ferry was sold on Monday.", Markup("own_p p", (0, 2), 0.0, (1, 1))),
        ("Goats", Markup("own_h_three h_three", (0, 3), 1.0, (1, 1))),
        ("Nine goats", Markup("own_a up_li li", (0, 3, 4), 1.0, (1, 1, 2))),
    ],
    "Ferry sold",
)


def features_of(articles, *, markup=True):
    frame = articles_frame(
        LabelledArticle(
            page=f"{number:03}", view="page", source="", title=title,
            paragraphs=tuple(LabelledParagraph(text, None, markup) for text, markup in rows),
        )
        for number, (rows, title) in enumerate(articles)
    )  # fmt: skip
    return BatchFeatures(batch_of_frame(frame, markup=markup)[0], lambda hashes: 1 + hashes / 2.0**63)


def scores_of(articles):
    # Two scores that depend only on the paragraph and its position; no two of an article are equal.
    paragraphs = [(len(text), position) for rows, _ in articles for position, (text, _) in enumerate(rows)]
    return [
        LogOdds(group, np.array([(length * step + at) % 9 - 4 + math.sqrt(at + 2) / 100 for length, at in paragraphs]))
        for step, group in ((1, MARKUP), (2, OWN_WORDS))
    ]


def columns_of(articles, *, html):
    found = features_of(articles)
    return (found.of_html if html else found.of_text)(scores_of(articles))


def matrix(articles, *, html):
    return columns_of(articles, html=html).matrix()


@given(articles=st.lists(ARTICLE, min_size=1, max_size=4))
def test_an_articles_features_do_not_depend_on_the_articles_around_it(articles):
    def matrices(articles):
        features, scores = features_of(articles), scores_of(articles)
        return features.of_text(scores).matrix(), features.of_html(scores).matrix()

    alone = zip(*([matrices([article]) for article in articles]), strict=True)
    for found, expected in zip(matrices(articles), alone, strict=True):
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        assert np.allclose(found, np.concatenate(expected), atol=1e-5)


def test_with_markup_there_is_all_that_there_is_without_and_more():
    text, html = matrix([PAGE], html=False), matrix([PAGE], html=True)

    assert html.shape[1] > text.shape[1]
    assert html[:, : text.shape[1]].tolist() == text.tolist()


def test_the_same_features_serve_every_round():
    found, scores = features_of([PAGE]), scores_of([PAGE])
    later = [LogOdds(OWN_WORDS, -scores[0].values), *scores]

    assert found.of_html(scores).matrix().tolist() == matrix([PAGE], html=True).tolist()
    assert found.of_html(later).matrix().tolist() == features_of([PAGE]).of_html(later).matrix().tolist()


def test_headings_paragraphs_and_list_items_are_told_by_their_tags():
    found = features_of([PAGE]).headings[:, len(TITLE_NAMES) :]
    first, other, plain, item = found[:, :4].T

    assert np.maximum(first, other).tolist() == [1, 0, 1, 0]
    assert plain.tolist() == [0, 1, 0, 0]
    assert item.tolist() == [0, 0, 0, 1]


def test_without_markup_there_is_nothing_to_say_of_it():
    found = features_of([PAGE], markup=False)

    with pytest.raises(ValueError, match="no markup"):
        found.of_html(scores_of([PAGE]))


def test_log_odds_become_probabilities_and_are_never_quite_sure():
    def probability(*values):
        return _probability(LogOdds(OWN_WORDS, np.array(values))).tolist()

    assert probability(0.0, np.log(3)) == pytest.approx([0.5, 0.75])
    assert probability(-1e300, 1e300) == probability(-8.0, 8.0)
    assert 0 < probability(-8.0)[0] < 0.001


@given(st.lists(st.text("aB1 .,?_東ก\x00ΣİＡ", max_size=12), min_size=1, max_size=6))
def test_reading_all_at_once_gives_the_same_words_word_shapes_and_shape(texts):
    batch = Batch(texts, Layout.of([len(texts)]), [""], None)
    read = BatchFeatures(batch, lambda hashes: np.ones(len(hashes)))
    plain, _ = unmarked(texts)
    words, shape = shape_features(plain)

    assert read.plain == plain
    for found, expected in ((read.tokens, tokenise(plain)), (read.forms, form_tokens(plain))):
        assert (found.row.tolist(), found.hashes.tolist()) == (expected.row.tolist(), expected.hashes.tolist())
        assert (found.count, found.longest) == (expected.count, expected.longest)
    assert (read.words.tolist(), read.shape.tolist()) == (words.tolist(), shape.tolist())


TEXTS = ["Ferry sold", "The ferry was sold on Monday, the owner said.", "It had nine decks and a bell.", "Share this"]
OTHER_TEXT = "1,000 PASSENGERS?! “Quite another paragraph of rather more words than were here”, it says:"
MIDDLE = 1


def columns_with(texts, scores, *, html):
    count = len(texts)
    layout = Layout.of([count])
    markup = MarkupColumns(
        MarkupWords.of_texts(["own_h_one", *["own_p"] * (count - 1)]),
        Forest(np.array([-1, 0]), np.array([1, 2]), np.ones(count, np.int64)),
        np.linspace(0, 1, count),
        np.full(count, -1.0),
    )
    found = BatchFeatures(Batch(texts, layout, ["Ferry sold"], markup), lambda hashes: np.ones(len(hashes)))
    return (found.of_html if html else found.of_text)(scores)


def scores(*groups):
    """Log-odds of these groups, the best first."""
    generator = np.random.default_rng(3)
    return [LogOdds(group, generator.normal(size=len(TEXTS))) for group in groups]


def scores_of_round(*, later):
    return scores(*([EARLIER_ROUND] if later else []), OWN_WORDS)


def changed(row, *, of):
    """Which columns of the middle paragraph change when the text and scores of another one do."""
    before = columns_with(TEXTS, of, html=False).matrix()
    texts = [OTHER_TEXT if number == row else text for number, text in enumerate(TEXTS)]
    altered = [LogOdds(group, np.where(np.arange(len(TEXTS)) == row, -values - 1, values)) for group, values in of]
    after = columns_with(texts, altered, html=False).matrix()
    return np.flatnonzero(~np.isclose(before[MIDDLE], after[MIDDLE], atol=1e-5))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("html", [False, True])
def test_the_groups_are_those_of_the_columns_and_there_is_one_for_each(html, later):
    chosen = scores(*([EARLIER_ROUND] if later else []), *([MARKUP] if html else []), OWN_WORDS)
    columns = columns_with(TEXTS, chosen, html=html)

    assert column_groups(html=html, later=later) == tuple(columns.groups)
    assert columns.matrix().shape == (len(TEXTS), len(columns.groups))


def test_columns_added_as_of_one_group_keep_their_order_and_lose_their_own():
    columns, more = Columns(), Columns()
    columns.add(SHAPE, np.ones(2))
    more.add([BEFORE, AFTER], np.zeros((2, 2)))
    columns.extend(more)
    columns.extend(more, group=TOPIC)

    assert columns.groups == [SHAPE, BEFORE, AFTER, TOPIC, TOPIC]
    assert columns.matrix().tolist() == [[1, 0, 0, 0, 0]] * 2


def test_there_is_a_meaning_for_every_group_and_a_column():
    assert set(column_groups(html=True, later=True)) == {*GROUPS, EARLIER_ROUND}
    assert MARKUP not in column_groups(html=False, later=True)
    assert EARLIER_ROUND not in column_groups(html=True, later=False)


@pytest.mark.parametrize("later", [False, True])
def test_a_change_after_the_paragraph_moves_no_column_of_what_stands_before(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE + 1, of=scores_of_round(later=later))])

    assert AFTER in moved
    assert not moved & {BEFORE, SHAPE}


@pytest.mark.parametrize("later", [False, True])
def test_a_change_before_the_paragraph_moves_no_column_of_what_stands_after(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE - 1, of=scores_of_round(later=later))])

    assert BEFORE in moved
    assert not moved & {AFTER, SHAPE}


def test_a_change_of_the_paragraph_itself_moves_no_neighbours_column():
    groups = np.array(column_groups(html=False, later=True))
    moved = set(groups[changed(MIDDLE, of=scores_of_round(later=True))])

    assert {SHAPE, OWN_WORDS, EARLIER_ROUND} <= moved
    assert not moved & {BEFORE, AFTER}


def test_markup_columns_are_all_that_a_page_adds_to_its_text():
    with_markup, without = column_groups(html=True, later=False), column_groups(html=False, later=False)

    assert tuple(group for group in with_markup if group != MARKUP) == without
