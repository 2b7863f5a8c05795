"""Heads, feet and numbers of printed pages in a text."""

import textwrap

import pytest

from corestory.reading.one_article import spans_of
from corestory.reading.printed_pages import page_heads
from corestory.reading.text import split_text

PAGE = [
    "The quay was opened again on Monday after a long delay that the storms of May had caused, the council said."
] * 5


def of_pages(*heads):
    return [line for head in heads for line in (*PAGE, *head)]


@pytest.mark.parametrize(
    "heads",
    [
        [["12"], ["13"], ["14"]],
        [["Bay Post 8"], ["Bay Post 10"], ["Bay Post 12"]],
        [["Seite 1 von 3"], ["Seite 2 von 3"], ["Seite 3 von 3"]],
        [["- 1 -"], ["- 2 -"], ["- 3 -"]],
        [
            ["Вестник порта, 3 мая 2024, стр. 1"],
            ["Вестник порта, 3 мая 2024, стр. 2"],
            ["Вестник порта, 3 мая 2024, стр. 3"],
        ],
        [["Old quays", "7"], ["8", "Old quays"], ["9"]],
        [["1/3", "3.5.24, 9:40 Old quays"], ["2/3", "3.5.24, 9:40 Old quays"], ["3/3"]],
        [["https://post.example/7 1/2"], ["https://post.example/7 2/2"]],
        [["- 2 -"]],
        [["Page 2"]],
    ],
)
def test_lines_that_count_pages_and_what_is_repeated_beside_them_are_heads(heads):
    assert page_heads(["Old quays", *of_pages(*heads)]) >= {line for head in heads for line in head}


@pytest.mark.parametrize(
    "heads",
    [
        [["12"], ["13"]],
        [["Step 1"], ["Step 2"], ["Step 3"]],
        [["1"], ["2"], ["3"]],
        [["Week 12"], ["Week 14"], ["Week 15"]],
        [["12 May"], ["13 May"], ["14 May"]],
        [["Kapitel 4"], ["Kapitel 5"], ["Kapitel 6"]],
        [["§ 12"], ["§ 13"], ["§ 14"]],
        [["10.30"], ["11.30"], ["12.30"]],
        [["4. Skarne"], ["3. Ostvik"], ["2. Turl"]],
        [["Winter 2021"], ["Winter 2022"], ["Winter 2023"]],
        [["Day 7"], ["Day 8"], ["Day 9"]],
        [["# Round 10"], ["# Round 11"], ["# Round 12"]],
        [["第4章"], ["第5章"], ["第6章"]],
        [["7. Tag"], ["8. Tag"], ["9. Tag"]],
        [["Pros"], ["Pros"], ["Pros"]],
        [["In 12 towns, 40 boats"], ["In 13 towns, 42 boats"], ["In 14 towns, 31 boats"]],
    ],
)
def test_numbered_and_repeated_subheads_are_none(heads):
    assert page_heads(of_pages(*heads)) == set()


def test_the_last_page_may_be_short():
    assert page_heads([*of_pages(["7"], ["8"]), "The end.", "9"]) == {"7", "8", "9"}


def test_lines_that_follow_each_other_are_a_list():
    assert page_heads([*PAGE, "Bus 12", "Bus 13", "Bus 14", *PAGE]) == set()


def test_a_sentence_goes_on_behind_the_head_of_a_page_and_the_head_stands_behind_its_paragraph():
    lines, want = [], []
    for number in range(9):
        story = f"{PAGE[0]} Nobody knew of the {number + 40} boats."
        first, *others = textwrap.wrap(story, 60)
        heads = ["THE BAY POST", str(12 + number // 3)] if number % 3 == 2 else []
        lines += [first, *(line for head in heads for line in ("", head)), *[""] * len(heads), *others, ""]
        want += [story, *heads]
    text = "\n".join(lines)
    assert split_text(text) == want
    assert [span is not None for span in spans_of(want, text)] == [len(line) > 20 for line in want]
