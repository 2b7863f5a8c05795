"""The parts of a report, which the page and Markdown lay out, and measures with their intervals in words."""

from __future__ import annotations

from dataclasses import dataclass

from corestory.evaluation.metrics import Rates
from corestory.evaluation.mistakes import Mistake
from corestory.evaluation.results import Band
from corestory.rendering import NOTHING, percent, rounded


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
        A description, for readers who see it and for readers who do not.
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
        Heading and introduction.
    """

    key: str
    title: str
    text: str
    parts: tuple[Part, ...]


def with_interval(band: Band[Rates], name: str) -> str:
    """Write a measure and its interval."""
    return _ends(*(rounded(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def per_hundred(band: Band[Rates], name: str) -> str:
    """Write a measure of a hundred, and its interval."""
    return _ends(*(percent(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def difference(band: Band[Rates], name: str, *, scale: int = 1, reverse: bool = False) -> str:
    """Write a difference and its interval, with signs.

    Parameters
    ----------
    band
        The differences.
    name
        Which of the differences to write.
    scale
        100 to write a difference as a percentage.
    reverse
        Whether to write the second less the first.
    """
    factor = -scale if reverse else scale
    value, low, high = (factor * getattr(rates, name) for rates in (band.value, band.low, band.high))
    digits = 1 if scale == 100 else 3
    numbers = (value, high, low) if reverse else (value, low, high)
    # A sign before zero would claim a difference.
    texts = (rounded(number, digits=digits, signed=round(number, digits) != 0) for number in numbers)
    return _ends(*texts, dash="…")  # a dash between signs reads like one


def _ends(value: str, low: str, high: str, *, dash: str = "–") -> str:
    # An interval of one point tells nothing, as that of a recall of 1 if everything is kept.
    return value if NOTHING in (value, low, high) or low == high else f"{value} ({low}{dash}{high})"
