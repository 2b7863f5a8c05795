import os
import signal
from threading import Event, Thread

import joblib.externals.loky.process_executor as executors
import pytest

from corestory.processes import in_processes


@pytest.mark.parametrize(("tasks", "jobs", "expected"), [(["a"], 8, [1]), (["a", "b", "c"], 2, [2]), ([], 4, [])])
def test_no_more_processes_are_started_than_there_are_tasks(monkeypatch, tasks, jobs, expected):
    started = []

    class Counting(executors.ProcessPoolExecutor):
        def __init__(self, count, **options):
            started.append(count)
            super().__init__(count, **options)

    monkeypatch.setattr(executors, "ProcessPoolExecutor", Counting)
    assert list(in_processes(str.upper, iter(tasks), jobs=jobs, in_order=True)) == [task.upper() for task in tasks]
    assert started == expected


def test_an_interruption_while_processes_start_is_not_lost(monkeypatch):
    submit = executors.ProcessPoolExecutor.submit

    def interrupted(self, *arguments):
        os.kill(os.getpid(), signal.SIGINT)
        return submit(self, *arguments)

    monkeypatch.setattr(executors.ProcessPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(in_processes(abs, [-1, -2], jobs=2))


def test_an_interruption_that_another_thread_takes_waits_until_a_process_has_started(monkeypatch):
    submit, started, over = executors.ProcessPoolExecutor.submit, [], Event()

    def interrupted(self, *arguments):
        os.kill(os.getpid(), signal.SIGINT)
        started.append(submit(self, *arguments))
        return started[-1]

    monkeypatch.setattr(executors.ProcessPoolExecutor, "submit", interrupted)
    other = Thread(target=over.wait)
    other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            list(in_processes(abs, [-1, -2], jobs=2))
    finally:
        over.set()
        other.join()
    assert len(started) == 1
