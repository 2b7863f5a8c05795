"""The service stops without losing a request, and leaves no process behind."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from web.services import ROOT, running, wait_until

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
pytestmark = pytest.mark.slow

STORY = (ROOT / "data/demo/article.txt").read_bytes()


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_requests_in_flight_are_answered_after_sigterm_and_the_exit_code_is_0() -> None:
    with running(folder=ROOT) as service, ThreadPoolExecutor(3) as threads:
        workers = service.workers
        with service.held():
            asked = [threads.submit(service.post, "/core", STORY)]
            wait_until(lambda: service.metric("corestory_batch_requests_count") == 1)
            asked += [threads.submit(service.post, "/core", STORY) for _ in range(2)]
            wait_until(lambda: service.metric("corestory_waiting_requests") == 2)
            # As a terminal or a service manager does: to all processes.
            for pid in (service.process.pid, *workers):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.5)
            assert service.process.poll() is None
        assert [one.result()[0] for one in asked] == [200] * 3
        assert service.process.wait(30) == 0
        service.join()
        assert all(is_gone(pid) for pid in workers)
        assert [line["status"] for line in service.log() if line["path"] == "/core"] == [200] * 3


def test_a_worker_that_is_just_being_replaced_does_not_hold_up_the_stop() -> None:
    with running(folder=ROOT) as service, ThreadPoolExecutor(1) as threads:
        service.post("/core", STORY)
        os.kill(service.workers[0], signal.SIGKILL)
        asked = threads.submit(service.post, "/core", STORY)
        wait_until(lambda: service.metric("corestory_worker_restarts_total") == 1)
        for _ in range(10):
            for pid in (service.process.pid, *service.workers):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.05)
        assert asked.result()[0] == 200
        assert service.process.wait(30) == 0


def test_workers_end_when_the_service_is_killed() -> None:
    with running(folder=ROOT) as service:
        workers = service.workers
        assert not any(is_gone(pid) for pid in workers)
        service.process.kill()
        wait_until(lambda: all(is_gone(pid) for pid in workers))
        assert service.process.wait(30) == -signal.SIGKILL


def test_a_signal_that_is_repeated_until_the_end_does_not_make_the_stop_a_failure() -> None:
    with running(folder=ROOT) as service:
        while service.process.poll() is None:
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
        assert service.process.returncode == 0
