from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.accuracy.overlap import shingle_f1, word_f1, word_tokens


def test_word_f1_counts_each_word_as_often_as_it_occurs():
    assert word_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert word_f1(word_tokens("The QUAY,"), word_tokens("the quay")) == 1


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_word_f1_is_the_harmonic_mean_of_precision_and_recall(predicted, gold):
    common = sum((Counter(predicted) & Counter(gold)).values())
    precision, recall = common / max(1, len(predicted)), common / max(1, len(gold))

    assume(common)

    assert word_f1(predicted, gold) == pytest.approx(2 * precision * recall / (precision + recall))
    assert word_f1(predicted, gold) == word_f1(gold, predicted)


@pytest.mark.parametrize("overlap", [word_f1, shingle_f1])
def test_texts_that_agree_have_one_and_texts_with_nothing_in_common_none(overlap):
    assert overlap(["a", "b"], ["a", "b"]) == 1
    assert overlap([], []) == 1
    assert overlap(["a"], []) == overlap([], ["a"]) == overlap(["a"], ["b"]) == 0


def test_shingles_see_the_order_that_words_do_not():
    gold = ["one", "two", "three", "four", "five"]
    turned = gold[::-1]

    assert word_f1(turned, gold) == 1
    assert shingle_f1(turned, gold) == 0


def test_a_text_shorter_than_a_shingle_is_one_shingle():
    assert shingle_f1(["one", "two"], ["one", "two"]) == 1
    assert shingle_f1(["one", "two"], ["one", "two", "three"]) == 0
