import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import characters
from corestory.features.shapes import LONGEST, MARKS, NAMES, TOKENS_READ, form_tokens, shape_features, unmarked

WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=8), min_size=2, max_size=8).map(" ".join)


def marks_of(text):
    return {name for name, has in zip(MARKS, unmarked([text])[1][0], strict=True) if has}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("• {}", "bullet"), ("•{}", "bullet"), ("o {}", "bullet"), ("» {}", "bullet"), ("- {}", "dash"),
        ("– {}", "dash"), ("* {}", "asterisk"), ("  * {}", "asterisk"), ("1. {}", "number"), ("12) {}", "number"),
        ("a) {}", "number"), ("> {}", "quote mark"), ("## {}", "heading mark"), ("| {}", "table cell"),
        ("[12]{}", "link mark"), ("[{}](https://quay.example/a_(b))", "link mark"),
        ('![{}](/ferry.jpg "The ferry")', "link mark"),
    ],
)  # fmt: skip
@given(text=WORDS.filter(lambda text: not text.startswith("o ")))
def test_a_mark_is_told_and_the_words_are_read_without_it(written, name, text):
    marked = written.format(text)
    assert unmarked([marked])[0] == [text]
    assert marks_of(marked) == {name}


@given(text=WORDS)
def test_emphasis_is_no_part_of_the_words(text):
    plain = unmarked([text])[0]
    assert unmarked([f"**{text}**"])[0] == unmarked([f"_{text}_"])[0] == plain


def test_a_quoted_list_item_has_both_marks():
    assert unmarked(["> * Ferry late"])[0] == ["Ferry late"]
    assert marks_of("> * Ferry late") == {"quote mark", "asterisk"}


@pytest.mark.parametrize(
    "text",
    ["12 boats sailed.", "1.5 million came", "-5 degrees", "“Late again”", "2026", "snake_case, f[12] and a*b", "[sic]",
     "*", "•", "- ", "1.", ""],
)  # fmt: skip
def test_what_is_no_mark_of_a_rendering_stays(text):
    assert unmarked([text])[0] == [text]
    assert not marks_of(text)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_paragraph_loses_all_that_it_shows(texts):
    plain, marks = unmarked(texts)
    assert len(plain) == len(texts) == len(marks)
    for before, after in zip(texts, plain, strict=True):
        assert bool(after.strip()) == bool(before.strip())
        assert len(after) <= len(before)


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


TEXTS = st.lists(
    st.one_of(st.text(st.characters(), max_size=15), st.text("aBc1٣ .,:“東ก_\x00\ud800", max_size=15)), max_size=6
)
_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in characters.UNSPACED)
PIECES = re.compile(rf"(?=\w)[{_CLASS}]|(?:(?![{_CLASS}])\w)+|[^\w\s\x00]")


def kind(piece):
    """What a word looks like; any other character is itself."""
    if not re.match(r"\w", piece):
        return piece
    if re.match(f"[{_CLASS}]", piece):
        return "unspaced"
    digits, upper, lower = (len([c for c in piece if test(c)]) for test in (str.isdecimal, str.isupper, str.islower))
    if digits == len(piece):
        return "digits", min(len(piece), 5)
    if lower and not upper and not digits:
        return "lower", (len(piece) >= 4) + (len(piece) >= 8)
    if upper > 1 and not lower and not digits:
        return "upper"
    return "capitalised" if piece[0].isupper() else "mixed"


@given(TEXTS)
def test_a_texts_form_is_the_kinds_of_its_words_its_marks_and_its_ends(texts):
    tokens = form_tokens(texts)
    forms = [["begin", *map(kind, PIECES.findall(text)), "end"] for text in texts]

    flat = [token for form in forms for token in form]
    assert tokens.row.tolist() == [row for row, form in enumerate(forms) for _ in form]
    pairs = set(zip(map(str, flat), tokens.hashes.tolist(), strict=True))
    assert len(pairs) == len(set(map(str, flat))) == len(set(tokens.hashes.tolist()))
    assert (tokens.count, tokens.longest) == (len(texts), LONGEST)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("By Mara Illing", "Av Jörgen Åkesson"),
        ("It rained.", "Er weint."),
        ("BBC 2024", "ДНК 1066"),
        ("Мара", "Nora"),
        ("東京", "日本"),
    ],
)
def test_the_same_form_is_the_same_in_every_language(one, other):
    assert form_tokens([one]).hashes.tolist() == form_tokens([other]).hashes.tolist()


@pytest.mark.parametrize(
    ("one", "other"), [("it", "It"), ("it.", "it"), ("10", "100"), ("NATO", "Nato"), ("B4", "4"), ("a b", "a, b")]
)
def test_other_forms_differ(one, other):
    assert form_tokens([one]).hashes.tolist() != form_tokens([other]).hashes.tolist()


def test_of_a_long_paragraph_the_start_counts_and_that_it_ends():
    long = form_tokens(["It rained, " * TOKENS_READ])

    assert len(long.row) == TOKENS_READ + 2
    assert long.hashes.tolist() == form_tokens(["It rained, " * TOKENS_READ + "NATO"]).hashes.tolist()


def test_forms_are_the_same_however_many_texts_are_read_at_once(monkeypatch):
    texts = ["By Mara Illing", "", "東京 2025.", "\x00", "It rained."] * 3
    at_once = form_tokens(texts)
    monkeypatch.setattr(characters, "PIECE", 2)
    in_pieces = form_tokens(texts)

    assert in_pieces.row.tolist() == at_once.row.tolist()
    assert in_pieces.hashes.tolist() == at_once.hashes.tolist()


@pytest.mark.parametrize(("texts", "tokens"), [([], 0), ([""], 2), (["", " \x00"], 4)])
def test_where_there_is_nothing_there_are_only_ends(texts, tokens):
    assert len(form_tokens(texts).row) == tokens
