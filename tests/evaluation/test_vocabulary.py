import numpy as np
import pytest

from corestory.evaluation.learned import strongest_ngrams
from corestory.features.tokens import hash_token
from corestory.model.ngrams import NgramScorer

WEIGHTS = {"said": 3.0, "quay": 1.0, "read more": -4.0, "00": -2.0, "share": -1.0, "never seen": 9.0}
TEXTS = [
    "She SAID so on the quay, said he",
    "Read More: quay",
    "read more 25",
    "Said 99 times",
    "Share",
    "the quay: share",
]


@pytest.fixture
def scorer():
    hashes = np.array([hash_token(name) for name in WEIGHTS], np.uint64)
    order = np.argsort(hashes)
    weights = np.array(list(WEIGHTS.values()), np.float32)
    return NgramScorer(hashes[order], np.full(len(order), 2, np.float32), weights[order], np.float32(0), np.float32(0))


def names(found):
    return [(one.name, one.pull, one.articles, one.paragraphs) for one in found]


def test_ngrams_are_named_by_the_texts_own_words_the_strongest_first(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.arange(6), min_articles=2)

    assert names(found.core) == [("said", 6.0, 2, 2), ("quay", 2.0, 3, 3)]
    assert names(found.filler) == [("read more", -8.0, 2, 2), ("00", -4.0, 2, 2), ("share", -2.0, 2, 2)]


def test_what_only_one_article_has_is_not_named(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.array([0, 1, 1, 0, 2, 3]), min_articles=2)

    assert [one.name for one in (*found.core, *found.filler)] == ["quay", "00", "share"]


def test_as_many_as_asked_for(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.arange(6), each=1, min_articles=1)

    assert ([one.name for one in found.core], [one.name for one in found.filler]) == (["said"], ["read more"])


def test_texts_without_a_known_word_name_nothing(scorer):
    found = strongest_ngrams(scorer, ["", "unknown"], np.arange(2), min_articles=1)

    assert (found.core, found.filler) == ((), ())
