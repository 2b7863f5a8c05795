"""The cut of a page by walking its tree node by node: slow and plain, what the cut of its normal form must equal."""

import re
from itertools import pairwise

from selectolax.lexbor import LexborNode

from corestory.labelling.labelled import Markup
from corestory.reading.html.hidden import shown_rows
from corestory.reading.html.line_breaks import PROSE_WORDS, cut_at_breaks, cut_preformatted
from corestory.reading.html.markup_words import HEADINGS, MARKUP_LEVELS, NEAR
from corestory.reading.html.segments import MAX_DEPTH
from corestory.reading.html.serialised import MARK, UNSEEN, unescaped
from corestory.reading.html.tags import INLINE, PREFORMATTED, VOID
from corestory.reading.text import is_blank

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def walked(root: LexborNode) -> list[tuple[str, Markup]]:
    """Cut what is below an element into paragraphs."""
    return _Walk().cut(root)


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
        self.broken: list[int] = []  # characters in links before each line break
        self.tags: list[str] = []
        self.words: list[str] = []  # of each block element
        self.is_text = False
        self.count = 0
        self.breaks = 0
        self.siblings: dict[tuple[int, str], int] = {}
        self.shapes: list[tuple[int, str]] = []  # per element: its parent and its signature
        self.hidden_by: int | None = None  # the visible element in which the outermost open hidden one stands
        self.hidden_depth = 0

    def cut(self, root: LexborNode) -> list[tuple[str, Markup]]:
        self.is_text = all(
            node.tag in INLINE and not _is_hidden(node.attributes)
            for node in root.traverse()
            if node is not root and node.is_element_node and not _is_unseen(node)
        )
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
                    self.pieces.append(MARK)
                    self.broken.append(self.linked)
                node = node.next
                continue
            attributes = node.attributes
            hidden = _is_hidden(attributes)
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
            if child is None or tag in VOID:  # in MathML one may hold something, which is that of its parent here
                link_depth -= kind == "link"
                self._leave(kind)
                kind = "void"
            if child is None:
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
        self.tags.append(tag)
        self.words.append(words)
        self.elements.append(self.count)
        self.count += 1

    def _leave(self, kind: str) -> None:
        if kind in ("block", "hidden"):
            self._flush()
            self.names.pop()
            self.tags.pop()
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
            self.pieces.append(text)

    def _flush(self) -> None:
        if self.pieces:
            for text, linked in self._lines("".join(self.pieces)):
                text = unescaped(text)
                if not is_blank(text):
                    density = min(1.0, linked / len(text))
                    self.found.append((text, self._markup_words(), tuple(self.elements), density, self.hidden_by))
            self.pieces = []
            self.broken = []
            self.linked = 0
        if self.inside:
            self.inside = {}
        self.breaks = 0

    def _lines(self, whole: str) -> list[tuple[str, int]]:
        if self.tags[-1] in PREFORMATTED or (self.is_text and len(self.tags) == 1):
            return [(text, self.linked) for text in cut_preformatted(whole)]
        return cut_at_breaks(whole, [end - begin for begin, end in pairwise((0, *self.broken, self.linked))])

    def _paragraphs(self) -> list[tuple[str, Markup]]:
        # Only now is it known how many siblings of its shape each element has, and how much each hidden one holds.
        repeats = [self.siblings[shape] for shape in self.shapes]
        texts, _, elements, _, hidden = zip(*self.found, strict=True) if self.found else [()] * 5
        rows = shown_rows(
            texts,
            [element[-1] for element in elements],
            [-1 if one is None else one for one in hidden],
            [parent for parent, _ in self.shapes],
            lambda element: self.words[element].split(),
        )
        return [
            (text, Markup(words, elements, density, tuple(map(repeats.__getitem__, elements))))
            for text, words, elements, density, _ in map(self.found.__getitem__, rows)
        ]

    def _markup_words(self) -> str:
        near = self.names[: -MARKUP_LEVELS - 1 : -1]
        return " ".join([*map(_marked, NEAR, near), *near, *self.inside])


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    return "hidden" in attributes or (style is not None and _HIDDEN_STYLE.search(style) is not None)


def _is_unseen(node: LexborNode | None) -> bool:
    while node is not None:
        if node.tag in UNSEEN:
            return True
        node = node.parent
    return False


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
