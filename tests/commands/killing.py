"""Runs of the command in processes that are killed at a random moment, until so many were killed at work.

They are forked from one that has run the command twice, for else most would be killed while they start.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import corestory.commands.app


def outputs(folder: Path) -> dict[str, bytes]:
    """Return the files of an output folder that must not depend on when a run was killed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[:2] != (".corestory", "records") and path.name != "lock"
    }


def killed_and_run_again(
    kills: int,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    before: str = "",
    place: str = "",
) -> int:
    """Run `kill_until` on predict in a process of its own, for it forks; return the number of runs.

    Parameters
    ----------
    kills
        How many processes are to be killed at least.
    arguments
        Those of predict, but for the output, a folder of the run's name.
    folder, environment
        Where, and in which environment.
    before
        Statements before the runs.
    place
        What stands before the name of the output.
    """
    code = (
        f"from commands.killing import kill_until\nfrom corestory.reading import parts\n{before}\n"
        f"print(*kill_until({kills}, lambda name: ['predict', *{arguments}, '--output', f'{place}{{name}}/']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True, cwd=folder,
        env={**environment, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    runs, killed = map(int, done.stdout.split())
    assert killed >= kills
    return runs


def kill_until(kills: int, arguments: Callable[[str], Sequence[str]]) -> tuple[int, int]:
    """Run the command for the names ``first``, ``whole``, and ``out1`` on, each until it is done.

    Parameters
    ----------
    kills
        How many processes are to be killed at least.
    arguments
        What to run for a name.

    Returns
    -------
    runs, killed : int
    """
    rng = random.Random(7)

    def run(name: str) -> float:
        sys.argv = ["corestory", *arguments(name)]
        began = time.monotonic()
        with suppress(SystemExit):
            corestory.commands.app.main()
        return time.monotonic() - began

    def is_killed(name: str) -> bool:
        child = os.fork()
        if not child:
            run(name)
            os._exit(0)
        time.sleep(rng.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    run("first")
    whole = run("whole")
    killed = runs = 0
    while killed < kills:
        runs += 1
        while is_killed(f"out{runs}"):
            killed += 1
    return runs, killed
