"""An output under way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.jobs.fingerprint import Fingerprint
from corestory.jobs.items import Item
from corestory.jobs.job import Job
from corestory.jobs.outcome import REFUSALS_TOLD, Outcome
from corestory.jobs.records import Counts
from corestory.jobs.refusals import refusal_line
from corestory.jobs.remote_ledger import ledger_of
from corestory.reading.sources import kind_by_name
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow

    from corestory.model.tagged_article import TaggedArticle
    from corestory.output.rows import RowWriter


class Writing:
    """The rows of one file and what was refused of it, until they are committed; left before, nothing remains of them.

    Parameters
    ----------
    item
        The file.
    job
        How it is tagged.

    Attributes
    ----------
    ledger
        Of the output's folder.
    partial
        Where the rows are written.
    counts
        What was in the file so far.
    """

    def __init__(self, item: Item, job: Job) -> None:
        self.item, self.job = item, job
        self.ledger = ledger_of(job.folder)
        self.partial = self.ledger.partial(item)
        self.counts = Counts()
        self._refused = self.partial.with_suffix(".refused")
        self._first: list[str] = []
        self._writer: RowWriter | None = None

    def __enter__(self) -> Writing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            with suppress(Exception):  # whatever it is, the reason for leaving is another
                self._writer.close()
        for path in (self.partial, self._refused):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def refuse(self, error: InputError) -> None:
        """Take note of what cannot be read."""
        self.take_refused([refusal_line(error)])

    def take_refused(self, lines: Sequence[str]) -> None:
        """Take note of what was refused, as `refusal_line` writes it."""
        self.counts += Counts(refused=len(lines))
        self._first += lines[: REFUSALS_TOLD - len(self._first)]
        with self._refused.open("a", encoding="utf-8") as file:  # refusals are rare; what is written is written
            file.writelines(f"{line}\n" for line in lines)

    def write(self, tagged: Sequence[TaggedArticle]) -> None:
        """Add the rows of some articles."""
        if self._writer is None and tagged:
            from corestory.output.rows import open_rows

            job = self.job
            self._writer = open_rows(self.partial, form=job.form, only=job.only, keep=job.keep, types=self.types())
        for article in tagged:
            assert self._writer is not None  # noqa: S101 -- there are articles
            self._writer.write(article)
        doubtful = sum(article.doubt is not None for article in tagged)
        self.counts += Counts(len(tagged), sum(len(article.texts) for article in tagged), doubtful)

    def types(self) -> Mapping[str, pyarrow.DataType]:
        """Return the types of the columns to keep, where the output has types."""
        return kept_types(self.item.source, self.job.keep) if self.job.form == "parquet" else {}

    def made(self) -> tuple[Path | None, Path | None]:
        """Finish, and return the files of the rows and of what was refused; as with a single output, None of none."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
        return self.partial if self.counts.articles else None, self._refused if self.counts.refused else None

    def commit(self, source: Fingerprint) -> Outcome:
        """Give the rows the output's name, record that it is done, and delete what any run has left of its parts.

        Parameters
        ----------
        source
            Of the file, from before it was read.
        """
        rows, refused = self.made()
        made_by = self.job.made_by(self.item)
        self.ledger.commit(self.item, rows, made_by=made_by, source=source, counts=self.counts, refused=refused)
        self.ledger.drop_parts(self.item)
        return self.outcome()

    def outcome(self) -> Outcome:
        """Return what became of the file so far."""
        return Outcome(self.item, replace(self.counts), tuple(self._first))


def kept_types(source: AnyPath, keep: tuple[str, ...]) -> Mapping[str, pyarrow.DataType]:
    """Return the types that columns to keep have in a Parquet file."""
    if not keep or kind_by_name(source) != "parquet":
        return {}
    import pyarrow

    from corestory.reading.tables import folded, open_parquet

    try:
        with open_parquet(source) as file:
            schema = file.schema_arrow
    except (pyarrow.ArrowException, OSError, ValueError):
        return {}  # reading it says what is wrong
    types = {folded(field.name): field.type for field in schema}
    return {name: types[folded(name)] for name in keep if folded(name) in types}
