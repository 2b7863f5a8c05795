import logging
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.labelling.gold_pages import GoldPage
from corestory.labelling.views import (
    CUTS,
    EXTRACTORS,
    RENDERERS,
    chosen_views,
    installed,
    page_views,
    tool_texts,
)

HTML = """<html lang="en"><head><title>Ferry late again | Quay News</title></head><body>
<header><a href="/">Quay News</a> <nav><ul><li>Sport<li>Weather</ul></nav></header>
<main><h1>Ferry late again</h1>
<div class="story"><p>By Mara Illing</p>
<p>The <b>Skerrow ferry</b> left two hours late on Monday, its operator said.</p>
<p>READ MORE: Lido roof vote put off</p>
<p>Nobody aboard was told why, and the café had run out of tea by nine.</p></div>
<aside><h2>Most read</h2><p>Bus forty-four to run through the night</p></aside></main>
<footer>© Quay News</footer><script>track()</script></body></html>"""
GOLD = """The Skerrow ferry left two hours late on Monday, its operator said.

Nobody aboard was told why, and the café had run out of tea by nine."""


def gold_page(html=HTML, gold=GOLD, title="", url="https://www.quay-news.example/ferry"):
    return GoldPage(page="own/ferry", source="own", url=url, title=title, html=html, gold=gold)


def view(name, page=None):
    return page_views(page or gold_page(), views=[name])[0]


def rows(article):
    return [(paragraph.text, paragraph.label) for paragraph in article.paragraphs]


def test_the_page_is_cut_whole_with_its_markup():
    article = view("page")
    assert (article.article_id, article.page, article.view) == ("own/ferry", "own/ferry", "page")
    assert (article.site, article.language) == ("quay-news.example", "en")
    assert article.title == "Ferry late again | Quay News"
    labels = dict(rows(article))
    assert labels["The Skerrow ferry left two hours late on Monday, its operator said."] == "core"
    assert labels["READ MORE: Lido roof vote put off"] == labels["By Mara Illing"] == labels["Sport"] == "filler"
    assert all(paragraph.markup is not None for paragraph in article.paragraphs)


@pytest.mark.parametrize("name", CUTS)
def test_a_paragraph_that_only_repeats_the_title_is_unlabelled_also_where_the_gold_text_has_it(name):
    page = gold_page(gold="Ferry late again\n\n" + GOLD)
    labels = dict(rows(view(name, page)))
    assert labels.get("Ferry late again") is None


def test_the_corpus_title_says_what_repeats_it_but_the_article_has_the_title_that_a_tagger_will_have():
    article = view("page", gold_page(title="Most read"))
    assert dict(rows(article))["Most read"] is None
    assert article.title == "Ferry late again | Quay News"


def test_a_paragraph_without_a_word_is_unlabelled():
    assert rows(view("page", gold_page(html="<p>***</p><p>The ferry sailed.", gold="The ferry sailed."))) == [
        ("***", None),
        ("The ferry sailed.", "core"),
    ]


def test_lines_are_text_nodes_as_a_naive_collector_leaves_them():
    article = view("lines")
    assert article.article_id == "own/ferry@lines"
    texts = [text for text, _ in rows(article)]
    begin = texts.index("The")
    assert texts[begin : begin + 3] == ["The", "Skerrow ferry", "left two hours late on Monday, its operator said."]
    assert "track()" not in texts
    assert all(paragraph.markup is None for paragraph in article.paragraphs)
    assert dict(rows(article))["Skerrow ferry"] == "core"


def test_p_holds_nothing_but_p_elements():
    assert [text for text, _ in rows(view("p"))] == [
        "By Mara Illing",
        "The Skerrow ferry left two hours late on Monday, its operator said.",
        "READ MORE: Lido roof vote put off",
        "Nobody aboard was told why, and the café had run out of tea by nine.",
        "Bus forty-four to run through the night",
    ]


def test_the_container_holds_the_story_and_what_follows_it_but_nothing_before():
    texts = [text for text, _ in rows(view("container"))]
    assert texts[0] == "By Mara Illing"
    assert texts[-1] == "Bus forty-four to run through the night"
    assert "© Quay News" not in texts


def test_a_page_whose_story_is_elsewhere_gives_no_container():
    page = gold_page(gold="Something of which this page holds no single part whatever")
    assert [article.view for article in page_views(page, views=CUTS)] == ["page", "lines", "p"]


def test_a_view_without_paragraphs_is_left_out():
    page = gold_page(html="<div>The ferry sailed.</div>", gold="The ferry sailed.")
    assert [article.view for article in page_views(page, views=["p", "page"])] == ["page"]


def test_the_address_that_the_page_declares_stands_in_for_a_missing_one():
    html = '<link rel="canonical" href="https://tribune.example/x"><p>The ferry sailed.'
    article = view("page", gold_page(html=html, gold="The ferry sailed.", url=""))
    assert (article.url, article.site) == ("https://tribune.example/x", "tribune.example")


@pytest.mark.parametrize("html", ["<html></html>", "<script>x()</script>", "<!-- nothing -->"])
def test_a_page_without_text_is_refused(html):
    with pytest.raises(InputError, match="own/ferry: page without text"):
        page_views(gold_page(html=html))


@pytest.mark.parametrize("name", [*installed(RENDERERS), *installed(EXTRACTORS)])
def test_the_text_of_another_tool_is_labelled_like_any_view(name):
    sentence = "The ferry was late again on Monday, and nobody who was on board had been told why it was so. "
    story = [f"For the {number}th time, no tea. " + 3 * sentence for number in range(9)]
    html = f"<html lang='en'><body><article>{''.join(f'<p>{text}</p>' for text in story)}</article></body></html>"
    article = view(name, gold_page(html=html, gold="\n".join(story)))
    assert article.article_id == f"own/ferry@{name}"
    assert [label for _, label in rows(article)] == ["core"] * 9


@pytest.mark.parametrize("name", installed(RENDERERS))
def test_a_rendered_page_has_its_menu_as_filler_and_its_story_as_core(name):
    labels = {text.lstrip("•*# "): label for text, label in rows(view(name))}
    assert labels["READ MORE: Lido roof vote put off"] == labels["Sport"] == "filler"
    assert labels["Nobody aboard was told why, and the café had run out of tea by nine."] == "core"


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=8))
def test_every_view_of_any_page_holds_only_clean_paragraphs(texts):
    html = "<div>" + "".join(f"<p>{text}</p>" for text in texts) + "</div><i>End</i>"
    for article in page_views(gold_page(html=html, gold=" ".join(texts[:2]) + " x"), views=CUTS):
        assert article.paragraphs
        for paragraph in article.paragraphs:
            assert paragraph.text == paragraph.text.strip() != ""
            paragraph.text.encode()


def test_all_views_are_those_that_are_installed():
    assert chosen_views("all") == (*CUTS, *installed(RENDERERS), *installed(EXTRACTORS))
    assert chosen_views(" page,lines, page") == ("page", "lines")


@pytest.mark.parametrize("names", ["pages", "", " , ", "page,readerview"])
def test_a_view_that_does_not_exist_is_refused(names):
    with pytest.raises(InputError, match="expected all, or some of page, lines"):
        chosen_views(names)


def test_a_view_whose_package_is_missing_is_refused_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert chosen_views("all") == CUTS
    with pytest.raises(InputError, match=r"corestory\[views\]"):
        chosen_views(EXTRACTORS[0])


STORY = [
    f"The {number}th ferry of the day was late again on Monday, and nobody who was on board was told why it was so. "
    "The operator said that it was sorry for what had been a long day, and that the crew would be back in the morning."
    for number in range(9)
]
PAGE = "<html><body><article>{}</article></body></html>".format("".join(f"<p>{paragraph}</p>" for paragraph in STORY))


@pytest.mark.parametrize("name", installed(EXTRACTORS))
def test_an_installed_extractor_gives_the_storys_paragraphs(name):
    assert tool_texts(PAGE, tool=name, language="en") == STORY


@pytest.mark.parametrize("name", [*installed(RENDERERS), *installed(EXTRACTORS)])
@pytest.mark.parametrize("html", ["", "<", "<p>\x00</p>", "<html><body></body></html>", "&#xD800;" * 3])
def test_a_page_from_which_nothing_comes_gives_nothing(name, html):
    assert all(line.strip() for line in tool_texts(html, tool=name))


def replaced(monkeypatch, extract):
    module = types.ModuleType("trafilatura")
    module.extract = extract
    monkeypatch.setitem(sys.modules, "trafilatura", module)


def test_an_extractor_that_fails_gives_nothing_and_stays_silent(monkeypatch, caplog):
    def fail(_):
        logging.getLogger("trafilatura").error("broken page")
        raise RecursionError

    replaced(monkeypatch, fail)
    assert tool_texts(PAGE, tool="trafilatura") == []
    assert not caplog.records
    assert logging.root.manager.disable == logging.NOTSET


def test_an_interruption_is_not_taken_for_a_failure(monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    replaced(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        tool_texts(PAGE, tool="trafilatura")


def test_only_what_is_installed_is_offered(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "justext" or None)
    assert installed(EXTRACTORS) == ("justext",)
    assert "justext" in EXTRACTORS


WHOLE_PAGE = """<html><head><title>Ferry late</title><style>p { color: red }</style></head><body>
<ul><li><a href="/sport">Sport</a></li><li><a href="/weather">Weather</a></li></ul>
<h2>Ferry late again</h2><p>The operator said that it was sorry.</p><p>Nobody aboard was told why.</p>
<script>track()</script></body></html>"""


@pytest.mark.parametrize("name", installed(RENDERERS))
def test_a_renderer_gives_the_menu_as_well_as_the_story(name):
    lines = tool_texts(WHOLE_PAGE, tool=name)
    assert {"The operator said that it was sorry.", "Nobody aboard was told why."} <= set(lines)
    text = "\n".join(lines)
    assert all(word in text for word in ("Sport", "Weather", "Ferry late again"))
    assert not any(word in text for word in ("track", "color", "/sport"))
