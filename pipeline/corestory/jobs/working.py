"""Tasks done, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corestory.jobs.job import Job
from corestory.jobs.outcome import Outcome, failed
from corestory.jobs.parts import join_parts, tag_part
from corestory.jobs.tagging import tag_files
from corestory.jobs.tasks import Task


def work_on(task: Task, job: Job, *, count: Callable[[int], None] | None = None) -> list[Outcome]:
    """Do a task.

    Parameters
    ----------
    task, job
        What, and how.
    count
        Is told of articles as they are tagged.

    Raises
    ------
    OutputError, ModelError
        What would be so for every file.
    """
    if task.cut is None:
        return tag_files(task.items, job, count=count)
    (item,) = task.items
    if task.part is None:
        return [join_parts(item, task.cut, job)]
    return [tag_part(item, task.cut, task.part, job, count=count)]


class Pending:
    """Knows which parts of which files are done.

    Examples
    --------
    >>> from pathlib import Path
    >>> from corestory.jobs.fingerprint import Fingerprint
    >>> from corestory.jobs.items import Item
    >>> from corestory.jobs.records import Counts
    >>> from corestory.jobs.tasks import Cut
    >>> item, cut = Item(Path("a.parquet"), "a.parquet.jsonl"), Cut((0, 4, 8), Fingerprint(1, 1, ""))
    >>> pending = Pending()
    >>> [pending.hear(Task((item,), cut, part), [Outcome(item, Counts())])[1] for part in (1, 0)]
    [None, Task(items=(Item(source=PosixPath('a.parquet'), name='a.parquet.jsonl'),), cut=Cut(groups=(0, 4, 8), \
state=Fingerprint(bytes=1, modified=1, sha256='', mark='')), part=None)]
    """

    def __init__(self) -> None:
        self._parts: dict[str, list[Outcome]] = {}

    def hear(self, task: Task, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], Task | None]:
        """Take note of what became of a task; return what is to be told, and the task that follows, if one does."""
        if task.cut is None or task.part is None:
            return list(outcomes), None
        (item,) = task.items
        heard = self._parts.setdefault(item.name, [])
        heard += outcomes
        if len(heard) < task.cut.parts:
            return [], None
        del self._parts[item.name]
        for outcome in heard:
            if outcome.failure:  # the other parts stay, and are not done again
                return [outcome], None
        return [], Task(task.items, task.cut)


def failed_task(task: Task, reason: str) -> list[Outcome]:
    """Make the outcomes of a task of which nothing came."""
    return [failed(item, reason) for item in task.items]
