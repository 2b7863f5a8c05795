"""The columns of a labelled table that hold a paragraph's markup, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.reading.article import Markup
from corestory.reading.text import storable

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKUP_COLUMNS = ("markup", "elements", "repeats", "link_density", "declared")


class RefusedRowError(InputError):
    """One row of a table cannot be used; the others can."""


def markup_columns(markup: Markup | None) -> dict[str, object]:
    """Return the columns of a paragraph's markup, none if it has none.

    Examples
    --------
    >>> markup_columns(Markup("p article", (1, 4), 0.25, (1, 3)))
    {'markup': 'p article', 'elements': (1, 4), 'repeats': (1, 3), 'link_density': 0.25, 'declared': -1.0}
    """
    if markup is None:
        return {}
    density, declared = round(markup.link_density, 6), round(markup.declared, 6)
    return dict(zip(MARKUP_COLUMNS, (markup.words, markup.elements, markup.repeats, density, declared), strict=True))


def read_markup(row: Mapping[str, object], *, where: str) -> Markup | None:
    """Read the markup of a row; tables without lists, such as CSV, have none.

    Raises
    ------
    RefusedRowError
        It cannot be read.
    """
    words, elements, repeats, link_density, declared = (row.get(name) for name in MARKUP_COLUMNS)
    if not isinstance(words, str) or not isinstance(elements, list):
        return None
    try:
        if not isinstance(repeats, list) or len(repeats) != len(elements):
            raise ValueError
        numbers = tuple(map(_whole, elements)), tuple(map(_whole, repeats))
        linked, share = (
            -1.0 if cell is None or cell != cell else float(str(cell)) for cell in (link_density, declared)
        )
        if not 0 <= linked <= 1 or not -1 <= share <= 1:
            raise ValueError
        return Markup(storable(words), numbers[0], linked, numbers[1], share)
    except ValueError:
        raise RefusedRowError(
            "markup that cannot be read",
            where=where,
            expected="elements and repeats as lists of whole numbers, and link_density from 0 to 1",
        ) from None


def _whole(value: object) -> int:
    if isinstance(value, int) and 0 <= value < 2**31:
        return value
    raise ValueError
