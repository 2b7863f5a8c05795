"""Rows of Parquet, a few at a time, each with the place it came from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.reading.json_rows import NESTED_LEVELS, with_nested
from corestory.reading.streams import unpacked_name
from corestory.reading.tables import SourceRow, SourceTable, folded
from corestory.reading.text import storable
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    import pyarrow.parquet

# Rows of a Parquet file that are in memory at a time: articles are long.
PARQUET_ROWS = 256


def parquet_table(
    path: AnyPath, *, wanted: Callable[[Sequence[str], Sequence[str]], Collection[str]], first_group: int = 0
) -> SourceTable:
    """Read a Parquet file a few rows at a time.

    Parameters
    ----------
    path
        The file.
    wanted
        Called with the columns of the file and those of them that hold lists of strings; returns, in lower case, the
        columns to read.
    first_group
        The row group to begin with.

    Raises
    ------
    InputError
        The file is missing, damaged, truncated or no Parquet.
    """
    import pyarrow

    name = storable(path.as_posix())
    if not path.is_file():
        raise InputError("no such file", where=name)
    if unpacked_name(path.name) != path.name.lower():
        raise InputError("compressed Parquet", where=name, expected="Parquet", hint="Decompress it.")
    try:
        with open_parquet(path) as file:
            fields = dict(_fields_of(file.schema_arrow, NESTED_LEVELS))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("not a Parquet file, or a damaged or truncated one", where=name) from error
    columns = tuple(fields)
    lists = tuple(folded(name) for name, of in fields.items() if _holds_lists(of))
    names = wanted(columns, lists)
    chosen = [column for column in columns if folded(column) in names]
    return SourceTable(columns, _parquet_rows(path, chosen, name, first_group), lists)


def _fields_of(fields: "Iterable[pyarrow.Field]", levels: int) -> Iterator[tuple[str, "pyarrow.DataType"]]:
    """Yield names and types of columns, and of the fields of their objects, as `json_rows.with_nested` names them."""
    from pyarrow import types

    for field in fields:
        yield field.name, field.type
        if levels and types.is_struct(field.type):
            yield from ((f"{field.name}.{name}", of) for name, of in _fields_of(field.type, levels - 1))


def _holds_lists(of: "pyarrow.DataType") -> bool:
    """Return whether a type is a list of strings."""
    from pyarrow import types

    is_list = types.is_list(of) or types.is_large_list(of) or types.is_fixed_size_list(of)
    return bool(is_list and (types.is_string(of.value_type) or types.is_large_string(of.value_type)))


@contextmanager
def open_parquet(path: AnyPath) -> Iterator["pyarrow.parquet.ParquetFile"]:
    """Open a Parquet file, here or elsewhere.

    Raises
    ------
    pyarrow.ArrowException, OSError, ValueError
        As pyarrow has it.
    """
    import pyarrow.parquet

    # Not buffered ahead: that would hold whole row groups.
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
            for batch in file.iter_batches(PARQUET_ROWS, wanted, columns=columns, use_threads=False):
                names = [folded(column) for column in batch.schema.names]
                has_objects = any(pyarrow.types.is_struct(of) for of in batch.schema.types)
                for values in zip(*map(_column_values, batch.columns), strict=True):
                    number += 1
                    record = dict(zip(names, values, strict=True))
                    record = with_nested(record) if has_objects else record
                    yield SourceRow(record, f"{name}, row {number}", f"{name}:{number}")
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("damaged Parquet data", where=f"{name}, after row {number}") from error


def _column_values(column: "pyarrow.Array") -> list[object]:
    """Return the values of a column; a date or a time that Python cannot hold becomes its number in the file."""
    try:
        values: list[object] = column.to_pylist()
    except (OverflowError, ValueError):
        values = [_cell_value(cell) for cell in column]
    return values


def _cell_value(cell: "pyarrow.Scalar") -> object:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        return cell.value if hasattr(cell, "value") and isinstance(cell.value, int) else None
