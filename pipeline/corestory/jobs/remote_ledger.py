"""The records of an output folder elsewhere, where a file may stand half written under its name."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corestory.errors import OutputError, reason_of
from corestory.jobs.fingerprint import Fingerprint, fingerprint
from corestory.jobs.items import Item
from corestory.jobs.ledger import Ledger
from corestory.jobs.records import HIDDEN, Counts, Record, Records, key_of
from corestory.remote import AnyPath, RemotePath


class RemoteLedger(Records):
    """The records of an output folder of a file system that fsspec reaches.

    Nothing is renamed there: some cannot, and some copy. Before an output is written, a record takes its place that
    says that the name is ours and nothing of it done; what it holds in the end is recorded after it. Whenever a run is
    killed, an output without such a record is made again, and a name without any record is somebody else's.

    Parameters
    ----------
    folder
        Where the outputs are.

    Examples
    --------
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
        """See that the folder can be written to. Other runs cannot be kept out; they write the same.

        Raises
        ------
        OutputError
            It cannot.
        """
        try:
            self._remote.forget()
            (self._remote / HIDDEN / "run.json").write_bytes(json.dumps({"process": os.getpid()}).encode())
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot be written ({reason_of(error)})", where=str(self.folder)) from error
        yield

    def partial(self, item: Item) -> Path:
        """Return a place on this machine: what is uploaded is whole."""
        name = f"corestory-{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return Path(tempfile.gettempdir(), name)

    def put(self, file: Path, place: AnyPath) -> None:
        """Upload it."""
        _remote(place).upload(file)
        file.unlink()

    def write(self, data: bytes, place: AnyPath) -> None:
        """Write it; in a store of objects it is there at once, elsewhere a half is no JSON."""
        _remote(place).write_bytes(data)

    def delete_folder(self, place: AnyPath) -> None:
        """Delete the files in it: of a store of objects, that is all there is of a folder."""
        folder = _remote(place)
        folder.forget()
        for path, _ in folder.entries():
            path.unlink(missing_ok=True)

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
        """Say that the name is ours, upload the output, and record it."""
        self.write(json.dumps({"name": item.name, "begun": True}).encode(), self.place("records", item, ".json"))
        self._keep_refused(item, refused)
        output = self.output(item)
        if partial is not None:
            self.put(partial, output)
        else:
            output.unlink(missing_ok=True)
        record = Record(made_by, source, None if partial is None else fingerprint(output), counts)
        self._write_record(item, record)
        return record


def ledger_of(folder: AnyPath) -> Ledger | RemoteLedger:
    """Return the records of an output folder, wherever it is."""
    return RemoteLedger(folder) if isinstance(folder, RemotePath) else Ledger(folder)


def _remote(place: AnyPath) -> RemotePath:
    assert isinstance(place, RemotePath)  # noqa: S101 -- all places of this ledger are
    return place
