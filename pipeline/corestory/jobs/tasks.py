"""Divides files into tasks, the units of work of one process, and runs them on this machine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from corestory.errors import InputError
from corestory.jobs.items import Item, size_of, state_of
from corestory.jobs.job import Job, Outcome, PartPlan, Task
from corestory.jobs.work import work_on
from corestory.model.site_memory import SiteMemory
from corestory.processes import in_processes
from corestory.reading import parts
from corestory.reading.fields import ReadingOptions
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.sources import STANDARD_INPUT, read_articles, read_file
from corestory.remote import AnyPath, RemotePath, path_of

# The most files of one article in a task, and their most bytes: enough to be fast, and not too many to repeat if a
# process dies. The bytes only keep tasks about equal; `corestory.jobs.work.tag_files` bounds the memory.
TOGETHER = 128
TOGETHER_BYTES = 2**23


def tasks_of(items: Iterable[Item]) -> Iterator[Task]:
    """Make tasks of files: small files share a task, large files are cut into parts that are joined later.

    Parameters
    ----------
    items
        The files; read as they are needed.

    Yields
    ------
    Task
        The parts of a file in order. The first tasks have few files, so that every process soon has work.

    Examples
    --------
    >>> from pathlib import Path
    >>> items = [Item(Path("in", f"{number}.txt"), f"{number}.txt.jsonl") for number in range(9)]
    >>> [len(task.items) for task in tasks_of(items)]
    [1, 2, 4, 2]
    """
    together: list[Item] = []
    most, size = 1, 0
    for item in items:
        if kind_by_name(item.source) in ("text", "html"):
            # Requesting the size of each remote file would take longer than the better balance saves.
            item_size = 0 if isinstance(item.source, RemotePath) else size_of(item.source)
            if together and (len(together) >= most or size + item_size > TOGETHER_BYTES):
                yield Task(tuple(together))
                together, size, most = [], 0, min(2 * most, TOGETHER)
            together.append(item)
            size += item_size
        else:
            yield from _of_table(item)
    if together:
        yield Task(tuple(together))


def _of_table(item: Item) -> Iterator[Task]:
    plan = _plan(item.source)
    if plan is None:
        yield Task((item,))
        return
    for part in range(plan.parts):
        yield Task((item,), plan, part)


def _plan(path: AnyPath) -> PartPlan | None:
    if not parts.has_parts(path) or size_of(path) <= parts.PART_BYTES:
        return None
    try:
        state = state_of(path)
    except OSError:
        return None
    if isinstance(path, RemotePath) and not state.mark:
        return None  # without a mark, a change of the file between two parts or two runs would go unnoticed
    cuts = parts.part_cuts(path)
    return PartPlan(cuts, state) if cuts else None


class PartTracker:
    """Collects the outcomes of parts until all parts of a file are done.

    Examples
    --------
    >>> from pathlib import Path
    >>> from corestory.jobs.items import Fingerprint
    >>> from corestory.model.tagged_article import Counts
    >>> item, plan = Item(Path("a.parquet"), "a.parquet.jsonl"), PartPlan((0, 4, 8), Fingerprint(1, 1, ""))
    >>> tracker = PartTracker()
    >>> following = [tracker.add(Task((item,), plan, part), [Outcome(item, Counts())])[1] for part in (1, 0)]
    >>> following == [[], [Task((item,), plan)]]
    True
    """

    def __init__(self) -> None:
        self._parts: dict[str, list[Outcome]] = {}

    def add(self, task: Task, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Task]]:
        """Add the outcomes of a task; return the final outcomes, and the joining task when all parts are done."""
        if task.plan is None or task.part is None:
            return list(outcomes), []
        (item,) = task.items
        added = self._parts.setdefault(item.name, [])
        added += outcomes
        if len(added) < task.plan.parts:
            return [], []
        del self._parts[item.name]
        for outcome in added:
            if outcome.failure:  # the other parts stay for the next run
                return [outcome], []
        return [], [Task(task.items, task.plan)]


def run_here(
    items: Iterable[Item], job: Job, *, jobs: int = 1, count: Callable[[int], None] | None = None
) -> Generator[Outcome, None, None]:
    """Tag files: each process does one task at a time, and this process joins the parts of large files.

    Parameters
    ----------
    items
        The files; read as they are needed. The iterator must not raise.
    job
        The settings.
    jobs
        Number of processes; -1 means one per core, 1 means this process.
    count
        Called with the number of new articles after each step, if this process does the work.

    Yields
    ------
    Outcome
        In the order in which the files are finished.

    Raises
    ------
    CorestoryError
        A process was killed.
    """
    tracker = PartTracker()
    if jobs == 1:
        for task in tasks_of(items):
            yield from _finished(tracker, task, work_on(task, job, count=count), job)
        return

    with closing(in_processes(partial(_work_on, job), tasks_of(items), jobs=jobs, where=str(job.folder))) as outcomes:
        for task, found in outcomes:
            yield from _finished(tracker, task, found, job)


def _finished(tracker: PartTracker, task: Task, outcomes: list[Outcome], job: Job) -> list[Outcome]:
    final, following = tracker.add(task, outcomes)
    return final + [outcome for joining in following for outcome in work_on(joining, job)]


def _work_on(job: Job, task: Task) -> tuple[Task, list[Outcome]]:
    return task, work_on(task, job)


@dataclass(slots=True)
class RememberedFile:
    """The pages that were read from one file.

    Attributes
    ----------
    memory
        The pages of the file.
    articles, unknown
        The number of articles in the file, and the number of those of unknown sites, which are not remembered.
    refusals, notes
        The errors about inputs that cannot be read, and notes for the user.
    """

    memory: SiteMemory = field(default_factory=SiteMemory)
    articles: int = 0
    unknown: int = 0
    refusals: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def remember_files(
    names: Iterable[str], *, jobs: int, options: ReadingOptions | None = None
) -> Iterator[RememberedFile]:
    """Remember the pages of files in their order.

    Parameters
    ----------
    names
        The files, or ``-`` for the standard input, which only one process can read.
    jobs
        Number of processes; -1 means one per core, 1 means this process.
    options
        The user's statements about the inputs.
    """
    remember = partial(remember_file, options=options)
    if jobs == 1:
        return map(remember, names)
    return in_processes(remember, names, jobs=jobs, where="remember", in_order=True)


def remember_file(name: str, *, options: ReadingOptions | None = None) -> RememberedFile:
    """Remember the pages of one file."""
    found = RememberedFile()
    refuse, note = found.refusals.append, found.notes.append
    if name == STANDARD_INPUT:
        articles = read_articles([name], refuse=refuse, note=note, options=options)
    else:
        articles = read_file(path_of(name), refuse=refuse, note=note, options=options)
    for article in articles:
        found.articles += 1
        found.unknown += not found.memory.add(article)
    return found
