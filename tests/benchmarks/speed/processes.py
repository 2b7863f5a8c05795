"""Whole processes: one article at the command line, growing tables, two processes against one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from .contest import Page

IMPORTS = "import numpy, typer"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process took: seconds by the clock, seconds of the processor, and peak memory in MB."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Grown:
    """A table of so many paragraphs, tagged."""

    paragraphs: int
    ran: Ran


# A process starts with the peak memory of the one that starts it; this one is small.
LAUNCHER = """
import json, os, sys, time
began = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
taken = time.monotonic() - began
print(json.dumps([os.waitstatus_to_exitcode(status), taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def run(arguments: Sequence[str], *, codes: Collection[int] = (0,)) -> Ran:
    """Run a Python process to its end, with one of some exit codes, and see what it took."""
    command = [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    # An installed package is compiled once; here the first of several runs does that, unless it is told not to.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    code, *taken = json.loads(done.stdout.splitlines()[-1])
    if code not in codes:
        raise subprocess.CalledProcessError(code, list(arguments), done.stdout, done.stderr)
    return Ran(*taken)


def one_article(article: Path, model: Path, *, times: int = 7) -> tuple[Ran, Ran]:
    """Tag one article, against the imports that nothing gets around; in turns, the best of each."""
    command = ["-m", "corestory", "predict", str(article), "--only", "core", "--model", str(model)]
    turns = [(run(["-c", IMPORTS]), run(command)) for _ in range(times)]
    imports, ours = (min(column, key=lambda ran: ran.processor) for column in zip(*turns, strict=True))
    return imports, ours


def growth(pages: Sequence[Page], model: Path, sizes: Sequence[int], *, work: Path) -> list[Grown]:
    """Tag JSON Lines of so many paragraphs, the pages' articles over and over."""
    grown = []
    for size in sizes:
        source, output = work / f"{size}.jsonl", work / f"{size}.out.jsonl"
        count = _write(source, pages, size)
        ran = run(
            ["-m", "corestory", "predict", str(source), "--output", str(output), "--model", str(model), "--force"]
        )
        grown.append(Grown(count, ran))
        source.unlink()
        output.unlink()
    return grown


def shared(pages: Sequence[Page], model: Path, *, work: Path, paragraphs: int) -> tuple[Ran, Ran]:
    """Tag a folder of eight files with one process, and with two."""
    (work / "in").mkdir(parents=True, exist_ok=True)
    for number in range(8):
        _write(work / "in" / f"{number}.jsonl", pages, paragraphs // 8)
    command = ["-m", "corestory", "predict", str(work / "in"), "--model", str(model), "--force", "--output"]
    one, two = (run([*command, f"{work}/{jobs}/", "--jobs", str(jobs)]) for jobs in (1, 2))
    return one, two


def _write(path: Path, pages: Sequence[Page], paragraphs: int) -> int:
    """Write articles until there are so many paragraphs; return how many there are."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for number, page in enumerate(islice(cycle(pages), 10**9)):
            lines = page.text.split("\n")[: paragraphs - written]
            file.write(f"{json.dumps({'id': str(number), 'paragraphs': lines}, ensure_ascii=False)}\n")
            written += len(lines)
            if written >= paragraphs:
                return written
    return written
