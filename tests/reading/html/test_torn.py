import textwrap

import pytest

from corestory.reading.html.page import read_page

PARAGRAPHS = [
    "The harbour council voted on Tuesday evening to reopen the old swing bridge after eleven months of repairs.",
    "Workers had replaced the rusted gears and the deck, which had been closed to lorries since the storm of March, "
    "and which the town had wanted to sell for as long as anybody could remember.",
    "The mayor said that the town would pay for the rest of the work by itself in May, and that nobody had to worry.",
    "A boat took people across in the meantime, if the wind was not too strong for it, and on Sundays it cost nothing.",
]


def lines(width=60):
    return [textwrap.wrap(text, width) for text in PARAGRAPHS]


@pytest.mark.parametrize("line", ["<div class='t y{n}'>{}</div>", "<div><span>{} </span></div>\n"])
def test_the_printed_lines_of_a_page_are_lines_of_a_text(line):
    blocks = "<div><br></div>".join(
        "".join(line.format(text, n=number) for number, text in enumerate(some)) for some in lines()
    )
    assert read_page(f"<h1>Bridge</h1><div>{blocks}</div><p>End").texts == ["Bridge", *PARAGRAPHS, "End"]


def test_an_initial_that_is_a_picture_belongs_to_its_word():
    assert read_page("<p><img class=cap src=t.png alt=T>he quay.</p>").texts == ["The quay."]
    for other in ("<p><img alt=T> He came.", "<p><img alt=The>quay.", "<p>On <img alt=T>he quay."):
        assert "T" not in read_page(other).texts[0]


def test_lists_in_lower_case_keep_their_lines():
    items = [
        f"the {what} of the bridge" for what in ("deck", "gears", "lamps", "rails", "paint", "bolts", "name", "ropes")
    ]
    assert read_page("".join(f"<div>{item}</div>" for item in items)).texts == items


def test_paragraphs_that_begin_in_lower_case_stay_apart():
    texts = [f"{number}: {text}".lower()[3:] for number in range(3) for text in PARAGRAPHS]
    assert read_page("".join(f"<p>{text}</p>" for text in texts)).texts == texts


SENTENCES = ["The quay opened on Monday after a long delay.", "“It works,” said the harbour master at noon.", "Cheers."]


@pytest.mark.parametrize(
    "form", ["<span>{}</span>", "<label>{}</label>", "<em><b>{}</b></em>", '<span class="block mb-4">{}</span>',
             '<span class="text-sm d-block">{}</span>'],
)  # fmt: skip
def test_sentences_in_inline_elements_without_a_space_between_are_paragraphs(form):
    assert read_page(f"<div>{''.join(map(form.format, SENTENCES[::2]))}</div>").texts == SENTENCES[::2]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p><a href=1>The quay opened on Monday.</a><a href=2>Nobody came.</a></p>",
         ["The quay opened on Monday. Nobody came."]),
        ("<p><b>The quay opened on Monday.</b> <i>Nobody</i> came.</p>", ["The quay opened on Monday. Nobody came."]),
        ("<p><b>The quay opened on Monday</b><i>Nobody</i> came.</p>", ["The quay opened on MondayNobody came."]),
        ("<p><b>The quay.</b><i>Nobody</i> came.</p>", ["The quay.Nobody came."]),
        ("<p><b>The quay opened at skarne.</b><i>org</i> came.</p>", ["The quay opened at skarne.org came."]),
        ('<p>The quay <span class="block">opened</span> on Monday.</p>', ["The quay opened on Monday."]),
        ('<p>The quay <span class="blockquote">opened</span><span class="inline-block">ed</span>.</p>',
         ["The quay openeded."]),
    ],
    ids=["links", "a space", "no sentence", "a label", "an address", "within a line", "other classes"],
)  # fmt: skip
def test_other_inline_elements_stay_within_their_line(html, texts):
    assert read_page(html).texts == texts


def test_a_block_that_its_style_shows_within_a_line_is_no_paragraph():
    words = " ".join(f'<div style="display: inline">{word}</div>' for word in SENTENCES[0].split())
    assert read_page(f"<div>{words}</div>").texts == [SENTENCES[0]]
    apart = "".join(f'<div style="display:inline-block">{text}</div>' for text in SENTENCES)
    assert read_page(f"<div>{apart}</div>").texts == SENTENCES


PRINTED = [
    *("The old quay of Skarne opened on Monday after a long", "delay that storms in the spring had caused, and nearly"),
    *("two hundred people came.", "It cost a million, of which the town has to pay a half"),
    *(
        "over the next ten years, said the mayor, who had come",
        "by boat and left on foot, in the rain and in a coat of",
    ),
    *("her own, for there was no umbrella to be had in the", "whole of the harbour at that hour."),
]
JOINED = [" ".join(PRINTED[:3]), " ".join(PRINTED[3:])]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" + "<br>\n".join(PRINTED) + "</div>",
        "<p>Ad</p><div>" + "".join(f"<span>{line}</span><br role='presentation'>" for line in PRINTED) + "</div>",
        "<td>" + "<br />".join(f"<b>{line}</b>" for line in PRINTED),
    ],
)
def test_paragraphs_of_printed_lines_end_where_a_line_had_room(html):
    assert read_page(html).texts[-2:] == JOINED


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
    html = "<div>" + "<br>".join([*PRINTED[:-1], f"<a href=x>{PRINTED[-1]}</a>"]) + "</div>"
    page = read_page(html)
    assert page.markup is not None
    assert [round(share, 1) for share in page.markup.density] == [0.0, 0.1]


def test_verse_keeps_its_lines_together():
    verse = ["the boats went out in vain,", "we sold our fish in Ostvik", "and drove home in the rain."] * 3
    assert read_page("<p>" + "<br>".join(verse) + "</p>").texts == [" ".join(verse)]
