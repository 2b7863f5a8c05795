"""The form of each paragraph on its page: heading, item of a list, quote, cell of a table; its links and emphasis.

Tagging does not need these. They are found only for Markdown and TEI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, groupby, takewhile

# The fewest items of a list: a single line with a dash in front may be speech.
LEAST_ITEMS = 2

_BULLET = re.compile(r"[-*•·‣▪●○+]\s+(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text is shown.

    Attributes
    ----------
    link
        The address of the link; empty if it is not a link.
    strong, emphasis
        Whether it is bold, and whether it is italic.
    """

    link: str = ""
    strong: bool = False
    emphasis: bool = False

    def shared(self, other: Style) -> Style:
        """Return the style of a space between two texts: the properties that both have."""
        link = self.link if self.link == other.link else ""
        return Style(link, self.strong and other.strong, self.emphasis and other.emphasis)


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters of one style."""

    text: str
    style: Style = PLAIN


class Frame(StrEnum):
    """A kind of container around a paragraph."""

    QUOTE = "quote"
    LIST = "list"
    NUMBERED_LIST = "numbered list"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Container:
    """A quote, a list or an item of a list.

    Attributes
    ----------
    frame
        The kind of container.
    identity
        A number that no other container of the article has.
    number
        The number of an item in its list.
    """

    frame: Frame
    identity: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table of data.

    Attributes
    ----------
    table
        A number that no other table of the article has.
    row, column
        Its position in the table, from 0.
    heads
        Whether it is the heading of its row or column.
    """

    table: int
    row: int
    column: int
    heads: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the part of one that is in one cell.

    Attributes
    ----------
    runs
        Its text, without outer white space.
    heading
        The level of a heading, 1 to 6; 0 for others.
    inside
        The containers around it, outermost first.
    cell
        The cell that it is in; None outside tables.
    """

    runs: tuple[Run, ...]
    heading: int = 0
    inside: tuple[Container, ...] = ()
    cell: Cell | None = None

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(run.text for run in self.runs)


def shared_containers(first: Sequence[Container], second: Sequence[Container]) -> int:
    """Count the outermost containers that two paragraphs share."""
    pairs = zip(first, second, strict=False)
    return len(list(takewhile(lambda pair: pair[0].identity == pair[1].identity, pairs)))


def parts_of(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield each paragraph alone, and the cells of each table together."""
    for block_or_table, group in groupby(blocks, key=lambda block: None if block.cell is None else block.cell.table):
        if block_or_table is None:
            yield from ([block] for block in group)
        else:
            yield list(group)


def table_rows(cells: Sequence[Block]) -> list[list[list[Block]]]:
    """Return the cells of a table by row and column, each as the list of its blocks, which may be empty."""
    by_cell: dict[tuple[int, int], list[Block]] = {}
    for block in cells:
        if block.cell is not None:
            by_cell.setdefault((block.cell.row, block.cell.column), []).append(block)
    columns = 1 + max(column for _, column in by_cell)
    return [
        [by_cell.get((row, column), []) for column in range(columns)] for row in sorted({row for row, _ in by_cell})
    ]


def text_blocks(texts: Sequence[str], roles: Sequence[str]) -> list[Block]:
    """Return the paragraphs of a text as blocks: lists by their marks, headings by their roles.

    Parameters
    ----------
    texts
        All paragraphs.
    roles
        The kind or role that a model gives each paragraph; only ``title`` and ``subhead`` count. Empty if unknown.

    Examples
    --------
    >>> blocks = text_blocks(["Ferries", "It rained.", "- The lugger", "- The tug"], ["title", "body", "body", "body"])
    >>> [(block.text, block.heading, len(block.inside)) for block in blocks]
    [('Ferries', 1, 0), ('It rained.', 0, 0), ('The lugger', 0, 2), ('The tug', 0, 2)]
    """
    levels = {"title": 1, "subhead": 2}
    blocks = [
        Block((Run(text),), levels.get(role, 0)) for text, role in zip(texts, roles or [""] * len(texts), strict=True)
    ]
    identities = count()
    for mark, frame in ((_BULLET, Frame.LIST), (_NUMBER, Frame.NUMBERED_LIST)):
        for indexes in _lists(texts, mark):
            outer = Container(frame, next(identities))
            for index in indexes:
                match = mark.match(texts[index])
                assert match is not None  # noqa: S101 -- the indexes are those that match
                number = int(match[1]) if frame is Frame.NUMBERED_LIST else 0
                inside = (outer, Container(Frame.ITEM, next(identities), number))
                blocks[index] = Block((Run(texts[index][match.end() :]),), inside=inside)
    return blocks


def _lists(texts: Sequence[str], mark: re.Pattern[str]) -> Iterator[list[int]]:
    """Yield the indexes of the items of each list: consecutive texts that all begin with a mark."""
    for is_item, group in groupby(range(len(texts)), key=lambda index: mark.match(texts[index]) is not None):
        indexes = list(group)
        if is_item and len(indexes) >= LEAST_ITEMS:
            yield indexes
