"""``python -m tests.benchmarks.warc [CORPORA]``: make a crawl, tag it, and print what it took."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from corestory.atomic import atomic_path
from corestory.jobs.work import one_thread
from corestory.model.storage import load_model
from corestory.reading.sources import read_articles

from ..speed.processes import Ran, run
from ..speed.works import competitors
from ..terminal import run_command
from .crawl import SEED, Crawl, page_files, write_crawl

PREDICT = ["-m", "corestory", "predict"]
ROWS = ["--rows", "article", "--keep", "WARC-Date", "--keep", "WARC-Record-ID"]


def main(
    corpora: Annotated[list[Path] | None, typer.Argument(help="Folders with pages; else invented pages.")] = None,
    pages: Annotated[int, typer.Option(min=8, help="So many pages.")] = 20_000,
    compared: Annotated[int, typer.Option(min=1, help="So many of them for the comparison.")] = 500,
    kills: Annotated[int, typer.Option(min=0, help="So many kills of the run with two processes.")] = 3,
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
        whole = _predict(crawl.path, rows)
        part = _predict(small.path, here / "small.jsonl")
        killed, seconds = _killed(crawl, here / "tagged", kills, whole.seconds)
        same = (here / "tagged" / "crawl.warc.gz.jsonl").read_bytes() == rows.read_bytes()
        document = _document(crawl, small, whole, part, _rates(small), (killed, seconds, same), rows)
    typer.echo(document)
    if output is not None:
        with atomic_path(output, force=True) as temporary:
            temporary.write_text(document, encoding="utf-8")
    if not same:
        raise typer.Exit(1)


def _predict(source: Path, output: Path) -> Ran:
    # Exit code 1: the damaged records are refused.
    return run([*PREDICT, str(source), "--output", str(output), *ROWS], codes=(0, 1))


def _killed(crawl: Crawl, folder: Path, kills: int, whole: float) -> tuple[int, float]:
    """Tag a crawl with two processes, killed several times; return the kills and the seconds of all runs."""
    command = [sys.executable, *PREDICT, str(crawl.path), "--output", f"{folder}/", *ROWS, "--jobs", "2"]
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


def _rates(crawl: Crawl) -> dict[str, float]:
    """Pages a second of processor time, by what is done with the pages."""
    tagger = load_model()

    def articles() -> object:
        return read_articles([str(crawl.path)], refuse=lambda _: None)

    works: dict[str, Callable[[], object]] = {
        "fastwarc alone: find the HTML responses": lambda: _htmls(crawl.path),
        "read the articles": lambda: sum(1 for _ in articles()),
        "read and tag them": lambda: sum(1 for _ in tagger.tag_stream(articles())),
    }
    trafilatura = next((rival for rival in competitors() if rival.name == "trafilatura"), None)
    if trafilatura is not None:
        works["fastwarc and trafilatura"] = lambda: trafilatura.work(_htmls(crawl.path))
    rates = {}
    with one_thread():
        for name, work in works.items():
            before = time.process_time()
            work()
            rates[name] = crawl.pages / (time.process_time() - before)
    return rates


class _Page:
    """A page as the competitors want it."""

    def __init__(self, html: str) -> None:
        self.html = html


def _htmls(path: Path) -> Sequence[_Page]:
    from fastwarc import ArchiveIterator
    from fastwarc.warc import WarcRecordType

    found = []
    with path.open("rb") as stream:
        try:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
                if record.http_content_type == "text/html" and record.http_headers.status_code == 200:
                    found.append(_Page(record.reader.read().decode("utf-8", errors="replace")))
        except OSError:
            pass  # it reads no further than to the first damaged record
    return found


def _document(
    crawl: Crawl,
    small: Crawl,
    whole: Ran,
    part: Ran,
    rates: dict[str, float],
    resumed: tuple[int, float, bool],
    rows: Path,
) -> str:
    killed, seconds, same = resumed
    with rows.open("rb") as file:
        written = sum(1 for _ in file)
    lines = [
        f"{crawl.pages:,} pages in {crawl.records:,} records, {crawl.damaged} damaged; {crawl.bytes / 1e6:,.0f} MB, "
        f"decompressed {crawl.unpacked / 1e6:,.0f} MB",
        "",
        "| | pages | seconds of the processor | pages a second | peak MB |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| one process | {pages:,} | {ran.processor:,.0f} | {pages / ran.processor:,.0f} | {ran.memory:,.0f} |"
            for pages, ran in ((small.pages, part), (crawl.pages, whole))
        ),
        "",
        f"{written:,} articles written. Two processes, killed {killed} times: {seconds:,.0f} s by the clock "
        f"({whole.seconds:,.0f} s with one, undisturbed), {'the same bytes' if same else 'OTHER BYTES'}.",
        "",
        f"| of {small.pages:,} pages in one process, model loaded | pages a second of the processor |",
        "| --- | ---: |",
        *(f"| {name} | {rate:,.0f} |" for name, rate in rates.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run_command(main)
