"""The structure of a page's paragraphs: the page is parsed again, because cutting it keeps no structure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corestory.reading.blocks import PLAIN, Block, Cell, Container, Frame, Run, Style
from corestory.reading.html.display import CELL_WORDS
from corestory.reading.html.serialised import UNSEEN, unescaped
from corestory.reading.text import storable

# Hidden text may be between the paragraphs of a page, and may contain a short paragraph by chance. These are the
# characters below which a paragraph is short, and the distance within which it is searched.
SHORT_CHARACTERS = 24
NEAR_CHARACTERS = 2_000
# The most quotes and lists around a paragraph; deeper ones count as the last of these.
MOST_CONTAINERS = 30

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_STRONG = frozenset(("b", "strong"))
_EMPHASIS = frozenset(("i", "em", "cite"))
_LISTS = {"ul": Frame.LIST, "menu": Frame.LIST, "ol": Frame.NUMBERED_LIST}
# Links with other schemes do not lead to a document.
_SCHEMES = frozenset(("", "http", "https", "mailto", "tel", "ftp"))


@dataclass(frozen=True, slots=True)
class _Context:
    """The structure around a text of the page."""

    style: Style = PLAIN
    heading: int = 0
    inside: tuple[Container, ...] = ()
    cell: Cell | None = None


def page_blocks(html: str, texts: Sequence[str], *, url: str = "") -> list[tuple[Block, ...]]:
    """Return the structure of a page's paragraphs.

    Parameters
    ----------
    html
        The page.
    texts
        All paragraphs of the page, as `corestory.reading.html.page.read_page` cuts them.
    url
        The address of the page, which completes relative links.

    Returns
    -------
    list of tuple of Block
        For each paragraph one block, or one for each cell if it is the row of a table. A paragraph that the page
        does not show in this form, such as a story in a script, is a block without structure.

    Examples
    --------
    >>> html = "<h2>Quay</h2><ul><li>The <b>lugger</b> <a href='/7'>left</a>.</li></ul>"
    >>> heading, item = page_blocks(html, ["Quay", "The lugger left."], url="https://herald.example/")
    >>> heading[0].heading, [run.text for run in item[0].runs], item[0].runs[3].style.link
    (2, ['The ', 'lugger', ' ', 'left', '.'], 'https://herald.example/7')
    """
    shown = _ShownText(storable(html), url)
    return [shown.blocks(text) for text in texts]


class _ShownText:
    """All text of a page, without white space, and the structure around each piece of it."""

    def __init__(self, html: str, url: str) -> None:
        tree = LexborHTMLParser(html)
        base = tree.css_first("base[href]")
        self._url = _joined(url, (base.attributes.get("href") or "") if base is not None else "")
        self._identities = count()
        self._cells: dict[int, Cell] = {}
        self._items: dict[int, int] = {}  # the number of each list's latest item, by the list's identity
        self._starts: list[int] = []
        self._contexts: list[_Context] = []
        self._text = ""
        self._cursor = 0
        self._read(tree.body or tree.root)

    def blocks(self, text: str) -> tuple[Block, ...]:
        """Return the structure of the next paragraph."""
        squeezed = "".join(text.split())
        begin = self._text.find(squeezed, self._cursor)
        if begin < 0 or (len(squeezed) < SHORT_CHARACTERS and begin > self._cursor + NEAR_CHARACTERS):
            return (Block((Run(text),)),)
        self._cursor = begin + len(squeezed)
        context = self._contexts[bisect_right(self._starts, begin) - 1]
        found = [
            Block(tuple(run for _, run in group), context.heading, _whole_lists(context.inside), cell)
            for cell, group in groupby(self._runs(text, begin), key=lambda run: run[0])
        ]
        return tuple(found)

    def _runs(self, text: str, begin: int) -> list[tuple[Cell | None, Run]]:
        """Cut a paragraph where the cell or the style changes."""
        marked: list[tuple[Cell | None, Style, str]] = []
        spaces = ""
        number = bisect_right(self._starts, begin) - 1
        for char in text:
            if char.isspace():
                spaces += char
                continue
            while number + 1 < len(self._starts) and self._starts[number + 1] <= begin:
                number += 1
            context = self._contexts[number]
            if spaces and marked and marked[-1][0] == context.cell:
                marked.append((context.cell, marked[-1][1].shared(context.style), spaces))
            marked.append((context.cell, context.style, char))
            spaces = ""
            begin += 1
        return [
            (cell, Run("".join(char for _, _, char in group), style))
            for (cell, style), group in groupby(marked, key=lambda run: run[:2])
        ]

    def _read(self, root: LexborNode | None) -> None:
        pieces: list[str] = []
        length = 0
        pending = [(root, _Context())] if root is not None else []
        while pending:
            node, context = pending.pop()
            if node.is_text_node:
                text = node.text_content or ""
                piece = "".join((unescaped(text) if "&" in text else text).split())
                if piece:
                    self._starts.append(length)
                    self._contexts.append(context)
                    pieces.append(piece)
                    length += len(piece)
                continue
            within = self._within(node, context)
            children = [] if node.tag in UNSEEN else list(node.iter(include_text=True))
            pending += [(child, within) for child in reversed(children)]
        self._text = "".join(pieces)

    def _within(self, node: LexborNode, context: _Context) -> _Context:
        """Return the structure around the content of an element, given the structure around the element."""
        tag = node.tag or ""
        if tag in _HEADINGS:
            return replace(context, heading=_HEADINGS[tag])
        if tag == "a":
            return replace(context, style=replace(context.style, link=self._target(node)))
        if tag in _STRONG:
            return replace(context, style=replace(context.style, strong=True))
        if tag in _EMPHASIS:
            return replace(context, style=replace(context.style, emphasis=True))
        if tag in _LISTS:
            within = self._contained(context, _LISTS[tag])
            self._items[within.inside[-1].identity] = _first_number(node) - 1
            return within
        if tag == "blockquote":
            return self._contained(context, Frame.QUOTE)
        if tag == "li" and context.inside and context.inside[-1].frame in _LISTS.values():
            self._items[context.inside[-1].identity] += 1
            return self._contained(context, Frame.ITEM, self._items[context.inside[-1].identity])
        if tag == "table":
            self._cells.update(_data_cells(node, next(self._identities)))
        return replace(context, cell=self._cells[node.mem_id]) if node.mem_id in self._cells else context

    def _contained(self, context: _Context, frame: Frame, number: int = 0) -> _Context:
        if len(context.inside) >= MOST_CONTAINERS:
            return context
        return replace(context, inside=(*context.inside, Container(frame, next(self._identities), number)))

    def _target(self, link: LexborNode) -> str:
        target = (link.attributes.get("href") or "").strip()
        return "" if target.startswith("#") else _joined(self._url, target)


def _whole_lists(inside: Sequence[Container]) -> tuple[Container, ...]:
    """Return containers without the lists in which a text is not in an item."""
    frames = [*(container.frame for container in inside[1:]), None]
    pairs = zip(inside, frames, strict=False)
    return tuple(
        container for container, inner in pairs if container.frame not in _LISTS.values() or inner is Frame.ITEM
    )


def _joined(base: str, target: str) -> str:
    """Return a link's address, completed by the page's; empty if it does not lead to a document."""
    try:
        address = urljoin(base, "".join(target.splitlines())) if target else base
        return address if urlsplit(address).scheme.lower() in _SCHEMES else ""
    except ValueError:
        return ""


def _first_number(numbered: LexborNode) -> int:
    start = numbered.attributes.get("start") or ""
    return int(start) if start.isascii() and start.isdecimal() and len(start) < 6 else 1


def _data_cells(table: LexborNode, identity: int) -> dict[int, Cell]:
    """Return the cells of a table of data, by the identity of their elements; none for a table that lays out a page."""
    rows = [[cell for cell in row.iter() if cell.tag in ("td", "th")] for row in table.css("tr")]
    rows = [row for row in rows if row]
    if len(rows) < 2 or max(map(len, rows)) < 2 or len(table.css("table")) > 1:
        return {}
    if any(len(cell.text().split()) > CELL_WORDS for row in rows for cell in row):
        return {}
    return {
        cell.mem_id: Cell(identity, number, column, heads=cell.tag == "th")
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
    }
