"""The files of a corpus over the processes of one machine."""

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
from corestory.jobs.tasks import Task, tasks_of
from corestory.jobs.working import Pending, work_on


def run_here(
    items: Iterable[Item], job: Job, *, jobs: int = 1, count: Callable[[int], None] | None = None
) -> Generator[Outcome, None, None]:
    """Tag files, a task at a time in one process; the parts of a large one are joined in this.

    Parameters
    ----------
    items
        Read as they are needed. It must not raise.
    job
        How.
    jobs
        Processes; -1 is one a core. 1 is this one.
    count
        Is told of articles as they are tagged, if there is one process.

    Yields
    ------
    Outcome
        As they come.

    Raises
    ------
    CorestoryError
        A process was killed.
    """
    pending = Pending()
    if jobs == 1:
        for task in tasks_of(items):
            yield from _told(pending, task, work_on(task, job, count=count), job)
        return

    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    parent = os.getpid()
    with parallel_config(backend="loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=jobs, return_as="generator_unordered")
        with _deaf():
            started = run(delayed(_work_on)(task, job, parent) for task in tasks_of(items))
        with closing(started) as outcomes:
            try:
                for task, found in outcomes:
                    yield from _told(pending, task, found, job)
            except BrokenProcessPool as error:
                raise CorestoryError(
                    "a process was killed, perhaps for want of memory",
                    where=str(job.folder),
                    mend="Run it again to go on, with fewer --jobs if it happens again.",
                ) from error


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C, which is said to all at once: this one hears it, and ends the others."""
    if current_thread() is not main_thread():  # nobody else may say what becomes of a signal
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _told(pending: Pending, task: Task, outcomes: list[Outcome], job: Job) -> list[Outcome]:
    told, following = pending.hear(task, outcomes)
    return told + (work_on(following, job) if following is not None else [])


def _work_on(task: Task, job: Job, parent: int) -> tuple[Task, list[Outcome]]:
    _end_with(parent)
    return task, work_on(task, job)


@cache
def _end_with(parent: int) -> None:
    """End this process soon after the one that it works for, which may be killed; by itself it would wait for work."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
