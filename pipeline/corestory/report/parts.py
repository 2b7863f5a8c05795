"""The parts of a report: sections with tables, figures and mistakes; the page and Markdown lay them out."""

from __future__ import annotations

from dataclasses import dataclass

from corestory.evaluation.mistakes import Mistake


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table; its first column names the rows, the others hold numbers.

    Attributes
    ----------
    spare
        The column that a narrow screen may leave out, if any.
    prose
        The columns, beside the first, that hold text and no numbers.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    spare: str = ""
    prose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of the page, by its name in `corestory.report.figures`; Markdown has the table beside it.

    Attributes
    ----------
    key
        Its name.
    title
        Its heading.
    caption
        What one sees in it, for those who do and those who do not.
    """

    key: str
    title: str
    caption: str


@dataclass(frozen=True, slots=True)
class MistakeList:
    """Mistakes in their articles."""

    title: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """Tables of details, one click away."""

    title: str
    tables: tuple[ReportTable, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Parts side by side where there is room."""

    parts: tuple[ReportTable | Figure, ...]


Part = ReportTable | Figure | MistakeList | Folded | Beside


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answer.

    Attributes
    ----------
    key
        Its address on the page.
    title, text
        Heading, and what to know before one reads on.
    """

    key: str
    title: str
    text: str
    parts: tuple[Part, ...]
