import pytest

from corestory.reading.html.page import read_page

LONG = "The harbour council voted on Tuesday evening to reopen the old swing bridge after eleven months of repairs"


def texts(html):
    return read_page(html).texts


@pytest.mark.parametrize("tag", ["stock-quote", "person", "location", "x-1", "nitf:person", "bsp-tooltip", "meter"])
def test_an_unknown_element_in_a_sentence_does_not_end_it(tag):
    assert texts(f"<p>Shares in <{tag} a=1>Arle Mills</{tag}> rose.</p>") == ["Shares in Arle Mills rose."]
    assert texts(f"<p><{tag}>Ida</{tag}> <{tag}>Thorne</{tag}></p>") == ["Ida Thorne"]
    assert texts(f"<div>She lives in <{tag}>Skarne</{tag}>, a town.</div>") == ["She lives in Skarne, a town."]


@pytest.mark.parametrize("outer", ["b", "a href=/ida", "em class=n", "person", "x-tip"])
@pytest.mark.parametrize("inner", ["person", "x-link", "button", "nitf:person"])
@pytest.mark.parametrize("block", ["p", "div", "li", "td"])
def test_an_unknown_element_or_a_button_within_an_inline_one_does_not_end_the_sentence(outer, inner, block):
    name = f"<{outer}><{inner}>Ida Thorne</{inner}></{outer.partition(' ')[0]}>"
    page = f"<table><tr><{block}>The mayor, {name}, was late.</{block}></table>"
    assert texts(page) == ["The mayor, Ida Thorne, was late."]


def test_unknown_elements_within_one_in_a_sentence_do_not_end_it_either():
    name = "<person><name><given>Ida</given> <family>Thorne</family></name></person>"
    assert texts(f"<p>The mayor, {name}, was late.</p><p>{name}</p>") == [
        "The mayor, Ida Thorne, was late.",
        "Ida Thorne",
    ]
    card = f"<x-card><x-title>{LONG}</x-title><x-text>{LONG}.</x-text></x-card>"
    assert texts(f"<div><a href=/1>{card}</a><a href=/2>{card}</a></div>") == [LONG, f"{LONG}."] * 2
    assert texts(f"<div>By our staff {card} More</div>") == ["By our staff", LONG, f"{LONG}.", "More"]


@pytest.mark.parametrize("tag", ["x-card", "unknown"])
def test_an_unknown_element_with_blocks_in_it_or_on_its_own_ends_paragraphs(tag):
    assert texts(f"<div>One<{tag}><p>Two</p></{tag}>Three</div>") == ["One", "Two", "Three"]
    assert texts(f"<div><{tag}>One</{tag}><{tag}>Two</{tag}></div>") == ["One", "Two"]


def test_a_button_within_a_sentence_belongs_to_it_and_another_is_its_own_paragraph():
    assert texts("<p>Look up <button>the weighting</button> of a school.</p>") == ["Look up the weighting of a school."]
    assert texts("<p>A caption<button>Enlarge</button></p>") == ["A caption", "Enlarge"]


def test_formulas_are_read_and_their_other_notation_and_drawings_are_not():
    formula = "<math><mi>n</mi><mo>+</mo><mn>2</mn><annotation>n+2</annotation></math>"
    assert texts(f"<p>Each gets {formula} teachers <svg><title>i</title></svg>.") == ["Each gets n+2 teachers ."]


def test_the_readings_of_ruby_are_left_out():
    assert texts("<p><ruby>村<rp>(</rp><rt>むら</rt><rp>)</rp></ruby>の人") == ["村の人"]


def test_text_for_screen_readers_is_left_out_of_prose_and_stays_in_labels():
    link = '<a href="/r">the report<span class="sr-only"> (opens in a new window)</span></a>'
    assert texts(f"<p>{LONG}, says {link}.") == [f"{LONG}, says the report."]
    assert texts('<p><a href="/s"><span class="sr-only">Share on</span> Facebook</a>') == ["Share on Facebook"]


def test_a_row_of_figures_is_one_paragraph_with_or_without_blocks_in_its_cells():
    rows = "".join(f"<tr><td><p>{year}</p></td><td>{year * 2:,}</td></tr>" for year in (2019, 2020))
    assert texts(f"<table><thead><tr><th>Year<th>Sum</thead>{rows}</table><p>End") == [
        "Year Sum", "2019 4,038", "2020 4,040", "End",
    ]  # fmt: skip


def test_so_is_one_with_something_hidden_in_a_cell():
    rows = "".join(f"<tr><td>{year} <b hidden>x</b><td>{year * 2:,}" for year in (2019, 2020))
    assert texts(f"<table>{rows}</table><p>End") == ["2019 4,038", "2020 4,040", "End"]


def test_a_table_that_lays_out_a_page_is_cut_as_before():
    menu = "".join(f"<tr><td><a href=/{n}>Menu {n}</a></td><td>News {n}</td></tr>" for n in range(3))
    assert texts(f"<table>{menu}</table>")[:2] == ["Menu 0", "News 0"]
    assert texts(f"<table><tr><td>Menu<td>{LONG} and the town paid for it.<tr><td>a<td>b</table>")[0] == "Menu"


def test_a_term_and_its_definition_are_one_paragraph():
    assert texts("<dl><dt>Boil</dt> <dd>for a minute</dd><dt>Cool</dt><dd>it</dd></dl>After") == [
        "Boil for a minute", "Cool it", "After",
    ]  # fmt: skip
    assert texts("<dl><dt>Term</dt><dd><p>One</p><p>Two</p></dd></dl>") == ["Term", "One", "Two"]


def test_a_span_that_is_displayed_as_a_block_ends_paragraphs():
    span = '<span style="display: block">'
    assert texts(f"<div>{span}One.</span>{span}Two.</span><span style='display:inline-block'>T</span>hree</div>") == [
        "One.", "Two.", "Three",
    ]  # fmt: skip


@pytest.mark.parametrize("style", ["display:flow-root", "display: inline-block; width:100%", "width: 100%; float:left"])
def test_a_span_that_is_as_wide_as_a_block_ends_paragraphs(style):
    assert texts(f"<div><span style='{style}'>One.</span><span style='{style}'>Two.</span></div>") == ["One.", "Two."]
    assert texts("<p>T<span style='float:left;max-width:100%'>h</span>e.</p>") == ["The."]


@pytest.mark.parametrize(
    "initial",
    ["<div class=cap>T</div>", '<span style="float: left; display: block">T</span>', "<div><div>“T</div></div>"],
)
def test_an_initial_in_a_block_of_its_own_belongs_to_its_word(initial):
    first = "“The" if "“" in initial else "The"
    assert texts(f"<div>{initial}he quay opened.</div><p>B</p>") == [f"{first} quay opened.", "B"]
    assert texts(f"<div>{initial} He came.</div>") == [first[:-2], "He came."]
    assert texts(f"{initial}<p>he quay was opened on Monday, after a long delay.</p>") == [
        f"{first} quay was opened on Monday, after a long delay."
    ]
    assert texts(f"{initial}<p>he quay.</p>") == [first[:-2], "he quay."]
    assert texts(f"{initial}<p>tugs are pulled by nobody, for they pull all the others.</p>")[0] == first[:-2]


def test_spans_that_are_named_paragraphs_are_some_unless_they_stand_in_a_sentence():
    assert texts("<div><span class=article-para>One.</span>\n<span class=article-para>Two.</span></div>") == [
        "One.",
        "Two.",
    ]
    assert texts("<p>See <span class=paragraph>12</span> of it.</p>") == ["See 12 of it."]


def test_what_waits_for_the_pointer_or_a_click_is_no_part_of_a_sentence():
    assert texts(f"<p>{LONG} of 14,000<span role=tooltip>counted by hand</span> books.</p>") == [
        f"{LONG} of 14,000 books."
    ]
    assert texts(f"<p>{LONG}.</p><div popover><p>The Marr is a river.</p></div>") == [f"{LONG}."]


@pytest.mark.parametrize(
    "style", ["white-space: pre-line", "white-space:pre-wrap", "color:red;white-space:break-spaces"]
)
def test_line_ends_count_in_a_block_whose_style_shows_them(style):
    assert texts(f'<div style="{style}">{LONG}.\n\n{LONG}, too.</div>') == [f"{LONG}.", f"{LONG}, too."]
    assert texts(f'<div><span style="{style}">{LONG}\n\n and more.</span></div>') == [f"{LONG} and more."]


def test_the_link_of_a_heading_to_itself_is_no_part_of_it():
    headings = "<h2>The flood<a href=#f>#</a></h2><h2><a href=#p>¶</a>The pump</h2>"
    assert texts(f"{headings}<p>Number <a href=#9>9</a></p>") == ["The flood", "The pump", "Number 9"]


def test_a_formula_is_read_once_however_it_is_drawn():
    element = "<math><mi>r</mi><mo>=</mo><mn>2</mn></math>"
    drawn = '<span class=glyphs aria-hidden="true"><b>r</b>=2</span>'
    preview = "<span class=MathJax_Preview>r = 2</span>"
    for formula in (
        f"{preview}<i>{drawn}<b>{element}</b></i>",
        f"<span>{element}</span>{drawn}",
        f"{drawn}<span>{element}</span>",
        element,
    ):
        assert texts(f"<p>Here <span>{formula}</span> holds.") == ["Here r=2 holds."]
    assert texts("<p>Nothing <span><math></math></span><i>else</i> is drawn.") == ["Nothing else is drawn."]


@pytest.mark.parametrize("name", ["img_desc", "photo-credit", "wp-caption-text"])
def test_a_caption_that_begins_or_ends_a_block_is_a_paragraph(name):
    caption = f"<em class={name}>The quay. Photo: Ann</em>"
    assert texts(f"<div><script>x</script><b><img src=1>{caption}</b>{LONG}.<br><br>End</div>") == [
        "The quay. Photo: Ann", f"{LONG}.", "End",
    ]  # fmt: skip
    assert texts(f"<p>{LONG}.{caption}</p>") == [f"{LONG}.", "The quay. Photo: Ann"]
    assert texts(f"<p>A ros<i class={name}>é wine</i>, she said.</p>") == ["A rosé wine, she said."]
    assert texts(f"<p><i class={name}>A ros</i>é, she said.</p>") == ["A rosé, she said."]


@pytest.mark.parametrize("name", ["ad-label", "advert-box", "sponsor_tag"])
def test_the_label_of_an_advertisement_is_no_part_of_the_sentence_beside_it(name):
    label = f"<span class={name}>Advertisement</span>"
    assert texts(f"<p>{LONG}.{label}</p><p>{label}{LONG}.</p>") == [
        f"{LONG}.", "Advertisement", "Advertisement", f"{LONG}.",
    ]  # fmt: skip
    assert texts("<p>It has <i class=bad-title>no</i> name.</p>") == ["It has no name."]


def test_a_link_that_is_a_button_is_no_part_of_the_sentence_before_it():
    buttons = '<a role=button href=/t>Tweet this</a> <span role="button">Copy link</span>'
    assert texts(f"<p>{LONG}. {buttons}</p><p>End") == [f"{LONG}.", "Tweet this", "Copy link", "End"]
    assert texts("<p>Look up <a role=button>the weighting</a> of a school.</p>") == [
        "Look up the weighting of a school."
    ]
    assert texts("<p><a role=button>Sign in</a> <a role=button>Join</a></p>") == ["Sign in Join"]


@pytest.mark.parametrize("name", ["tooltiptext", "tooltip__content", "tool-tip-body"])
def test_the_text_of_a_tooltip_is_told_by_its_class(name):
    assert texts(f"<p>{LONG} of <span class=tooltip>gravel<span class={name}>small stones</span></span>.</p>") == [
        f"{LONG} of gravel."
    ]


def test_the_mark_of_a_note_stays_whatever_plugin_shows_the_note():
    assert texts(f"<p>{LONG}<sup class=footnote_plugin_tooltip_text>[1]</sup>.</p>") == [f"{LONG}[1]."]


@pytest.mark.parametrize("name", ["whitespace-pre-line", "content pre-wrap", "whitespace-pre-wrap body"])
def test_line_ends_count_in_a_block_whose_class_shows_them(name):
    assert texts(f'<div class="{name}">{LONG}.\n{LONG}, too.</div>') == [f"{LONG}.", f"{LONG}, too."]
    assert texts(f'<div class="md:pre-line">{LONG}.\n{LONG}, too.</div>') == [f"{LONG}. {LONG}, too."]
