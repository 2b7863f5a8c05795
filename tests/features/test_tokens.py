import re
import sys
import unicodedata
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import characters
from corestory.features.tokens import TOKEN_PATTERN, JoinedTokens, hash_token, normalise, tokenise
from corestory.model.ngrams import Lookup

# Case folding that changes the length, final sigma, combining marks, digits of other scripts, a lone surrogate, NUL.
TRICKY = "aA1_ .İßſǅΣσ\u0307\u0301\u200d٣५๓၃៣໓²Ⅷ½東京タかกงကခ한\x00\ud800\udc00🙂\U00020000\U0001d7d9"
TEXTS = st.lists(st.one_of(st.text(st.characters()), st.text(TRICKY)), max_size=8)


def words_of(text):
    return re.findall(TOKEN_PATTERN, normalise(text))


def pairs_of(text):
    words = words_of(text)
    return list(pairwise(words))


def is_alike(tokens, expected):
    """Whether each text has the same number of tokens, and hashes are equal where the tokens are and only there."""
    flat = [word for words in expected for word in words]
    assert tokens.row.tolist() == [row for row, words in enumerate(expected) for _ in words]
    assert tokens.count == len(expected)
    pairs = set(zip(flat, tokens.hashes.tolist(), strict=True))
    return len(pairs) == len(set(flat)) == len(set(tokens.hashes.tolist()))


@given(TEXTS)
def test_tokens_are_what_the_pattern_finds_in_the_normalised_text(texts):
    assert is_alike(tokenise(texts), [words_of(text) for text in texts])


@given(TEXTS)
def test_pairs_are_neighbours_within_a_text(texts):
    assert is_alike(tokenise(texts).pairs(), [pairs_of(text) for text in texts])


@given(TEXTS, st.integers(1, 4))
def test_ngrams_are_runs_of_tokens_within_a_text_of_every_length_up_to_the_longest(texts, longest):
    tokens = tokenise(texts)
    found = list(replace(tokens, longest=longest).ngrams())

    assert len(found) == longest
    for length, ngrams in enumerate(found, start=1):
        words = [words_of(text) for text in texts]
        assert is_alike(
            ngrams, [[tuple(each[at : at + length]) for at in range(len(each) - length + 1)] for each in words]
        )


def test_tokens_are_the_same_however_many_texts_are_read_at_once(monkeypatch):
    texts = ["The quay", "", "東京 2025", "\x00", "read more: İ"] * 3
    at_once = tokenise(texts)
    monkeypatch.setattr(characters, "PIECE", 2)
    in_pieces = tokenise(texts)

    assert (in_pieces.row.tolist(), in_pieces.count) == (at_once.row.tolist(), at_once.count)
    assert in_pieces.hashes.tolist() == at_once.hashes.tolist()


@given(TEXTS, st.data())
def test_the_tokens_of_some_texts_keep_their_numbers(texts, data):
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(texts))] * 2)))
    tokens = tokenise(texts)
    some = tokens.rows(begin, end)

    inside = (tokens.row >= begin) & (tokens.row < end)
    assert some.row.tolist() == tokens.row[inside].tolist()
    assert some.hashes.tolist() == tokens.hashes[inside].tolist()
    assert some.count == len(texts)


@pytest.mark.slow
def test_every_character_of_unicode_is_cut_as_the_pattern_cuts_it():
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    known = [f"a{c}{c} {c}1" for c in characters if unicodedata.category(c) not in ("Cn", "Co")]
    texts = [" ".join(known[begin : begin + 50]) for begin in range(0, len(known), 50)]

    assert is_alike(tokenise(texts), [words_of(text) for text in texts])


@given(TEXTS)
def test_a_token_has_the_same_hash_whatever_stands_around_it(texts):
    together = tokenise(texts)

    for row, text in enumerate(texts):
        assert together.hashes[together.row == row].tolist() == tokenise([text]).hashes.tolist()


@given(st.text(st.characters()))
def test_one_token_or_pair_hashes_as_it_does_in_a_text(text):
    tokens = tokenise([text])

    assert [hash_token(word) for word in words_of(text)] == tokens.hashes.tolist()
    assert [hash_token(" ".join(pair)) for pair in pairs_of(text)] == tokens.pairs().hashes.tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("STRASSE", "strasse"), ("ΟΔΌΣ", "οδός"), ("in 2025", "in 1999"), ("٣٤", "12"), ("a.b", "a b"), ("İ", "i\u0307")],
)
def test_case_and_the_value_of_digits_do_not_matter(one, other):
    assert tokenise([one]).hashes.tolist() == tokenise([other]).hashes.tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [("25", "255"), ("ab", "ba"), ("a", "aa"), ("straße", "strasse"), ("๑", "๒"), ("e\u0301", "é"), ("a_b", "a b")],
)
def test_other_differences_do(one, other):
    assert tokenise([one]).hashes.tolist() != tokenise([other]).hashes.tolist()


@pytest.mark.parametrize("texts", [[], [""], ["", ""], [" \x00."], ["\u0301"]])
def test_where_there_is_no_word_there_is_no_token(texts):
    tokens = tokenise(texts)

    assert (len(tokens.row), len(tokens.hashes), tokens.count) == (0, 0, len(texts))
    assert len(tokens.pairs().row) == 0


def test_a_pair_is_not_the_pair_the_other_way_round():
    forward, back = tokenise(["read more"]).pairs(), tokenise(["more read"]).pairs()

    assert forward.hashes != back.hashes


def test_a_very_long_word_is_one_token():
    tokens = tokenise(["x" * 200_000 + " end", "x" * 200_001])

    assert tokens.row.tolist() == [0, 0, 1]
    assert len(set(tokens.hashes.tolist())) == 3


def test_hashes_of_a_stored_model_stay_what_they_are():
    # Every model ever trained knows its n-grams by these numbers: a change here needs a new format version.
    assert {text: hash_token(text) for text in ("the", "read more", "00", "東", "école")} == {
        "the": 12104775418632083757,
        "read more": 14128625597101862954,
        "00": 5648748863554043101,
        "東": 15830252394489693715,
        "école": 8181622637480131511,
    }


PARTS = ["", "?", "own_li", "li menu", "li", "a b c", "menu li", "declared"]
# Texts as the numbers of their parts.
JOINED_TEXTS = st.lists(st.lists(st.integers(0, len(PARTS) - 1), max_size=6), max_size=5)


def joined(texts):
    row = [number for number, text in enumerate(texts) for _ in text]
    part = [one for text in texts for one in text]
    return JoinedTokens(tokenise(PARTS), np.array(row, np.int64), np.array(part, np.int64), len(texts))


def spelt(texts):
    return tokenise([" ".join(PARTS[part] for part in text) for text in texts])


@given(JOINED_TEXTS, st.lists(st.sampled_from(["own_li", "li", "menu", "c", "li menu", "menu li", "b own_li"])))
@pytest.mark.parametrize("size", [1, 2, 100])
def test_the_same_ngrams_are_known_as_if_each_text_was_read(size, texts, known):
    find = Lookup(np.array(sorted({hash_token(ngram) for ngram in known}), np.uint64)).find

    def found(tokens):
        return [
            (first, sorted(pair for row, place in parts for pair in zip(row.tolist(), place.tolist(), strict=True)))
            for first, parts in tokens.known(find, size)
        ]

    assert found(joined(texts)) == found(spelt(texts))


@given(JOINED_TEXTS, st.lists(st.sampled_from(["own_li", "li", "menu", "other"])))
def test_a_text_has_a_token_if_one_of_its_parts_has(texts, asked):
    hashes = np.array([hash_token(token) for token in asked], np.uint64)

    assert joined(texts).having(hashes).tolist() == spelt(texts).having(hashes).tolist()
    assert spelt(texts).having(hashes).tolist() == [
        not set(asked).isdisjoint(" ".join(PARTS[part] for part in text).split()) for text in texts
    ]
