"""The ledger of a remote output folder, where a file may be half written under its final name."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corestory.errors import OutputError, reason_of
from corestory.jobs.items import Fingerprint, Item
from corestory.jobs.job import Counts
from corestory.jobs.ledger import HIDDEN, Ledger, LocalLedger, Record, key_of
from corestory.remote import AnyPath, RemotePath


class RemoteLedger(Ledger):
    """The records of an output folder that fsspec reaches.

    Nothing is renamed there: some file systems cannot rename, and others copy the file. Before an output is written,
    a first record claims its name; after it is written, a second record says what it holds. So a run that is killed
    at any time leaves outputs with a second record, and outputs that the next run makes again. An output without any
    record belongs to somebody else.

    Parameters
    ----------
    folder
        The output folder.

    Examples
    --------
    >>> from corestory.jobs.items import fingerprint
    >>> folder = RemotePath("memory://ledger")
    >>> ledger, item = RemoteLedger(folder), Item(folder / "a.txt", "a.txt.jsonl")
    >>> item.source.write_bytes(b"The quay opened.")
    >>> partial = ledger.partial(item)
    >>> _ = partial.write_text("{}")
    >>> _ = ledger.commit(item, partial, made_by="0", source=fingerprint(item.source), counts=Counts(1, 1))
    >>> ledger.done(item, made_by="0").counts.articles, ledger.done(item, made_by="1")
    (1, None)
    """

    def __init__(self, folder: RemotePath) -> None:
        super().__init__(folder)
        self._remote = folder

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Check that the folder can be written. Other runs cannot be kept out; they write the same bytes.

        Raises
        ------
        OutputError
            The folder cannot be written.
        """
        try:
            self._remote.forget()
            (self._remote / HIDDEN / "run.json").write_bytes(json.dumps({"process": os.getpid()}).encode())
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.folder)) from error
        yield

    def partial(self, item: Item) -> Path:
        """Return a path on this machine, so that only whole files are uploaded."""
        name = f"corestory-{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return Path(tempfile.gettempdir(), name)

    def put(self, file: Path, path: AnyPath) -> None:
        """Upload the file."""
        _remote(path).upload(file)
        file.unlink()

    def write(self, data: bytes, path: AnyPath) -> None:
        """Write the data. An object store writes it at once; elsewhere, half a record is not valid JSON."""
        _remote(path).write_bytes(data)

    def delete_folder(self, path: AnyPath) -> None:
        """Delete the files in the folder: in an object store, a folder is nothing but its files."""
        folder = _remote(path)
        folder.forget()
        for file, _ in folder.entries():
            file.unlink(missing_ok=True)

    def _commit(self, item: Item, partial: Path | None, made_by: str, source: Fingerprint, counts: Counts) -> Record:
        begun = json.dumps({"name": item.name, "begun": True})
        self.write(begun.encode(), self.hidden_path("records", item, ".json"))
        self._move_output(item, partial)
        made = None if partial is None else self._made(item, self.output(item))
        record = Record(made_by, source, made, counts)
        self._write_record(item, record)
        return record


def ledger_of(folder: AnyPath) -> LocalLedger | RemoteLedger:
    """Return the ledger of an output folder, local or remote."""
    return RemoteLedger(folder) if isinstance(folder, RemotePath) else LocalLedger(folder)


def _remote(path: AnyPath) -> RemotePath:
    assert isinstance(path, RemotePath)  # noqa: S101 -- all paths of this ledger are remote
    return path
