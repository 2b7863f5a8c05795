"""What was done already, and where it stands: for each output a small record, beside the outputs in a hidden folder."""

from __future__ import annotations

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from pathlib import Path

from corestory.jobs.fingerprint import Fingerprint
from corestory.jobs.items import Item
from corestory.reading.sources import kind_by_name
from corestory.remote import AnyPath, open_to_read

HIDDEN = ".corestory"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was in one file, or in many.

    Attributes
    ----------
    articles, paragraphs
        Tagged.
    doubtful
        Articles with a `corestory.model.tagged_article.Doubt`.
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
        `corestory.jobs.job.Job.made_by` of the file: the model, the options, the version.
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


class Records(ABC):
    """The records of an output folder, here or elsewhere.

    Parameters
    ----------
    folder
        Where the outputs are.
    """

    def __init__(self, folder: AnyPath) -> None:
        self.folder = folder

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
        output = self.output(item)
        there = os.path.lexists(output) if isinstance(output, Path) else output.exists()
        return there and not self.place("records", item, ".json").exists()

    def record(self, item: Item) -> Record | None:
        """Return the record of an item; None where it has none that can be read."""
        try:
            found = json.loads(self.place("records", item, ".json").read_bytes())
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
        """Return an item's output."""
        return self.folder / item.name

    def refused(self, item: Item) -> Iterator[str]:
        """Yield the lines of what was refused of an item."""
        with (
            suppress(FileNotFoundError),
            open_to_read(self.place("refused", item, ".jsonl")) as stream,
            TextIOWrapper(stream, encoding="utf-8", newline="\n") as file,
        ):
            for line in file:
                yield line.rstrip("\n")

    def place(self, kind: str, item: Item, suffix: str) -> AnyPath:
        """Return where something is that is kept about an item.

        By hash: the names of outputs may be as long as names can be, and one may be another's folder.
        """
        key = key_of(item)
        return self.folder / HIDDEN / kind / key[:2] / f"{key[2:]}{suffix}"

    def drop_parts(self, item: Item) -> None:
        """Delete what any run has left of a file's parts; what cannot be deleted costs nothing but room."""
        if kind_by_name(item.source) == "parquet":  # nothing else is cut, and to look may be a request
            with suppress(OSError):
                self.delete_folder(self.place("parts", item, ""))

    @abstractmethod
    def partial(self, item: Item) -> Path:
        """Return where to write an item's output until it is whole, another place each time; it ends alike.

        Two may be at work on one item for a while: what a killed run has left behind, and the run after it.
        """

    @abstractmethod
    def put(self, file: Path, place: AnyPath) -> None:
        """Move a file from where `partial` said to its place."""

    @abstractmethod
    def write(self, data: bytes, place: AnyPath) -> None:
        """Write something small to its place, whole."""

    @abstractmethod
    def delete_folder(self, place: AnyPath) -> None:
        """Delete a folder of files, which may be missing."""

    @abstractmethod
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
            A file of what was refused, which `Records.refused` then gives; None if nothing was.

        Raises
        ------
        OSError
            Something cannot be written.
        """

    def _keep_refused(self, item: Item, refused: Path | None) -> None:
        place = self.place("refused", item, ".jsonl")
        if refused is not None:
            self.put(refused, place)
        else:
            place.unlink(missing_ok=True)

    def _write_record(self, item: Item, record: Record) -> None:
        known = {"name": os.fsencode(item.name).decode(errors="replace"), **asdict(record)}
        self.write(json.dumps(known).encode(), self.place("records", item, ".json"))


def key_of(item: Item) -> str:
    """Return what tells an item from others, in a fixed number of letters."""
    return hashlib.sha256(os.fsencode(item.name)).hexdigest()[:40]
