"""HTML to paragraphs: what a reader sees of a page, cut where a block ends, with the markup around each piece."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.line_breaks import prose_word_count
from corestory.reading.html.outline import Outline
from corestory.reading.html.scripts import (
    DECLARED_SHOWN,
    DECLARED_WORDS,
    declared_paragraphs,
    least_words,
    state_paragraphs,
    with_declared,
)
from corestory.reading.html.segments import cut
from corestory.reading.html.self_closed import holds_rest, with_end_tags, with_missing_end, with_sections
from corestory.reading.html.serialised import NormalForm

# So many elements of a page may lack their end.
_MISSING_ENDS = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page: its paragraphs and what its head says of the article.

    Attributes
    ----------
    texts
        The paragraphs in the order of the page.
    markup
        What is around them. None of a page that shows no prose and keeps its story in a script, for its markup says
        nothing of a story that it does not hold.
    frames
        The addresses of the pages that a page of frames shows.
    """

    texts: list[str]
    markup: Outline | None
    title: str
    url: str
    language: str
    frames: tuple[str, ...] = ()


def read_page(source: str | bytes) -> Page:
    """Cut a page's HTML into visible paragraphs.

    A page that shows no story may hold it for others than readers with scripts: in ``<noscript>``, in declarative
    shadow DOM, in ``<noframes>``, in a ``<textarea>``, in what an ``<object>`` or a ``<video>`` holds for browsers that
    do not show it, in schema.org's ``articleBody``, or in the state or the templates of a client-side application. It
    is then taken from the first of these that has it.

    Parameters
    ----------
    source
        HTML, as text or as bytes (then in UTF-8).

    Returns
    -------
    Page
        The paragraphs, what is around them, and what the head declares.

    Examples
    --------
    >>> page = read_page("<title>T</title><div><p>One <b>story</b>.</p>Tail<br><br>End<script>x()</script></div>")
    >>> page.texts
    ['One story.', 'Tail', 'End']
    >>> page.title
    'T'
    """
    return _read(source, _MISSING_ENDS)


def _read(source: str | bytes, ends: int) -> Page:
    """Cut a page, and if it shows no prose the same page with up to so many ends of elements that it lacks."""
    tree = LexborHTMLParser(source)
    title = _title(tree)
    url = _attribute(tree, 'link[rel="canonical"]', "href") or _attribute(tree, 'meta[property="og:url"]', "content")
    language = _attribute(tree, "html", "lang").replace("_", "-").partition("-")[0].lower()
    names_story = (b"articleBody" if isinstance(source, bytes) else "articleBody") in source  # type: ignore[operator]
    declared = declared_paragraphs(tree, title) if names_story else []
    frames = () if tree.body else tuple(frame.attributes.get("src") or "" for frame in tree.css("frame"))
    is_lost = holds_rest(tree)
    # Last, for this changes the tree.
    form = NormalForm(tree.body or tree.root)  # a set of frames has no body
    shown = cut(form)
    if form.alternatives:
        visible = shown.prose_words
        least = max(least_words(visible), 2 * visible)
        if form.may_hold(least):
            alternative = cut(form.with_alternatives())
            if alternative.prose_words - visible >= least:
                shown = alternative
    found = with_declared(shown, declared) if declared else shown
    has_prose = found.has_prose(DECLARED_WORDS)
    if is_lost or not has_prose:
        html = source if isinstance(source, str) else source.decode(errors="replace")
        closed = with_sections(with_end_tags(html))
        if closed != html:
            return _read(closed, ends)
    if not has_prose:
        story = state_paragraphs(LexborHTMLParser(source), least=least_words(found.prose_words))
        missing = [text for text in story if text not in found.texts]
        if len(missing) > DECLARED_SHOWN * len(story):
            found = found.with_undisplayed(missing)
        if ends and not found.has_prose(DECLARED_WORDS) and (closed := with_missing_end(html)) != html:
            page = _read(closed, ends - 1)
            if sum(map(prose_word_count, page.texts)) >= least_words(found.prose_words) + found.prose_words:
                return page
    is_shown = len(found.texts) == len(shown.texts) or shown.has_prose(DECLARED_WORDS)
    return Page(found.texts, found if is_shown else None, title, url, language, frames)


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() if node is not None else ""


def _title(tree: LexborHTMLParser) -> str:
    title = _attribute(tree, 'meta[property="og:title"]', "content")
    if not title:
        node = tree.css_first("title")
        title = (node.text() or "") if node is not None else ""
    return " ".join(title.split())
