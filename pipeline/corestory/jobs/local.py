"""Work in processes of this machine, a folder run among it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from corestory.errors import InputError
from corestory.jobs.items import Item
from corestory.jobs.job import Job, Outcome
from corestory.jobs.tasks import PartTracker, Task, tasks_of
from corestory.jobs.work import work_on
from corestory.model.site_memory import SiteMemory
from corestory.processes import in_processes
from corestory.reading.fields import ReadingOptions
from corestory.reading.sources import STANDARD_INPUT, read_articles, read_file
from corestory.remote import path_of


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
        Called with the number of articles after each step, if this process does the work.

    Yields
    ------
    Outcome
        In the order in which the files are done.

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
    """What one file gave.

    Attributes
    ----------
    memory
        Its pages.
    articles, unknown
        How many it holds, and how many of them are of an unknown site, which are not remembered.
    refusals, notes
        What could not be read, and what a person should know.
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
        What the user says of the inputs.
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
