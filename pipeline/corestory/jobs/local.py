"""A folder run in processes of this machine."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from threading import Thread, current_thread, main_thread

from corestory.errors import CorestoryError
from corestory.jobs.items import Item
from corestory.jobs.job import Job
from corestory.jobs.outcome import Outcome
from corestory.jobs.tasks import PartTracker, Task, tasks_of
from corestory.jobs.work import work_on


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

    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    parent, folder = os.getpid(), _current_folder()
    with parallel_config(backend="loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=jobs, return_as="generator_unordered")
        with _ignoring_interrupts():
            started = run(delayed(_work_on)(task, job, parent, folder) for task in tasks_of(items))
        with closing(started) as outcomes:
            try:
                for task, found in outcomes:
                    yield from _finished(tracker, task, found, job)
            except BrokenProcessPool as error:
                raise CorestoryError(
                    "a process was killed, perhaps for want of memory",
                    where=str(job.folder),
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


def _work_on(task: Task, job: Job, parent: int, folder: str) -> tuple[Task, list[Outcome]]:
    _end_with(parent)
    if folder:  # joblib reuses workers, which started in the folder of an earlier run
        os.chdir(folder)
    return task, work_on(task, job)


@cache
def _end_with(parent: int) -> None:
    """End this worker soon after its parent, which may be killed; otherwise the worker would wait for work forever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
