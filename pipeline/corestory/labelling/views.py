"""Views: one page as several renderers and extractors write it, each labelled by the gold text."""

import importlib
import importlib.util
import logging
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from corestory.errors import InputError
from corestory.labelling.alignment import aligned_share, alignment_words, titled
from corestory.labelling.gold_pages import GoldPage
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, markup_rows
from corestory.reading.article import registered_domain
from corestory.reading.html.page import read_page
from corestory.reading.text import split_text, storable
from corestory.types import Label

# jusText names its stop lists by the English names of languages; without the right list it finds no prose.
_STOPLISTS = {
    "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "lt": "Lithuanian", "lv": "Latvian",
    "nb": "Norwegian_Bokmal", "nl": "Dutch", "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip


def installed(tools: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the tools whose packages are installed; the packages are optional.

    Examples
    --------
    >>> set(installed(EXTRACTORS)) <= {"trafilatura", "readability", "resiliparse", "justext", "boilerpy3"}
    True
    """
    packages = {name: _TOOLS[name][0].partition(".")[0] for name in tools}
    return tuple(name for name, package in packages.items() if importlib.util.find_spec(package) is not None)


def tool_texts(html: str, *, tool: str, language: str = "") -> list[str]:
    """Return the paragraphs of the text that a tool with its default settings makes of a page.

    Parameters
    ----------
    html
        The page.
    tool
        One of `EXTRACTORS` or `RENDERERS` that is installed.
    language
        Two letters, for extractors that need it; English if unknown.

    Returns
    -------
    list of str
        The paragraphs; empty if the tool fails on the page, or finds nothing.
    """
    module, run = _TOOLS[tool]
    return tool_paragraphs(lambda: str(run(importlib.import_module(module), html, language)))


def tool_paragraphs(run: Callable[[], str]) -> list[str]:
    r"""Return the paragraphs of the text that another project's tool makes of a page, without its log and warnings.

    Returns
    -------
    list of str
        The paragraphs; empty if the tool fails, or finds nothing.

    Examples
    --------
    >>> tool_paragraphs(lambda: "Ferry late\n\nNobody was told why."), tool_paragraphs(lambda: str(1 / 0))
    (['Ferry late', 'Nobody was told why.'], [])
    """
    try:
        with silenced():
            return split_text(run())
    except Exception:  # another project's code on an arbitrary page may raise anything
        return []


@contextmanager
def silenced() -> Iterator[None]:
    """Suppress the many messages and warnings of other projects' tools about broken pages."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _justext(justext: Any, html: str, language: str) -> str:
    stoplist = justext.get_stoplist(_STOPLISTS.get(language, "English"))
    parts = justext.justext(html.encode(), stoplist, encoding="utf-8")
    return "\n".join(part.text for part in parts if not part.is_boilerplate)


def _html2text(html2text: Any, html: str, _: str) -> str:
    renderer = html2text.HTML2Text(bodywidth=0)
    # The addresses of links and pictures are not words of the page.
    renderer.ignore_links = renderer.ignore_images = True
    return str(renderer.handle(html))


# The module of each tool, and a function of the module, a page and the page's language.
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
"""Tools that keep only the story."""

RENDERERS = tuple(_RENDERERS)
"""Tools that write the whole page as text: Resiliparse without its choice of content, BeautifulSoup with a line for
each text node, Inscriptis with the layout of a text browser, html2text with Markdown's marks but without addresses."""


CUTS = ("page", "lines", "p", "container")
"""Views that need no other package."""

VIEWS = (*CUTS, *RENDERERS, *EXTRACTORS)

CORE_SHARE = 0.5
"""The share of a paragraph's words in the gold text, in order, above which it is core."""

CONTAINER_SHARE = 0.9
"""The least share of the core words in the element that holds the story, which is the smallest such element."""

_NOT_TEXT = frozenset({"script", "style"})


def chosen_views(names: str) -> tuple[str, ...]:
    """Choose views by their names, which are separated by commas.

    Parameters
    ----------
    names
        Names from `VIEWS`; ``"all"`` for all whose packages are installed.

    Raises
    ------
    InputError
        There is no such view, or its package is not installed.

    Examples
    --------
    >>> chosen_views("page, lines")
    ('page', 'lines')
    """
    available = (*CUTS, *installed(RENDERERS), *installed(EXTRACTORS))
    if names.strip() == "all":
        return available
    views = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for view in views:
        if view in VIEWS and view not in available:
            hint = "Install it with: pip install 'corestory[views]'"
            raise InputError(
                f"the package of the view {view!r} is not installed", expected=", ".join(available), hint=hint
            )
        if view not in VIEWS:
            raise InputError(f"unknown view {view!r}", expected=f"all, or some of {', '.join(VIEWS)}")
    if not views:
        raise InputError("no view", expected=f"all, or some of {', '.join(VIEWS)}")
    return views


def _labels(texts: Sequence[str], gold: str, title: frozenset[tuple[str, ...]]) -> Iterator[Label | None]:
    for text, share in zip(texts, aligned_share(texts, gold), strict=True):
        # A page's gold text may or may not begin with the title, so a repetition of the title gets no label.
        if np.isnan(share) or tuple(alignment_words(text)) in title:
            yield None
        else:
            yield "core" if share > CORE_SHARE else "filler"


def page_views(page: GoldPage, *, views: Sequence[str] = CUTS) -> tuple[LabelledArticle, ...]:
    r"""Cut a page in several ways, and label the paragraphs of each cut.

    Parameters
    ----------
    page
        The page's HTML and its gold text.
    views
        Names from `VIEWS`: ``"page"``, the whole body with its markup; ``"lines"``, one text node per line, as
        ``BeautifulSoup(html).get_text("\n")`` gives; ``"p"``, the ``<p>`` elements; ``"container"``, the smallest
        element that holds the story, and what follows it in its parent; and the names of renderers and extractors.

    Returns
    -------
    tuple of LabelledArticle
        In the order of `views`; a view without paragraphs is left out.

    Raises
    ------
    InputError
        The page has no text at all.

    Examples
    --------
    >>> html = "<nav>News</nav><div><p>The <b>ferry</b> sailed.<p>Read more</div>"
    >>> page = GoldPage(page="own/1", source="own", url="", title="", html=html, gold="The ferry sailed.")
    >>> for view in page_views(page, views=["page", "lines"]):
    ...     print(view.article_id, [(paragraph.text, paragraph.label) for paragraph in view.paragraphs])
    own/1 [('News', 'filler'), ('The ferry sailed.', 'core'), ('Read more', 'filler')]
    own/1@lines [('News', 'filler'), ('The', 'core'), ('ferry', 'core'), ('sailed.', 'core'), ('Read more', 'filler')]
    """
    parsed = read_page(page.html)
    if not parsed.texts:
        raise InputError("page without text", where=page.page, expected="visible paragraphs")
    title = titled(page.title or parsed.title)
    texts = [storable(text).strip() for text in parsed.texts]
    rows = zip(texts, _labels(texts, page.gold, title), markup_rows(parsed), strict=True)
    whole = [LabelledParagraph(text, label, markup=markup) for text, label, markup in rows]
    url = page.url or parsed.url
    site = registered_domain(url)
    made = []
    for view in views:
        if view == "page":
            paragraphs = whole
        elif view == "container":
            paragraphs = [LabelledParagraph(part.text, part.label) for part in _container(whole)]
        else:
            texts = _texts(page.html, view, language=parsed.language)
            paragraphs = list(map(LabelledParagraph, texts, _labels(texts, page.gold, title)))
        if paragraphs:
            made.append(
                LabelledArticle(
                    page=page.page,
                    view=view,
                    source=page.source,
                    paragraphs=tuple(paragraphs),
                    site=site,
                    url=storable(url).strip(),
                    # Not the gold title, because only the title of the page is known at tagging time.
                    title=storable(parsed.title).strip(),
                    language=parsed.language,
                )
            )
    return tuple(made)


def _texts(html: str, view: str, *, language: str) -> list[str]:
    cut = _CUT.get(view)
    texts = tool_texts(html, tool=view, language=language) if cut is None else cut(html)
    return [stripped for text in texts if (stripped := storable(text).strip())]


def _lines(html: str) -> list[str]:
    body = LexborHTMLParser(html).body
    if body is None:
        return []
    texts = (
        node.text_content or ""
        for node in body.traverse(include_text=True)
        if node.is_text_node and (node.parent is None or node.parent.tag not in _NOT_TEXT)
    )
    return [" ".join(text.split()) for text in texts]


def _p_elements(html: str) -> list[str]:
    return [" ".join(node.text(separator="").split()) for node in LexborHTMLParser(html).css("p")]


_CUT: dict[str, Callable[[str], list[str]]] = {"lines": _lines, "p": _p_elements}


def _container(whole: Sequence[LabelledParagraph]) -> Sequence[LabelledParagraph]:
    # The text of the story's element: the story, the promos in it and the lists below it, but no menu.
    lengths = [len(alignment_words(paragraph.text)) if paragraph.label == "core" else 0 for paragraph in whole]
    held: Counter[int] = Counter()
    chains: dict[int, tuple[int, ...]] = {}
    for paragraph, length in zip(whole, lengths, strict=True):
        elements = paragraph.markup.elements if paragraph.markup is not None else ()
        for depth, element in enumerate(elements, start=1):
            held[element] += length
            chains[element] = elements[:depth]
    wanted = CONTAINER_SHARE * sum(lengths)
    holding = [chains[element] for element, words in held.items() if words >= wanted > 0]
    if not holding:
        return ()
    chain = max(holding, key=len)
    best, parent = chain[-1], chain[-2:][0]
    first = next(index for index, paragraph in enumerate(whole) if _inside(paragraph, best))
    return [paragraph for paragraph in whole[first:] if _inside(paragraph, parent)]


def _inside(paragraph: LabelledParagraph, element: int) -> bool:
    return paragraph.markup is not None and element in paragraph.markup.elements
