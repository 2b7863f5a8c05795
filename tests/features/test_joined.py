import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.tokens import JoinedTokens, hash_token, tokenise
from corestory.model.lookup import Lookup

PARTS = ["", "?", "own_li", "li menu", "li", "a b c", "menu li", "declared"]
# Texts as the numbers of their parts.
TEXTS = st.lists(st.lists(st.integers(0, len(PARTS) - 1), max_size=6), max_size=5)


def joined(texts):
    row = [number for number, text in enumerate(texts) for _ in text]
    part = [one for text in texts for one in text]
    return JoinedTokens(tokenise(PARTS), np.array(row, np.int64), np.array(part, np.int64), len(texts))


def spelt(texts):
    return tokenise([" ".join(PARTS[part] for part in text) for text in texts])


@given(TEXTS, st.lists(st.sampled_from(["own_li", "li", "menu", "c", "li menu", "menu li", "b own_li"])))
@pytest.mark.parametrize("size", [1, 2, 100])
def test_the_same_ngrams_are_known_as_if_each_text_was_read(size, texts, known):
    find = Lookup(np.array(sorted({hash_token(ngram) for ngram in known}), np.uint64)).find

    def found(tokens):
        return [
            (first, sorted(pair for row, place in parts for pair in zip(row.tolist(), place.tolist(), strict=True)))
            for first, parts in tokens.known(find, size)
        ]

    assert found(joined(texts)) == found(spelt(texts))


@given(TEXTS, st.lists(st.sampled_from(["own_li", "li", "menu", "other"])))
def test_a_text_has_a_token_if_one_of_its_parts_has(texts, asked):
    hashes = np.array([hash_token(token) for token in asked], np.uint64)

    assert joined(texts).having(hashes).tolist() == spelt(texts).having(hashes).tolist()
    assert spelt(texts).having(hashes).tolist() == [
        not set(asked).isdisjoint(" ".join(PARTS[part] for part in text).split()) for text in texts
    ]
