import time
from contextlib import suppress

import pytest

from corestory.errors import InputError
from corestory.reading.one_article import MAX_ATTRIBUTES, MAX_NESTING, MAX_OPTIONS, excess_of_page, page_article

# Made when they are needed: they are megabytes.
HOSTILE = {
    "open elements": lambda: "<div>" * 100_000,
    "closed elements": lambda: "<div>" * 100_000 + "x" + "</div>" * 100_000,
    "readings without their word": lambda: "<rt>a" * 100_000,
    "attributes": lambda: attributes(" a{}=1"),
    "bare attributes": lambda: attributes(" a{}"),
    "quoted attributes": lambda: attributes(" a{}='>'"),
    "attributes with slashes": lambda: attributes("/a{}"),
}


def attributes(form):
    return f"<p{''.join(map(form.format, range(300_000)))}>One."


@pytest.mark.parametrize("case", HOSTILE)
def test_a_page_that_exceeds_a_bound_is_refused_in_words_and_at_once(case):
    html = HOSTILE[case]()
    begun = time.process_time()
    with pytest.raises(InputError, match=r"a\.html: a page with (elements nested|an element of) more than 5,000"):
        page_article(html, article_id="a", where="a.html")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * (MAX_NESTING - 1) + "One.",
        "<p>One.<br><img>" * 20_000,
        "<ul>" + "<li>One." * 20_000,
        "<p " + " ".join(f"a{number}=1" for number in range(MAX_ATTRIBUTES - 2)) + ">One.",
        f"<img src='data:{'x' * 1_000_000}'><p>One.",
        "<pre>" + "word " * 100_000,
        "<script>" + "a < b && c > d; " * 20_000 + "</script>One.",
    ],
)
def test_a_large_page_that_keeps_to_the_bounds_is_read(html):
    assert excess_of_page(html) == ""


@pytest.mark.parametrize(
    "option", ["<option>Skarne", "<OPTION value='1'>Skarne</OPTION>\n", "<oPtion\nvalue=1>Skarne<"]
)
def test_of_a_page_with_endless_lists_to_choose_from_the_story_is_read_at_once(option):
    begun = time.process_time()
    html = f"<p>One.</p><select>{option * 3 * MAX_OPTIONS}</select><p>Two.</p>"
    assert page_article(html, article_id="a", where="a.html").texts == ["One.", "Two."]
    assert time.process_time() - begun < 1


def test_an_element_whose_name_begins_like_an_option_is_read():
    html = f"<option-text>One.</option-text>{'<br>' * MAX_OPTIONS}"
    assert page_article(html, article_id="a", where="a.html").texts == ["One."]


PIECES = [
    "<meta ",
    "<meta charset",
    "<a x='",
    '<a x="',
    "<p <",
    "<!--",
    "&quot;",
    "<br>a ",
    "<div>a",
    "<div>a b</div>",
    "<iframe/>",
    "<a b='' ",
    "<script/></script>",
]
# Within a script.
PIECES += [
    f"<script>{piece * 10_000}</script>" for piece in ('x0={"a\\"', "xx=[", 'xx=[["', "__xx='", "a(", "xx= JSON.parse(")
]


@pytest.mark.parametrize("piece", PIECES, ids=[piece[:20] for piece in PIECES])
def test_a_page_of_one_piece_over_and_over_is_read_or_refused_at_once(piece):
    begun = time.process_time()
    with suppress(InputError):
        page_article("One." + piece * (1 if "script" in piece else 20_000) + "Two.", article_id="a", where="a.html")
    assert time.process_time() - begun < 5
