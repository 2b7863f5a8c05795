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
    GROUPS,
    MARKUP,
    OWN_WORDS,
    SHAPE,
    STEPS,
    TOPIC,
    Columns,
    LogOdds,
    context_features,
)
from corestory.features.elements import Forest
from corestory.features.layout import Layout
from corestory.features.shapes import form_tokens, shape_features, unmarked
from corestory.features.tokens import tokenise
from corestory.features.topic import SURE_WORDS, TITLE_NAMES
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, Markup
from corestory.labelling.table import articles_frame
from corestory.reading.html.markup_words import MarkupWords

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
    within, after = features([article(3, -1, 3), article(3, 3, -1)])[[1, 5]]

    assert np.abs(within - after).max() > 1


def test_beyond_the_article_there_is_what_is_surely_not_core():
    (alone,) = features([article(2)], count=1)

    assert (alone == -2.0).sum() == len(STEPS)


def test_without_an_article_there_is_no_row():
    assert features([]).shape == (0, features([article(1)]).shape[1])


PAGE_TEXT = st.sampled_from(
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
ARTICLE = st.tuples(
    st.lists(st.tuples(PAGE_TEXT, MARKUPS), min_size=1, max_size=5), st.sampled_from(["", "Ferry sold"])
)
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


def changed(row, *, of):
    """Which columns of the middle paragraph change when the text and scores of another one do."""
    before = columns_with(TEXTS, of, html=False).matrix()
    texts = [OTHER_TEXT if number == row else text for number, text in enumerate(TEXTS)]
    altered = [LogOdds(group, np.where(np.arange(len(TEXTS)) == row, -values - 1, values)) for group, values in of]
    after = columns_with(texts, altered, html=False).matrix()
    return np.flatnonzero(~np.isclose(before[MIDDLE], after[MIDDLE], atol=1e-5))


@pytest.mark.parametrize("html", [False, True])
def test_the_groups_are_those_of_the_columns_and_there_is_one_for_each(html):
    chosen = scores(*([MARKUP] if html else []), OWN_WORDS)
    columns = columns_with(TEXTS, chosen, html=html)

    assert column_groups(html=html) == tuple(columns.groups)
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
    assert set(column_groups(html=True)) == set(GROUPS)
    assert MARKUP not in column_groups(html=False)


def test_a_change_after_the_paragraph_moves_no_column_of_what_stands_before():
    groups = np.array(column_groups(html=False))
    moved = set(groups[changed(MIDDLE + 1, of=scores(OWN_WORDS))])

    assert AFTER in moved
    assert not moved & {BEFORE, SHAPE}


def test_a_change_before_the_paragraph_moves_no_column_of_what_stands_after():
    groups = np.array(column_groups(html=False))
    moved = set(groups[changed(MIDDLE - 1, of=scores(OWN_WORDS))])

    assert BEFORE in moved
    assert not moved & {AFTER, SHAPE}


def test_a_change_of_the_paragraph_itself_moves_no_neighbours_column():
    groups = np.array(column_groups(html=False))
    moved = set(groups[changed(MIDDLE, of=scores(OWN_WORDS))])

    assert {SHAPE, OWN_WORDS} <= moved
    assert not moved & {BEFORE, AFTER}


def test_markup_columns_are_all_that_a_page_adds_to_its_text():
    with_markup, without = column_groups(html=True), column_groups(html=False)

    assert tuple(group for group in with_markup if group != MARKUP) == without
