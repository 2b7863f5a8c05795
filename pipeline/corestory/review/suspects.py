"""Suspects of an audit, and disputes of two reviewers, as articles of a review: each with the lines around it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.labelling.corrections import ARTICLE, CHECK, POSITION, as_written
from corestory.reading.article import Article
from corestory.reading.streams import open_bytes
from corestory.reading.tables import csv_table
from corestory.reading.values import position_of
from corestory.review.material import ShownArticle, ShownParagraph

if TYPE_CHECKING:
    from typing import NoReturn

    from corestory.types import Label

_COLUMNS = (ARTICLE, POSITION, "label", "suggested", "text", "before", "after", "score", CHECK)
_LABELS: dict[str, Label] = {"core": "core", "filler": "filler"}
_NEIGHBOUR = re.compile(r"(?:^|\n)(core|filler|unlabelled): ")


def read_suspects(path: Path) -> list[ShownArticle]:
    """Read the suspects, those of an article together, articles in the order of their most suspect paragraphs.

    Parameters
    ----------
    path
        The CSV file that ``corestory audit`` or ``corestory agreement`` wrote.

    Raises
    ------
    InputError
        A column is missing, a row cannot be read, or there is none.
    """
    articles: dict[str, dict[int, ShownParagraph]] = {}
    with open_bytes(path) as stream:
        table = csv_table(stream, name=str(path), refuse=_refuse)
        missing = [name for name in _COLUMNS if name not in table.columns]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}", where=str(path), expected=", ".join(_COLUMNS),
                hint="Give the file that `corestory audit` or `corestory agreement` wrote.",
            )  # fmt: skip
        for row in table.rows:
            values = {name: str(value) for name, value in row.values.items()}
            lines = articles.setdefault(as_written(values[ARTICLE]), {})
            for line in _lines(values, row.where):
                if line.asked or line.position not in lines:
                    lines[line.position] = line
    if not articles:
        raise InputError("no suspects", where=str(path), expected="at least one row")
    return [_article(article_id, lines) for article_id, lines in articles.items()]


@dataclass(frozen=True, slots=True)
class _Neighbour:
    label: Label | None
    text: str


def _lines(values: Mapping[str, str], where: str) -> Iterator[ShownParagraph]:
    position, label = position_of(values[POSITION], where), _LABELS.get(values["label"])
    if label is None:
        raise InputError(f"label {values['label'][:40]!r}", where=where, expected="core or filler")
    before, after = _neighbours(values["before"]), _neighbours(values["after"])
    first = position - len(before)
    for number, neighbour in enumerate([*before, None, *after], start=first):
        if neighbour is not None:
            yield ShownParagraph(neighbour.text, neighbour.label, None, number, asked=False)
        else:
            suggested = _LABELS.get(values["suggested"])
            yield ShownParagraph(
                as_written(values["text"]),
                label,
                _score(values["score"]),
                position,
                note=f"Suggested: {suggested}." if suggested not in (None, label) else "",
                check=values[CHECK].strip(),
            )


def _neighbours(cell: str) -> list[_Neighbour]:
    parts = _NEIGHBOUR.split(as_written(cell))[1:]
    return [_Neighbour(_LABELS.get(label), text) for label, text in zip(parts[::2], parts[1::2], strict=True)]


def _score(cell: str) -> float | None:
    try:
        score = float(cell)
    except ValueError:
        return None
    return score if math.isfinite(score) and 0 <= score <= 1 else None


def _article(article_id: str, lines: Mapping[int, ShownParagraph]) -> ShownArticle:
    paragraphs = tuple(lines[position] for position in sorted(lines))
    return ShownArticle(Article(article_id, [one.text for one in paragraphs]), paragraphs)


def _refuse(error: InputError) -> NoReturn:
    raise error
