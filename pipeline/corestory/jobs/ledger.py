"""The records of an output folder on this machine, where a file takes its name at once."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from corestory.errors import OutputError, reason_of
from corestory.jobs.fingerprint import Fingerprint, fingerprint
from corestory.jobs.items import Item
from corestory.jobs.records import HIDDEN, Counts, Record, Records, key_of
from corestory.remote import AnyPath


class Ledger(Records):
    """The records of an output folder of a file system that renames at once.

    A record takes its place just before its output does, and says what that output holds. Whenever a run is killed,
    what stands in the folder is thus known for this or an earlier run's, or not known and not touched.

    Parameters
    ----------
    folder
        Where the outputs are.

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
    ...         _ = ledger.commit(item, partial, made_by="0", source=source, counts=Counts(1, 1))
    ...     ledger.done(item, made_by="0").counts.articles, ledger.done(item, made_by="1")
    (1, None)
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._hidden = folder / HIDDEN

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other runs out of the folder, and clear away what a killed one has left.

        Raises
        ------
        OutputError
            Another run writes there, or the folder cannot be written to.
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
        """Return a place in the same file system."""
        name = f"{key_of(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return self._hidden / "partial" / name

    def put(self, file: Path, place: AnyPath) -> None:
        """Rename it."""
        final = Path(str(place))
        final.parent.mkdir(parents=True, exist_ok=True)
        file.replace(final)

    def write(self, data: bytes, place: AnyPath) -> None:
        """Write it under another name, and rename that."""
        temporary = self._hidden / "partial" / f"record.{os.getpid()}.{secrets.token_hex(4)}"
        temporary.write_bytes(data)
        self.put(temporary, place)

    def delete_folder(self, place: AnyPath) -> None:
        """Delete it with all that is in it."""
        shutil.rmtree(str(place), ignore_errors=True)

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
        """Write the record, then give the output its name."""
        made = None if partial is None else fingerprint(partial)
        record = Record(made_by, source, made, counts)
        self._keep_refused(item, refused)
        # Not flushed to the disk, as single outputs are: a corpus may be a million small files, and after a power cut
        # an output that is not what its record says is made again.
        self._write_record(item, record)
        if partial is not None:
            self.put(partial, self.output(item))
        else:
            self.output(item).unlink(missing_ok=True)  # of an earlier content of the file
        return record

    def _clear(self) -> None:
        shutil.rmtree(self._hidden / "partial", ignore_errors=True)

    def _lock(self, lock: IO[bytes]) -> None:
        with suppress(ImportError):  # where there is no fcntl, two runs at once are the user's to avoid
            import fcntl

            try:
                # Freed by the system when the process ends, however it does.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputError(
                    "another run of corestory writes here", where=str(self.folder), mend="Wait until it has ended."
                ) from None
