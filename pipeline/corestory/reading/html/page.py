"""HTML to paragraphs: the visible text of a page, cut at the ends of blocks, with the markup around each piece.

In some pages an element without an end contains the rest, as code or as a comment. Many of them were written as XML, in
which any empty element may close itself: ``<script src="a.js"/>``. HTML has no such tags, so its parser reads the whole
page after that script as code. HTML also has no sections such as ``<![CDATA[The quay]]>``; its parser reads them as
comments.
"""

import re
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
from corestory.reading.html.serialised import NormalForm
from corestory.reading.html.tags import VOID

# The most elements without an end that are closed in a page.
_MISSING_ENDS = 3
# Elements whose content is not markup: without an end tag, they contain the rest of a page.
_HOLDING = ("script", "iframe", "title", "textarea", "style")
# With attributes in the form of XML, because in `<a href=/news/>` the slash belongs to the address.
_SELF_CLOSED = re.compile(r"""<([a-zA-Z][\w:.-]*+)((?:\s++[\w:.-]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'))*+)\s*+/>""")

# The end of a comment with an extra space.
_MISTYPED, _MISTYPED_BYTES = re.compile(r"--\s+>"), re.compile(rb"--\s+>")
# Comments and elements in which tags are text or nothing, and tags of the markup that they should not contain.
_OPEN = re.compile(r"<(script|style|title|textarea|select|iframe)\b[^<>]*>|<!--", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|div|h[1-6]|article|main|section|body|/head)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page: its paragraphs and the facts about the article in its head.

    Attributes
    ----------
    texts
        The paragraphs in the order of the page.
    markup
        The markup around the paragraphs. None for a page that shows no prose and has its story in a script, because its
        markup does not describe that story.
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

    A page that shows no story may contain it for other programs than browsers with scripts: in ``<noscript>``, in
    declarative shadow DOM, in ``<noframes>``, in a ``<textarea>``, in the content of an ``<object>`` or a ``<video>``
    for browsers that do not show it, in schema.org's ``articleBody``, or in the state or the templates of a client-side
    application. The story is then read from the first of these that has it.

    Parameters
    ----------
    source
        HTML, as text or as bytes (then in UTF-8).

    Returns
    -------
    Page
        The paragraphs, the markup around them, and the facts that the head declares.

    Examples
    --------
    >>> page = read_page("<title>T</title><div><p>One <b>story</b>.</p>Tail<br><br>End<script>x()</script></div>")
    >>> page.texts
    ['One story.', 'Tail', 'End']
    >>> page.title
    'T'
    """
    return _read(with_end_of_comment(source), _MISSING_ENDS)


def _read(source: str | bytes, ends: int) -> Page:
    """Cut a page; if it shows no prose, cut it again with up to `ends` missing ends of elements added."""
    tree = LexborHTMLParser(source)
    title = _title(tree)
    url = _attribute(tree, 'link[rel="canonical"]', "href") or _attribute(tree, 'meta[property="og:url"]', "content")
    language = _attribute(tree, "html", "lang").replace("_", "-").partition("-")[0].lower()
    names_story = (b"articleBody" if isinstance(source, bytes) else "articleBody") in source  # type: ignore[operator]
    declared = declared_paragraphs(tree, title) if names_story else []
    frames = () if tree.body else tuple(frame.attributes.get("src") or "" for frame in tree.css("frame"))
    is_lost = holds_rest(tree)
    # Last, because this changes the tree.
    form = NormalForm(tree.body or tree.root, tree.head)  # a set of frames has no body
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


def holds_rest(tree: LexborHTMLParser) -> bool:
    """Return whether the last element of a page contains the tags after it as text."""
    node = tree.body
    while node is not None and node.last_child is not None:
        node = node.last_child
    holder = node.parent if node is not None else None
    return holder is not None and holder.tag in _HOLDING and "</" in (holder.text() or "")


def with_end_tags(html: str) -> str:
    """Write an end tag after each element that closes itself, if one of them would contain the page after it.

    Examples
    --------
    >>> with_end_tags('<script src="a.js"/><a id="top"/><p>One<br/></p>')
    '<script src="a.js"></script><a id="top"></a><p>One<br/></p>'
    >>> with_end_tags('<script src="a.js"/></script><div class="x"/>')
    '<script src="a.js"/></script><div class="x"/>'
    """
    for tag in _SELF_CLOSED.finditer(html):
        name = tag[1]
        if name in _HOLDING:
            end, following = html.find(f"</{name}", tag.end()), html.find(f"<{name}", tag.end())
            if end < 0 or 0 <= following < end:
                return _SELF_CLOSED.sub(_with_end, html)
    return html


def with_missing_end(html: str) -> str:
    """Close the first element or comment that has no end before the markup after it.

    Examples
    --------
    >>> with_missing_end("<style>p{}<p>One.</p>"), with_missing_end("<!-- ad <p>One.</p>")
    ('<style>p{}</style><p>One.</p>', ' ad <p>One.</p>')
    >>> with_missing_end("<title>T</title><!-- ad --><p>One.</p>")
    '<title>T</title><!-- ad --><p>One.</p>'
    """
    lower, begin = html.lower(), 0
    while tag := _OPEN.search(html, begin):
        name = (tag[1] or "").lower()
        end = lower.find(f"</{name}" if name else "-->", tag.end())
        if end < 0 and not name:
            return html[: tag.start()] + html[tag.end() :]
        following = lower.find(f"<{name}", tag.end(), end) if name and end >= 0 else -1
        if end < 0 or following >= 0:
            markup = _MARKUP.search(html, tag.end(), end if end >= 0 else len(html))
            if markup is not None:
                return f"{html[: markup.start()]}</{name}>{html[markup.start() :]}"
            if end < 0:
                break
        begin = end
    return html


def with_end_of_comment(source: str | bytes) -> str | bytes:
    """Close a comment without an end if its end is mistyped: "-- >".

    Examples
    --------
    >>> with_end_of_comment("<!-- ad -- ><p>One.</p>"), with_end_of_comment("<!-- ad --><p>i-- > 0</p>")
    ('<!-- ad --><p>One.</p>', '<!-- ad --><p>i-- > 0</p>')
    """
    if isinstance(source, bytes):
        opened = source.find(b"<!--", source.rfind(b"-->") + 1)
        return source if opened < 0 else source[:opened] + _MISTYPED_BYTES.sub(b"-->", source[opened:])
    opened = source.find("<!--", source.rfind("-->") + 1)
    return source if opened < 0 else source[:opened] + _MISTYPED.sub("-->", source[opened:])


def with_sections(html: str) -> str:
    """Replace sections that HTML reads as comments with their text.

    Examples
    --------
    >>> with_sections("<p><![CDATA[The <b>quay</b>]]></p>")
    '<p>The <b>quay</b></p>'
    """
    return html.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in html else html


def _with_end(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>"
