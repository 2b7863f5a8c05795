"""What paragraphs are on their page: headings, items of lists, quotes, cells of tables; their links and emphasis.

Tagging needs none of this. It is found only for Markdown and TEI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, groupby, takewhile

# Items stand in a list only with a neighbour: a single line with a dash in front may be speech.
LEAST_ITEMS = 2

_BULLET = re.compile(r"[-*•·‣▪●○+]\s+(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text is shown.

    Attributes
    ----------
    link
        Where it leads; empty if it is no link.
    strong, emphasis
        Whether it is bold, and whether it is italic.
    """

    link: str = ""
    strong: bool = False
    emphasis: bool = False

    def shared(self, other: Style) -> Style:
        """Return the style of a space between two texts: what they have in common."""
        link = self.link if self.link == other.link else ""
        return Style(link, self.strong and other.strong, self.emphasis and other.emphasis)


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style that follow each other."""

    text: str
    style: Style = PLAIN


class Frame(StrEnum):
    """What a paragraph may stand in."""

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
        What it is.
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
        Where it stands, from 0.
    heads
        Whether it is a heading of its row or column.
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


def shared_containers(one: Sequence[Container], other: Sequence[Container]) -> int:
    """Count the outermost containers that hold both of two paragraphs."""
    pairs = zip(one, other, strict=False)
    return len(list(takewhile(lambda pair: pair[0].identity == pair[1].identity, pairs)))


def parts_of(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield each paragraph alone, and the cells of each table together."""
    for block_or_table, group in groupby(blocks, key=lambda block: None if block.cell is None else block.cell.table):
        if block_or_table is None:
            yield from ([block] for block in group)
        else:
            yield list(group)


def table_rows(cells: Sequence[Block]) -> list[list[list[Block]]]:
    """Return the cells of a table by row and column, each as the blocks in it; a cell that is missing has none."""
    by_cell: dict[tuple[int, int], list[Block]] = {}
    for block in cells:
        if block.cell is not None:
            by_cell.setdefault((block.cell.row, block.cell.column), []).append(block)
    columns = 1 + max(column for _, column in by_cell)
    return [
        [by_cell.get((row, column), []) for column in range(columns)] for row in sorted({row for row, _ in by_cell})
    ]


def text_blocks(texts: Sequence[str], roles: Sequence[str]) -> list[Block]:
    """Return what can be told of the paragraphs of a text: its lists by their marks, its headings by their roles.

    Parameters
    ----------
    texts
        All paragraphs.
    roles
        For each its kind or role as a model tells it, of which ``title`` and ``subhead`` count; empty if none does.

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
    """Yield the indexes of the items of each list: neighbours that all begin with a mark."""
    for is_item, group in groupby(range(len(texts)), key=lambda index: mark.match(texts[index]) is not None):
        indexes = list(group)
        if is_item and len(indexes) >= LEAST_ITEMS:
            yield indexes
