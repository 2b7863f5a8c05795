"""The normal form of a page: its tree as a string in which every tag is explicit, so that it can be cut.

The parser handles any input as a browser would. It writes its tree with each element opened and closed, each attribute
as ``name="value"``, and no bare ``<`` or ``>`` in texts or values. Reading that string is several times faster than
reading the tree, because each node of the tree would become a Python object.
"""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections.abc import Iterator
from copy import copy
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from corestory.reading.text import word_count
from corestory.reading.text_shapes import is_markup

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


# Elements whose text is not shown as prose: code, drawings, the choices of a form, frames.
UNSEEN = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "head", "title", "select", "datalist", "textarea"),
        *("iframe", "object", "embed", "audio", "video", "canvas"),
        # Readings of characters, a formula in another language, and content for browsers without frames.
        *("rt", "rp", "rtc", "annotation", "annotation-xml", "noframes"),
    )
)
# The parser writes the text of these elements unescaped, so a tag in it cannot be distinguished from a real one.
RAW = frozenset(("xmp", "plaintext", "noembed"))

# Elements that may contain the story of a page that shows none.
_ALTERNATIVES = frozenset(("noscript", "noframes", "textarea", "object", "canvas", "video", "audio"))
# These contain another page, or a part of this one, if an attribute shows that.
_MAY_HOLD = frozenset(("template", "iframe", "svg"))
_DATA = "data:text/html"
# The fewest characters of a story in such elements.
_STORY_CHARACTERS = 100
_TAG = re.compile(r"<[^<>]*>")
# The most levels of templates inside one another in declarative shadow DOM, which browsers show.
_SHADOW_LEVELS = 5

# Formulas are read once, without their drawings.
_SET_ASIDE = ",".join(sorted({*UNSEEN, *RAW, "math"}))
_SCREEN = frozenset(("", "all", "screen"))
# Some publishing systems escape the tags of a whole story, once or twice. Examples of code stay escaped.
_ESCAPED = re.compile(
    r"(<(?!(?:code|pre|samp|kbd|tt)\b)[^<>]*>)(?=[^<\0]*?&(?:amp;)?lt;/?(?:p|br|div)\b)([^<\0]*+)(?=<)"
)
# Such a tag is rare, and this pattern finds it fast.
_ESCAPED_BLOCK = re.compile(r"lt;/?(?:p|br|div)\b")
_ESCAPED_WORDS = 60

# A page cannot contain this character, and the parser does not write it: it marks parts that were left out.
MARK = "\0"
# Names can contain nearly any character if a page's author has forgotten a quote.
_CAREFUL = re.compile(r'<(?:!--.*?--|\?[^>]*|(/?[^ >]*(?: =?[^ =>]*="[^"]*")*))>([^<]*)', re.DOTALL)


class NormalForm:
    """A page's tags and texts.

    Parameters
    ----------
    root
        The element to write, if any. It is changed: invisible parts are removed.
    head
        The page's head, if its styles count.

    Examples
    --------
    >>> from selectolax.lexbor import LexborHTMLParser
    >>> form = NormalForm(LexborHTMLParser("<body>One<br>two<p class=x>").body)
    >>> form.tags_and_texts()
    (['body', 'br', 'p class="x"', '/p', '/body'], ['One', 'two', '', '', ''])
    """

    def __init__(self, root: LexborNode | None, head: LexborNode | None = None) -> None:
        self._sheets = list(filter(_is_sheet, head.iter())) if head is not None else []
        self._unseen = root.css(_SET_ASIDE) if root is not None else []
        self._alternative: list[int] = []
        for number, node in enumerate(self._unseen):
            tag = node.tag
            if tag in RAW:
                _escape(node)
            elif tag == "math":
                _drop_drawing(node)
            else:
                if tag in _ALTERNATIVES or (tag in _MAY_HOLD and _holds_page(node)):
                    self._alternative.append(number)
                elif tag == "style" and _is_sheet(node):
                    self._sheets.append(node)
                node.replace_with(f"{MARK}{number}{MARK}")
        html = (root.html or "") if root is not None else ""
        self._html = _ESCAPED.sub(_unescaped_story, html) if "lt;" in html and _ESCAPED_BLOCK.search(html) else html

    @property
    def sheets(self) -> Iterator[str]:
        """The texts of the page's style elements; a text for some media is a block of rules for these."""
        return map(_sheet, self._sheets)

    def may_hold(self, words: int) -> bool:
        """Return whether the alternatives may contain a story of at least `words` words."""
        # A word has at least one character.
        contents = self.alternatives.values()
        return sum(map(len, contents)) >= words and any(
            len(_TAG.sub("", content)) >= _STORY_CHARACTERS for content in contents
        )

    def with_alternatives(self) -> NormalForm:
        """Return the page as browsers without scripts or frames show it, with the HTML of all its alternatives."""
        form = copy(self)
        for number, content in self.alternatives.items():
            form._html = form._html.replace(f"{MARK}{number}{MARK}", f"<div>{_inner(content)}</div>", 1)
        return form

    @cached_property
    def alternatives(self) -> dict[int, str]:
        """The HTML for browsers without scripts or frames, in shadow DOM, frames and forms, by element number."""
        found = {}
        for number in self._alternative:
            node = self._unseen[number]
            html = node.html or ""
            written = _page_of_frame(node) if node.tag == "iframe" else None
            content = html[html.find(">") + 1 : html.rfind("</")] if written is None else written
            if node.tag == "textarea":
                text = decoded(content)
                content = text if is_markup(text) else f"<pre>{content}</pre>"
            found[number] = content
        return found

    def tags_and_texts(self) -> tuple[list[str], list[str]]:
        """Return each tag, without its ``<`` and ``>``, and the text after it, as `text_nodes` reads it."""
        html = _without_comments(self._html) if "<!--" in self._html else self._html
        parts = html.replace(">", "<").split("<")
        if len(parts) == 2 * html.count(">") + 1:
            return parts[1::2], parts[2::2]
        # Some name contains a "<", so the page cannot be cut at each of them.
        found = _CAREFUL.findall(self._html)
        return [tag or "?" for tag, _ in found], [text for _, text in found]

    def spaces(self, text: str) -> int:
        """Count the spaces of a text, including those in the unseen elements that were taken out of it."""
        if MARK not in text:
            return text.count(" ")
        parts = text.split(MARK)
        unseen = (self._unseen[int(number)].text() for number in parts[1::2] if number)
        return sum(part.count(" ") for part in chain(parts[::2], unseen))


def _is_sheet(node: LexborNode) -> bool:
    """Return whether an element has styles for browsers with scripts."""
    if node.tag != "style" or node.attributes.get("type") not in {None, "", "text/css"}:
        return False
    around = node.parent
    return around is None or around.tag not in UNSEEN or around.tag == "head"


def _sheet(style: LexborNode) -> str:
    text, media = style.text() or "", style.attributes.get("media") or ""
    return text if media.lower() in _SCREEN else f"@media {media}{{{text}}}"


def _holds_page(node: LexborNode) -> bool:
    """Return whether a template is shadow DOM, a frame has its page in its tag, or a drawing has paragraphs."""
    if node.tag == "svg":
        return bool(node.text().strip()) and node.css_first("p, div") is not None  # few drawings have text
    return _is_shadow(node) or "srcdoc" in node.attributes or (node.attributes.get("src") or "").startswith(_DATA)


def _page_of_frame(node: LexborNode) -> str | None:
    """Return the HTML in the tag of a frame, or None."""
    if "srcdoc" in node.attributes:
        return node.attributes["srcdoc"]
    head, _, data = (node.attributes.get("src") or "").partition(",")
    if not head.startswith(_DATA):
        return None
    if not head.endswith(";base64"):
        return unquote(data)
    try:
        return b64decode(unquote(data)).decode(errors="replace")
    except ValueError:
        return None


def _is_shadow(node: LexborNode) -> bool:
    return node.tag == "template" and "shadowrootmode" in node.attributes


def _drop_drawing(formula: LexborNode) -> None:
    """Remove the drawing that KaTeX or MathJax puts beside a formula's own element, in characters of their fonts."""
    holder = formula.parent
    around = holder.parent if holder is not None else None
    if holder is None or around is None:
        return
    for drawing in (holder.next, holder.prev, around.prev):
        if drawing is not None and (
            drawing.attributes.get("aria-hidden") == "true" or drawing.attributes.get("class") == "MathJax_Preview"
        ):
            drawing.decompose()


def _unescaped_story(match: re.Match[str]) -> str:
    story = decoded(match[2])
    story = story if is_markup(story) else decoded(story)
    is_story = is_markup(story) and word_count(_TAG.sub(" ", story)) >= _ESCAPED_WORDS
    return match[1] + (_inner(story) if is_story else match[2])


def _inner(content: str, levels: int = _SHADOW_LEVELS) -> str:
    """Return the normal form of some HTML, without its invisible parts."""
    from selectolax.lexbor import LexborHTMLParser  # texts need `decoded`, but no parser

    root = LexborHTMLParser(content).body
    if root is None:
        return ""
    shadows: list[str] = []
    for node in root.css(_SET_ASIDE):
        if node.tag in RAW:
            _escape(node)
        elif node.tag == "math":
            _drop_drawing(node)
        elif _is_shadow(node) and levels:
            html = node.html or ""
            node.replace_with(f"{MARK}{len(shadows)}{MARK}")
            shadows.append(html[html.find(">") + 1 : html.rfind("</")])
        else:
            node.decompose()
    html = root.inner_html or ""
    for number, shadow in enumerate(shadows):
        html = html.replace(f"{MARK}{number}{MARK}", f"<div>{_inner(shadow, levels - 1)}</div>", 1)
    return html


def text_nodes(text: str) -> list[str]:
    r"""Return the texts between comments and unseen elements, with their references decoded.

    Examples
    --------
    >>> text_nodes("One &amp;\0\0 two")
    ['One &', ' two']
    """
    return decoded(text).split(MARK)[::2]


def decoded(text: str) -> str:
    """Replace the few references that the parser writes with their characters.

    Examples
    --------
    >>> decoded("&lt;b&gt; &amp;amp;")
    '<b> &amp;'
    """
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


def _without_comments(html: str) -> str:
    # A pattern would search the rest of the page for the end of each comment without one. A name can contain the
    # beginning of a comment, and a page made to be slow contains thousands of them.
    kept = []
    done = 0
    while (begin := html.find("<!--", done)) >= 0 and (end := html.find("-->", begin + 4)) >= 0:
        kept.append(html[done:begin])
        done = end + 3
    return (MARK * 2).join([*kept, html[done:]])


def _escape(element: LexborNode) -> None:
    node = element.first_child
    while node is not None:
        following = node.next
        if node.is_text_node:
            text = node.text_content or ""
            node.replace_with(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        node = following


_ENTITY = re.compile(r"&(?!(?:lt|gt);)(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")


def unescaped(text: str) -> str:
    """Decode the entities that a page escaped twice, which browsers show as they are written.

    Examples
    --------
    >>> unescaped("&quot;Sorry,&quot; said Brisk &amp; Sons; AT&T; R&D"), unescaped("&unknown;")
    ('"Sorry," said Brisk & Sons; AT&T; R&D', '&unknown;')
    """
    return " ".join(_ENTITY.sub(lambda match: html.unescape(match[0]), text).split())
