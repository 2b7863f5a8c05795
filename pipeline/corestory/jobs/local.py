"""Work in processes of this machine, a folder run among it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from threading import Thread, current_thread, main_thread
from typing import TypeVar

from corestory.errors import CorestoryError, InputError
from corestory.jobs.items import Item
from corestory.jobs.job import Job, Outcome
from corestory.jobs.tasks import PartTracker, Task, tasks_of
from corestory.jobs.work import work_on
from corestory.model.site_memory import SiteMemory
from corestory.reading.fields import ReadingOptions
from corestory.reading.sources import STANDARD_INPUT, read_articles, read_file
from corestory.remote import path_of

Given = TypeVar("Given")
Made = TypeVar("Made")


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


def in_processes(
    work: Callable[[Given], Made], tasks: Iterable[Given], *, jobs: int, where: str, in_order: bool = False
) -> Generator[Made, None, None]:
    """Do tasks in processes, which end if this process ends.

    Parameters
    ----------
    work
        Does a task; it must be importable.
    tasks
        The tasks; read as they are needed. The iterator must not raise.
    jobs
        Number of processes; -1 means one per core.
    where
        What is written, for the error.
    in_order
        Whether to yield in the order of the tasks, not in the order in which they are done.

    Yields
    ------
    Made
        The result of each task.

    Raises
    ------
    CorestoryError
        A process was killed.
    """
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    parent, folder = os.getpid(), _current_folder()
    with parallel_config(backend="loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=jobs, return_as="generator" if in_order else "generator_unordered")
        with _ignoring_interrupts():
            started = run(delayed(_call)(work, task, parent, folder) for task in tasks)
        with closing(started) as results:
            try:
                yield from results
            except BrokenProcessPool as error:
                raise CorestoryError(
                    "a process was killed, perhaps for want of memory",
                    where=where,
                    hint="Run it again to go on, with fewer --jobs if it happens again.",
                ) from error


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Start workers that ignore SIGINT. The terminal sends it to all processes; the parent stops the workers."""
    if current_thread() is not main_thread():  # only the main thread may set a signal handler
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _finished(tracker: PartTracker, task: Task, outcomes: list[Outcome], job: Job) -> list[Outcome]:
    final, following = tracker.add(task, outcomes)
    return final + (work_on(following, job) if following is not None else [])


def _current_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 -- a string, which is sent with every task
    except FileNotFoundError:  # deleted meanwhile; absolute paths still work
        return ""


def _call(work: Callable[[Given], Made], task: Given, parent: int, folder: str) -> Made:
    _end_with(parent)
    if folder:  # joblib reuses workers, which started in the folder of an earlier run
        os.chdir(folder)
    return work(task)


def _work_on(job: Job, task: Task) -> tuple[Task, list[Outcome]]:
    return task, work_on(task, job)


@cache
def _end_with(parent: int) -> None:
    """End this worker soon after its parent, which may be killed; otherwise the worker would wait for work forever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


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
