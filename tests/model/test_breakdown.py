import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.tokens import hash_token, normalise, tokenise
from corestory.model.breakdown import Breakdown, Effect, ngram_breakdowns
from corestory.model.ngrams import NgramScorer

WORDS = ("a", "b", "c", "más", "日", "7", "İ", "ΣΣ")
TEXTS = st.lists(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=6)


def scorer(ngrams, *, intercept=0.25, seed=0):
    """A linear stage of these n-grams with weights of either sign."""
    hashes = np.unique(np.array([hash_token(ngram) for ngram in ngrams], np.uint64))
    random = np.random.default_rng(seed)
    idf = random.uniform(1, 6, len(hashes)).astype(np.float32)
    weights = random.normal(0, 3, len(hashes)).astype(np.float32)
    return NgramScorer(hashes, idf, weights, np.float32(intercept), np.float32(7))


def knowing(texts):
    """A linear stage that knows every second n-gram of these texts."""
    tokens = tokenise(texts)
    hashes = np.unique(np.concatenate([tokens.hashes, tokens.pairs().hashes]))[::2]
    random = np.random.default_rng(len(hashes))
    idf, weights = random.uniform(1, 6, len(hashes)), random.normal(0, 3, len(hashes))
    return NgramScorer(hashes, idf.astype(np.float32), weights.astype(np.float32), np.float32(-0.5), np.float32(7))


@given(TEXTS)
def test_the_effects_add_up_to_the_log_odds_to_rounding(texts):
    known = knowing(texts)
    found = ngram_breakdowns(texts, known)
    np.testing.assert_allclose([one.log_odds for one in found], known.log_odds(tokenise(texts)), rtol=1e-9, atol=1e-9)


@given(TEXTS)
def test_every_ngram_is_named_as_it_is_written(texts):
    for text, found in zip(texts, ngram_breakdowns(texts, knowing(texts)), strict=True):
        for effect in found.effects:
            words = effect.name.split(" ")
            assert all(word in text or word in normalise(text) for word in words)


def test_an_ngram_that_comes_twice_has_one_effect_and_its_first_name():
    (found,) = ngram_breakdowns(["Ferry news, FERRY news"], scorer(["ferry", "ferry news"]))
    assert [effect.name for effect in found.effects] == ["Ferry", "Ferry news"]


def test_numbers_are_named_as_written_though_the_model_reads_only_that_they_are_numbers():
    (found,) = ngram_breakdowns(["25 things"], scorer(["00 things"]))
    assert [effect.name for effect in found.effects] == ["25 things"]


def test_letters_that_fall_apart_when_lowered_do_not_shift_the_names_that_follow():
    (found,) = ngram_breakdowns(["İki read more"], scorer(["read more"]))
    assert [effect.name for effect in found.effects] == ["read more"]


def test_a_text_of_unknown_words_has_no_effects_and_the_base_is_all():
    first, second = ngram_breakdowns(["unheard of", ""], scorer(["read more"]))
    assert first == second == Breakdown(0.25, ())
    assert first.log_odds == 0.25


def test_a_model_without_any_ngram_explains_all_the_same():
    assert ngram_breakdowns(["a b"], scorer([])) == (Breakdown(0.25, ()),)


def test_the_strongest_effects_are_those_that_moved_most_up_or_down():
    found = Breakdown(0.0, (Effect("a", 0.5), Effect("b", -2.0), Effect("c", 1.0)))
    assert [effect.name for effect in found.strongest(2)] == ["b", "c"]
    assert found.log_odds == pytest.approx(-0.5)
