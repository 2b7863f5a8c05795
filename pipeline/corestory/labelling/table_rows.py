"""Rows of a labelled table, each with the place where it stands, from CSV, TSV, JSON Lines or Parquet."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corestory.errors import InputError
from corestory.labelling.gold_pages import Refuse
from corestory.reading.decoding import decode, read_bytes

TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")

COLUMNS = ("text", "label", "article_id", "site", "url", "title", "language", "position")
"""What is looked at; other columns may be there."""

Row = Mapping[str, object]


def is_table(name: str) -> bool:
    """Tell a table by its file name.

    Examples
    --------
    >>> is_table("labels.csv.gz"), is_table("labels.xlsx")
    (True, False)
    """
    return name.lower().removesuffix(".gz").endswith(TABLE_SUFFIXES)


def read_rows(path: Path, *, refuse: Refuse) -> Iterator[tuple[str, Row]]:
    """Read a table row by row.

    Parameters
    ----------
    path
        Told by its suffix, one of `TABLE_SUFFIXES`, each also with ``.gz``.
    refuse
        Gets the reason for each row that cannot be read; the rest is read.

    Yields
    ------
    tuple of str and mapping
        File and number of the row (as a spreadsheet counts them, its header the first; of JSON Lines the line), and
        the row's cells by column.

    Raises
    ------
    InputError
        If the file is empty or cannot be read, or has no column ``text`` or ``label``.
    """
    data = read_bytes(path)
    suffix = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if not data.strip():
        raise InputError("empty file", where=str(path), expected="a table with columns text and label")
    if suffix == "parquet":
        return _parquet(data, path)
    text = decode(data, where=str(path))
    if suffix in ("jsonl", "ndjson"):
        return _json_lines(text, path, refuse)
    return _delimited(text, path, suffix, refuse)


def _checked_columns(found: Sequence[str], *, where: str) -> None:
    missing = [name for name in ("text", "label") if name not in found]
    if missing:
        raise InputError(
            f"no column {' and no column '.join(missing)}; found {', '.join(map(repr, found[:20])) or 'none'}",
            where=where,
            expected="columns text and label",
        )


def _parquet(data: bytes, path: Path) -> Iterator[tuple[str, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        names = file.schema_arrow.names
        _checked_columns(names, where=str(path))
        wanted = [name for name in names if name in COLUMNS]
        for batch in file.iter_batches(columns=wanted):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}, row {number}", row
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"not a readable Parquet file ({reason})", where=str(path), expected="a whole Parquet file"
        ) from error


def _json_lines(text: str, path: Path, refuse: Refuse) -> Iterator[tuple[str, Row]]:
    found: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("no object")
        except (ValueError, RecursionError) as error:
            refuse(InputError(f"malformed JSON ({error})", where=where, expected="an object with text and label"))
            continue
        found |= dict.fromkeys(row)
        yield where, row
    # An object may leave out what it has not; only if all do is the column missing.
    if found:
        _checked_columns(list(found), where=str(path))


def _delimited(text: str, path: Path, suffix: str, refuse: Refuse) -> Iterator[tuple[str, Row]]:
    csv.field_size_limit(sys.maxsize)
    header = text[: text.find("\n") + 1] or text
    # Spreadsheets of half the world write a CSV with semicolons.
    delimiter = "\t" if suffix == "tsv" else max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    number = 0
    try:
        for cells in rows:
            number += 1
            where = f"{path}, row {number}"
            if not names:
                names = [name.strip().lower() for name in cells]
                _checked_columns(names, where=str(path))
                doubled = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
                if doubled:
                    raise InputError(f"column {doubled[0]} twice", where=str(path), expected="each column once")
            elif len(cells) == len(names):
                yield where, dict(zip(names, cells, strict=True))
            elif cells:
                refuse(InputError(f"{len(cells)} cells", where=where, expected=f"{len(names)}, as in the header"))
    except csv.Error as error:
        raise InputError(
            f"malformed table ({error})", where=f"{path}, row {number + 1}", expected="CSV or TSV"
        ) from error
