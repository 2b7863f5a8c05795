"""Joining the outputs of a file's parts to the output of the file."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from corestory.atomic import Target
from corestory.output.kind_choice import KindChoice
from corestory.output.rows import Format, open_rows

if TYPE_CHECKING:
    import pyarrow


def join_rows(
    parts: Iterable[Callable[[], BinaryIO]],
    target: Path,
    *,
    form: Format,
    keep: Sequence[str] = (),
    types: Mapping[str, pyarrow.DataType] | None = None,
    kinds: KindChoice | None = None,
) -> None:
    r"""Write the rows of several outputs into one.

    The bytes are those of one output with all rows, except that Parquet keeps the row groups of the parts.

    Parameters
    ----------
    parts
        Functions that open each part, in order.
    target
        A path, which is created or replaced.
    form, keep, types, kinds
        The parameters with which `corestory.output.rows.open_rows` wrote the parts.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = [lambda: io.BytesIO(b"core\t0.900\tOne.\n"), lambda: io.BytesIO(b"core\t0.900\tTwo.\n")]
    ...     join_rows(parts, Path(folder, "all.txt"), form="text")
    ...     Path(folder, "all.txt").read_text().count("\n")
    3
    """
    if form == "parquet":
        _join_tables(parts, target, keep, types, kinds)
        return
    head = len(_empty(form, keep, kinds))
    with closing(Target(target)) as whole:
        started = False
        for opened in parts:
            with opened() as part:
                begin = part.read(head) if not started else part.read(head)[:0]
                rest = part.read(1)
                if form == "text" and started and rest:
                    whole.write(b"\n")  # the blank line between articles
                started = started or bool(begin + rest)
                whole.write(begin + rest)
                with whole.reporting_errors():
                    shutil.copyfileobj(part, whole.stream, 2**20)


def _empty(form: Format, keep: Sequence[str], kinds: KindChoice | None) -> bytes:
    stream = io.BytesIO()
    open_rows(stream, form=form, keep=keep, kinds=kinds).close()
    return stream.getvalue()


def _join_tables(
    parts: Iterable[Callable[[], BinaryIO]],
    target: Path,
    keep: Sequence[str],
    types: Mapping[str, pyarrow.DataType] | None,
    kinds: KindChoice | None,
) -> None:
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    open_rows(stream, form="parquet", keep=keep, types=types, kinds=kinds).close()
    schema = pq.read_schema(io.BytesIO(stream.getvalue()))
    with closing(Target(target)) as whole, whole.reporting_errors(), pq.ParquetWriter(whole.stream, schema) as writer:
        for opened in parts:
            with opened() as part, pq.ParquetFile(part, pre_buffer=False) as file:
                for number in range(file.metadata.num_row_groups):
                    writer.write_table(file.read_row_group(number, use_threads=False))
