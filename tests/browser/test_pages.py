from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from browser.visits import HOSTILE
from corestory.evaluation.findings import Findings, Learned, report_findings
from corestory.evaluation.learned import GroupEffect, Importance, Ngram, Vocabulary
from corestory.model.breakdown import Breakdown, Effect
from corestory.model.explaining import ArticleExplanation, ParagraphExplanation
from corestory.model.tagged_article import TaggedArticle
from corestory.output.article_page import PageFolder
from corestory.reading.article import Article
from corestory.report.page import report_page

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


def findings() -> Findings:
    """Of forty sites; every paragraph that is wrong is hostile, and so are names."""
    rows = []
    for number in range(40):
        site = f"site-{number}{HOSTILE if number % 10 == 0 else '.example'}"
        paragraphs = [
            ("The ferry left the quay at noon, and nobody was aboard.", "core", 0.9),
            ("Read more", "filler", 0.1 + number / 100),
            (f"{HOSTILE} {number}", "core", 0.2 + number / 200),
            (f"{number} {HOSTILE}", "filler", 0.8),
        ]
        for position, (text, label, score) in enumerate(paragraphs):
            rows.append((f"a{number}", site, "own", "page", position, text, label, score))
    columns = ["article_id", "site", "source", "view", "position", "text", "label", "score"]
    found = report_findings(pd.DataFrame(rows, columns=columns), resamples=20)
    ngrams = tuple(Ngram(HOSTILE if number == 3 else f"word {number}", 9.5 - number, 3, 3) for number in range(20))
    importance = Importance(False, 40, 160, 0.9, (GroupEffect("shape", HOSTILE, 0.1, 0.0, 0.2),))
    return replace(found, learned=Learned(Vocabulary(ngrams, ngrams), (importance,)))


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(report_page(findings(), title=HOSTILE, about=(("data", HOSTILE),)), encoding="utf-8")
    return file


def column(page, table, number):
    cells = page.locator(f"{table} tbody tr > :nth-child({number})").all_inner_texts()
    return [cell.split()[0] for cell in cells]


def table_of(page, caption):
    page.locator("table", has=page.locator("caption", has_text=caption)).first.evaluate("table => table.id = 'chosen'")
    return "#chosen"


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}, {"java_script_enabled": False}])
def test_a_report_opens_without_a_complaint_or_a_request_to_anywhere(visit, report, options):
    visited = visit(report, **options)

    assert visited.complaints == []
    assert visited.requests == [report.as_uri()]
    assert visited.page.locator("h2").count() == 8
    assert visited.page.locator("svg[role=img]").count() == 8


def test_hostile_text_shows_as_text(visit, report):
    page = visit(report).page

    assert page.title() == HOSTILE
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("li.this .text").first.inner_text()
    assert page.locator("tbody th", has_text=HOSTILE).count() >= 4


def test_a_click_sorts_a_table_and_another_turns_it_round(visit, report):
    page = visit(report).page
    table = table_of(page, "The strongest signs of core")
    header = page.locator(f"{table} thead th").nth(1)
    before = [float(cell) for cell in column(page, table, 2)]

    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert [float(cell) for cell in column(page, table, 2)] == sorted(before)
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert [float(cell) for cell in column(page, table, 2)] == sorted(before, reverse=True)
    page.locator(f"{table} thead th button").first.click()
    assert header.get_attribute("aria-sort") is None


def test_numbers_sort_as_numbers_and_what_has_none_stands_last(visit, report):
    page = visit(report).page
    table = table_of(page, "By region of the article")
    button = page.locator(f"{table} thead th", has_text="story kept").locator("button")

    for _ in range(2):
        button.click()
        assert column(page, table, 5)[-1] == "–"


@pytest.mark.parametrize("script", [True, False])
def test_a_mistake_folds_by_mouse_and_by_keyboard_even_without_javascript(visit, report, script):
    page = visit(report, java_script_enabled=script).page
    chosen = page.locator("details.mistake").nth(3)  # the first two of a kind are open
    article = chosen.locator("ol.article")

    assert not article.is_visible()
    chosen.locator("summary").click()
    assert article.is_visible()
    chosen.locator("summary").focus()
    page.keyboard.press("Enter")
    assert not article.is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_phone_scrolls_tables_within_the_page_and_never_the_page_itself(visit, report, script):
    page = visit(report, viewport=PHONE, java_script_enabled=script).page

    assert page.locator("html").bounding_box()["width"] == PHONE["width"]
    assert page.locator("main").bounding_box()["width"] <= PHONE["width"]
    if script:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_what_scrolls_can_be_reached_with_the_keyboard_and_says_so_where_it_is_wider_than_the_phone(visit, report):
    page = visit(report, viewport=PHONE).page
    regions = page.locator(".scroll").evaluate_all(
        """all => all.map(one =>
            [one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight, one.tabIndex])"""
    )

    assert any(scrolls for scrolls, _ in regions)
    assert all(index == (0 if scrolls else -1) for scrolls, index in regions)
    tables = page.locator(".scroll").evaluate_all(
        """all => all.filter(one => one.clientWidth).map(one => [
            one.scrollWidth > one.clientWidth,
            getComputedStyle(one.querySelector("caption span"), "::after").content.includes("scroll sideways")])"""
    )

    assert {True, False} == {wide for wide, _ in tables}
    assert all(wide == says for wide, says in tables)


def test_on_paper_all_is_unfolded_and_nothing_is_cut_off(visit, report):
    page = visit(report).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.locator("details:not([open])").count() == 0
    assert page.locator(".scroll").evaluate_all("all => all.every(one => one.scrollHeight <= one.clientHeight + 1)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit, report, scheme):
    page = visit(report, color_scheme=scheme).page
    contrasts = page.evaluate(CONTRASTS)

    # The least that WCAG 2.2 asks of small text.
    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}


CONTRASTS = """() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    const part = (at) => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
  };
  const found = {};
  for (const ground of ["--paper", "--raised", "--wrong"])
    for (const text of ["--ink", "--muted", "--core", "--filler"]) {
      const [one, two] = [light(ground), light(text)].sort((a, b) => b - a);
      found[`${text} on ${ground}`] = (one + 0.05) / (two + 0.05);
    }
  return found;
}"""
