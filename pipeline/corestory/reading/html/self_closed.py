"""Pages in which an element without an end holds the rest, as code or as a comment.

Many were written as XML, in which any empty element may close itself: ``<script src="a.js"/>``.
HTML knows no such tags. Its parser takes all behind that script for code, so that nothing is left of the page. Neither
does it know sections such as ``<![CDATA[The quay]]>``, and takes them for comments.
"""

import re

from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.tags import VOID

# Elements whose content is no markup: without an end tag, the rest of a page is in them.
_HOLDING = ("script", "iframe", "title", "textarea", "style")
# With attributes as XML has them: of `<a href=/news/>`, the slash belongs to the address.
_SELF_CLOSED = re.compile(r"""<([a-zA-Z][\w:.-]*+)((?:\s++[\w:.-]++\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'))*+)\s*+/>""")

# Elements in which tags are text or nothing, comments, and what begins the markup that they should not hold.
_OPEN = re.compile(r"<(script|style|title|textarea|select|iframe)\b[^<>]*>|<!--", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|div|h[1-6]|article|main|section|body|/head)\b", re.IGNORECASE)


def holds_rest(tree: LexborHTMLParser) -> bool:
    """Whether the last element of a page holds the tags of what is behind it as text."""
    node = tree.body
    while node is not None and node.last_child is not None:
        node = node.last_child
    holder = node.parent if node is not None else None
    return holder is not None and holder.tag in _HOLDING and "</" in (holder.text() or "")


def with_end_tags(html: str) -> str:
    """Write an end tag behind each element that closes itself, if one of them would hold what is behind it.

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
    """Write the end of the first element or comment that has none before the markup behind it.

    Examples
    --------
    >>> with_missing_end("<style>p{}<p>One.</p>"), with_missing_end("<!-- ad <p>One.</p>")
    ('<style>p{}</style><p>One.</p>', ' ad <p>One.</p>')
    >>> with_missing_end("<title>T</title><!-- ad --><p>One.</p>")
    '<title>T</title><!-- ad --><p>One.</p>'
    """
    lower, place = html.lower(), 0
    while tag := _OPEN.search(html, place):
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
        place = end
    return html


def with_sections(html: str) -> str:
    """Write out the text of sections that HTML takes for comments.

    Examples
    --------
    >>> with_sections("<p><![CDATA[The <b>quay</b>]]></p>")
    '<p>The <b>quay</b></p>'
    """
    return html.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in html else html


def _with_end(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>"
