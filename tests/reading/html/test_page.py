import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.labelled import Markup, markup_rows
from corestory.reading.html.page import read_page, with_end_tags
from corestory.reading.html.segments import MAX_DEPTH
from corestory.reading.html.serialised import UNSEEN
from corestory.reading.html.tags import INLINE
from corestory.reading.text import is_blank

PROSE = "The harbour council voted on Tuesday evening to reopen the old swing bridge after eleven months of repairs."
LONG = " ".join(f"Sentence number {number} of the story says something else about the bridge." for number in range(12))


def texts(html: str) -> list[str]:
    return read_page(html).texts


def markup(html: str | bytes) -> list[Markup]:
    page = read_page(html)
    assert page.markup is not None
    return [one for one in markup_rows(page) if one is not None]


@pytest.mark.parametrize("tag", ["p", "div", "li", "h2", "blockquote", "figcaption", "section", "x-card", "button"])
def test_a_block_ends_the_paragraph_before_it_and_after_it(tag: str) -> None:
    assert texts(f"<main>One<{tag}>Two</{tag}>Three</main>") == ["One", "Two", "Three"]


def test_a_row_of_a_table_of_figures_is_a_paragraph_and_so_is_each_cell_of_a_layout() -> None:
    assert texts("<table><tr><th>Year<th>Sum<tr><td>2019<td>4,200</table>") == ["Year Sum", "2019 4,200"]
    assert texts("<table><tr><td>One<td><p>Two<p>Three</table>") == ["One", "Two", "Three"]


@pytest.mark.parametrize("tag", ["a", "b", "em", "span", "time", "font", "abbr"])
def test_what_flows_inside_a_line_cuts_nothing(tag: str) -> None:
    assert texts(f"<p>One <{tag}>t</{tag}>wo, th<{tag}>ree</{tag}>.") == ["One two, three."]


def test_two_line_breaks_end_a_paragraph_and_one_is_a_space() -> None:
    assert texts("<p>One<br>two<br><br>Three<br> <br/>Four<br>") == ["One two", "Three", "Four"]


@pytest.mark.parametrize("tag", sorted(UNSEEN - {"head", "title", "embed"}))
def test_what_nobody_reads_is_left_out(tag: str) -> None:
    assert texts(f"<body><p>One <{tag}>unseen</{tag}>two</p>") in (["One two"], ["One", "two"])


def test_comments_and_the_head_are_left_out() -> None:
    assert texts("<head><title>T</title><style>x</style></head><body><!-- a --><p>One<!-- b --> two<?pi x?>") == [
        "One two"
    ]


@pytest.mark.parametrize(
    "hiding", ["hidden", 'style="color:red; DISPLAY : none"', "style='visibility:hidden'", 'hidden=""']
)
def test_a_hidden_block_is_left_out_with_all_it_holds(hiding: str) -> None:
    assert texts(f"<p>{PROSE}</p><div {hiding}><p>Menu</p><ul><li>{PROSE[:40]}</ul></div><p>After") == [PROSE, "After"]


@pytest.mark.parametrize(
    "hidden", ["<span hidden>tip</span>", "<img hidden>", "<b style='display:none'>a b</b>", "<input hidden>"]
)
def test_something_small_hidden_within_a_sentence_does_not_cut_it(hidden: str) -> None:
    assert texts(f"<p>The quay {hidden}opened.</p>") == ["The quay opened."]


def test_a_story_that_a_script_would_unfold_is_kept() -> None:
    page = f"<p>{PROSE}</p><div style='display:none'><p>{LONG}</p><p>Short one.</p></div>"
    assert texts(page) == [PROSE, LONG, "Short one."]
    folded = "".join(f"<p hidden>{PROSE} {number}</p>" for number in range(5))
    assert len(texts(f"<article><p>{PROSE}</p>{folded}</article>")) == 6


def test_white_space_is_one_space_and_its_absence_none() -> None:
    assert texts("<p>  One \n\t two&nbsp; three<b>four</b> \u2028 five  </p>") == ["One two threefour five"]


def test_what_does_not_show_is_no_paragraph() -> None:
    assert texts("<p>&#8203;</p><p>&nbsp;</p><p>\u200d\ufeff</p><p>&zwnj;x</p>") == ["\u200cx"]


def test_entities_emoji_and_right_to_left_text_come_out_as_characters() -> None:
    assert texts("<p>&lt;b&gt; &amp;amp; &#x1F44B; 👩‍👩‍👧 שלום عالم") == ["<b> & 👋 👩‍👩‍👧 שלום عالم"]


def test_broken_markup_is_read_as_a_browser_would() -> None:
    assert texts("<p>One <b>two<p>Three</i> four<td>five<div>Six") == ["One two", "Three fourfive", "Six"]
    assert texts("no markup at all") == ["no markup at all"]


@pytest.mark.parametrize("page", ["", " ", "<html>", "<script>x</script>", "\x00", "<p>", "<!--"])
def test_a_page_without_text_has_no_paragraphs(page: str) -> None:
    assert texts(page) == []


def test_bytes_are_utf_8() -> None:
    assert read_page("<p>é 👋".encode()).texts == texts("<p>é 👋") == ["é 👋"]


def test_the_head_tells_title_address_and_language() -> None:
    page = read_page(
        "<html lang='pt-BR'><title>\n Quay  opens </title><link rel=canonical href=' https://a.example/1 '>"
    )
    assert (page.title, page.url, page.language) == ("Quay opens", "https://a.example/1", "pt")
    page = read_page(
        "<html lang=fil_PH><title>Quay | Post</title><meta property='og:title' content='Quay\n opens'>"
        "<meta property='og:url' content='https://a.example/2'>"
    )
    assert (page.title, page.url, page.language) == ("Quay opens", "https://a.example/2", "fil")
    page = read_page("<p>One")
    assert (page.title, page.url, page.language) == ("", "", "")


def test_the_markup_names_the_enclosing_elements_nearest_first() -> None:
    (found,) = markup(
        "<main id='storyBody'><div class='related-links promo2'><p itemprop=text>One <em class=x-y>two</em>"
    )
    words = found.words.split()
    assert words[:2] == ["own_p", "own_text"]
    assert [word for word in words if word.startswith("up_")] == ["up_div", "up_related", "up_links", "up_promo"]
    assert words.index("p") < words.index("div") < words.index("main") < words.index("body")
    assert {"story", "body", "inem"} <= set(words)


def test_elements_are_numbered_in_document_order_and_shared_by_what_they_hold() -> None:
    one, two, three = markup("<div><p>One<p>Two</div><p>Three")
    assert one.elements[:-1] == two.elements[:-1]
    assert one.elements[-1] < two.elements[-1] < three.elements[-1]
    assert three.elements[0] == one.elements[0]
    assert len(three.elements) == len(one.elements) - 1


def test_repeats_count_the_siblings_of_the_same_shape() -> None:
    found = markup("<ul><li class=a>One<li class=a>Two<li class=b>Three</ul>")
    assert [one.repeats[-1] for one in found] == [2, 2, 1]
    assert [len(one.repeats) == len(one.elements) for one in found] == [True] * 3


@pytest.mark.parametrize(
    ("html", "density"),
    [
        ("<p>One two", 0.0),
        ("<p><a href=x>One two</a>", 1.0),
        ("<p>four<a>four</a>", 0.5),
        ("<a><p>One <b>two</b></p></a>", 1.0),
    ],
)
def test_the_link_density_is_the_share_of_linked_characters(html: str, density: float) -> None:
    assert markup(html)[0].link_density == pytest.approx(density, abs=0.15)


def declaring(body: object, shown: str) -> str:
    return f'<script type="application/ld+json">{json.dumps(body)}</script>{shown}'


def test_what_a_page_declares_as_its_story_is_told_of_each_paragraph() -> None:
    page = declaring({"@graph": [{"articleBody": LONG}]}, f"<p>{LONG}</p><p>Join our channel for more news.")
    assert [one.declared for one in markup(page)] == [1.0, 0.0]


def test_a_declared_story_that_the_page_does_not_show_is_read_in_its_place() -> None:
    page = read_page(declaring([{"articleBody": f"<p>{LONG}</p>"}], "<p>Loading, please wait."))
    assert page.texts == ["Loading, please wait.", LONG]
    # The markup of the page says nothing of them.
    assert page.markup is None


@pytest.mark.parametrize("body", ["articleBody", {"articleBody": 5}, {"articleBody": "Short."}, {"articleBody": None}])
def test_a_declaration_of_little_or_nothing_says_nothing(body: object) -> None:
    page = declaring(body, f"<p>{PROSE}")
    assert (texts(page), [one.declared for one in markup(page)]) == ([PROSE], [-1.0])


@pytest.mark.parametrize("script", ['{"articleBody": ', "[" * 50_000 + '"articleBody"', '"articleBody"' + "\x00"])
def test_a_broken_declaration_is_passed_over(script: str) -> None:
    assert texts(f'<script type="application/ld+json">{script}</script><p>One') == ["One"]


def test_nesting_without_end_costs_no_paragraph_and_little_memory() -> None:
    depth = 20 * MAX_DEPTH
    page = "<div>a" * depth + "<script>unseen</script><p hidden>unseen</p><p>b<p>c"
    assert texts(page) == ["a"] * depth + ["b", "c"]
    assert max(len(one.elements) for one in markup(page)) <= MAX_DEPTH


def test_a_hundred_thousand_paragraphs_and_a_line_of_megabytes_are_read() -> None:
    assert len(texts("<p>One" * 100_000)) == 100_000
    assert len(texts("<p>" + "word " * 1_000_000)[0]) == 4_999_999


PIECES = (
    "<p>|</p>|<div class=x>|</div>|<b>|</b>|<br>|<a href=x>|</a>|<li hidden>|<b hidden>|<table>|<td>|<script>|"
    "</script>|<!--|-->|&amp;|&#0;|\x00|<svg>|<title>|word| |\n|<|'|é👋"
)
pieces = st.sampled_from(PIECES.split("|"))


@given(st.lists(pieces | st.text(max_size=5)).map("".join))
def test_no_page_breaks_it_and_every_paragraph_shows_something(html: str) -> None:
    source = html.encode("utf-8", "replace")
    for text, found in zip(read_page(source).texts, markup(source), strict=True):
        assert not is_blank(text)
        assert text == " ".join(text.split())
        assert len(found.elements) == len(found.repeats) > 0
        assert 0.0 <= found.link_density <= 1.0
        assert list(found.elements) == sorted(set(found.elements))


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_the_words_of_a_page_come_out_once_each_and_in_order(words: list[str]) -> None:
    tags = ["p", "b", "div", "span", "li"]
    html = " ".join(f"<{tags[index % 5]}>{word}</{tags[index % 5]}>" for index, word in enumerate(words))
    assert " ".join(texts(html)).split() == words


def test_the_two_kinds_of_elements_do_not_overlap() -> None:
    assert not UNSEEN & INLINE


def test_characters_without_width_around_a_paragraph_are_no_part_of_it():
    page = read_page(
        "<p>\u200bThe quay.\ufeff</p><p>\u200b \u200b</p><p><b>\u2060</b> The bac\u200bteria.\u200b<br></p>"
    )
    assert page.texts == ["The quay.", "The bac\u200bteria."]


SHORT = ["The ferry was late again on Monday.", "Nobody was told why.", "It sailed at nine."]
SHORT_BLOCKS = "".join(f"<p>{text}</p>" for text in SHORT)


@pytest.mark.parametrize("tag", ["script src='a.js'", 'iframe src="/v?a=1"', "textarea", "style"])
def test_an_element_that_closes_itself_holds_nothing_of_the_page(tag):
    assert read_page(f"<body><{tag}/>{SHORT_BLOCKS}</body>").texts == SHORT
    assert read_page(f"<body><{tag} />{SHORT_BLOCKS}<{tag}/></body>".encode()).texts == SHORT


def test_a_title_that_closes_itself_leaves_the_page():
    assert read_page(f"<html><head><title/></head><body>{SHORT_BLOCKS}").texts == SHORT


def test_in_such_a_page_all_empty_elements_close_themselves():
    page = read_page(f'<body><script src="a.js"/><a id="top"/>{SHORT_BLOCKS}<i class="icon"/></body>')
    assert page.texts == SHORT
    assert page.markup.density.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "html",
    [
        "<script src=/a/></script><div class='clear'/>x",
        "<script src='a.js' /></script><script>x</script><div/>x",
        "<a href=/news/>News</a><script>1<script</script>",
        "<script>'<script>'",
    ],
)
def test_other_pages_stay_as_they_are(html):
    assert with_end_tags(html) == html


def test_sections_of_a_page_that_shows_nothing_else_are_its_text():
    story = "".join(f"<p>{text}</p>" for text in SHORT)
    assert read_page(f"<body><script>//<![CDATA[\nx()\n//]]></script><div><![CDATA[{story}]]></div>").texts == SHORT
    assert read_page("<body>" + "".join(f"<p><![CDATA[{text}]]></p>" for text in SHORT)).texts == SHORT


TOLD = [
    f"The {day} ferry was late again, and nobody who was on board was told why, the harbour council said."
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
]
TOLD_BLOCKS = "".join(f"<p>{text}</p>" for text in TOLD)


@pytest.mark.parametrize(
    "page",
    [
        "<head><title>Ferry</head><body>{}</body>", "<style>p {{ color: red }}{}",
        "<script>var a = 1;{}<script>b()</script>", "<p>Home</p><!-- advertisement {}",
        "<select><option>Skarne{}", "<title>Ferry<style>p {{}}{}",
    ],
)  # fmt: skip
def test_an_element_or_a_comment_that_nobody_has_closed_holds_no_story(page):
    assert [text for text in read_page(page.format(TOLD_BLOCKS)).texts if text in TOLD] == TOLD


def test_what_a_page_with_a_story_has_in_a_comment_without_end_stays_out():
    assert read_page(f"{TOLD_BLOCKS}<!-- {TOLD_BLOCKS.replace('ferry', 'train')}").texts == TOLD


def test_many_elements_without_an_end_take_no_longer_than_their_page():
    assert read_page("<title>a<p>b" * 20_000).texts == []


@pytest.mark.parametrize("form", [str, str.encode])
def test_a_comment_whose_end_has_a_space_too_many_holds_nothing_behind_it(form):
    shown = ["The quay was opened on Monday.", "It cost a million.", "It will be closed again in May."]
    page = "<p>{}</p><!-- ad -- ><p>{}</p><!-- ad --\n><p>{}</p>".format(*shown)
    assert list(read_page(form(page)).texts) == shown
