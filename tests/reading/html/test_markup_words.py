import pytest

from corestory.reading.html.markup_words import block_words, inline_words


def test_words_are_parts_of_names_once_each():
    assert block_words(("h1", "HTMLPage storyBody2 a", ("page-x", "story"))) == "h_one html page story body"
    assert block_words(("p", "a&amp;bc", ())) == "p bc"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("aB a-bc ABc ABCd aBC", "bc bc ab cd bc"), ("A1 x1y B", ""), ("MAIN_story2Text", "main story text"),
        ("xé éxy", "xy"), ("a" * 298 + "Bcd", "a" * 298 + " bc"), ("&amp;" * 299 + "Bc", ""),
    ],
)  # fmt: skip
def test_a_part_begins_at_a_capital_and_has_two_letters_at_least(value, parts):
    assert " ".join(inline_words(("b", value, ()))) == " ".join(["inb", *("in" + part for part in parts.split())])
