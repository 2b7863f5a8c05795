"""Records of files, and the rows of CSV and Parquet files, one at a time, each with its place in the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO

from corestory.errors import InputError, Refuse
from corestory.reading.decoding import decode, legacy_encoding, marked_encoding, refuse_binary
from corestory.reading.streams import MAX_DOCUMENT_BYTES, peek_bytes, unpacked_name
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    import pyarrow.parquet

# The levels of nested objects in a record whose fields get names.
_NESTED_LEVELS = 3
# The number of rows of a Parquet file in memory at a time: articles are long.
_PARQUET_ROWS = 256
_DELIMITERS = (",", "\t", ";", "|")
# Raised for a date or a time outside Python's range, or in a time zone that this machine does not know.
_NO_TIME = (OverflowError, ValueError, KeyError)
# A line before the header that tools write for Excel.
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record of a file.

    Attributes
    ----------
    values
        The values by column; names of columns are in lower case.
    where
        The file and the line, for errors.
    name
        ``FILE:LINE``, for an article without an id.
    """

    values: Mapping[str, object]
    where: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file's columns, as they are written there, and its rows, which can be read once.

    Attributes
    ----------
    lists
        The columns with lists of strings, in lower case, if the file has types.
    """

    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    lists: tuple[str, ...] = ()


def folded(name: str) -> str:
    """Return a column's name in the form that `SourceRow` uses.

    Examples
    --------
    >>> folded(" Desk ")
    'desk'
    """
    return name.strip().lower()


def source_name(name: str) -> str:
    """Return a source's name for an error: "standard input" for ``-``, otherwise the name itself."""
    return "standard input" if name == "-" else name


def with_nested(values: dict[str, object], levels: int = _NESTED_LEVELS) -> dict[str, object]:
    """Return a record with the fields of its objects also as its own fields, such as ``article.text``."""
    nested: dict[str, object] = {}
    for key, item in values.items():
        if levels and isinstance(item, Mapping):
            inner = with_nested({folded(str(name)): of_it for name, of_it in item.items()}, levels - 1)
            nested |= {f"{key}.{name}": of_it for name, of_it in inner.items()}
    return values | {name: item for name, item in nested.items() if name not in values}


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
    a.csv, line 3: a row of 1 field; expected 2, as in the header. Quote fields that contain ';' or line breaks.
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
    # The limit is global. Its default, 128 KiB, is shorter than many pages.
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
                InputError(
                    f"malformed CSV ({error})",
                    where=where,
                    hint="Close the quotes of the row, and double quotes inside a field.",
                )
            )
            continue
        try:
            if fields and len(fields) != len(columns):
                raise InputError(
                    f"a row of {len(fields)} field{'s' * (len(fields) != 1)}",
                    where=where,
                    expected=f"{len(columns)}, as in the header",
                    hint=f"Quote fields that contain {delimiter!r} or line breaks.",
                )
            if any(fields):  # Excel ends many tables with rows of delimiters only
                values = (repaired(field, where) for field in fields)
                yield SourceRow(dict(zip(lower, values, strict=True)), where, f"{name}:{number}")
        except InputError as error:
            refuse(error)


def text_lines(stream: BinaryIO, head: bytes, name: str, *, newline: str) -> Iterator[str]:
    """Decode a file line by line; keep bytes that are not UTF-8 as lone surrogates, for `repaired`.

    The first bytes of a file may show its encoding when a single field is too short to.
    """
    encoding = marked_encoding(head) or legacy_encoding(head) or "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with TextIOWrapper(stream, encoding=encoding, errors=errors, newline=newline) as text:
        while line := text.readline(MAX_DOCUMENT_BYTES):
            if len(line) == MAX_DOCUMENT_BYTES:
                raise InputError(f"a line of more than {MAX_DOCUMENT_BYTES:,} characters", where=source_name(name))
            yield line


def repaired(text: str, where: str) -> str:
    """Return a line or a field from `text_lines`; if it is not UTF-8, decode it by itself."""
    return (
        text if text.isascii() or storable(text) == text else decode(text.encode(errors="surrogateescape"), where=where)
    )


def parquet_table(
    path: AnyPath, *, wanted: Callable[[Sequence[str], Sequence[str]], Collection[str]], first_group: int = 0
) -> SourceTable:
    """Read a Parquet file a few rows at a time.

    Parameters
    ----------
    path
        The file.
    wanted
        Called with the columns of the file, and with those that are lists of strings. Returns the columns to read, in
        lower case.
    first_group
        The first row group to read.

    Raises
    ------
    InputError
        The file is missing, damaged, truncated or not Parquet.
    """
    import pyarrow

    name = storable(path.as_posix())
    if not path.is_file():
        raise InputError("no such file", where=name)
    if unpacked_name(path.name) != path.name.lower():
        raise InputError("compressed Parquet", where=name, expected="Parquet", hint="Decompress it.")
    try:
        with open_parquet(path) as file:
            fields = dict(_fields_of(file.schema_arrow, _NESTED_LEVELS))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("not a Parquet file, or a damaged or truncated one", where=name) from error
    columns = tuple(fields)
    lists = tuple(folded(name) for name, arrow_type in fields.items() if _holds_lists(arrow_type))
    names = wanted(columns, lists)
    chosen = [column for column in columns if folded(column) in names]
    return SourceTable(columns, _parquet_rows(path, chosen, name, first_group), lists)


def _fields_of(fields: Iterable[pyarrow.Field], levels: int) -> Iterator[tuple[str, pyarrow.DataType]]:
    """Yield the names and types of columns, and of the fields of their objects, named as in `with_nested`."""
    from pyarrow import types

    for field in fields:
        yield field.name, field.type
        if levels and types.is_struct(field.type):
            yield from ((f"{field.name}.{name}", arrow_type) for name, arrow_type in _fields_of(field.type, levels - 1))


def _holds_lists(arrow_type: pyarrow.DataType) -> bool:
    """Return whether a type is a list of strings."""
    from pyarrow import types

    is_list = types.is_list(arrow_type) or types.is_large_list(arrow_type) or types.is_fixed_size_list(arrow_type)
    return bool(is_list and (types.is_string(arrow_type.value_type) or types.is_large_string(arrow_type.value_type)))


@contextmanager
def open_parquet(path: AnyPath) -> Iterator[pyarrow.parquet.ParquetFile]:
    """Open a local or remote Parquet file.

    Raises
    ------
    pyarrow.ArrowException, OSError, ValueError
        The errors of pyarrow.
    """
    import pyarrow.parquet

    # Buffering ahead would hold whole row groups in memory.
    if isinstance(path, RemotePath):
        with path.open(at_random=True) as stream, pyarrow.parquet.ParquetFile(stream, pre_buffer=False) as file:
            yield file
        return
    with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
        yield file


def _parquet_rows(path: AnyPath, columns: list[str], name: str, first_group: int) -> Iterator[SourceRow]:
    import pyarrow

    number = 0
    try:
        with open_parquet(path) as file:
            groups = range(file.metadata.num_row_groups)
            number = sum(file.metadata.row_group(group).num_rows for group in groups[:first_group])
            wanted = list(groups[first_group:])
            for batch in file.iter_batches(_PARQUET_ROWS, wanted, columns=columns, use_threads=False):
                names = [folded(column) for column in batch.schema.names]
                has_objects = any(pyarrow.types.is_struct(arrow_type) for arrow_type in batch.schema.types)
                for values in zip(*map(_column_values, batch.columns), strict=True):
                    number += 1
                    record = dict(zip(names, values, strict=True))
                    record = with_nested(record) if has_objects else record
                    yield SourceRow(record, f"{name}, row {number}", f"{name}:{number}")
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("damaged Parquet data", where=f"{name}, after row {number}") from error


def _column_values(column: pyarrow.Array) -> list[object]:
    """Return the values of a column; a date or time that Python cannot represent becomes its number in the file."""
    try:
        values: list[object] = column.to_pylist()
    except _NO_TIME:
        values = [_cell_value(cell) for cell in column]
    return values


def _cell_value(cell: pyarrow.Scalar) -> object:
    try:
        return cell.as_py()
    except _NO_TIME:
        return cell.value if hasattr(cell, "value") and isinstance(cell.value, int) else None
