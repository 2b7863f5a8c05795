"""``python -m tests.benchmarks.speed [CORPORA]``: measure, print the tables, and write them if asked."""

from __future__ import annotations

import os
import platform
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corestory.jobs.work import one_thread
from corestory.model.storage import default_model, load_model

from ..terminal import run_command, write
from .contest import contest, corpus_pages, sample_pages
from .document import Speed, speed_markdown
from .processes import growth, one_article, shared
from .works import OURS, competitors, from_html, from_text, html_steps, stage_1, text_steps, versions

ROOT = Path(__file__).resolve().parents[3]


def main(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Folders with pages in them; else the sample's.", show_default=False)
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A model's folder; else the one that came along.")] = None,
    pages: Annotated[int, typer.Option(min=8, help="So many pages, drawn with a fixed seed.")] = 512,
    most: Annotated[int, typer.Option(min=1_000, help="Paragraphs of the largest table.")] = 1_000_000,
    output: Annotated[Path | None, typer.Option(help="A file for the tables.")] = None,
) -> None:
    """Measure speed on one core; exit with 2 if it cannot run."""
    folder = model or default_model()
    drawn = corpus_pages(corpora, pages) if corpora else sample_pages(ROOT / "data" / "sample")
    tagger = load_model(folder)
    rivals = competitors()
    article = ROOT / "data" / "demo" / "article.txt"
    imports, ours = one_article(article, folder)
    with tempfile.TemporaryDirectory() as work:
        one, two = shared(drawn, folder, work=Path(work), paragraphs=most)
        with _one_core(), one_thread():
            scorer, reference, off = stage_1(drawn)
            speed = Speed(
                basis=_basis(len(drawn), corpora),
                stage1=contest([scorer, reference], drawn, rounds=2),
                off=off,
                text=contest([from_text(tagger), *(rival for rival in rivals if rival.name == "trafilatura")], drawn),
                page=contest([from_html(tagger), *rivals], drawn),
                text_steps=contest(text_steps(tagger), drawn, rounds=2),
                html_steps=contest(html_steps(tagger), drawn, rounds=2),
                imports=imports,
                article=ours,
                grown=tuple(growth(drawn, folder, [size for size in _SIZES if size <= most], work=Path(work))),
                one=one,
                two=two,
            )
    document = speed_markdown(speed)
    typer.echo(document)
    if output is not None:
        write(output, document)


_SIZES = (1_000, 10_000, 100_000, 1_000_000)


class _one_core:  # noqa: N801 -- a context manager
    """Keeps this process and its children on one core, if the system supports it."""

    def __enter__(self) -> None:
        with suppress(AttributeError, OSError):
            self._before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {max(self._before)})

    def __exit__(self, *_: object) -> None:
        with suppress(AttributeError, OSError):
            os.sched_setaffinity(0, self._before)


def _basis(pages: int, corpora: list[Path] | None) -> str:
    processor = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
    names = ", ".join(f"{name} {version}" for name, version in versions().items())
    where = "the corpora" if corpora else "the sample"
    return (
        f"{pages:,} pages of {where}, {datetime.now(UTC):%Y-%m-%d}, one core of {processor}, "
        f"Python {platform.python_version()}, {names}. Rates are pages a second of processor time; {OURS}'s model is "
        "loaded before."
    )


if __name__ == "__main__":
    run_command(main)
