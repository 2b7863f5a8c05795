"""The ways in which one page may reach the tagger, each labelled by aligning it with the page's gold text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from corestory.errors import InputError
from corestory.labelling.alignment import aligned_share, alignment_words, titled
from corestory.labelling.extractors import EXTRACTORS, RENDERERS, installed, tool_texts
from corestory.labelling.gold_pages import GoldPage
from corestory.labelling.labelled import LabelledArticle, LabelledParagraph
from corestory.labelling.markup_columns import markup_rows
from corestory.reading.html.page import Page, read_page
from corestory.reading.sites import registered_domain
from corestory.reading.text import storable
from corestory.types import Label

CUTS = ("page", "lines", "p", "container")
"""Views that need no other package."""

VIEWS = (*CUTS, *RENDERERS, *EXTRACTORS)

CORE_SHARE = 0.5
"""A paragraph is core if more than this share of its words is in the gold text, in order."""

CONTAINER_SHARE = 0.9
"""The smallest element with at least this share of the core words holds the story."""

_NOT_TEXT = frozenset({"script", "style"})


def chosen_views(names: str) -> tuple[str, ...]:
    """Choose views by their names, with commas between.

    Parameters
    ----------
    names
        Of `VIEWS`; ``"all"`` is all that need no package, or one that is installed.

    Raises
    ------
    InputError
        If there is no such view, or its package is not installed.

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
            raise InputError(f"view {view!r}, whose package is not installed", expected=", ".join(available), hint=hint)
        if view not in VIEWS:
            raise InputError(f"view {view!r}", expected=f"all, or of {', '.join(VIEWS)}")
    if not views:
        raise InputError("no view", expected=f"all, or of {', '.join(VIEWS)}")
    return views


@dataclass(frozen=True, slots=True)
class _Labeller:
    gold: str
    title: frozenset[tuple[str, ...]]

    def labels(self, texts: Sequence[str]) -> list[Label | None]:
        shares = aligned_share(texts, self.gold)
        return [self._label(text, share) for text, share in zip(texts, shares, strict=True)]

    def _label(self, text: str, share: float) -> Label | None:
        # A page's gold text may or may not begin with the title, so its repetition says nothing.
        if np.isnan(share) or tuple(alignment_words(text)) in self.title:
            return None
        return "core" if share > CORE_SHARE else "filler"


def page_views(page: GoldPage, *, views: Sequence[str] = CUTS) -> tuple[LabelledArticle, ...]:
    r"""Cut a page in several ways and label each cut's paragraphs.

    Parameters
    ----------
    page
        HTML and gold text.
    views
        Of `VIEWS`: ``"page"``, the whole body with its markup; ``"lines"``, a text node a line, as
        ``BeautifulSoup(html).get_text("\n")`` gives; ``"p"``, the ``<p>`` elements; ``"container"``, the smallest
        element that holds the story, and what follows it in its parent; and the names of renderers and extractors.

    Returns
    -------
    tuple of LabelledArticle
        In the order of `views`. A view in which the page gives no paragraph is left out.

    Raises
    ------
    InputError
        If the page has no text at all.

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
    title = page.title or parsed.title
    labeller = _Labeller(page.gold, titled(title))
    whole = _whole(parsed, labeller)
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
            pairs = zip(texts, labeller.labels(texts), strict=True)
            paragraphs = [LabelledParagraph(text, label) for text, label in pairs]
        if paragraphs:
            made.append(
                LabelledArticle(
                    page=page.page,
                    view=view,
                    source=page.source,
                    paragraphs=tuple(paragraphs),
                    site=site,
                    url=storable(url).strip(),
                    # Not the gold title: at tagging time only the title of the page is known.
                    title=storable(parsed.title).strip(),
                    language=parsed.language,
                )
            )
    return tuple(made)


def _whole(parsed: Page, labeller: _Labeller) -> list[LabelledParagraph]:
    texts = [storable(text).strip() for text in parsed.texts]
    rows = zip(texts, labeller.labels(texts), markup_rows(parsed), strict=True)
    return [LabelledParagraph(text, label, markup=markup) for text, label, markup in rows]


def _texts(html: str, view: str, *, language: str) -> list[str]:
    cut = _CUT.get(view)
    texts = tool_texts(html, tool=view, language=language) if cut is None else cut(html)
    return [stripped for text in texts if (stripped := storable(text).strip())]


def _lines(html: str) -> list[str]:
    body = LexborHTMLParser(html).body
    if body is None:
        return []
    return [" ".join((node.text_content or "").split()) for node in _text_nodes(body)]


def _text_nodes(body: LexborNode) -> list[LexborNode]:
    found = []
    for node in body.traverse(include_text=True):
        parent = node.parent
        if node.is_text_node and (parent is None or parent.tag not in _NOT_TEXT):
            found.append(node)
    return found


def _p_elements(html: str) -> list[str]:
    return [" ".join(node.text(separator="").split()) for node in LexborHTMLParser(html).css("p")]


_CUT: dict[str, Callable[[str], list[str]]] = {"lines": _lines, "p": _p_elements}


def _container(whole: Sequence[LabelledParagraph]) -> Sequence[LabelledParagraph]:
    # The text of the story's element: the story, the promos in it and the lists under it, but no menu.
    lengths = [len(alignment_words(paragraph.text)) if paragraph.label == "core" else 0 for paragraph in whole]
    held: dict[int, int] = {}
    parents: dict[int, int] = {}
    depths: dict[int, int] = {}
    for paragraph, length in zip(whole, lengths, strict=True):
        elements = paragraph.markup.elements if paragraph.markup is not None else ()
        for depth, element in enumerate(elements):
            held[element] = held.get(element, 0) + length
            parents[element] = elements[depth - 1] if depth else element
            depths[element] = depth
    wanted = CONTAINER_SHARE * sum(lengths)
    if not wanted:
        return ()
    best = max((element for element, words in held.items() if words >= wanted), key=depths.__getitem__, default=None)
    if best is None:
        return ()
    first = next(index for index, paragraph in enumerate(whole) if _inside(paragraph, best))
    return [paragraph for paragraph in whole[first:] if _inside(paragraph, parents[best])]


def _inside(paragraph: LabelledParagraph, element: int) -> bool:
    return paragraph.markup is not None and element in paragraph.markup.elements
