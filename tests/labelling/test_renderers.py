import sys
import types

import pytest

from corestory.labelling.renderers import RENDERERS, installed_renderers, rendered

PAGE = """<html><head><title>Ferry late</title><style>p { color: red }</style></head><body>
<ul><li><a href="/sport">Sport</a></li><li><a href="/weather">Weather</a></li></ul>
<h2>Ferry late again</h2><p>The operator said that it was sorry.</p><p>Nobody aboard was told why.</p>
<script>track()</script></body></html>"""


@pytest.mark.parametrize("name", installed_renderers())
def test_a_renderer_gives_the_menu_as_well_as_the_story(name):
    lines = rendered(PAGE, renderer=name)
    assert {"The operator said that it was sorry.", "Nobody aboard was told why."} <= set(lines)
    text = "\n".join(lines)
    assert all(word in text for word in ("Sport", "Weather", "Ferry late again"))
    assert not any(word in text for word in ("track", "color", "/sport"))


@pytest.mark.parametrize("name", installed_renderers())
@pytest.mark.parametrize("html", ["", "<", "<p>\x00</p>", "<html><body></body></html>", "&#xD800;" * 3])
def test_a_page_without_text_gives_no_blank_line(name, html):
    assert all(line.strip() for line in rendered(html, renderer=name))


def test_a_renderer_that_fails_on_a_page_gives_nothing(monkeypatch):
    def fail(_):
        raise RecursionError

    monkeypatch.setitem(sys.modules, "inscriptis", types.SimpleNamespace(get_text=fail))
    assert rendered(PAGE, renderer="inscriptis") == []


def test_only_the_installed_renderers_are_offered(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "bs4" or None)
    assert installed_renderers() == ("beautifulsoup",)
    assert set(installed_renderers()) < set(RENDERERS)
