"""What was done already: for each output a small record, beside the outputs in a hidden folder."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from pipeline.corpus.fingerprint import Fingerprint, fingerprint
from pipeline.corpus.items import Item
from pipeline.errors import OutputError

HIDDEN = ".corestory"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was in one file, or in many.

    Attributes
    ----------
    articles, paragraphs
        Tagged.
    doubtful
        Articles with a `pipeline.model.tagged.Doubt`.
    refused
        Articles, rows or whole files that could not be read.
    """

    articles: int = 0
    paragraphs: int = 0
    doubtful: int = 0
    refused: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.articles + other.articles,
            self.paragraphs + other.paragraphs,
            self.doubtful + other.doubtful,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """What one output was made of.

    Attributes
    ----------
    made_by
        `pipeline.corpus.tagging.Job.made_by` of the file: the model, the options, the version.
    source
        The file that was read.
    output
        The output; None where nothing in the file could be tagged.
    counts
        What was in it.
    """

    made_by: str
    source: Fingerprint
    output: Fingerprint | None
    counts: Counts


class Ledger:
    """The records of an output folder.

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
        self.folder = folder

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep other runs out of the folder, and clear away what a killed one has left.

        Raises
        ------
        OutputError
            Another run writes there, or the folder cannot be written to.
        """
        hidden = self.folder / HIDDEN
        with ExitStack() as stack:
            try:
                hidden.mkdir(parents=True, exist_ok=True)
                self._lock(stack.enter_context((hidden / "lock").open("ab")))
                self._clear()
                (hidden / "partial").mkdir()
            except OSError as error:
                reason = error.strerror or str(error)
                raise OutputError(f"cannot be written ({reason})", where=str(self.folder)) from error
            try:
                yield
            finally:
                self._clear()

    def done(self, item: Item, *, made_by: str) -> Record | None:
        """Return the record of an item that needs no work; None where it is missing, or anything has changed."""
        record = self.record(item)
        if record is None or record.made_by != made_by or not record.source.matches(item.source):
            return None
        output = self.output(item)
        unchanged = not output.exists() if record.output is None else record.output.matches(output)
        return record if unchanged else None

    def is_foreign(self, item: Item) -> bool:
        """Say whether something is under the output's name that no run has put there."""
        return os.path.lexists(self.output(item)) and not self._record_path(item).exists()

    def record(self, item: Item) -> Record | None:
        """Return the record of an item; None where it has none that can be read."""
        try:
            found = json.loads(self._record_path(item).read_bytes())
            output = found["output"]
            return Record(
                found["made_by"],
                Fingerprint(**found["source"]),
                None if output is None else Fingerprint(**output),
                Counts(**found["counts"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def output(self, item: Item) -> Path:
        """Return an item's output."""
        return self.folder / item.name

    def partial(self, item: Item) -> Path:
        """Return where to write an item's output until it is whole, another place each time; it ends alike.

        Two may be at work on one item for a while: what a killed run has left behind, and the run after it.
        """
        name = f"{_key(item)}.{os.getpid()}.{secrets.token_hex(4)}{Path(item.name).suffix}"
        return self.folder / HIDDEN / "partial" / name

    def refusals(self, item: Item) -> Path:
        """Return where the lines of what was refused of an item are, if anything was."""
        return self._place("refused", item, ".jsonl")

    def refused(self, item: Item) -> Iterator[str]:
        """Yield those lines."""
        with suppress(FileNotFoundError), self.refusals(item).open(encoding="utf-8", newline="\n") as file:
            for line in file:
                yield line.rstrip("\n")

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
        """Give a partial output its name, with its record; or, if there is none, record that nothing came of the item.

        Parameters
        ----------
        item
            Which.
        partial
            What was written, as of `partial`; None if nothing was.
        made_by, source, counts
            As of `Record`.
        refused
            A file of what was refused, which is moved to `refusals`; None if nothing was.

        Raises
        ------
        OSError
            Something cannot be written.
        """
        made = None if partial is None else fingerprint(partial)
        record = Record(made_by, source, made, counts)
        refusals = self.refusals(item)
        if refused is not None:
            refusals.parent.mkdir(parents=True, exist_ok=True)
            refused.replace(refusals)
        else:
            refusals.unlink(missing_ok=True)
        output = self.output(item)
        if partial is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
        place = self._record_path(item)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.partial(item).with_suffix(".record")
        temporary.write_text(json.dumps({"name": os.fsencode(item.name).decode(errors="replace"), **asdict(record)}))
        # Not flushed to the disk, as single outputs are: a corpus may be a million small files, and after a power cut
        # an output that is not what its record says is made again.
        temporary.replace(place)
        if partial is not None:
            partial.replace(output)
        else:
            output.unlink(missing_ok=True)  # of an earlier content of the file
        return record

    def _record_path(self, item: Item) -> Path:
        return self._place("records", item, ".json")

    def _place(self, kind: str, item: Item, suffix: str) -> Path:
        # By hash: the names of outputs may be as long as names can be, and one may be another's folder.
        key = _key(item)
        return self.folder / HIDDEN / kind / key[:2] / f"{key[2:]}{suffix}"

    def _clear(self) -> None:
        shutil.rmtree(self.folder / HIDDEN / "partial", ignore_errors=True)

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


def _key(item: Item) -> str:
    return hashlib.sha256(os.fsencode(item.name)).hexdigest()[:40]
