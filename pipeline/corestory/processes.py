"""Work in processes of this machine: few tasks and results are in memory at a time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, nullcontext
from itertools import chain, islice
from threading import Thread, current_thread, main_thread
from typing import TypeVar

from corestory.errors import CorestoryError

Given = TypeVar("Given")
Made = TypeVar("Made")

# The number of tasks of each process that are sent or done at a time.
TASKS_AHEAD = 2
# The processes share the cores, so each computes with one thread.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


def in_processes(
    work: Callable[[Given], Made],
    tasks: Iterable[Given],
    *,
    jobs: int,
    where: str = "",
    in_order: bool = False,
    begin: Callable[[], None] | None = None,
) -> Generator[Made, None, None]:
    """Do tasks in processes, which end if this process ends.

    Parameters
    ----------
    work
        The function that does a task; it must be importable.
    tasks
        The tasks. They are read in the caller's thread, at most `TASKS_AHEAD` per process ahead of the results taken.
    jobs
        The number of processes, but at most one per task; -1 for one per core.
    where
        The name of the output, for the error.
    in_order
        Whether to yield in the order of the tasks, not in the order in which they are done.
    begin
        Called once in each process before its first task, to load large data that the tasks share.

    Yields
    ------
    Made
        The result of each task.

    Raises
    ------
    CorestoryError
        A process was killed.
    """
    from joblib import cpu_count
    from joblib.externals.loky.process_executor import BrokenProcessPool, ProcessPoolExecutor

    coming = iter(tasks)
    first = list(islice(coming, cpu_count() if jobs == -1 else jobs))
    if not first:
        return
    count = len(first)
    executor = ProcessPoolExecutor(count, initializer=_begin, initargs=(os.getpid(), begin), env=_ONE_THREAD)
    pending: list[Future[Made]] = []
    started = 0
    try:
        for task in chain(first, coming):
            with _delaying_interrupts() if started < count else nullcontext():
                pending.append(executor.submit(work, task))
            started += 1
            if len(pending) >= TASKS_AHEAD * count:
                yield _taken(pending, in_order=in_order)
        while pending:
            yield _taken(pending, in_order=in_order)
    except BrokenProcessPool as error:
        raise CorestoryError(
            "a process was killed, perhaps because memory was short",
            where=where,
            hint="To continue, run the command again; if it happens again, with fewer --jobs.",
        ) from error
    finally:
        executor.shutdown(kill_workers=bool(pending))  # pending results have no reader


def _taken(pending: list[Future[Made]], *, in_order: bool) -> Made:
    """Wait for a result, and take its task from the list."""
    first = pending[0] if in_order else next(iter(wait(pending, return_when=FIRST_COMPLETED).done))
    result = first.result()
    pending.remove(first)
    return result


@contextmanager
def _delaying_interrupts() -> Iterator[None]:
    """Start workers that never get SIGINT, and receive it afterwards: the terminal sends it to all processes."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # Workers inherit the blocked signals. If SIGINT were ignored instead, a Ctrl-C at this moment would be lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    # Another thread may take the signal. Then the main thread would raise KeyboardInterrupt while it starts a worker.
    taken: list[int] = []
    handler = signal.getsignal(signal.SIGINT) if current_thread() is main_thread() else None
    if handler is not None:
        signal.signal(signal.SIGINT, lambda number, _: taken.append(number))
    try:
        yield
    finally:
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if taken:
            signal.raise_signal(signal.SIGINT)


def _begin(parent: int, begin: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    if begin is not None:
        begin()


def _end_with(parent: int) -> None:
    """End this worker soon after its parent ends, also by a kill; otherwise it would wait for work forever."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
