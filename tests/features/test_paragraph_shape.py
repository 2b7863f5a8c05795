import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.paragraph_shape import NAMES, shape_features

TEXTS = st.lists(
    st.one_of(st.text(st.characters(), max_size=12), st.text("aB1 .,?…:”“'|東ก_\x00", max_size=12)), max_size=6
)


def column(text, name):
    return float(shape_features([text])[1][0, NAMES.index(name)])


@given(TEXTS)
def test_a_paragraphs_shape_does_not_depend_on_the_others(texts):
    words, features = shape_features(texts)

    assert features.shape == (len(texts), len(NAMES))
    assert np.isfinite(features).all()
    for row, text in enumerate(texts):
        (alone,), shape = shape_features([text])
        assert words[row] == alone
        assert features[row].tolist() == shape[0].tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quay opened.", 3),
        ("It’s 3×", 3),
        ("", 0),
        ("***", 0),
        ("\x00", 0),
        ("東京都", 1.5),
        ("東京 2025 de", 3),
        ("a_b-c", 2),
        ("\ud800 quay", 1),
    ],
)
def test_words_are_runs_of_letters_and_half_a_character_of_scripts_without_spaces(text, words):
    assert shape_features([text])[0].tolist() == [words]
    assert column(text, "words") == pytest.approx(math.log1p(words))


def test_lengths_are_in_characters():
    assert column("quay", "characters") == pytest.approx(math.log1p(4))
    assert column("", "characters") == 0
    assert column("quay or", "word length") == pytest.approx(6 / 2 / 10)
    assert column("x" * 500, "word length") == 2


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("It opened.", {"sentence"}),
        ("“It opened.”", {"sentence"}),
        ("Did it?", {"sentence", "question"}),
        ("(Did it?)", {"sentence", "question"}),
        ("它开了。", {"sentence"}),
        ("Read more:", {"colon"}),
        ("Read more…", {"sentence", "ellipsis"}),
        ("Read more", {"word"}),
        ("“Read more”", set()),
        ("quay |", set()),
        (".", {"sentence"}),
        ("”", set()),
        ("", set()),
    ],
)
def test_the_end_is_the_last_mark_or_the_one_within_the_closing_quote(text, ends):
    names = {
        "sentence": "ends as a sentence",
        "question": "ends with a question",
        "colon": "ends with a colon",
        "ellipsis": "ends with an ellipsis",
        "word": "ends in a word",
    }

    assert {key for key, name in names.items() if column(text, name)} == ends


@pytest.mark.parametrize(
    ("text", "starts"),
    [("and so", {"lower"}), ("3 men", {"digit"}), ("“So”", {"quote"}), ("So", set()), ("東", set()), ("", set())],
)
def test_the_start_is_the_first_character(text, starts):
    names = {"lower": "starts in lower case", "digit": "starts with a digit", "quote": "starts with a quote"}

    assert {key for key, name in names.items() if column(text, name)} == starts


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("One. Two. Three.", "sentence ends", math.log1p(3)),
        ("one, two; three", "commas", 2 / 3),
        ("12 ab", "digits", 2 / 5),
        ("ABcd", "capitals", 2 / 4),
        ("12", "capitals", 0),
        ("The QUAY opened", "capitalised words", 2 / 3),
        ("“a” “b”", "quotes", 4 / 3),
        ("“““““““““", "quotes", 2),
        ("a | b", "symbols", 1 / 5),
        ("東a", "unspaced script", 1 / 2),
        ("Quay", "unspaced script", 0),
    ],
)
def test_shares_are_of_the_words_or_the_characters(text, name, value):
    assert column(text, name) == pytest.approx(value)


def test_no_paragraph_gives_no_row():
    words, features = shape_features([])

    assert words.shape == (0,)
    assert features.shape == (0, len(NAMES))
