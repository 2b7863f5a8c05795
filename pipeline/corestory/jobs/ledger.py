"""The ledger of an output folder: a hidden record of each output, so that a later run can resume.

`Ledger` writes to a file system of this machine, where a rename is atomic. `RemoteLedger` writes to other file systems,
where a file may be half written under its final name.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from io import TextIOWrapper
from pathlib import Path

import msgspec

from corestory.atomic import lock_file, reporting_errors
from corestory.errors import OutputError, reason_of
from corestory.jobs.items import Fingerprint, Item, documents_fingerprint, documents_in, documents_match, fingerprint
from corestory.model.tagged_article import Counts
from corestory.reading.parts import has_parts
from corestory.remote import AnyPath, RemotePath, open_to_read

HIDDEN = ".corestory"


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one output.

    Attributes
    ----------
    made_by
        `corestory.jobs.job.Job.made_by` of the file: a hash of the model, the options and the version.
    source
        The fingerprint of the file that was read.
    output
        The fingerprint of the output; None if the file had nothing to tag.
    counts
        The counts of the file's articles, paragraphs and refusals.
    """

    made_by: str
    source: Fingerprint
    output: Fingerprint | None
    counts: Counts


class Ledger:
    """The records of an output folder of this machine.

    A record holds the fingerprint of its output and is written just before the output gets its name. So a run that is
    killed at any time leaves only outputs that match a record, and outputs of an earlier run.

    Parameters
    ----------
    folder
        The output folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger, item = Ledger(Path(folder)), Item(Path(folder, "a.txt"), "a.txt.jsonl")
    ...     _ = item.source.write_text("The quay opened.")
    ...     source = fingerprint(item.source)
    ...     with ledger.opened():
    ...         partial = ledger.partial(item)
    ...         _ = partial.write_text("{}")
    ...         ledger.commit(item, partial, made_by="0", source=source, counts=Counts(1, 1))
    ...     ledger.done(item, made_by="0").counts.articles, ledger.done(item, made_by="1")
    (1, None)
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
        """Return whether a file that no run has written has the name of the output."""
        output = self.output(item)
        there = os.path.lexists(output) if isinstance(output, Path) else output.exists()
        return there and not self.hidden_path("records", item, ".json").exists()

    def record(self, item: Item) -> Record | None:
        """Return the record of an item; None if it has no readable record."""
        try:
            return msgspec.json.decode(self.hidden_path("records", item, ".json").read_bytes(), type=Record)
        except (OSError, ValueError):  # a ValueError also for bytes that are not UTF-8
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

        The name is a hash, because the name of an output may have the greatest length that a file system allows, or may
        be the name of another output's folder.
        """
        key = key_of(item)
        return self.folder / HIDDEN / kind / key[:2] / f"{key[2:]}{suffix}"

    def drop_parts(self, item: Item) -> None:
        """Delete the parts of a file that any run has left; a part that cannot be deleted only takes space."""
        if has_parts(item.source):  # other files have no parts, and checking may cost a request
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
    ) -> None:
        """Give a partial output its name and record it; without a partial output, record that the item has no output.

        The documents of a folder get their names one after another; the record matches when all have their names.

        Parameters
        ----------
        item
            The file.
        partial
            The rows, at a path of `partial`, or a folder of documents; None if there are none.
        made_by, source, counts
            As in `Record`.
        refused
            The file of the refusals, which `refused` then yields; None if there are none.

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
        self._commit(item, partial, Record(made_by, source, None, counts))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other runs out of the folder, and delete the temporary files of a killed run.

        Raises
        ------
        OutputError
            Another run writes to the folder, or the folder cannot be written.
        """
        partials = self._partials
        with ExitStack() as stack:
            with reporting_errors(self.folder, whole=False):
                partials.parent.mkdir(parents=True, exist_ok=True)
                busy = OutputError(
                    "another run of corestory writes to this folder",
                    where=str(self.folder),
                    hint="Wait until it has ended.",
                )
                lock_file(stack.enter_context((partials.parent / "lock").open("ab")), busy)
                shutil.rmtree(partials, ignore_errors=True)
                partials.mkdir()
            try:
                yield
            finally:
                shutil.rmtree(partials, ignore_errors=True)

    def partial(self, item: Item) -> Path:
        """Return a new path for an item's output in progress, with the ending of the output.

        Each call returns another path, because two processes may work on one item for a while: a process that a killed
        run has left, and a process of the next run.
        """
        return self._partials / f"{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"

    def put(self, file: Path, path: AnyPath) -> None:
        """Move a file from a path of `partial` to its final path."""
        final = Path(str(path))
        final.parent.mkdir(parents=True, exist_ok=True)
        file.replace(final)

    def write(self, data: bytes, path: AnyPath) -> None:
        """Write a small file whole."""
        temporary = self._partials / f"record.{os.getpid()}.{secrets.token_hex(4)}"
        temporary.write_bytes(data)
        self.put(temporary, path)

    def delete_folder(self, path: AnyPath) -> None:
        """Delete a folder of files, which may be missing."""
        shutil.rmtree(str(path), ignore_errors=True)

    @property
    def _partials(self) -> Path:
        return Path(str(self.folder), HIDDEN, "partial")

    def _commit(self, item: Item, partial: Path | None, record: Record) -> None:
        # Outputs of a folder run are not flushed to the disk, because there may be a million small files. After a power
        # cut, the next run makes every output again that does not match its record.
        self._write_record(item, record, partial)
        self._move_output(item, partial)

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
        for name in documents_in(folder).keys() - documents.keys():  # documents of an earlier run
            (folder / name).unlink(missing_ok=True)
        if not documents and isinstance(folder, Path):
            with suppress(OSError):  # the folder is missing, or holds files of the user
                folder.rmdir()

    def _write_record(self, item: Item, record: Record, output: AnyPath | None) -> None:
        if output is not None:
            record = replace(record, output=documents_fingerprint(output) if item.folder else fingerprint(output))
        known = {"name": os.fsencode(item.name).decode(errors="replace"), **asdict(record)}
        self.write(msgspec.json.encode(known), self.hidden_path("records", item, ".json"))


def key_of(item: Item) -> str:
    """Return an identifier of an item that has a fixed length."""
    return hashlib.sha256(os.fsencode(item.name)).hexdigest()[:40]


class RemoteLedger(Ledger):
    """The records of an output folder that fsspec reaches.

    Files are not renamed there, because some file systems cannot rename and others copy the file. Before an output is
    written, a first record claims its name. After it is written, a second record holds its fingerprint. So a run that
    is killed at any time leaves outputs with a second record, and outputs that the next run makes again. An output
    without any record belongs to somebody else.

    Parameters
    ----------
    folder
        The output folder.

    Examples
    --------
    >>> folder = RemotePath("memory://ledger")
    >>> ledger, item = RemoteLedger(folder), Item(folder / "a.txt", "a.txt.jsonl")
    >>> item.source.write_bytes(b"The quay opened.")
    >>> partial = ledger.partial(item)
    >>> _ = partial.write_text("{}")
    >>> ledger.commit(item, partial, made_by="0", source=fingerprint(item.source), counts=Counts(1, 1))
    >>> ledger.done(item, made_by="0").counts.articles, ledger.done(item, made_by="1")
    (1, None)
    """

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Check that the folder can be written. Other runs cannot be kept out, but they write the same bytes.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        try:
            _remote(self.folder).forget()
            self.write(json.dumps({"process": os.getpid()}).encode(), self.folder / HIDDEN / "run.json")
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.folder)) from error
        yield

    def partial(self, item: Item) -> Path:
        """Return a path on this machine, so that only whole files are uploaded."""
        name = f"corestory-{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return Path(tempfile.gettempdir(), name)

    def put(self, file: Path, path: AnyPath) -> None:
        """Upload a file, and delete it here."""
        _remote(path).upload(file)
        file.unlink()

    def write(self, data: bytes, path: AnyPath) -> None:
        """Write the data. Object stores write it whole; on other file systems, half a record is not valid JSON."""
        _remote(path).write_bytes(data)

    def delete_folder(self, path: AnyPath) -> None:
        """Delete the files in the folder; an object store has no folders without files."""
        folder = _remote(path)
        folder.forget()
        for file, *_ in folder.entries():
            file.unlink(missing_ok=True)

    def _commit(self, item: Item, partial: Path | None, record: Record) -> None:
        begun = json.dumps({"name": item.name, "begun": True})
        self.write(begun.encode(), self.hidden_path("records", item, ".json"))
        self._move_output(item, partial)
        self._write_record(item, record, None if partial is None else self.output(item))


def ledger_of(folder: AnyPath) -> Ledger:
    """Return the ledger of an output folder, local or remote."""
    return RemoteLedger(folder) if isinstance(folder, RemotePath) else Ledger(folder)


def _remote(path: AnyPath) -> RemotePath:
    assert isinstance(path, RemotePath)  # noqa: S101 -- all paths of this ledger are remote
    return path
