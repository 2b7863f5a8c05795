import os
import signal

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
