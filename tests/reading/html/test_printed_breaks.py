"""Breaks at the ends of printed lines are spaces, or nothing within a word; those of verse and of addresses stay."""

import pytest

from corestory.reading.html.page import read_page

LINES = [
    *("The old quay of Skarne opened on Monday after a long", "delay that storms in the spring had caused, and nearly"),
    *("two hundred people came.", "It cost a million, of which the town has to pay a half"),
    *(
        "over the next ten years, said the mayor, who had come",
        "by boat and left on foot, in the rain and in a coat of",
    ),
    *("her own, for there was no umbrella to be had in the", "whole of the harbour at that hour."),
]
PARAGRAPHS = [" ".join(LINES[:3]), " ".join(LINES[3:])]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" + "<br>\n".join(LINES) + "</div>",
        "<p>Ad</p><div>" + "".join(f"<span>{line}</span><br role='presentation'>" for line in LINES) + "</div>",
        "<td>" + "<br />".join(f"<b>{line}</b>" for line in LINES),
    ],
)
def test_paragraphs_of_printed_lines_end_where_a_line_had_room(html):
    assert read_page(html).texts[-2:] == PARAGRAPHS


def test_a_word_that_a_break_parts_is_whole_where_several_are():
    parted = "<p>The kitchen cup-<br>board has mush-<br>rooms for all of the <i>um-</i><br>brellas.</p>"
    parted += "<p>A well-<br>known man.</p>"
    assert read_page(parted + "<p>Well-known it is.</p>").texts[:2] == [
        "The kitchen cupboard has mushrooms for all of the umbrellas.", "A well- known man.",
    ]  # fmt: skip
    assert read_page("<p>The cup-<br>board and the mush-<br>rooms.</p>").texts == [
        "The cup- board and the mush- rooms."
    ]


def test_a_link_keeps_its_share_of_a_paragraph_whose_breaks_are_gone():
    html = "<div>" + "<br>".join([*LINES[:-1], f"<a href=x>{LINES[-1]}</a>"]) + "</div>"
    page = read_page(html)
    assert page.markup is not None
    assert [round(share, 1) for share in page.markup.density] == [0.0, 0.1]


def test_verse_keeps_its_lines_together():
    verse = ["the boats went out in vain,", "we sold our fish in Ostvik", "and drove home in the rain."] * 3
    assert read_page("<p>" + "<br>".join(verse) + "</p>").texts == [" ".join(verse)]
