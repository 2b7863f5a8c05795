"""Suspects of an audit as a file that a person corrects in a spreadsheet or an editor."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.atomic import Target
from corestory.labelling.corrections import ARTICLE, CHECK, CORRECTION, POSITION, spreadsheet_safe, text_check
from corestory.reading.text import storable

if TYPE_CHECKING:
    from corestory.evaluation.audit import Neighbour, Suspect

COLUMNS = (
    "rank", ARTICLE, POSITION, "label", "suggested", CORRECTION, "text", "before", "after", "score", "issue", "source",
    CHECK,
)  # fmt: skip
"""`CORRECTION` is empty: it is the person's."""

# A cell of a spreadsheet ends at 32,767 characters, and a person's patience sooner.
TEXT_CHARACTERS = 2000
NEIGHBOUR_CHARACTERS = 400


def write_suspects(suspects: Sequence[Suspect], path: Path) -> None:
    r"""Write suspects, the likeliest first, as CSV.

    Cells that a spreadsheet would run as a formula have an apostrophe in front.

    Parameters
    ----------
    suspects
        Of `corestory.evaluation.audit.audit_labels`.
    path
        Newly made.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from corestory.evaluation.audit import Neighbour, Suspect
    >>> before = (Neighbour("It rained.", "core"),)
    >>> suspect = Suspect("a", 1, "own", "Share", "core", "filler", 0.1, 0.1, True, before, ())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "suspects.csv")
    ...     write_suspects([suspect], path)
    ...     print(path.read_text("utf-8-sig").splitlines()[1])
    1,a,1,core,filler,,Share,core: It rained.,,0.100,yes,own,text-29887a5ff9
    """
    target = Target(path)
    try:
        with target.reporting_errors():
            # Excel takes UTF-8 for what it is only by the mark in front.
            target.stream.write("\ufeff".encode())
        _write_rows(target, [COLUMNS])
        _write_rows(target, [_row(rank, suspect) for rank, suspect in enumerate(suspects, start=1)])
    finally:
        target.close()


def _row(rank: int, suspect: Suspect) -> tuple[str, ...]:
    return (
        str(rank),
        spreadsheet_safe(suspect.article_id),
        str(suspect.position),
        suspect.label,
        suspect.suggested,
        "",
        spreadsheet_safe(_cut(suspect.text, TEXT_CHARACTERS)),
        _around(suspect.before),
        _around(suspect.after),
        f"{suspect.score:.3f}",
        "yes" if suspect.issue else "",
        spreadsheet_safe(suspect.source),
        text_check(suspect.text),
    )


def _around(neighbours: Sequence[Neighbour]) -> str:
    shown = (f"{one.label or 'unlabelled'}: {_cut(one.text, NEIGHBOUR_CHARACTERS)}" for one in neighbours)
    return spreadsheet_safe("\n".join(shown))


def _cut(text: str, limit: int) -> str:
    text = storable(text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _write_rows(target: Target, rows: Sequence[tuple[str, ...]]) -> None:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows(rows)
    target.write(lines.getvalue().encode())
