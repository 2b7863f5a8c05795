import pytest

from corestory.reading.html.page import read_page
from corestory.reading.html.self_closed import with_end_tags

STORY = ["The ferry was late again on Monday.", "Nobody was told why.", "It sailed at nine."]
BLOCKS = "".join(f"<p>{text}</p>" for text in STORY)


@pytest.mark.parametrize("tag", ["script src='a.js'", 'iframe src="/v?a=1"', "textarea", "style"])
def test_an_element_that_closes_itself_holds_nothing_of_the_page(tag):
    assert read_page(f"<body><{tag}/>{BLOCKS}</body>").texts == STORY
    assert read_page(f"<body><{tag} />{BLOCKS}<{tag}/></body>".encode()).texts == STORY


def test_a_title_that_closes_itself_leaves_the_page():
    assert read_page(f"<html><head><title/></head><body>{BLOCKS}").texts == STORY


def test_in_such_a_page_all_empty_elements_close_themselves():
    page = read_page(f'<body><script src="a.js"/><a id="top"/>{BLOCKS}<i class="icon"/></body>')
    assert page.texts == STORY
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
    story = "".join(f"<p>{text}</p>" for text in STORY)
    assert read_page(f"<body><script>//<![CDATA[\nx()\n//]]></script><div><![CDATA[{story}]]></div>").texts == STORY
    assert read_page("<body>" + "".join(f"<p><![CDATA[{text}]]></p>" for text in STORY)).texts == STORY


LONG = [
    f"The {day} ferry was late again, and nobody who was on board was told why, the harbour council said."
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
]
PROSE = "".join(f"<p>{text}</p>" for text in LONG)


@pytest.mark.parametrize(
    "page",
    [
        "<head><title>Ferry</head><body>{}</body>", "<style>p {{ color: red }}{}",
        "<script>var a = 1;{}<script>b()</script>", "<p>Home</p><!-- advertisement {}",
        "<select><option>Skarne{}", "<title>Ferry<style>p {{}}{}",
    ],
)  # fmt: skip
def test_an_element_or_a_comment_that_nobody_has_closed_holds_no_story(page):
    assert [text for text in read_page(page.format(PROSE)).texts if text in LONG] == LONG


def test_what_a_page_with_a_story_has_in_a_comment_without_end_stays_out():
    assert read_page(f"{PROSE}<!-- {PROSE.replace('ferry', 'train')}").texts == LONG


def test_many_elements_without_an_end_take_no_longer_than_their_page():
    assert read_page("<title>a<p>b" * 20_000).texts == []
