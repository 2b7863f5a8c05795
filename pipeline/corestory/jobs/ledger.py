"""The ledger of an output folder: a small record for each output, in a hidden folder, so that a run can go on.

`Ledger` holds the reading of records; `LocalLedger` writes to a file system of this machine, where a rename is atomic.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from corestory.errors import OutputError, reason_of
from corestory.jobs.items import Fingerprint, Item, documents_fingerprint, documents_in, documents_match, fingerprint
from corestory.jobs.job import Counts
from corestory.reading.parts import has_parts
from corestory.remote import AnyPath, open_to_read

HIDDEN = ".corestory"


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one output.

    Attributes
    ----------
    made_by
        `corestory.jobs.job.Job.made_by` of the file: a hash of the model, the options and the version.
    source
        The file that was read.
    output
        The output; None if the file had nothing to tag.
    counts
        Counts of the file's articles, paragraphs and refusals.
    """

    made_by: str
    source: Fingerprint
    output: Fingerprint | None
    counts: Counts


class Ledger(ABC):
    """The records of an output folder.

    Parameters
    ----------
    folder
        The output folder.
    """

    def __init__(self, folder: AnyPath) -> None:
        self.folder = folder

    def done(self, item: Item, *, made_by: str) -> Record | None:
        """Return the record of an item that needs no work; None if it has none, or if anything has changed."""
        record = self.record(item)
        if record is None or record.made_by != made_by or not record.source.matches(item.source):
            return None
        return record if self._unchanged(item, record.output) else None

    def _unchanged(self, item: Item, known: Fingerprint | None) -> bool:
        output = self.output(item)
        if item.folder:
            return documents_match(known, output)
        return not output.exists() if known is None else known.matches(output)

    def is_foreign(self, item: Item) -> bool:
        """Return whether the output's name is taken by a file that no run has written."""
        output = self.output(item)
        there = os.path.lexists(output) if isinstance(output, Path) else output.exists()
        return there and not self.hidden_path("records", item, ".json").exists()

    def record(self, item: Item) -> Record | None:
        """Return the record of an item; None if it has no readable record."""
        try:
            found = json.loads(self.hidden_path("records", item, ".json").read_bytes())
            output = found["output"]
            return Record(
                found["made_by"],
                Fingerprint(**found["source"]),
                None if output is None else Fingerprint(**output),
                Counts(**found["counts"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def output(self, item: Item) -> AnyPath:
        """Return the path of an item's output."""
        return self.folder / item.name

    def refused(self, item: Item) -> Iterator[str]:
        """Yield the refusals of an item, as `corestory.jobs.job.refusal_line` writes them."""
        with (
            suppress(FileNotFoundError),
            open_to_read(self.hidden_path("refused", item, ".jsonl")) as stream,
            TextIOWrapper(stream, encoding="utf-8", newline="\n") as file,
        ):
            for line in file:
                yield line.rstrip("\n")

    def hidden_path(self, kind: str, item: Item, suffix: str) -> AnyPath:
        """Return the path of a file that the ledger keeps about an item.

        The name is a hash: an output's name may have the greatest length that a file system allows, and may be the
        name of another output's folder.
        """
        key = key_of(item)
        return self.folder / HIDDEN / kind / key[:2] / f"{key[2:]}{suffix}"

    def drop_parts(self, item: Item) -> None:
        """Delete the parts of a file that any run has left; a part that cannot be deleted only takes room."""
        if has_parts(item.source):  # other files have no parts, and a look may cost a request
            with suppress(OSError):
                self.delete_folder(self.hidden_path("parts", item, ""))

    def commit(
        self,
        item: Item,
        partial: Path | None,
        *,
        made_by: str,
        source: Fingerprint,
        counts: Counts,
        refused: Path | None = None,
    ) -> Record:
        """Give a partial output its name and record it; without a partial output, record that the item has none.

        The documents of a folder get their names one after another; the record matches when all of them are there.

        Parameters
        ----------
        item
            The file.
        partial
            The rows, at a path of `partial`, or a folder of documents; None if there are none.
        made_by, source, counts
            As of `Record`.
        refused
            The refusals, which `refused` then yields; None if there are none.

        Raises
        ------
        OSError
            A file cannot be written.
        """
        kept = self.hidden_path("refused", item, ".jsonl")
        if refused is not None:
            self.put(refused, kept)
        else:
            kept.unlink(missing_ok=True)
        return self._commit(item, partial, made_by, source, counts)

    @abstractmethod
    def opened(self) -> AbstractContextManager[None]:
        """Prepare the folder for a run, and raise OutputError if it cannot be written."""

    @abstractmethod
    def partial(self, item: Item) -> Path:
        """Return a new path each time for an item's output in progress, with the ending of the output.

        Two processes may work on one item for a while: a process that a killed run has left, and the next run.
        """

    @abstractmethod
    def put(self, file: Path, path: AnyPath) -> None:
        """Move a file from a path of `partial` to its final path."""

    @abstractmethod
    def write(self, data: bytes, path: AnyPath) -> None:
        """Write a small file whole."""

    @abstractmethod
    def delete_folder(self, path: AnyPath) -> None:
        """Delete a folder of files, which may be missing."""

    @abstractmethod
    def _commit(
        self, item: Item, partial: Path | None, made_by: str, source: Fingerprint, counts: Counts
    ) -> Record: ...

    def _move_output(self, item: Item, partial: Path | None) -> None:
        if item.folder:
            self._move_documents(self.output(item), partial)
        elif partial is not None:
            self.put(partial, self.output(item))
        else:
            self.output(item).unlink(missing_ok=True)  # the file held something to tag in an earlier run

    def _move_documents(self, folder: AnyPath, partial: Path | None) -> None:
        documents = {} if partial is None else {name: partial / name for name in documents_in(partial)}
        for name, document in documents.items():
            self.put(document, folder / name)
        for name in documents_in(folder).keys() - documents.keys():  # of an earlier run
            (folder / name).unlink(missing_ok=True)
        if not documents and isinstance(folder, Path):
            with suppress(OSError):  # it is missing, or has files of the user
                folder.rmdir()

    def _write_record(self, item: Item, record: Record) -> None:
        known = {"name": os.fsencode(item.name).decode(errors="replace"), **asdict(record)}
        self.write(json.dumps(known).encode(), self.hidden_path("records", item, ".json"))

    def _made(self, item: Item, output: AnyPath) -> Fingerprint:
        return documents_fingerprint(output) if item.folder else fingerprint(output)


def key_of(item: Item) -> str:
    """Return an identifier of an item that has a fixed length."""
    return hashlib.sha256(os.fsencode(item.name)).hexdigest()[:40]


class LocalLedger(Ledger):
    """The records of an output folder of this machine, where a rename is atomic.

    A record is written just before its output is renamed, and says what the output holds. So a run that is killed at
    any time leaves outputs that a record describes, or outputs of an earlier run.

    Parameters
    ----------
    folder
        The output folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger, item = LocalLedger(Path(folder)), Item(Path(folder, "a.txt"), "a.txt.jsonl")
    ...     _ = item.source.write_text("The quay opened.")
    ...     source = fingerprint(item.source)
    ...     with ledger.opened():
    ...         partial = ledger.partial(item)
    ...         _ = partial.write_text("{}")
    ...         _ = ledger.commit(item, partial, made_by="0", source=source, counts=Counts(1, 1))
    ...     ledger.done(item, made_by="0").counts.articles, ledger.done(item, made_by="1")
    (1, None)
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._hidden = folder / HIDDEN

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other runs out of the folder, and delete the temporary files of a killed run.

        Raises
        ------
        OutputError
            Another run writes to the folder, or the folder cannot be written.
        """
        hidden = self._hidden
        with ExitStack() as stack:
            try:
                hidden.mkdir(parents=True, exist_ok=True)
                self._lock(stack.enter_context((hidden / "lock").open("ab")))
                self._clear()
                (hidden / "partial").mkdir()
            except OSError as error:
                raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.folder)) from error
            try:
                yield
            finally:
                self._clear()

    def partial(self, item: Item) -> Path:
        """Return a path in the same file system."""
        name = f"{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return self._hidden / "partial" / name

    def put(self, file: Path, path: AnyPath) -> None:
        """Rename the file."""
        final = Path(str(path))
        final.parent.mkdir(parents=True, exist_ok=True)
        file.replace(final)

    def write(self, data: bytes, path: AnyPath) -> None:
        """Write the data under a temporary name, then rename it."""
        temporary = self._hidden / "partial" / f"record.{os.getpid()}.{secrets.token_hex(4)}"
        temporary.write_bytes(data)
        self.put(temporary, path)

    def delete_folder(self, path: AnyPath) -> None:
        """Delete the folder and everything in it."""
        shutil.rmtree(str(path), ignore_errors=True)

    def _commit(self, item: Item, partial: Path | None, made_by: str, source: Fingerprint, counts: Counts) -> Record:
        record = Record(made_by, source, None if partial is None else self._made(item, partial), counts)
        # Single outputs are flushed to the disk, these are not: there may be a million small files. After a power cut,
        # the next run makes each output again that does not match its record.
        self._write_record(item, record)
        self._move_output(item, partial)
        return record

    def _clear(self) -> None:
        shutil.rmtree(self._hidden / "partial", ignore_errors=True)

    def _lock(self, lock: IO[bytes]) -> None:
        with suppress(ImportError):  # without fcntl, the user must avoid two runs at once
            import fcntl

            try:
                # The system frees the lock when the process ends, however it ends.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputError(
                    "another run of corestory writes here", where=str(self.folder), hint="Wait until it has ended."
                ) from None
