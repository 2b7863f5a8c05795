"""Labels, buttons, credits and dates of the page are found by how they begin, and lines of the story are not."""

import re

import pytest

from corestory.line_rules.page_labels import is_title_without_story, page_labels
from corestory.line_rules.patterns import table, words_of
from corestory.line_rules.teasers import folded
from corestory.reading.article import Article
from line_rules.rule_lines import found_if_kept

STORY = "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May."


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["Image caption,", "The ferry at the quay"], ["Image caption,", "The ferry at the quay"]),
        (["Image caption,", STORY], ["Image caption,"]),
        (["A caption", "The ferry at the quay"], []),
    ],
)
def test_a_caption_is_found_below_a_line_that_is_nothing_but_its_label(lines: list[str], found: list[str]) -> None:
    assert found_if_kept(page_labels, Article("a", [STORY, *lines])) == found


def test_each_row_of_the_table_has_a_form_and_parts_in_the_letters_in_which_lines_are_compared() -> None:
    rows = table("page_labels.tsv")
    assert {form for _, form, _ in rows} == {
        "any",
        "begin",
        "lead",
        "whole",
        "date",
        "time",
        "credit",
        "label",
        "words",
    }
    parts = [(form, part) for _, form, some in rows for part in some.split("|")]
    assert all(part.strip() and part == folded(part) for _, part in parts)
    assert len(set(parts)) == len(parts)


def test_no_word_of_a_label_or_a_note_mixes_scripts():
    scripts = [
        re.compile(rf"[{of}]")
        for of in ("a-z", "\u0370-\u03ff", "\u0400-\u04ff", "\u0590-\u05ff", "\u0600-\u06ff", "\u0900-\u097f")
    ]
    for name in ("page_labels.tsv", "page_notes.tsv", "words.tsv"):
        for word in re.findall(r"[^\W\d_]+", re.sub(r"\\.", " ", " ".join(row[-1] for row in table(name)))):
            assert sum(script.search(word) is not None for script in scripts) <= 1, (name, word)


def test_each_title_of_the_table_is_known_beside_the_name_of_a_site():
    for title in words_of("titles without a story"):
        assert is_title_without_story(f"{title} | The Bay Post"), title
