import re
import sys
import unicodedata
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import codepoints as cp

# Surrogates too, which a JSON file can smuggle in.
ANY_TEXT = st.text(st.characters())


@cache
def known_codes():
    return [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in ("Cn", "Co")]


@pytest.fixture(scope="module")
def known_flags():
    return cp.flags(np.array(known_codes(), np.uint32))


def codes(text):
    return np.array([ord(character) for character in text], np.int64)


def flagged(flags, flag):
    return {code for code, found in zip(known_codes(), flags.tolist(), strict=True) if found & flag}


def test_word_characters_are_those_of_regular_expressions(known_flags):
    assert flagged(known_flags, cp.WORD) == {code for code in known_codes() if re.match(r"\w", chr(code))}


def test_a_word_by_itself_is_a_word_character_of_a_script_without_spaces(known_flags):
    alone = flagged(known_flags, cp.ALONE)

    assert alone == {
        code for code in flagged(known_flags, cp.WORD) if any(first <= code <= last for first, last in cp.UNSPACED)
    }
    assert set(map(ord, "東ひカก๑ກကខ")) <= alone
    assert not set(map(ord, "aЖע한ض।、，")) & alone


def test_digits_are_decimal_digits_but_for_those_that_stand_by_themselves(known_flags):
    decimal = {code for code in known_codes() if re.match(r"\d", chr(code))}

    assert flagged(known_flags, cp.DIGIT) == decimal - flagged(known_flags, cp.ALONE)


def test_capitals_and_small_letters_are_word_characters_of_that_case(known_flags):
    word = flagged(known_flags, cp.WORD)

    assert flagged(known_flags, cp.UPPER) == {code for code in word if chr(code).isupper()}
    assert flagged(known_flags, cp.LOWER) == {code for code in word if chr(code).islower()}


def test_space_is_white_space_and_what_stands_between_two_texts(known_flags):
    assert flagged(known_flags, cp.SPACE) == {0, *(code for code in known_codes() if chr(code).isspace())}


@pytest.mark.parametrize(
    ("flag", "marks", "others"),
    [
        (cp.SENTENCE, ".!?。؟…", ",:;)a"),
        (cp.CLOSING, "\"'”’»«)]」", ".a(["),
        (cp.QUOTE, '"“„«「', "'.a"),
        (cp.COMMA, ",;，、،", ".:a"),
        (cp.SYMBOL, "|•@#©€_", ".,a"),
        (cp.QUESTION, "?？؟", "!a"),
        (cp.COLON, ":：", ";a"),
        (cp.ELLIPSIS, "…", ".a"),
    ],
)
def test_a_mark_has_the_flags_of_all_that_it_is(flag, marks, others):
    assert (cp.flags(codes(marks)) & flag > 0).all()
    assert not (cp.flags(codes(others)) & flag > 0).any()


@given(ANY_TEXT)
def test_a_code_point_is_the_same_beside_rare_ones_and_beside_common_ones(text):
    together, apart = cp.flags(codes(text)), [cp.flags(codes(character)) for character in text]

    assert together.tolist() == [int(found[0]) for found in apart]
