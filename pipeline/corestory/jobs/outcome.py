"""What became of one file, well or not."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from corestory.errors import InputError, ModelError, OutputError, reason_of
from corestory.jobs.items import Item
from corestory.jobs.job import Job
from corestory.jobs.records import Counts
from corestory.jobs.refusals import refusal_line
from corestory.reading.text import storable

# Of what a file's refusals say, so many go back to the person; the ledger has them all.
REFUSALS_TOLD = 20

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    item
        Which.
    counts
        What was in it.
    refusals
        The first lines of what was refused, as `refusal_line` writes them.
    failure
        Why nothing was recorded, so that the next run tries again; empty where all went well.
    """

    item: Item
    counts: Counts
    refusals: tuple[str, ...] = ()
    failure: str = ""


def failed(item: Item, reason: str) -> Outcome:
    """Make the outcome of a file of which nothing came, for a reason that may not hold the next time."""
    error = InputError(reason, where=storable(item.source.as_posix()))
    return Outcome(item, Counts(refused=1), (refusal_line(error),), str(error))


def outcome_of(error: Exception, item: Item, job: Job) -> Outcome:
    """Make the outcome of a file of what its tagging raised: one odd file must not end a night's work.

    Raises
    ------
    OutputError
        There is no room, which would be so for every file.
    ModelError
        The model cannot be used, which would be too.
    """
    if isinstance(error, ModelError):
        raise error
    if isinstance(error, InputError):
        return Outcome(item, Counts(refused=1), (refusal_line(error),), str(error))
    if isinstance(error, OSError | OutputError):
        reason = error.__cause__ if isinstance(error, OutputError) else error
        if isinstance(reason, OSError) and reason.errno in _FULL:
            raise OutputError(
                "there is no room on the disk", where=str(job.folder), mend="Make room and run it again to go on."
            ) from error
        said = reason_of(reason if isinstance(reason, OSError) else error)
        return failed(item, f"its output cannot be written ({said})")
    if isinstance(error, MemoryError):
        return failed(item, "not enough memory")
    return failed(item, f"failed with {type(error).__name__}: {error}")
