import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.features.tokens import tokenise
from corestory.features.topic import SAME, TITLE_NAMES, Entries, number_words, title_features

TEXT = st.lists(st.sampled_from(["ferry", "quay", "mayor", "bell", "goat", "...", "12"]), max_size=5).map(" ".join)
ARTICLES = st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=6)), max_size=4)


def idf_of(hashes):
    return 1 + hashes.astype(float) / 2**63


def features(articles):
    tokens = tokenise([text for _, paragraphs in articles for text in paragraphs])
    titles = tokenise([title for title, _ in articles])
    layout = Layout.of([len(paragraphs) for _, paragraphs in articles])
    terms, title_terms = number_words([tokens, titles], idf_of)
    return title_features(Entries.of(terms, layout), title_terms, layout)


def expected(title, paragraphs):
    """The columns of one article, paragraph by paragraph."""

    def words(text):
        return tokenise([text]).hashes.tolist()

    def weight(hashes):
        return sum(float(idf_of(np.array(word))) for word in hashes)

    named = set(words(title))
    shares = []
    for text in paragraphs:
        found = words(text)
        of_paragraph = weight(word for word in found if word in named) / max(weight(found), 1e-9)
        shares.append((of_paragraph, weight(named & set(found)) / max(weight(named), 1e-9)))
    same = [place for place, pair in enumerate(shares) if min(pair) > SAME]
    rows = []
    for place, (of_paragraph, of_title) in enumerate(shares):
        step = place - same[0] if same else 0
        after = [place - other for other in same if other <= place]
        sides = [shares[max(place - 5, 0) : place], shares[place + 1 : place + 6]]
        means = [sum(share for share, _ in side) / len(side) if side else 0.0 for side in sides]
        rows.append(
            [
                of_paragraph, of_title, place in same, math.copysign(math.log1p(abs(step)), step),
                math.log1p(min(after)) if after else -1.0, *means,
            ]
        )  # fmt: skip
    return rows


@given(ARTICLES)
def test_every_column_is_what_it_says_by_plain_loops_over_words(articles):
    rows = [row for title, paragraphs in articles for row in expected(title, paragraphs)]

    assert np.allclose(features(articles), np.array(rows, float).reshape(-1, len(TITLE_NAMES)), atol=1e-9)


@given(ARTICLES, st.data())
def test_an_articles_columns_do_not_depend_on_the_other_articles_or_their_order(articles, data):
    order = data.draw(st.permutations(range(len(articles))))
    found = features([articles[number] for number in order])

    alone = [features([articles[number]]) for number in order]
    assert np.allclose(found, np.concatenate([np.zeros((0, len(TITLE_NAMES))), *alone]), atol=1e-12)


def test_a_paragraph_that_repeats_the_title_is_it_and_one_that_only_begins_so_is_not():
    title = "Quay reopens after two years"
    found = features([(title, ["QUAY REOPENS, after two years", "Quay reopens", f"{title} {'of work in rain' * 3}"])])

    assert found[:, TITLE_NAMES.index("is title")].tolist() == [1, 0, 0]


def test_without_a_title_no_paragraph_is_in_it():
    found = features([("", ["The ferry sailed.", ""])])

    assert found[:, :4].tolist() == [[0.0] * 4] * 2
    assert found[:, TITLE_NAMES.index("after title")].tolist() == [-1, -1]


def test_one_articles_title_says_nothing_of_another_article():
    found = features([("goat", ["ferry"]), ("ferry", ["goat"])])

    assert not found[:, : TITLE_NAMES.index("is title") + 1].any()
