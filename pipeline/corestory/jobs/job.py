"""A job: the settings that every file of a folder run shares, its tasks, and the outcome of each file.

A task is some small files, one file, one part of a large file, or the joining of a file's parts.
"""

from __future__ import annotations

import errno
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import CorestoryError, InputError, ModelError, OutputError, reason_of
from corestory.jobs.items import Fingerprint, Item
from corestory.model.tagged_article import Counts
from corestory.output.formats import EVERY_PARAGRAPH, STORIES, RowChoice, RowFormat, StoryFormat
from corestory.reading.text import storable
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from corestory.model.rules import Rules
    from corestory.reading.fields import ReadingOptions


@dataclass(frozen=True, slots=True)
class Job:
    """The settings that every file of a folder run shares.

    Attributes
    ----------
    model
        The model's folder.
    model_sha256
        Hash of the model's manifest, which holds the hash of its weights.
    version
        The version of corestory.
    folder
        The output folder.
    form
        The format of the outputs.
    rows
        Which rows to write.
    threshold
        The least score of core; None for the model's own decision.
    rules
        The user's rules, which overrule the model.
    memory
        The file of the site memory; None without one.
    memory_sha256
        The hash of this file; empty without one.
    reading
        The user's statements about the inputs; None if there are none.
    """

    model: Path
    model_sha256: str
    version: str
    folder: AnyPath
    form: RowFormat | StoryFormat
    rows: RowChoice = EVERY_PARAGRAPH
    threshold: float | None = None
    rules: Rules | None = None
    memory: AnyPath | None = None
    memory_sha256: str = ""
    reading: ReadingOptions | None = None

    @property
    def with_kinds(self) -> bool:
        """Whether articles are tagged with kinds: the user wants them, or the format needs them for headings."""
        return self.rows.kinds is not None or self.form in STORIES

    def made_by(self, item: Item) -> str:
        """Return a hash of everything that determines an output, except the content of its source.

        The name of the source is included, because it is the article's id in the output.
        """
        rows, parts = self.rows, (self.rules, self.rows.kinds, self.reading)
        settings = (
            self.model_sha256, self.version, self.form, rows.only, self.threshold, rows.keep, self.memory_sha256,
            rows.unit, [None if part is None else asdict(part) for part in parts], storable(str(item.source)),
        )  # fmt: skip
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PartPlan:
    """The parts of a large file.

    Attributes
    ----------
    cuts
        The boundaries of the parts, as in `corestory.reading.parts.part_cuts`.
    state
        The state of the file when it was planned. It has no hash, so that no process reads the whole file first.
    """

    cuts: tuple[int, ...]
    state: Fingerprint

    @property
    def parts(self) -> int:
        """The number of parts."""
        return len(self.cuts) - 1


@dataclass(frozen=True, slots=True)
class Task:
    """The unit of work of one process.

    Attributes
    ----------
    items
        The files: one file, or several small ones that hold one article each.
    plan
        The parts of a single large file; None for files that are not divided.
    part
        The part to tag, from 0; None to join the parts.
    """

    items: tuple[Item, ...]
    plan: PartPlan | None = None
    part: int | None = None

    def split(self) -> list[Task]:
        """Return a task for each of its files."""
        return [Task((item,)) for item in self.items] if len(self.items) > 1 else [self]


def model_sha256(folder: Path) -> str:
    """Return the hash that identifies a model: the hash of its manifest, which holds the hash of its weights.

    Raises
    ------
    OSError
        There is no manifest. Loading the model gives the full message.
    """
    from corestory.model.storage import MANIFEST_NAME

    return hashlib.sha256((folder / MANIFEST_NAME).read_bytes()).hexdigest()


# The most refusals and notes of a file that are part of its outcome. The ledger holds all refusals.
REFUSALS_LISTED = 20
NOTES_LISTED = 5

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one file.

    Attributes
    ----------
    item
        The file.
    counts
        The counts of its articles, paragraphs and refusals.
    refusals
        The first refusals, as `refusal_line` writes them.
    failure
        The reason why nothing was recorded, so that the next run tries again; empty after success.
    notes
        The first notes of the reader, such as how many characters it replaced.
    """

    item: Item
    counts: Counts
    refusals: tuple[str, ...] = ()
    failure: str = ""
    notes: tuple[str, ...] = ()


def failed(item: Item, reason: str | InputError) -> Outcome:
    """Make the outcome of a file that failed for a reason that may not hold in the next run."""
    error = reason if isinstance(reason, InputError) else InputError(reason, where=item.where)
    return Outcome(item, Counts(refused=1), (refusal_line(error),), str(error))


def outcome_of(error: Exception, item: Item, job: Job) -> Outcome:
    """Make the outcome of a file from the exception that its tagging raised, so that one bad file does not end a run.

    Raises
    ------
    OutputError
        The disk is full, which would fail every file.
    ModelError
        The model cannot be used, which would fail every file.
    """
    if isinstance(error, ModelError):
        raise error
    if isinstance(error, InputError):
        return failed(item, error)
    if isinstance(error, OSError | OutputError):
        cause = error.__cause__ if isinstance(error, OutputError) else error
        if isinstance(cause, OSError) and cause.errno in _FULL:
            raise OutputError(
                "the disk is full",
                where=str(job.folder),
                hint="Free some space, and run the command again to continue.",
            ) from error
        return failed(
            item, f"its output cannot be written ({reason_of(cause if isinstance(cause, OSError) else error)})"
        )
    if isinstance(error, MemoryError):
        return failed(item, "not enough memory")
    return failed(item, f"failed with {type(error).__name__}: {error}")


def refusal_line(error: CorestoryError) -> str:
    """Write an error as one line of JSON with ``where`` and ``reason``.

    Examples
    --------
    >>> refusal_line(InputError("is empty", where="a.csv", expected="rows"))
    '{"where": "a.csv", "reason": "is empty; expected rows"}'
    """
    return json.dumps({"where": storable(error.where), "reason": storable(str(error.at("")))}, ensure_ascii=False)


def refusal_of_line(line: str) -> InputError:
    """Read an error from a line that `refusal_line` wrote.

    Examples
    --------
    >>> print(refusal_of_line(refusal_line(InputError("is empty", where="a.csv", expected="rows"))))
    a.csv: is empty; expected rows
    """
    row = json.loads(line)
    return InputError(row["reason"], where=row["where"])
