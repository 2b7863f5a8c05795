"""Whole processes: one article on the command line, growing tables, and two processes compared with one."""

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
    """The cost of a process: wall-clock seconds, processor seconds, and peak memory in MB."""

    seconds: float
    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Grown:
    """The tagging of a table with some number of paragraphs."""

    paragraphs: int
    ran: Ran


# A process inherits the peak memory of its parent, so a small process starts it.
LAUNCHER = """
import json, os, sys, time
began = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
taken = time.monotonic() - began
print(json.dumps([os.waitstatus_to_exitcode(status), taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


def run(arguments: Sequence[str], *, codes: Collection[int] = (0,)) -> Ran:
    """Run a Python process to its end, check its exit code, and measure its cost."""
    command = [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    # Let the first of several runs write the compiled modules, which an installed package has, too.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    code, *taken = json.loads(done.stdout.splitlines()[-1])
    if code not in codes:
        raise subprocess.CalledProcessError(code, list(arguments), done.stdout, done.stderr)
    return Ran(*taken)


def one_article(article: Path, model: Path, *, times: int = 7) -> tuple[Ran, Ran]:
    """Measure the imports that are always needed and the tagging of one article, in turns; the best of each counts."""
    command = ["-m", "corestory", "predict", str(article), "--only", "core", "--model", str(model)]
    turns = [(run(["-c", IMPORTS]), run(command)) for _ in range(times)]
    imports, ours = (min(column, key=lambda ran: ran.processor) for column in zip(*turns, strict=True))
    return imports, ours


def growth(pages: Sequence[Page], model: Path, sizes: Sequence[int], *, work: Path) -> list[Grown]:
    """Tag JSON Lines of some numbers of paragraphs, made by repeating the articles of the pages."""
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
    """Tag a folder of eight files with one process and with two."""
    (work / "in").mkdir(parents=True, exist_ok=True)
    for number in range(8):
        _write(work / "in" / f"{number}.jsonl", pages, paragraphs // 8)
    command = ["-m", "corestory", "predict", str(work / "in"), "--model", str(model), "--force", "--output"]
    one, two = (run([*command, f"{work}/{jobs}/", "--jobs", str(jobs)]) for jobs in (1, 2))
    return one, two


def _write(path: Path, pages: Sequence[Page], paragraphs: int) -> int:
    """Write articles until there are enough paragraphs; return the number of paragraphs."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for number, page in enumerate(islice(cycle(pages), 10**9)):
            lines = page.text.split("\n")[: paragraphs - written]
            file.write(f"{json.dumps({'id': str(number), 'paragraphs': lines}, ensure_ascii=False)}\n")
            written += len(lines)
            if written >= paragraphs:
                return written
    return written
