import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from commands.killing import outputs

TEXT = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday, she added.\n"
KILLS = 5

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("corpus")]

# In a process of its own, for it forks.
KILLER = """
import sys
from commands.killing import kill_until
kills, model = int(sys.argv[1]), sys.argv[2]
print(*kill_until(kills, lambda name: ["predict", "in", "--output", f"{name}/", "--model", model]))
"""


@pytest.fixture
def corpus(tmp_path):
    """Files small and large, and one with something wrong."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for number in range(12):
        (tmp_path / "in" / f"{number}.txt").write_text(TEXT * (number + 1), encoding="utf-8")
        lines = [json.dumps({"id": f"{number}-{article}", "text": TEXT}) for article in range(50 * number)]
        (tmp_path / "in" / "deep" / f"{number}.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    return tmp_path / "in"


def ends(process):
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def command(model, folder, *arguments):
    named = ["predict", "in", "--output", f"{folder}/", "--model", model, *arguments]
    return [sys.executable, "-m", "corestory", *map(str, named)]


def test_killed_at_random_moments_and_run_again_it_ends_with_the_same_bytes(model, tmp_path, environment):
    options = {"cwd": tmp_path, "env": environment | {"OMP_NUM_THREADS": "1"}, "capture_output": True, "text": True}
    killer = [sys.executable, "-c", KILLER, str(KILLS), str(model)]
    done = subprocess.run(killer, check=True, timeout=120, **options)
    runs, killed = map(int, done.stdout.split())
    assert killed >= KILLS
    expected = outputs(tmp_path / "whole")
    assert len(expected) == 12 + 11 + 12, "a text and a table each, but for the table that has no article; refusals"
    for number in range(1, runs + 1):
        assert outputs(tmp_path / f"out{number}") == expected


def test_killed_with_its_workers_at_work_it_goes_on_and_they_end(model, tmp_path, environment):
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command(model, "out", "--jobs", "2"), **options) as process:
        records = tmp_path / "out" / ".corestory" / "records"
        until = time.monotonic() + 30
        while not any(records.rglob("*.json")) and time.monotonic() < until:
            time.sleep(0.005)
        partial = list((tmp_path / "out" / ".corestory" / "partial").iterdir())
        process.kill()
    # Outputs and records under way are named after the process that writes them.
    for worker in {int(path.name.split(".")[1]) for path in partial}:
        assert ends(worker)
    done = subprocess.run(command(model, "out", "--jobs", "2"), check=False, **options)
    assert done.returncode == 1
    assert re.search(rb"^skipped: \d+ files? done already", done.stderr, re.MULTILINE)
    subprocess.run(command(model, "whole"), check=False, **options)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


def test_a_killed_worker_ends_the_run_in_one_line_and_the_next_run_goes_on(model, corpus, tmp_path, environment):
    options = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    (corpus / "large.jsonl").write_text(f"{json.dumps({'text': TEXT})}\n" * 4_000, encoding="utf-8")
    with subprocess.Popen(command(model, "out", "--jobs", "2"), **options) as process:
        worker = None
        until = time.monotonic() + 30
        while worker is None and time.monotonic() < until:
            time.sleep(0.01)
            for partial in tmp_path.glob("out/.corestory/partial/*.jsonl"):
                worker = int(partial.name.split(".")[1])
        os.kill(worker, signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    said = error.decode().splitlines()
    assert "a process was killed, perhaps for want of memory" in said[-1]
    assert not any("Traceback" in line for line in said)
    done = subprocess.run(command(model, "out"), check=False, **options)
    assert done.returncode == 1
    assert (tmp_path / "out" / "large.jsonl").exists()


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interruption_ends_it_with_a_word_and_leaves_nothing_half_written(
    model, corpus, tmp_path, environment, jobs
):
    (corpus / "large.jsonl").write_text(f"{json.dumps({'text': TEXT})}\n" * 20_000, encoding="utf-8")
    options = {"cwd": tmp_path, "env": environment, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command(model, "out", "--jobs", jobs, "--rejects", "r.jsonl"), **options) as process:
        until = time.monotonic() + 30
        while not any(tmp_path.glob("out/.corestory/partial/*.jsonl")) and time.monotonic() < until:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, b"interrupted; run the same command again to go on\n")
    assert not (tmp_path / "out" / "large.jsonl").exists()
    assert not (tmp_path / "out" / ".corestory" / "partial").exists()
