"""HTML to paragraphs: what a reader sees of a page, cut where a block ends, with the markup around each piece."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.outline import Outline
from corestory.reading.html.segments import cut
from corestory.reading.html.serialised import NormalForm


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page: its paragraphs and what its head says of the article."""

    paragraphs: Outline
    title: str
    url: str
    language: str


def read_page(source: str | bytes) -> Page:
    """Cut a page's HTML into visible paragraphs.

    Parameters
    ----------
    source
        HTML, as text or as bytes (then in UTF-8).

    Returns
    -------
    Page
        The paragraphs in the order of the page, each with its `Markup`, and what the head declares.

    Examples
    --------
    >>> page = read_page("<title>T</title><div><p>One <b>story</b>.</p>Tail<br><br>End<script>x()</script></div>")
    >>> [paragraph.text for paragraph in page.paragraphs]
    ['One story.', 'Tail', 'End']
    >>> page.title
    'T'
    """
    tree = LexborHTMLParser(source)
    title = _title(tree)
    url = _attribute(tree, 'link[rel="canonical"]', "href") or _attribute(tree, 'meta[property="og:url"]', "content")
    language = _attribute(tree, "html", "lang").replace("_", "-").partition("-")[0].lower()
    declared = declared_text(tree)
    # Last, for this changes the tree.
    root = tree.body or tree.root  # a set of frames has no body
    return Page(with_declared(cut(NormalForm(root)), declared), title, url, language)


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() if node is not None else ""


def _title(tree: LexborHTMLParser) -> str:
    title = _attribute(tree, 'meta[property="og:title"]', "content")
    if not title:
        node = tree.css_first("title")
        title = (node.text() or "") if node is not None else ""
    return " ".join(title.split())


# Declared text of at least so many words, of which the page shows less than this share, stands in for the page's.
DECLARED_WORDS = 60
DECLARED_SHOWN = 0.5


def declared_text(tree: LexborHTMLParser) -> str:
    """Return the longest story that the page declares, or an empty string."""
    best = ""
    for node in tree.css('script[type="application/ld+json"]'):
        raw = node.text() or ""
        if "articleBody" not in raw:
            continue
        try:
            found = list(_article_bodies(json.loads(raw, strict=False)))
        except (ValueError, RecursionError):
            continue
        best = max([best, *found], key=len)
    if "<" in best:
        best = LexborHTMLParser(best).text(separator=" ")
    return best


def with_declared(shown: Outline, declared: str) -> Outline:
    """Mark paragraphs by how much of each is declared, and add the declared story where the page does not show it."""
    words = declared.split()
    own = set(_runs(words))
    if len(words) < DECLARED_WORDS or not own:
        return shown
    seen: set[tuple[str, ...]] = set()
    shares = []
    for text in shown.texts:
        runs = set(_runs(text.split())) or {(text,)}
        seen |= runs & own
        shares.append(len(runs & own) / len(runs))
    shown = replace(shown, declared=shares)
    if len(seen) < DECLARED_SHOWN * len(own):
        # Some pages show the story only after a script has run, yet declare it to machines.
        lines = (" ".join(line.split()) for line in declared.splitlines())
        shown = shown.with_undisplayed([line for line in lines if line])
    return shown


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(words, words[1:], words[2:], strict=False)


def _article_bodies(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "articleBody" and isinstance(item, str):
                yield item
            else:
                yield from _article_bodies(item)
    elif isinstance(value, list):
        for item in value:
            yield from _article_bodies(item)
