import re
import sys
import unicodedata
from functools import cache
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import characters as cp
from corestory.features import characters as module
from corestory.features.characters import Characters, pieces

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


# Surrogates too, which a JSON file can smuggle in.
TEXTS = st.lists(
    st.one_of(st.text(st.characters(), max_size=12), st.text("aB1 .,?_東ก\x00ΣİＡ", max_size=12)),
    min_size=1,
    max_size=6,
)
_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in cp.UNSPACED)
# A character of a script without spaces, another word, or any character that shows or is nothing else.
BEGUN = re.compile(rf"(?=\w)[{_CLASS}]|(?:(?![{_CLASS}])\w)+|[^\w\s\x00]")


def read_back(characters):
    return [
        "".join(map(chr, characters.codes[begin:end].tolist()))
        for begin, end in zip(characters.begins, characters.ends, strict=True)
    ]


@given(TEXTS)
def test_joined_texts_come_apart_whatever_is_in_them(texts):
    characters = Characters(texts)

    assert characters.count == len(texts)
    assert read_back(characters) == [text.replace("\x00", " ") for text in texts]
    assert characters.flags.tolist() == cp.flags(characters.codes).tolist()


@given(TEXTS)
def test_words_and_marks_are_those_of_the_pattern(texts):
    characters = Characters(texts)
    found = [(row, match) for row, text in enumerate(texts) for match in BEGUN.finditer(text)]

    assert characters.row.tolist() == [row for row, _ in found]
    assert characters.starts.tolist() == [int(characters.begins[row]) + match.start() for row, match in found]
    assert characters.begun.tolist() == [re.match(r"\w", match[0]) is not None for _, match in found]
    assert np.diff(characters.bounds).tolist() == [len(BEGUN.findall(text)) for text in texts]


@given(TEXTS)
def test_the_characters_of_each_word_are_counted_by_what_they_are(texts):
    characters = Characters(texts)
    words = [match[0] if re.match(r"\w", match[0]) else "" for text in texts for match in BEGUN.finditer(text)]

    assert [column.tolist() for column in characters.lengths] == [
        list(map(len, words)),
        *(
            [sum(bool(cp.flags(np.array([ord(one)]))[0] & flag) for one in word) for word in words]
            for flag in (cp.DIGIT, cp.UPPER, cp.LOWER)
        ),
    ]
    assert characters.totals(characters.lengths[0]).tolist() == [len(re.findall(r"\w", text)) for text in texts]


@given(TEXTS)
def test_in_lower_case_each_character_that_changes_alone_keeps_its_place(texts):
    characters = Characters(texts)
    lowered = characters.lowered()

    if lowered is characters:
        assert all(len(text.lower()) == len(text) for text in texts)
    else:
        assert read_back(lowered) == [text.replace("\x00", " ").lower() for text in texts]


def test_a_sigma_at_the_end_of_a_text_does_not_see_the_next_text():
    assert read_back(Characters(["ΟΔΟΣ", "ΟΔΟΣ"]).lowered()) == ["οδος", "οδος"]


def test_of_all_characters_only_those_are_lowered_in_context_that_are_known_to_be():
    apart = {chr(code) for code in range(0x110000) if ("a" + chr(code)).lower() != "a" + chr(code).lower()}
    longer = {chr(code) for code in range(0x110000) if len(chr(code).lower()) != 1}

    assert apart | longer == set("Σİ")


@given(TEXTS, st.integers(1, 30))
def test_pieces_are_all_texts_in_order_and_no_longer_than_they_need_be(texts, most):
    before, module.PIECE = module.PIECE, most
    try:
        found = list(pieces(texts))
    finally:
        module.PIECE = before

    assert [text for piece in found for text in read_back(piece)] == [text.replace("\x00", " ") for text in texts]
    ends = list(accumulate(piece.count for piece in found))
    for begin, end in pairwise([0, *ends]):
        assert end - begin == 1 or sum(len(text) + 1 for text in texts[begin : end - 1]) <= most
