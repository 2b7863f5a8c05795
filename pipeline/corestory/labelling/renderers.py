"""Whole pages as text, as the tools that people use for it render them: menus, story and foot, with the tags gone."""

import importlib
import importlib.util
from collections.abc import Callable

from corestory.labelling.extractors import tool_paragraphs


def installed_renderers() -> tuple[str, ...]:
    """Names of the renderers whose packages are installed; they are optional.

    Examples
    --------
    >>> set(installed_renderers()) <= set(RENDERERS)
    True
    """
    return tuple(name for name in RENDERERS if importlib.util.find_spec(_MODULES[name]) is not None)


def rendered(html: str, *, renderer: str) -> list[str]:
    """Paragraphs of the text that a renderer makes of a whole page.

    Parameters
    ----------
    html
        The page.
    renderer
        One of `installed_renderers`.

    Returns
    -------
    list of str
        Empty where the renderer fails on the page, or finds no text.
    """
    return tool_paragraphs(lambda: _RENDER[renderer](html))


def _resiliparse(html: str) -> str:
    module = importlib.import_module("resiliparse.extract.html2text")
    return str(module.extract_plain_text(html, main_content=False))


def _beautifulsoup(html: str) -> str:
    return str(importlib.import_module("bs4").BeautifulSoup(html, "lxml").get_text("\n"))


def _inscriptis(html: str) -> str:
    return str(importlib.import_module("inscriptis").get_text(html))


def _html2text(html: str) -> str:
    renderer = importlib.import_module("html2text").HTML2Text(bodywidth=0)
    # The addresses of links and pictures are no words of the page.
    renderer.ignore_links = renderer.ignore_images = True
    return str(renderer.handle(html))


_RENDER: dict[str, Callable[[str], str]] = {
    "resiliparse-page": _resiliparse,
    "beautifulsoup": _beautifulsoup,
    "inscriptis": _inscriptis,
    "html2text": _html2text,
}
_MODULES = {
    "resiliparse-page": "resiliparse",
    "beautifulsoup": "bs4",
    "inscriptis": "inscriptis",
    "html2text": "html2text",
}
RENDERERS = tuple(_RENDER)
"""Renderers by name: Resiliparse without its choice of content, BeautifulSoup with a line a text node, Inscriptis as a
text browser lays pages out, html2text with Markdown's marks but without addresses."""
