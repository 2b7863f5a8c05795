"""Texts that other projects' tools make of a page: the story that an extractor keeps, or the whole page as rendered."""

import importlib
import importlib.util
import logging
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from corestory.reading.html.page import read_page
from corestory.reading.text import split_text

# jusText names its stop lists by the language's English name; without the right list it finds no prose.
_STOPLISTS = {
    "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "lt": "Lithuanian", "lv": "Latvian",
    "nb": "Norwegian_Bokmal", "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip


def installed(tools: Sequence[str]) -> tuple[str, ...]:
    """Names of those tools whose packages are installed; they are optional.

    Examples
    --------
    >>> set(installed(EXTRACTORS)) <= {"trafilatura", "readability", "resiliparse", "justext", "boilerpy3"}
    True
    """
    packages = {name: _TOOLS[name][0].partition(".")[0] for name in tools}
    return tuple(name for name, package in packages.items() if importlib.util.find_spec(package) is not None)


def tool_texts(html: str, *, tool: str, language: str = "") -> list[str]:
    """Paragraphs of the text that a tool with its default settings makes of a page.

    Parameters
    ----------
    html
        The page.
    tool
        One of `EXTRACTORS` or `RENDERERS` that is installed.
    language
        Two letters, for extractors that must know; English if unknown.

    Returns
    -------
    list of str
        Empty where the tool fails on the page, or finds nothing.
    """
    module, run = _TOOLS[tool]
    return tool_paragraphs(lambda: str(run(importlib.import_module(module), html, language)))


def tool_paragraphs(run: Callable[[], str]) -> list[str]:
    r"""Paragraphs of the text that another project's tool makes of a page, without its log and its warnings.

    Returns
    -------
    list of str
        Empty where the tool fails, or finds nothing.

    Examples
    --------
    >>> tool_paragraphs(lambda: "Ferry late\n\nNobody was told why."), tool_paragraphs(lambda: str(1 / 0))
    (['Ferry late', 'Nobody was told why.'], [])
    """
    # Tools log and warn about broken pages, of which there are many; the view is simply not there.
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return split_text(run())
    except Exception:  # another project's code on an arbitrary page may raise anything
        return []
    finally:
        logging.disable(before)


def _justext(justext: Any, html: str, language: str) -> str:
    stoplist = justext.get_stoplist(_STOPLISTS.get(language, "English"))
    parts = justext.justext(html.encode(), stoplist, encoding="utf-8")
    return "\n".join(part.text for part in parts if not part.is_boilerplate)


def _html2text(html2text: Any, html: str, _: str) -> str:
    renderer = html2text.HTML2Text(bodywidth=0)
    # The addresses of links and pictures are no words of the page.
    renderer.ignore_links = renderer.ignore_images = True
    return str(renderer.handle(html))


# The module of each tool, and what to do with it, a page and the page's language.
_Tools = dict[str, tuple[str, Callable[[Any, str, str], str]]]
_EXTRACTORS: _Tools = {
    "trafilatura": ("trafilatura", lambda module, html, _: module.extract(html) or ""),
    "readability": ("readability", lambda module, html, _: "\n".join(read_page(module.Document(html).summary()).texts)),
    "resiliparse": (
        "resiliparse.extract.html2text",
        lambda module, html, _: module.extract_plain_text(html, main_content=True),
    ),
    "justext": ("justext", _justext),
    "boilerpy3": ("boilerpy3.extractors", lambda module, html, _: module.ArticleExtractor().get_content(html)),
}
_RENDERERS: _Tools = {
    "resiliparse-page": (
        "resiliparse.extract.html2text",
        lambda module, html, _: module.extract_plain_text(html, main_content=False),
    ),
    "beautifulsoup": ("bs4", lambda module, html, _: module.BeautifulSoup(html, "lxml").get_text("\n")),
    "inscriptis": ("inscriptis", lambda module, html, _: module.get_text(html)),
    "html2text": ("html2text", _html2text),
}
_TOOLS = _EXTRACTORS | _RENDERERS

EXTRACTORS = tuple(_EXTRACTORS)
"""Tools that keep the story alone."""

RENDERERS = tuple(_RENDERERS)
"""Renderers by name: Resiliparse without its choice of content, BeautifulSoup with a line a text node, Inscriptis as a
text browser lays pages out, html2text with Markdown's marks but without addresses."""
