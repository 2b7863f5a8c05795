import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.line_marks import NAMES, unmarked

WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=8), min_size=2, max_size=8).map(" ".join)


def marks_of(text):
    return {name for name, has in zip(NAMES, unmarked([text])[1][0], strict=True) if has}


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
