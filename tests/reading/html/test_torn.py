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
