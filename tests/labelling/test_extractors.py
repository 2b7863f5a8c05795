import logging
import sys
import types

import pytest

from corestory.labelling.extractors import (
    EXTRACTORS,
    RENDERERS,
    installed,
    tool_texts,
)

STORY = [
    f"The {number}th ferry of the day was late again on Monday, and nobody who was on board was told why it was so. "
    "The operator said that it was sorry for what had been a long day, and that the crew would be back in the morning."
    for number in range(9)
]
PAGE = "<html><body><article>{}</article></body></html>".format("".join(f"<p>{paragraph}</p>" for paragraph in STORY))


@pytest.mark.parametrize("name", installed(EXTRACTORS))
def test_an_installed_extractor_gives_the_storys_paragraphs(name):
    assert tool_texts(PAGE, tool=name, language="en") == STORY


@pytest.mark.parametrize("name", installed(EXTRACTORS))
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


def test_an_extractor_that_finds_nothing_gives_nothing(monkeypatch):
    replaced(monkeypatch, lambda _: None)
    assert tool_texts(PAGE, tool="trafilatura") == []


def test_an_extractors_output_is_split_as_text(monkeypatch):
    replaced(monkeypatch, lambda _: "Ferry late\n\nNobody was told why.\n")
    assert tool_texts(PAGE, tool="trafilatura") == ["Ferry late", "Nobody was told why."]


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


@pytest.mark.parametrize("name", installed(RENDERERS))
@pytest.mark.parametrize("html", ["", "<", "<p>\x00</p>", "<html><body></body></html>", "&#xD800;" * 3])
def test_a_page_without_text_gives_no_blank_line(name, html):
    assert all(line.strip() for line in tool_texts(html, tool=name))


def test_a_renderer_that_fails_on_a_page_gives_nothing(monkeypatch):
    def fail(_):
        raise RecursionError

    monkeypatch.setitem(sys.modules, "inscriptis", types.SimpleNamespace(get_text=fail))
    assert tool_texts(WHOLE_PAGE, tool="inscriptis") == []


def test_only_the_installed_renderers_are_offered(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "bs4" or None)
    assert installed(RENDERERS) == ("beautifulsoup",)
    assert set(installed(RENDERERS)) < set(RENDERERS)
