"""The cut of a page by walking its tree node by node: slow and plain, what the cut of its normal form must equal."""

import re

from selectolax.lexbor import LexborNode

from corestory.reading.article import Markup, Paragraph
from corestory.reading.html.outline import MARKUP_LEVELS, NEAR
from corestory.reading.html.segments import MAX_DEPTH, PROSE_WORDS, UNFOLDED_SHARE
from corestory.reading.html.serialised import UNSEEN
from corestory.reading.html.tags import HEADINGS, INLINE
from corestory.reading.text import is_blank

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def walked(root: LexborNode) -> tuple[Paragraph, ...]:
    """Cut what is below an element into paragraphs."""
    return tuple(_Walk().cut(root))


class _Walk:
    """Goes through the tree once, in document order, and gathers the text between two block boundaries."""

    def __init__(self) -> None:
        # Of each paragraph: text, markup words, enclosing elements, link density, where it is hidden.
        self.found: list[tuple[str, str, tuple[int, ...], float, int | None]] = []
        self.names: list[str] = []  # markup words of each open block element, outermost first
        self.elements: list[int] = []  # its number, in document order
        self.pieces: list[str] = []
        self.inside: dict[str, None] = {}  # inline markup words of the paragraph, in order
        self.linked = 0
        self.count = 0
        self.breaks = 0
        self.siblings: dict[tuple[int, str], int] = {}
        self.shapes: list[tuple[int, str]] = []  # per element: its parent and its signature
        self.hidden_by: int | None = None  # the visible element in which the outermost open hidden one stands
        self.hidden_depth = 0

    def cut(self, root: LexborNode) -> list[Paragraph]:
        self._enter_block(root.tag or "", root.attributes)
        node = root.first_child
        depth = 1
        link_depth = 0
        # (node, kind) of every open element below root; an explicit stack, for nesting is the page's to choose
        stack: list[tuple[LexborNode, str]] = []
        while True:
            while node is None:
                if not stack:
                    self._flush()
                    return self._paragraphs()
                closed, kind = stack.pop()
                depth -= 1
                link_depth -= kind == "link"
                self._leave(kind)
                node = closed.next
            if node.is_text_node:
                self._text(node.text_content or "", link_depth > 0)
                node = node.next
                continue
            if not node.is_element_node:
                node = node.next
                continue
            tag = node.tag or ""
            if tag in UNSEEN:
                node = node.next
                continue
            if tag == "br":
                self.breaks += 1
                if self.breaks > 1:
                    self._flush()
                elif self.pieces:
                    self.pieces.append("\n")
                node = node.next
                continue
            attributes = node.attributes
            style = attributes.get("style")
            hidden = "hidden" in attributes or (style is not None and _HIDDEN_STYLE.search(style) is not None)
            if hidden and (depth >= MAX_DEPTH or (tag in INLINE and node.text().count(" ") < PROSE_WORDS)):
                node = node.next  # a tracking pixel or a tooltip within a sentence must not cut it in two
                continue
            if hidden:
                kind = "hidden"
                self._enter_block(tag, attributes, hidden=True)
            elif tag in INLINE:
                kind = "link" if tag == "a" else "inline"
                link_depth += kind == "link"
                self._inline(tag, attributes)
            elif depth >= MAX_DEPTH:
                kind = "deep"  # cuts the text, but its name is not kept: names at every depth would fill memory
                self._flush()
            else:
                kind = "block"
                self._enter_block(tag, attributes)
            child = node.first_child
            if child is None:
                link_depth -= kind == "link"
                self._leave(kind)
                node = node.next
            else:
                stack.append((node, kind))
                depth += 1
                node = child

    def _enter_block(self, tag: str, attributes: dict[str, str | None], *, hidden: bool = False) -> None:
        self._flush()
        if hidden and self.hidden_by is None:
            self.hidden_by = self.elements[-1] if self.elements else -1
            self.hidden_depth = len(self.elements)
        words = HEADINGS.get(tag, tag)
        if attributes:
            words = " ".join(dict.fromkeys((words, *_name_words(attributes))))
        parent = self.elements[-1] if self.elements else -1
        shape = (parent, f"{tag} {attributes.get('class') or ''}")
        self.siblings[shape] = self.siblings.get(shape, 0) + 1
        self.shapes.append(shape)
        self.names.append(words)
        self.elements.append(self.count)
        self.count += 1

    def _leave(self, kind: str) -> None:
        if kind in ("block", "hidden"):
            self._flush()
            self.names.pop()
            self.elements.pop()
            if self.hidden_by is not None and len(self.elements) == self.hidden_depth:
                self.hidden_by = None
        elif kind == "deep":
            self._flush()

    def _inline(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.inside.setdefault("in" + tag)
        if attributes:
            for word in _name_words(attributes):
                self.inside.setdefault("in" + word)

    def _text(self, text: str, linked: bool) -> None:
        if text.strip():
            self.breaks = 0
            if linked:
                self.linked += len(text.strip())
            self.pieces.append(text)
        elif self.pieces:
            self.pieces.append(" ")

    def _flush(self) -> None:
        if self.pieces:
            text = " ".join("".join(self.pieces).split())
            if not is_blank(text):
                density = min(1.0, self.linked / len(text))
                self.found.append((text, self._markup_words(), tuple(self.elements), density, self.hidden_by))
            self.pieces = []
            self.linked = 0
        if self.inside:
            self.inside = {}
        self.breaks = 0

    def _paragraphs(self) -> list[Paragraph]:
        # Only now is it known how many siblings of its shape each element has, and how much each hidden one holds.
        repeats = [self.siblings[shape] for shape in self.shapes]
        unfolded = self._unfolded()
        return [
            Paragraph(text, Markup(words, elements, density, tuple(map(repeats.__getitem__, elements))))
            for text, words, elements, density, hidden in self.found
            if hidden is None or hidden in unfolded
        ]

    def _unfolded(self) -> set[int]:
        # Pages hide the story until a script unfolds it (pay walls, "read more", fade-ins), whole or a paragraph at a
        # time; where one visible element's hidden parts hold much of the page's prose it is that, and not a menu.
        prose: dict[int | None, int] = {}
        for text, _, _, _, hidden in self.found:
            words = text.count(" ") + 1
            prose[hidden] = prose.get(hidden, 0) + (words if words >= PROSE_WORDS else 0)
        total = sum(prose.values())
        return {hidden for hidden, words in prose.items() if hidden is not None and words > UNFOLDED_SHARE * total}

    def _markup_words(self) -> str:
        near = self.names[: -MARKUP_LEVELS - 1 : -1]
        return " ".join([*map(_marked, NEAR, near), *near, *self.inside])


def _name_words(attributes: dict[str, str | None]) -> tuple[str, ...]:
    get = attributes.get
    name, own, role, item = get("class"), get("id"), get("role"), get("itemprop")
    if own or role or item:
        return (*_words_of(name), *_words_of(own), *_words_of(role), *_words_of(item))
    return _words_of(name)


def _words_of(name: str | None) -> tuple[str, ...]:
    return tuple(part.lower() for part in _NAME_PART.findall(name[:300]) if len(part) > 1) if name else ()


def _marked(level: str, name: str) -> str:
    return " ".join([level + word for word in name.split()])
