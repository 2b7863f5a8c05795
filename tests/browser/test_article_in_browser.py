from pathlib import Path

import numpy as np
import pytest

from browser.visits import HOSTILE
from corestory.model.breakdown import Breakdown, Effect
from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
from corestory.model.tagged_article import TaggedArticle
from corestory.output.article_page import PageFolder
from corestory.reading.article import Article

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


def explained(name):
    texts = ("The ferry was sold on Monday.", "Read more", HOSTILE, "It had nine decks.", "Share this", "It sank.")
    scores = np.array([0.95, 0.05, 0.2, 0.8, 0.1, 0.6])
    tagged = TaggedArticle(Article(name, texts, url="javascript:alert(1)"), scores, scores > 0.5, 0.9)
    context = Breakdown(0.1, (Effect("own words", -1.5), Effect("position", 0.5)))
    words = Breakdown(0.1, (Effect(HOSTILE, -1.5),))
    paragraphs = tuple(
        ParagraphExplanation(place, text, label, score, words, None, context)
        for place, (text, label, score) in enumerate(zip(texts, tagged.labels, scores.tolist(), strict=True))
    )
    return ArticleExplanation(tagged, 0.5, False, paragraphs)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    pages = PageFolder(folder)
    for name in ("b", HOSTILE, "a"):
        pages.write(explained(name))
    pages.close()
    return folder


@pytest.mark.parametrize("name", ["000002.html", "index.html"])
@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}, {"java_script_enabled": False}])
def test_it_opens_without_a_complaint_or_a_request_to_anywhere(visit, folder, name, options):
    visited = visit(folder / name, **options)
    assert visited.complaints == []
    assert visited.requests == [(folder / name).as_uri()]
    assert visited.page.title() == (HOSTILE if name == "000002.html" else "Tagged articles")


@pytest.mark.parametrize("script", [True, False])
def test_filler_is_one_click_away(visit, folder, script):
    page = visit(folder / "000001.html", java_script_enabled=script).page
    filler = page.locator("#p2 .text")
    assert not filler.is_visible()
    page.locator("summary").first.click()
    assert filler.is_visible()
    assert filler.inner_text() == HOSTILE


def test_all_filler_unfolds_and_folds_by_one_button(visit, folder):
    page = visit(folder / "000001.html").page
    button = page.locator("button.folds")
    assert button.inner_text() == "Unfold all filler"
    assert page.locator(".legend .filler").inner_text() == "filler, folded"
    button.click()
    assert page.locator("#p1 .text").is_visible()
    assert page.locator("#p4 .text").is_visible()
    page.wait_for_function("document.querySelector('button.folds').textContent === 'Fold all filler'")
    button.click()
    assert not page.locator("#p4 .text").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_the_reasons_show_under_the_pointer_and_only_one_at_a_time(visit, folder, script):
    page = visit(folder / "000001.html", viewport=WIDE, java_script_enabled=script).page
    assert not page.locator("#why0").is_visible()
    page.hover("#p0 .text")
    assert page.locator("#why0").is_visible()
    page.hover("#p3 .text")
    assert page.locator(".why:visible").count() == 1
    assert page.locator("#why3").is_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_the_reasons_show_by_the_tab_key_and_escape_puts_them_away(visit, folder, viewport):
    page = visit(folder / "000001.html", viewport=viewport).page
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#p0":
            break
    assert page.locator("#why0").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#why0").is_visible()


def test_on_a_phone_a_tap_on_the_score_shows_the_reasons_and_nothing_is_cut_off(visit, folder):
    page = visit(folder / "000001.html", viewport=PHONE).page
    page.locator("#p3 .score").click()
    assert page.locator("#why3").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_reasons_cover_no_paragraph_on_a_wide_screen(visit, folder):
    page = visit(folder / "000001.html", viewport=WIDE).page
    page.hover("#p0 .text")
    why, text = page.locator("#why0").bounding_box(), page.locator("#p3 .text").bounding_box()
    assert why["x"] >= text["x"] + text["width"]
    assert why["x"] + why["width"] <= WIDE["width"]


def test_a_link_to_a_folded_paragraph_opens_its_fold(visit, folder):
    page = visit(folder / "000001.html").page
    page.goto(f"{(folder / '000001.html').as_uri()}#p2")
    page.locator("#p2 .text").wait_for(state="visible")
    assert page.locator("#why2").is_visible()


def test_the_index_leads_to_the_pages_and_back_and_sorts_by_mouse_and_keyboard(visit, folder):
    page = visit(folder / "index.html").page
    names = page.locator("tbody th a")
    assert names.all_inner_texts() == ["b", HOSTILE, "a"]
    header = page.get_by_role("button", name="article").first
    header.click()
    assert names.all_inner_texts()[-1] == "b"
    header.focus()
    page.keyboard.press("Enter")
    assert names.all_inner_texts()[0] == "b"
    names.first.click()
    assert page.locator("h1").inner_text() == "b"
    page.get_by_text("All articles").click()
    assert page.title() == "Tagged articles"
