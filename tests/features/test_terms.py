from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.features.tokens import hash_token, tokenise
from corestory.features.topic import Entries, number_words

TEXT = st.lists(st.sampled_from(["ferry", "quay", "mayor", "東", "..."]), max_size=6).map(" ".join)
ARTICLES = st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=4)


def idf_of(hashes):
    return 1 + hashes.astype(float) / 2**63


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


@given(ARTICLES)
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
