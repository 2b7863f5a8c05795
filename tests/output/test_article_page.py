import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from corestory.api import explain
from corestory.model.breakdown import Breakdown, Effect
from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
from corestory.model.tagged_article import TaggedArticle
from corestory.output.article_page import INDEX, PageEntry, PageFolder, article_page, index_page
from corestory.reading.article import Article

HOSTILE = "<script>alert(1)</script> </style> \"quoted\" 'single' &amp; <img src=x onerror=alert(1)> {{ 7 * 7 }}"


def explained(texts, scores, *, article_id="a.txt", url="", title="", confidence=0.9, line=0.5, fixed=False):
    scores = np.asarray(scores, float)
    tagged = TaggedArticle(Article(article_id, texts, url=url, title=title), scores, scores >= line, confidence)
    words = Breakdown(0.1, (Effect(texts[0][:20] or "a", -1.25),))
    context = Breakdown(0.2, (Effect("own words", -0.5), Effect("position", 0.25)))
    paragraphs = tuple(
        ParagraphExplanation(position, text, label, score, words, None, context)
        for position, (text, label, score) in enumerate(zip(texts, tagged.labels, scores.tolist(), strict=True))
    )
    return ArticleExplanation(tagged, line, fixed, paragraphs)


STORY = explained(["It rained.", "Share", "Read more: Goats", "It snowed."], [0.9, 0.1, 0.2, 0.8])


def texts_of(page):
    return [node.text() for node in HTMLParser(page).css(".paragraph .text")]


def test_core_is_in_view_and_each_run_of_filler_is_folded_with_its_beginning_in_sight():
    tree = HTMLParser(article_page(STORY))
    assert [node.text() for node in tree.css("main > ol .text")] == ["It rained.", "It snowed."]
    (fold,) = tree.css("details.fold")
    assert "open" not in fold.attributes
    assert [node.text() for node in fold.css(".text")] == ["Share", "Read more: Goats"]
    assert fold.css_first("summary").text(strip=True).startswith("2 paragraphs of filler, 4 words")
    assert fold.css_first(".peek").text() == "Share"


def test_each_paragraph_can_be_reached_by_keyboard_and_is_described_by_its_reasons():
    tree = HTMLParser(article_page(STORY))
    for position, node in enumerate(tree.css(".paragraph")):
        link = node.css_first("a.score")
        assert link.attributes["href"] == f"#p{position}"
        why = node.css_first(f"#{link.attributes['aria-describedby']}")
        assert why.css_first(".verdict").text().startswith(("Core: ", "Filler: "))
        assert "own words" in why.css_first("table").text()


def test_label_and_score_are_said_and_not_only_coloured():
    first = HTMLParser(article_page(STORY)).css_first("a.score")
    assert " ".join(first.text().split()) == "core 0.90"


@pytest.mark.parametrize("field", ["text", "article_id", "title", "url"])
def test_hostile_text_is_shown_as_text(field):
    changes = {} if field == "text" else {field: HOSTILE}
    page = article_page(explained([HOSTILE if field == "text" else "It rained."], [0.9], **changes))
    tree = HTMLParser(page)
    assert len(tree.css("script")) == 1
    assert not tree.css("img")
    assert HOSTILE in (texts_of(page)[0] if field == "text" else tree.css_first("header").text())


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\x0c"), min_size=1, max_size=60))
def test_any_text_comes_back_from_the_page(text):
    assert texts_of(article_page(explained([text], [0.9]))) == [text]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://a b"])
def test_only_an_address_of_the_web_is_a_link(url):
    tree = HTMLParser(article_page(explained(["It rained."], [0.9], url=url)))
    assert all(link.attributes["href"].startswith("#") for link in tree.css("a"))
    page = article_page(explained(["It rained."], [0.9], url="https://harbour.example/a?b=c&d"))
    assert HTMLParser(page).css_first(".whence a").attributes["href"] == "https://harbour.example/a?b=c&d"


def test_a_lone_surrogate_does_not_keep_the_page_from_being_written():
    assert article_page(explained(["caf\udce9"], [0.9], article_id="\ud800", title="\ud800")).encode()


def test_nothing_is_loaded_and_no_other_script_may_run():
    for page in (article_page(STORY, indexed=True), index_page([PageEntry.of(STORY, "1.html")])):
        policy = HTMLParser(page).css_first("meta[http-equiv]").attributes["content"]
        assert policy.startswith("default-src 'none'; ")
        assert not re.search(r"(src|href)=\"(?!#|data:,|index\.html|1\.html)", page)


def test_one_label_alone_is_not_folded_and_positions_stay():
    tree = HTMLParser(article_page(STORY, only="filler"))
    assert not tree.css("details")
    assert [node.attributes["id"] for node in tree.css(".paragraph")] == ["p1", "p2"]
    assert "No filler paragraph" in article_page(explained(["It rained."], [0.9]), only="filler")


def test_an_article_that_the_model_is_not_sure_of_says_so():
    assert "low confidence" in article_page(replace(STORY, tagged=replace(STORY.tagged, confidence=0.3)))
    assert "low confidence" not in article_page(STORY)


def test_the_line_is_told_from_a_threshold():
    assert "the cutoff for this article" in article_page(STORY)
    assert "the threshold" in article_page(replace(STORY, cutoff_is_fixed=True))


@pytest.mark.parametrize("line", [0.0, 1.0])
def test_a_threshold_at_either_end_leaves_a_page(line):
    assert texts_of(article_page(explained(["It rained.", "Share"], [1.0, 0.0], line=line))) == ["It rained.", "Share"]


def test_the_index_links_to_each_page_with_its_numbers_and_doubts():
    doubtful = explained([HOSTILE], [0.9], article_id="b", confidence=0.2)
    entries = [PageEntry.of(STORY, "000001.html"), PageEntry.of(doubtful, "000002.html")]
    tree = HTMLParser(index_page(entries))
    assert [link.attributes["href"] for link in tree.css("tbody a")] == ["000001.html", "000002.html"]
    first, second = (row.text() for row in tree.css("tbody tr"))
    assert first.split() == ["a.txt", "4", "8", "2", "4", "0.90"]
    assert "unsure" in second
    assert "The model has low confidence in 1 of them" in " ".join(tree.css_first("header").text().split())


@pytest.fixture(scope="module")
def articles(seeded_tagger):
    return [explain("The ferry was sold.\nShare", seeded_tagger), explain("It had nine decks.", seeded_tagger)]


def test_pages_of_a_folder_lead_to_the_one_before_and_the_one_after(articles, tmp_path):
    pages = PageFolder(tmp_path)
    for article in (*articles, articles[0]):
        pages.write(article)
    pages.close()

    def links(name):
        tree = HTMLParser((tmp_path / name).read_text(encoding="utf-8"))
        return [(link.attributes.get("rel"), link.attributes["href"]) for link in tree.css("nav a")]

    assert links("000001.html") == [(None, INDEX), ("next", "000002.html")]
    assert links("000002.html") == [(None, INDEX), ("prev", "000001.html"), ("next", "000003.html")]
    assert links("000003.html") == [(None, INDEX), ("prev", "000002.html")]


def test_a_phone_is_told_to_tap():
    tree = HTMLParser(article_page(STORY))
    assert tree.css_first(".hint .touch").text().startswith("Tap ")
    assert "@media (hover: none)" in tree.css_first("style").text()
