"""Corrections of labels by a person: read from a file of suspects or a review, and applied to the table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from corestory.errors import DataError, InputError, Refuse, raise_refusal
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.json_rows import json_rows, position_of
from corestory.reading.streams import open_bytes
from corestory.reading.tables import csv_table, folded
from corestory.types import Label

if TYPE_CHECKING:
    import pandas as pd

ARTICLE, POSITION, CHECK, CORRECTION = "article_id", "position", "check", "correction"
COLUMNS = (ARTICLE, POSITION, CHECK, CORRECTION)
"""The columns that a file of corrections must have; other columns are ignored."""

NO_LABEL = "unlabelled"
"""The correction of a paragraph whose label cannot be decided."""

_LABELS: dict[str, Label | None] = {"core": "core", "filler": "filler", NO_LABEL: None}
_CHECK_DIGITS = 10
_HINT = "Prepare the table from the same sources and views as the audited table."
# A spreadsheet also reads a cell as a formula after white space, control characters and invisible characters, with
# full-width signs, and after a semicolon, a tab or a line end if these separate cells, because the text of one cell
# then becomes several. An apostrophe is in the list so that a text with an apostrophe comes back unchanged.
_FORMULA = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff;,|'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
_UNMARKED = re.compile(rf"(^|[;\t\r\n])(?={_FORMULA})|^(?='*[\t\r])")
_MARKED = re.compile(rf"(^|[;\t\r\n])'(?={_FORMULA})|^'(?='*[\t\r])")


@dataclass(frozen=True, slots=True)
class LabelCorrection:
    """A person's correction of the label of one paragraph.

    Attributes
    ----------
    article_id, position
        The paragraph's article, and its position there.
    check
        `text_check` of its text, so that a table that was made differently is not corrected in the wrong places.
    label
        The right label; None if it has none.
    where
        The file and the row, for errors.
    """

    article_id: str
    position: int
    check: str
    label: Label | None
    where: str


def text_check(text: str) -> str:
    """Return a short mark of a paragraph's text that no spreadsheet reads as a number or a date.

    Examples
    --------
    >>> text_check("The quay opened.")
    'text-9d0fdf144b'
    """
    return f"text-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:_CHECK_DIGITS]}"


def spreadsheet_safe(text: str) -> str:
    """Put an apostrophe before each formula that a spreadsheet would run, at the beginning of a cell or within it.

    Examples
    --------
    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("1+1"), spreadsheet_safe("Rain;=1+1")
    ("'=1+1", '1+1', "Rain;'=1+1")
    """
    return _UNMARKED.sub(lambda found: f"{found[1] or ''}'", text)


def as_written(text: str) -> str:
    """Undo `spreadsheet_safe`."""
    return _MARKED.sub(lambda found: found[1] or "", text)


def read_corrections(path: Path) -> tuple[LabelCorrection, ...]:
    """Read a person's corrections; skip rows without one.

    Parameters
    ----------
    path
        The CSV file that ``corestory audit`` wrote, with ``core``, ``filler`` or ``unlabelled`` in the column
        ``correction`` if a label is wrong. A spreadsheet may have changed delimiter and encoding. Or the JSON Lines
        file of ``corestory review``, in which the last label of each paragraph counts.

    Raises
    ------
    InputError
        A column is missing, a row cannot be read, a correction or a position is not valid, or a paragraph has two
        different corrections. A person's work is used completely or not at all.
    """
    if kind_by_name(path) == "lines":
        return _reviewed(path)
    found: dict[tuple[str, int], LabelCorrection] = {}
    for values, where in suspect_rows(path, COLUMNS):
        correction = _correction(values, where)
        if correction is None:
            continue
        first = found.setdefault((correction.article_id, correction.position), correction)
        if first.label != correction.label:
            raise InputError(
                f"correction {correction.label or NO_LABEL}, but {first.label or NO_LABEL} at {first.where}",
                where=correction.where,
                expected="one correction per paragraph",
            )
    return tuple(found.values())


def suspect_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the rows of a CSV file of suspects, each with its file and line.

    Raises
    ------
    InputError
        One of the columns is missing, or a row cannot be read.
    """
    with open_bytes(path) as stream:
        table = csv_table(stream, name=str(path), refuse=raise_refusal)
        missing = [name for name in columns if name not in map(folded, table.columns)]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}", where=str(path), expected=", ".join(columns),
                hint="Give the file that `corestory audit` or `corestory agreement` wrote.",
            )  # fmt: skip
        for row in table.rows:
            yield {str(name): str(value) for name, value in row.values.items()}, row.where


def _reviewed(path: Path) -> tuple[LabelCorrection, ...]:
    """Read the labels that a person gave in a review."""
    found: dict[tuple[str, int], LabelCorrection] = {}
    with open_bytes(path) as stream:
        for row in json_rows(stream, name=str(path), refuse=raise_refusal, lines=True):
            try:
                reviewed = msgspec.convert(row.values, _Reviewed)
            except msgspec.ValidationError:
                raise InputError(
                    "not a label of `corestory review`",
                    where=row.where,
                    expected="article_id, position, text and label (core, filler or null)",
                ) from None
            key = reviewed.article_id, reviewed.position
            if reviewed.label is None:  # taken back, or of a paragraph beside the labelled ones
                found.pop(key, None)
            else:
                found[key] = LabelCorrection(
                    *key, reviewed.check or text_check(reviewed.text), reviewed.label, row.where
                )
    return tuple(found.values())


class _Reviewed(msgspec.Struct):
    """A row of a review."""

    article_id: str
    position: int
    text: str
    label: Label | None = None
    check: str = ""


def apply_corrections(
    frame: pd.DataFrame, corrections: Sequence[LabelCorrection], *, refuse: Refuse = lambda _: None
) -> tuple[pd.DataFrame, int]:
    """Apply corrections to the labelled table.

    A correction also applies in the other views of the page, to the paragraph with the same text if there is only one.
    A correction is refused if its paragraph is not in the table, or has another text there; the others are applied.

    Parameters
    ----------
    frame
        The labelled table.
    corrections
        As in `read_corrections`.
    refuse
        Called with the reason for each refused correction, which names its file and line.

    Returns
    -------
    frame : pandas.DataFrame
        A table with the corrected labels.
    changed : int
        The number of labels that changed, in all views.

    Raises
    ------
    DataError
        Every correction is refused, so the corrections belong to another table.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": "a", "page": "a", "position": [0], "text": "Share", "label": ["core"]})
    >>> correction = LabelCorrection("a", 0, text_check("Share"), "filler", "suspects.csv, line 2")
    >>> apply_corrections(frame, [correction])[0]["label"].tolist()
    ['filler']
    """
    import pandas as pd

    if not corrections:
        return frame, 0
    labels = [label if isinstance(label, str) else None for label in frame["label"].tolist()]
    before = list(labels)
    articles, positions, pages, texts = (frame[name].tolist() for name in (ARTICLE, POSITION, "page", "text"))
    row_of = {key: row for row, key in enumerate(zip(articles, positions, strict=True))}
    corrected = {correction.article_id for correction in corrections}
    of_interest = {page for page, article in zip(pages, articles, strict=True) if article in corrected}
    alike: dict[tuple[str, str], list[int]] = {}
    for row, (page, text) in enumerate(zip(pages, texts, strict=True)):
        if page in of_interest:
            alike.setdefault((page, text), []).append(row)
    refused: list[InputError] = []
    for correction in corrections:
        row = row_of.get((correction.article_id, correction.position), -1)
        if row < 0 or text_check(texts[row]) != correction.check:
            refused.append(_not_there(correction, "is not" if row < 0 else "has another text"))
            continue
        labels[row] = correction.label
        others = [other for other in alike[pages[row], texts[row]] if articles[other] != articles[row]]
        views = [articles[other] for other in others]
        for other in others:
            if views.count(articles[other]) == 1:
                labels[other] = correction.label
    if len(refused) == len(corrections):
        raise DataError(
            f"none of {len(corrections)} corrections belongs to a paragraph of this table",
            where=corrections[0].where,
            hint=_HINT,
        )
    for error in refused:
        refuse(error)
    changed = sum(old != new for old, new in zip(before, labels, strict=True))
    return frame.assign(label=pd.Series(labels, frame.index, dtype=object)), changed


def _not_there(correction: LabelCorrection, is_or_has: str) -> InputError:
    return InputError(
        f"paragraph {correction.position} of {correction.article_id!r} {is_or_has} in this table",
        where=correction.where,
        expected="a paragraph of the audited table",
        hint=_HINT,
    )


def _correction(row: Mapping[str, str], where: str) -> LabelCorrection | None:
    given = row[CORRECTION].strip().casefold()
    if not given:
        return None
    if given not in _LABELS:
        raise InputError(f"unknown correction {given!r}", where=where, expected=f"{', '.join(_LABELS)}, or nothing")
    position = position_of(row[POSITION], where)
    return LabelCorrection(as_written(row[ARTICLE]), position, row[CHECK].strip(), _LABELS[given], where)
