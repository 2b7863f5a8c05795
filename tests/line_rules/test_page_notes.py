"""Notes of the page about itself are found by the words of their subject, and sentences about that subject are not."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.line_rules.page_notes import LETTERS, WordBegins
from corestory.line_rules.patterns import table


def test_no_part_of_a_word_in_the_table_is_empty_or_in_capitals_which_would_find_all_or_nothing() -> None:
    groups = [parts.split("|") for _, _, parts in table("page_notes.tsv")]
    assert all(part.strip() and part == part.casefold() for group in groups for part in group)
    assert all(len(group) > 10 for group in groups)


WORDS = ["a", "tan", "tanz", "tank", "größe", "grow", "1234", "дом", "домой", "x_y", "𝔘𝔫𝔦"]
LINES = st.lists(st.lists(st.sampled_from([*WORDS, " ", " ", "-", "’", "。", "!"])).map("".join))


@given(LINES)
def test_the_words_that_begin_alike_are_found_in_their_lines(lines):
    known = np.unique(WordBegins(WORDS).begin)
    number = {word[:LETTERS]: int(np.searchsorted(known, WordBegins([word]).begin)[0]) for word in WORDS}
    expected = [
        (line, number[word[:LETTERS]])
        for line, text in enumerate(lines)
        for word in re.findall(r"\w+", text)
        if word[:LETTERS] in number
    ]
    assert WordBegins(lines).among(known) == expected


def test_each_character_of_a_script_without_spaces_begins_a_word():
    known = np.unique(WordBegins(["quay"]).begin)
    assert WordBegins(["港町quay港町", "港町"]).among(known) == [(0, 0)]
