"""Texts that other projects' tools make of a page: the story that an extractor keeps, or the whole page as rendered."""

import importlib
import importlib.util
import logging
import warnings
from collections.abc import Callable

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


def installed_extractors() -> tuple[str, ...]:
    """Names of the extractors whose packages are installed; they are optional.

    Examples
    --------
    >>> set(installed_extractors()) <= {"trafilatura", "readability", "resiliparse", "justext", "boilerpy3"}
    True
    """
    return tuple(name for name in EXTRACTORS if importlib.util.find_spec(name) is not None)


def extracted(html: str, *, extractor: str, language: str = "") -> list[str]:
    """Paragraphs that an extractor with its default settings leaves of a page.

    Parameters
    ----------
    html
        The page.
    extractor
        One of `installed_extractors`.
    language
        Two letters, for extractors that must know; English if unknown.

    Returns
    -------
    list of str
        Empty where the extractor fails on the page, or finds nothing.
    """
    return tool_paragraphs(lambda: _EXTRACT[extractor](html, language))


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


def _trafilatura(html: str, language: str) -> str:  # noqa: ARG001  one signature for all
    return importlib.import_module("trafilatura").extract(html) or ""


def _readability(html: str, language: str) -> str:  # noqa: ARG001
    summary: str = importlib.import_module("readability").Document(html).summary()
    return "\n".join(read_page(summary).texts)


def _resiliparse(html: str, language: str) -> str:  # noqa: ARG001
    module = importlib.import_module("resiliparse.extract.html2text")
    return str(module.extract_plain_text(html, main_content=True))


def _justext(html: str, language: str) -> str:
    module = importlib.import_module("justext")
    stoplist = module.get_stoplist(_STOPLISTS.get(language, "English"))
    return "\n".join(
        part.text for part in module.justext(html.encode(), stoplist, encoding="utf-8") if not part.is_boilerplate
    )


def _boilerpy3(html: str, language: str) -> str:  # noqa: ARG001
    return str(importlib.import_module("boilerpy3.extractors").ArticleExtractor().get_content(html))


_EXTRACT: dict[str, Callable[[str, str], str]] = {
    "trafilatura": _trafilatura,
    "readability": _readability,
    "resiliparse": _resiliparse,
    "justext": _justext,
    "boilerpy3": _boilerpy3,
}
EXTRACTORS = tuple(_EXTRACT)


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


def _resiliparse_page(html: str) -> str:
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
    "resiliparse-page": _resiliparse_page,
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
