"""Wrapped lines are rejoined to paragraphs whatever their width; lines of verse, lists and headlines stay apart."""

import textwrap

import pytest

from corestory.reading.one_article import spans_of
from corestory.reading.text import split_text

LEAD = (
    "The harbour council voted on Tuesday evening to reopen the old swing bridge, eleven months after a barge struck "
    "its northern pier and left it jammed half way across the channel."
)
QUOTE = (
    "“Nobody here has forgotten what that winter was like,” said Marta Oduya, who runs the chandlery on the east quay "
    "and lost most of her trade when the bridge stood open. “We are still paying for it.”"
)


def wrapped(paragraph: str, width: int = 72) -> str:
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


def test_the_narrow_columns_of_a_newspaper_are_rejoined() -> None:
    story = [LEAD, QUOTE, LEAD]
    assert split_text("\n".join(wrapped(paragraph, 34) for paragraph in story)) == story
    assert split_text("\n\n".join(wrapped(paragraph, 34) for paragraph in story)) == story


def test_a_short_line_that_ends_within_a_word_goes_on() -> None:
    lines = [*wrapped(LEAD).split("\n"), "The men of the har-", "bour board had said so, and nobody had heard them."]
    assert split_text("\n".join([*lines, "", wrapped(QUOTE)]))[-2].endswith(
        "The men of the har-bour board had said so, and nobody had heard them."
    )


def test_narrow_lines_of_verse_and_lists_stay_lines() -> None:
    verse = [
        "i saw the boats go out at dawn",
        "with lamps",
        "and heard them call",
        "across the bay",
        "till noon",
        "at last",
    ]
    goods = ["flour and water for the loaves", "a pinch of salt", "two spoons of butter", "one egg", "milk and honey"]
    assert split_text("\n".join(verse)) == verse
    assert split_text("\n".join([*goods, "", *verse])) == [*goods, *verse]


def test_headlines_in_capitals_are_not_glued_to_the_lines_around_them() -> None:
    heads = ["THE PORT ELDER MERCURY, TUESDAY, MARCH 10, 1931. PRICE: TWOPENCE.", "RUNAWAY HORSE IN THE HIGH STREET."]
    lines = [*heads, wrapped(LEAD, 66), wrapped(QUOTE, 66), "ADVERTISEMENTS.", wrapped(LEAD, 66)]
    assert split_text("\n".join(lines)) == [*heads, LEAD, QUOTE, "ADVERTISEMENTS.", LEAD]
    shouted = LEAD.upper()
    assert split_text("\n\n".join([wrapped(shouted), wrapped(LEAD)])) == [shouted, LEAD]


def test_a_program_that_fills_its_lines_ends_a_paragraph_where_the_next_word_had_room() -> None:
    first = (
        "The harbour council voted on Tuesday evening to open the old bridge, "
        "eleven months after a large ship struck it."
    )
    lines = wrapped(first, 40).split("\n") + wrapped(f"A man {QUOTE}", 40).split("\n")
    assert 33 < len(lines[2]) < 38
    assert split_text("\n".join(lines)) == [first, f"A man {QUOTE}"]


def test_a_cell_of_a_table_is_wrapped_at_its_own_width() -> None:
    page = [wrapped(LEAD + " " + LEAD, 90)] * 6
    assert split_text("\n\n".join([*page, wrapped(LEAD, 44)]))[-1] == LEAD


@pytest.mark.parametrize("number", ["12", "- 12 -", "Seite 3 von 9"])
@pytest.mark.parametrize("end", ["\n\n{}\n\n", "\n{}\n", "\n\n{}\n\n\x0c"])
def test_a_sentence_goes_on_behind_the_number_of_a_page(number: str, end: str) -> None:
    first, *others = wrapped(LEAD, 44).split("\n")
    text = first + end.format(number) + "\n".join(others) + f"\n\n{wrapped(LEAD, 44)}"
    assert split_text(text) == [LEAD, number, LEAD]
    second = text.index(first, 1)
    assert spans_of([LEAD, number, LEAD], text) == ((0, second - 2), None, (second, len(text)))


def test_a_paragraph_goes_on_behind_each_of_its_pages_and_takes_no_other_in() -> None:
    first, second, *others = wrapped(f"{LEAD} {LEAD}", 64).split("\n")
    text = f"{first}\n\n12\n\n{second}\n\n13\n\n" + "\n".join(others)
    assert split_text(text) == [f"{LEAD} {LEAD}", "12", "13"]
    story = f"{wrapped(LEAD, 44)} The council\n\n12\n\nasked for\n\nnew ropes\n\nnew chains"
    assert split_text(story) == [f"{LEAD} The council asked for", "12", "new ropes", "new chains"]


def test_a_number_between_paragraphs_and_a_list_of_numbers_stay_where_they_are() -> None:
    story = wrapped(LEAD, 44)
    assert split_text(f"{story}\n\n12\n\n{story}") == [LEAD, "12", LEAD]
    assert split_text(f"{story}\n\n12\n\n13\n\nfish and chips") == [LEAD, "12", "13", "fish and chips"]


def test_a_sentence_goes_on_behind_the_end_of_a_page() -> None:
    first, *others = wrapped(LEAD, 44).split("\n")
    text = first + "\n\n\x0c" + "\n".join(others) + f"\n\x0c{wrapped(LEAD, 44)}"
    assert split_text(text) == [LEAD, LEAD]


def test_a_heading_at_the_end_of_a_page_is_no_part_of_the_next() -> None:
    story = wrapped(LEAD, 44)
    text = f"{story}\n\nWhat the council of the harbour has said now\n\n\x0c{story}"
    assert split_text(text) == [LEAD, "What the council of the harbour has said now", LEAD]


def test_a_single_longer_line_does_not_keep_the_lines_of_a_short_text_apart() -> None:
    address = "Photographs and letters for the next number reach the editor at the old customs house by the quay"
    assert split_text("\n".join([*wrapped(LEAD, 44).split("\n"), address])) == [LEAD, address]


def test_a_quoted_word_in_lower_case_goes_on() -> None:
    story = "Au tout début de la législature, le député « constructif » avait obtenu ce poste avec les voix du centre."
    lines = [
        "Au tout début de la législature, le député",
        "« constructif » avait obtenu ce poste avec les",
        "voix du centre.",
    ]
    assert split_text("\n".join([*lines, "", *lines])) == [story, story]


def test_addresses_below_a_wrapped_text_do_not_tell_that_it_is_not_wrapped():
    lines = ["The old quay opened on Monday after a long", "delay that storms had caused, said the mayor."]
    footer = ["____________", "bay-news list", "bay-news@lists.example", "https://lists.example/bay-news"]
    assert split_text("\n\n".join(["\n".join(lines)] * 5) + "\n\n" + "\n".join(footer))[:5] == [" ".join(lines)] * 5


def test_fields_and_directives_of_a_markup_do_not_tell_that_a_text_is_not_wrapped():
    lines = ["The old quay opened on Monday after a long", "delay that storms had caused, said the mayor."]
    head = [":author: Ann Lee", ":date: 2025-04-08", "", ".. image:: quay.jpg", "   :alt: the quay", "   :width: 600"]
    assert split_text("\n".join(head) + "\n\n" + "\n\n".join(["\n".join(lines)] * 2))[-2:] == [" ".join(lines)] * 2
