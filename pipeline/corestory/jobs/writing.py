"""The output of one file in progress: its rows and refusals until they are committed, and the joining of parts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from corestory.atomic import Target
from corestory.errors import InputError
from corestory.jobs.items import Fingerprint, Item
from corestory.jobs.job import NOTES_LISTED, REFUSALS_LISTED, Job, Outcome, refusal_line
from corestory.jobs.ledger import ledger_of
from corestory.model.tagged_article import Counts, TaggedArticle
from corestory.output.documents import DocumentLines, document_form, unpack_documents
from corestory.output.formats import EVERY_PARAGRAPH, RowChoice, RowFormat, StoryFormat
from corestory.output.rows import RowWriter, open_output, open_rows
from corestory.reading.file_kinds import kind_by_name
from corestory.remote import AnyPath

if TYPE_CHECKING:
    import pyarrow


class OutputInProgress:
    """A context manager for the rows and refusals of one file; on exit, it deletes them if they are not committed.

    Parameters
    ----------
    item
        The file.
    job
        The settings.

    Attributes
    ----------
    ledger
        The ledger of the output folder.
    partial
        The path of the rows.
    counts
        The counts so far.
    """

    def __init__(self, item: Item, job: Job) -> None:
        self.item, self.job = item, job
        self.ledger = ledger_of(job.folder)
        self.partial = self.ledger.partial(item)
        self.counts = Counts()
        self._refused = self.partial.with_suffix(".refused")
        self._documents = self.partial.with_suffix(".documents")
        self._first: list[str] = []
        self._notes: list[str] = []
        self._writer: RowWriter | None = None

    def __enter__(self) -> OutputInProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            with suppress(Exception):  # the exception that ended the block is more important
                self._writer.close()
        for path in (self.partial, self._refused):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if self.item.folder:
            shutil.rmtree(self._documents, ignore_errors=True)

    def refuse(self, error: InputError) -> None:
        """Add a refusal."""
        self.add_refused([refusal_line(error)])

    def note(self, text: str) -> None:
        """Add a note of the reader."""
        if len(self._notes) < NOTES_LISTED:
            self._notes.append(text)

    def add_refused(self, lines: Sequence[str]) -> None:
        """Add refusals, as `corestory.jobs.job.refusal_line` writes them."""
        self.counts += Counts(refused=len(lines))
        self._first += lines[: REFUSALS_LISTED - len(self._first)]
        with self._refused.open("a", encoding="utf-8") as file:  # opened each time: refusals are rare
            file.writelines(f"{line}\n" for line in lines)

    def write(self, article: TaggedArticle) -> None:
        """Add the rows of an article."""
        if self._writer is None:
            self._writer = self._opened()
        self._writer.write(article)
        self.counts += Counts.of(article, with_memory=self.job.memory is not None)

    def _opened(self) -> RowWriter:
        job = self.job
        if self.item.folder:
            form = document_form(job.form, job.rows.kinds)  # type: ignore[arg-type]  # `items_of` checks the format
            return DocumentLines(self.partial, form)
        return open_output(self.partial, form=job.form, choice=job.rows, types=self.types())

    def types(self) -> Mapping[str, pyarrow.DataType]:
        """Return the types of the kept columns if the output has types."""
        return kept_types(self.item.source, self.job.rows.keep) if self.job.form == "parquet" else {}

    def close(self) -> tuple[Path | None, Path | None]:
        """Close the files; return the paths of the rows and of the refusals, None for either that is empty."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
        return self.partial if self.counts.articles else None, self._refused if self.counts.refused else None

    def commit(self, source: Fingerprint) -> Outcome:
        """Give the rows the output's name, record the output as done, and delete the parts of any earlier run.

        Parameters
        ----------
        source
            The fingerprint of the file, taken before it was read.
        """
        rows, refused = self.close()
        if rows is not None and self.item.folder:
            unpack_documents(rows, self._documents)
            rows = self._documents
        made_by = self.job.made_by(self.item)
        self.ledger.commit(self.item, rows, made_by=made_by, source=source, counts=self.counts, refused=refused)
        self.ledger.drop_parts(self.item)
        return self.outcome()

    def outcome(self) -> Outcome:
        """Return the outcome so far."""
        return Outcome(self.item, replace(self.counts), tuple(self._first), notes=tuple(self._notes))


def kept_types(source: AnyPath, keep: tuple[str, ...]) -> Mapping[str, pyarrow.DataType]:
    """Return the types of the columns to keep in a Parquet file."""
    if not keep or kind_by_name(source) != "parquet":
        return {}
    import pyarrow

    from corestory.reading.tables import folded, open_parquet

    try:
        with open_parquet(source) as file:
            schema = file.schema_arrow
    except (pyarrow.ArrowException, OSError, ValueError):
        return {}  # reading the file gives the message
    types = {folded(field.name): field.type for field in schema}
    return {name: types[folded(name)] for name in keep if folded(name) in types}


def join_rows(
    parts: Iterable[Callable[[], BinaryIO]],
    target: Path,
    *,
    form: RowFormat | StoryFormat,
    choice: RowChoice = EVERY_PARAGRAPH,
    types: Mapping[str, pyarrow.DataType] | None = None,
) -> None:
    r"""Write the rows of several outputs into one output.

    The bytes are equal to those of one output with all rows, except that Parquet keeps the row groups of the parts.

    Parameters
    ----------
    parts
        Functions that open each part, in order.
    target
        A path, which is created or replaced.
    form, choice, types
        The parameters with which `corestory.output.rows.open_rows` wrote the parts. For a format of documents, the
        parts were written by `corestory.output.documents.DocumentLines`.

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
    empty = io.BytesIO()
    if form == "csv" or form == "parquet":
        open_rows(empty, form=form, choice=choice, types=types).close()
    if form == "parquet":
        _join_tables(parts, target, empty)
        return
    head = len(empty.getvalue())
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


def _join_tables(parts: Iterable[Callable[[], BinaryIO]], target: Path, empty: BinaryIO) -> None:
    import pyarrow.parquet as pq

    schema = pq.read_schema(empty)
    with closing(Target(target)) as whole, whole.reporting_errors(), pq.ParquetWriter(whole.stream, schema) as writer:
        for opened in parts:
            with opened() as part, pq.ParquetFile(part, pre_buffer=False) as file:
                for number in range(file.metadata.num_row_groups):
                    writer.write_table(file.read_row_group(number, use_threads=False))
