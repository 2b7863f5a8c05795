import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.features.tokens import Tokens, hash_token, tokenise
from corestory.features.topic import NAMES, NEAR, SURE, SURE_WORDS, Entries, TopicVectors, number_words

PARAGRAPH = st.lists(st.sampled_from(["ferry", "quay", "mayor", "bell", "goat", "東", "...", "12"]), max_size=6).map(
    " ".join
)
ARTICLES = st.lists(st.lists(PARAGRAPH, min_size=1, max_size=6), max_size=4)


def idf_of(hashes):
    # Any rule will do, so long as no two words weigh the same.
    return 1 + hashes.astype(float) / 2**63


def core_of(text, place):
    # Some surely core, some surely not, and long enough to count.
    return (len(text) * 7 + place * 3) % 10 / 10, float(len(text) % 5 * 4)


def features(articles):
    texts = [text for article in articles for text in article]
    given = [core_of(text, place) for article in articles for place, text in enumerate(article)]
    core, words = np.array(given, float).reshape(-1, 2).T
    tokens = tokenise(texts)
    layout = Layout.of([len(article) for article in articles])
    (terms,) = number_words([tokens], idf_of)
    return TopicVectors(Entries.of(terms, layout), layout).features(core, words)


def expected(article):
    """The columns of one article, paragraph by paragraph and word by word."""
    vectors = []
    bags = [Counter(tokenise([text]).hashes.tolist()) for text in article]
    for counts in bags:
        raw = {word: (1 + math.log(count)) * float(idf_of(np.array(word))) for word, count in counts.items()}
        size = math.sqrt(sum(weight**2 for weight in raw.values()))
        vectors.append({word: weight / size for word, weight in raw.items()})
    given = [core_of(text, place) for place, text in enumerate(article)]
    sure = {place for place, (core, words) in enumerate(given) if core > SURE and words >= SURE_WORDS}

    def cosine(place, masses):
        rest = Counter()
        for other, vector in enumerate(vectors):
            if other != place:
                rest.update({word: masses[other] * weight for word, weight in vector.items()})
        size = math.sqrt(sum(weight**2 for weight in rest.values()))
        return sum(weight * rest[word] for word, weight in vectors[place].items()) / size if size else 0.0

    def dot(one, other):
        return sum(weight * other.get(word, 0) for word, weight in one.items())

    def found(place, others):
        there = {word for other in others for word in vectors[other]}
        return sum(weight**2 for word, weight in vectors[place].items() if word in there)

    rows = []
    for place, vector in enumerate(vectors):
        others = [other for other in range(len(article)) if other != place]
        rows.append(
            [
                cosine(place, [core * math.sqrt(words) for core, words in given]),
                cosine(place, [(1 - core) * math.sqrt(words) for core, words in given]),
                sum(dot(vector, vectors[other]) for other in others if abs(other - place) <= NEAR),
                found(place, sure - {place}),
                math.log(1 + sum(bags[place] == bags[other] for other in others)),
                found(place, {other for other in sure if other < place}),
                found(place, {other for other in sure if other > place}),
            ]
        )
    return rows


@given(ARTICLES)
def test_every_column_is_what_it_says_by_plain_loops_over_words(articles):
    rows = [row for article in articles for row in expected(article)]

    assert np.allclose(features(articles), np.array(rows, float).reshape(-1, len(NAMES)), atol=1e-6)


@given(ARTICLES, st.data())
def test_an_articles_topic_does_not_depend_on_the_other_articles_or_their_order(articles, data):
    order = data.draw(st.permutations(range(len(articles))))
    found = features([articles[number] for number in order])

    alone = [features([articles[number]]) for number in order]
    assert np.allclose(found, np.concatenate([np.zeros((0, len(NAMES))), *alone]), atol=1e-9)


def test_a_paragraph_alone_is_close_to_nothing():
    assert features([["ferry quay ferry"]]).tolist() == [[0.0] * len(NAMES)]


def test_the_same_words_in_another_order_are_the_same_text_and_other_words_are_not():
    articles = [["ferry quay", "quay ferry", "goat", "ferry quay"], ["ferry quay"]]
    times = np.exp(features(articles)[:, NAMES.index("times in article")])

    assert times == pytest.approx([3, 3, 1, 3, 1])


def test_what_no_model_has_seen_still_ties_a_paragraph_to_its_story():
    story = "Zubrowka Zubrowka klompen klompen ferry"
    found = features([[story, story, "klompen", "goat bell"]])[:, NAMES.index("topic of likely core")]

    assert found[2] > 0.3
    assert found[3] == 0


def test_words_whose_hashes_differ_in_the_last_bits_alone_have_numbers_of_their_own():
    hashes = np.array([7, 4, 5, 1 << 60, 4, 7], np.uint64)
    (terms,) = number_words([Tokens(np.zeros(6, np.int64), hashes, 1)], lambda known: np.ones(len(known)))
    assert terms.number.tolist() == [2, 0, 1, 3, 0, 2]
    assert terms.hashes.tolist() == [4, 5, 7, 1 << 60]


TEXT = st.lists(st.sampled_from(["ferry", "quay", "mayor", "東", "..."]), max_size=6).map(" ".join)
BARE_ARTICLES = st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=4)


@given(st.lists(st.lists(TEXT, max_size=4), min_size=1, max_size=3))
def test_words_have_one_number_wherever_they_stand_and_its_idf(batches):
    tokens = [tokenise(texts) for texts in batches]
    found = number_words(tokens, idf_of)

    assert [terms.row.tolist() for terms in found] == [batch.row.tolist() for batch in tokens]
    hashes = np.concatenate([batch.hashes for batch in tokens])
    numbers = np.concatenate([terms.number for terms in found])
    assert len(set(zip(hashes.tolist(), numbers.tolist(), strict=True))) == len(set(hashes.tolist()))
    assert set(numbers.tolist()) == set(range(len(set(hashes.tolist()))))
    for terms in found:
        assert terms.idf[numbers].tolist() == idf_of(hashes).tolist()


def entries_of(articles):
    (terms,) = number_words([tokenise([text for article in articles for text in article])], idf_of)
    return terms, Entries.of(terms, Layout.of([len(article) for article in articles]))


@given(BARE_ARTICLES)
def test_entries_are_each_paragraphs_words_with_their_counts_word_by_word_within_an_article(articles):
    _, entries = entries_of(articles)
    idf = entries.idf[entries.word]

    expected, row = [], 0
    for article in articles:
        found = []
        for text in article:
            found += [(word, row, count) for word, count in Counter(tokenise([text]).hashes.tolist()).items()]
            row += 1
        expected += [(float(idf_of(np.uint64(word))), row, count) for word, row, count in sorted(found)]
    assert list(zip(idf.tolist(), entries.row.tolist(), entries.count.tolist(), strict=True)) == expected
    assert entries.word.tolist() == [word for word, size in enumerate(entries.size.tolist()) for _ in range(size)]
    assert entries.first.tolist() == (np.cumsum(entries.size) - entries.size).tolist()


def test_a_word_is_found_in_the_articles_that_have_it():
    terms, entries = entries_of([["ferry quay"], ["quay", "mayor"], ["..."]])
    numbers = dict(zip(["ferry", "quay", "quay", "mayor"], terms.number.tolist(), strict=True))

    found = entries.find(
        np.array([0, 1, 1, 2]), np.array([numbers[word] for word in ("quay", "ferry", "mayor", "quay")])
    )

    assert (
        entries.idf[found].tolist() == idf_of(np.array([hash_token("quay"), hash_token("mayor")], np.uint64)).tolist()
    )
    assert entries.row[entries.first[found]].tolist() == [0, 2]


def test_where_no_word_is_none_is_found():
    _, entries = entries_of([["..."]])

    assert len(entries.row) == len(entries.find(np.array([0]), np.array([0]))) == 0
