"""``python -m tests.benchmarks.warc [CORPORA]``: make a crawl, tag it, and print the cost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from corestory.rendering import markdown_table

from ..speed.processes import Ran, run
from ..terminal import run_command, say, write
from .crawl import SEED, Crawl, page_files, write_crawl
from .rivals import extractor_rates, rates

PREDICT = ["-m", "corestory", "predict"]
ROWS = ["--rows", "article", "--keep", "WARC-Date", "--keep", "WARC-Record-ID"]


def main(
    corpora: Annotated[list[Path] | None, typer.Argument(help="Folders with pages; else invented pages.")] = None,
    pages: Annotated[int, typer.Option(min=8, help="So many pages.")] = 20_000,
    compared: Annotated[int, typer.Option(min=1, help="So many of them for the comparison.")] = 500,
    kills: Annotated[int, typer.Option(min=0, help="So many kills of the second run.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, help="So many processes of the second run.")] = 2,
    work: Annotated[Path | None, typer.Option(help="A folder for the files; else a temporary one.")] = None,
    output: Annotated[Path | None, typer.Option(help="A file for the table.")] = None,
) -> None:
    """Measure WARC files; exit with 2 if it cannot run, and with 1 if a killed run wrote other bytes."""
    files = page_files(corpora) if corpora else []
    with tempfile.TemporaryDirectory(dir=work) as folder:
        here = Path(folder)
        crawl = write_crawl(here / "crawl.warc.gz", files, pages)
        small = write_crawl(here / "small.warc.gz", files, compared)
        rows = here / "rows.jsonl"
        part = _predict(small.path, here / "small.jsonl")
        say(f"{compared:,} pages: {part}")
        compared_rates = rates(small.path, small.pages) | extractor_rates(small.path, small.pages, work=here)
        say(str(compared_rates))
        whole = _predict(crawl.path, rows)
        say(f"{pages:,} pages: {whole}")
        killed, seconds = _killed(crawl, here / "tagged", kills, whole.seconds, jobs=jobs)
        same = (here / "tagged" / "crawl.warc.gz.jsonl").read_bytes() == rows.read_bytes()
        document = _document(crawl, small, whole, part, compared_rates, (jobs, killed, seconds, same), rows)
    typer.echo(document)
    if output is not None:
        write(output, document)
    if not same:
        raise typer.Exit(1)


def _predict(source: Path, output: Path) -> Ran:
    # The exit code is 1, because the damaged records are refused.
    return run([*PREDICT, str(source), "--output", str(output), *ROWS], codes=(0, 1))


def _killed(crawl: Crawl, folder: Path, kills: int, whole: float, *, jobs: int) -> tuple[int, float]:
    """Tag a crawl in parts and kill the run several times; return the kills and the seconds of all runs."""
    command = [sys.executable, *PREDICT, str(crawl.path), "--output", f"{folder}/", *ROWS, "--jobs", str(jobs)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    rng = random.Random(SEED)
    killed, began = 0, time.monotonic()
    while True:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        try:
            child.wait(rng.uniform(0.2, 0.4) * whole if killed < kills else None)
            return killed, time.monotonic() - began
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            killed += 1


def _document(
    crawl: Crawl,
    small: Crawl,
    whole: Ran,
    part: Ran,
    rates: dict[str, float],
    resumed: tuple[int, int, float, bool],
    rows: Path,
) -> str:
    jobs, killed, seconds, same = resumed
    with rows.open("rb") as file:
        written = sum(1 for _ in file)
    ran_alone = [
        ("one process", f"{pages:,}", f"{ran.processor:,.0f}", f"{pages / ran.processor:,.0f}", f"{ran.memory:,.0f}")
        for pages, ran in ((small.pages, part), (crawl.pages, whole))
    ]
    parts = [
        f"{crawl.pages:,} pages in {crawl.records:,} records, {crawl.damaged} damaged; {crawl.bytes / 1e6:,.0f} MB, "
        f"decompressed {crawl.unpacked / 1e6:,.0f} MB. {crawl.different:,} pages are different; the others are these "
        "again, with another address and a word more.",
        markdown_table(("", "pages", "seconds of the processor", "pages a second", "peak MB"), ran_alone),
        f"{written:,} articles written. Again in a folder, processes: {jobs}, killed with -9 {killed} times: "
        f"{seconds:,.0f} s by the clock ({whole.seconds:,.0f} s undisturbed with one process), "
        f"{'the same bytes' if same else 'OTHER BYTES'}.",
        markdown_table(
            (f"of {small.pages:,} pages in one process", "pages a second of the processor"),
            [(name, f"{rate:,.1f}") for name, rate in rates.items()],
        ),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    run_command(main)
