import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import characters, codepoints
from corestory.features.word_shapes import LONGEST, TOKENS_READ, form_tokens

TEXTS = st.lists(
    st.one_of(st.text(st.characters(), max_size=15), st.text("aBc1٣ .,:“東ก_\x00\ud800", max_size=15)), max_size=6
)
_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in codepoints.UNSPACED)
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
