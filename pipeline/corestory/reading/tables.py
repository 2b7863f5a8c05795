"""Records of files, and the rows of CSV, one at a time, each with the place it came from."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO

from corestory.errors import InputError, Refuse
from corestory.reading.decoding import decode, legacy_encoding, marked_encoding, refuse_binary
from corestory.reading.streams import MAX_DOCUMENT_BYTES, peek_bytes
from corestory.reading.text import storable

_DELIMITERS = (",", "\t", ";", "|")
# A line in front of the header that tools write for Excel.
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record of a file.

    Attributes
    ----------
    values
        By column, names in lower case.
    where
        The file and the line, for errors.
    name
        ``FILE:LINE``, for an article that names itself nowhere.
    """

    values: Mapping[str, object]
    where: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file's columns, as they are written there, and its rows, to be read once.

    Attributes
    ----------
    lists
        The columns that hold lists of strings, in lower case, where the file has types.
    """

    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    lists: tuple[str, ...] = ()


def folded(name: str) -> str:
    """Return a column's name as `SourceRow` has it.

    Examples
    --------
    >>> folded(" Desk ")
    'desk'
    """
    return name.strip().lower()


def source_name(name: str) -> str:
    """Return what to call a file in an error; its name, but for the standard input's ``-``."""
    return "standard input" if name == "-" else name


def csv_table(stream: BinaryIO, *, name: str, refuse: Refuse, delimiter: str = ",") -> SourceTable:
    r"""Read a CSV file, with the delimiter that its header uses (comma, tab, semicolon or bar; else `delimiter`).

    Raises
    ------
    InputError
        The file is empty or binary.

    Examples
    --------
    >>> import io
    >>> table = csv_table(io.BytesIO(b'id;Text\n7;"One; two"\n8\n'), name="a.csv", refuse=print)
    >>> table.columns, [row.values for row in table.rows]
    a.csv, line 3: a row of 1 field; expected 2, as the header has. Quote fields that hold ';' or line ends.
    (('id', 'Text'), [{'id': '7', 'text': 'One; two'}])
    """
    where = source_name(name)
    head, stream = peek_bytes(stream, where=where)
    refuse_binary(head, where=where)
    lines = text_lines(stream, head, name, newline="")
    numbered = ((line, number) for number, line in enumerate(lines, 1) if not line.isspace())
    first, header = next(numbered, ("", 0))
    if separator := _SEPARATOR.fullmatch(first):
        delimiter = separator[1]
        first, header = next(numbered, ("", 0))
    if not first:
        raise InputError("is empty", where=where, expected="a header and rows")
    if not separator:
        delimiter = max((delimiter, *_DELIMITERS), key=first.count)
    # The limit is the module's; its default, 128 KiB, is shorter than many a page.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_DOCUMENT_BYTES))
    columns = tuple(next(csv.reader([repaired(first, where)], delimiter=delimiter)))
    return SourceTable(columns, _csv_rows(lines, columns, delimiter, name, refuse, header))


def _csv_rows(
    lines: Iterator[str], columns: tuple[str, ...], delimiter: str, name: str, refuse: Refuse, header: int
) -> Iterator[SourceRow]:
    lower = [folded(column) for column in columns]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = header + reader.line_num + 1
        where = f"{source_name(name)}, line {number}"
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refuse(
                InputError(f"malformed CSV ({error})", where=where, hint="Close the row's quotes, double inner ones.")
            )
            continue
        try:
            if fields and len(fields) != len(columns):
                raise InputError(
                    f"a row of {len(fields)} field{'s' * (len(fields) != 1)}",
                    where=where,
                    expected=f"{len(columns)}, as the header has",
                    hint=f"Quote fields that hold {delimiter!r} or line ends.",
                )
            if any(fields):  # Excel ends many a table with rows of nothing but delimiters
                values = (repaired(field, where) for field in fields)
                yield SourceRow(dict(zip(lower, values, strict=True)), where, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def text_lines(stream: BinaryIO, head: bytes, name: str, *, newline: str) -> Iterator[str]:
    """Decode line by line; bytes that are not UTF-8 are kept as lone surrogates, for `repaired`.

    The beginning of a file may tell its encoding where a single field is too short to.
    """
    encoding = marked_encoding(head) or legacy_encoding(head) or "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with TextIOWrapper(stream, encoding=encoding, errors=errors, newline=newline) as text:
        while line := text.readline(MAX_DOCUMENT_BYTES):
            if len(line) == MAX_DOCUMENT_BYTES:
                raise InputError(f"a line of more than {MAX_DOCUMENT_BYTES:,} characters", where=source_name(name))
            yield line


def repaired(text: str, where: str) -> str:
    """Return a line or a field of `text_lines`, decoded by itself where it is not UTF-8."""
    return (
        text if text.isascii() or storable(text) == text else decode(text.encode(errors="surrogateescape"), where=where)
    )
