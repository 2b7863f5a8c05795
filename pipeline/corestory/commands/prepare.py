"""``corestory prepare``: make one table of labelled paragraphs from corpora, pairs of files and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, Jobs
from corestory.errors import InputError
from corestory.remote import is_url

if TYPE_CHECKING:
    from rich.console import Console

    from corestory.labelling.preparation import PreparationReport

DEFAULT_OUTPUT = Path("data/processed/paragraphs.parquet")

_LISTED = 20

SPLIT_BY_ARTICLE = (
    "Split by article, not by site: there are fewer than three sites, so the same site is in train, validation and "
    "test. Scores on test will be too optimistic for other sites. Add articles of other sites if you can."
)


def prepare(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A corpus folder (WCXB, newspaper4k), a folder of pairs NAME.html + NAME.txt, a folder of "
            "NAME.labelled.txt files, a labelled table (.csv .tsv .jsonl .parquet, also .gz), the labels of "
            "`corestory review`, or an export of Label Studio, doccano, Prodigy or Argilla (.json .jsonl).",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The table to write, as Parquet.")] = DEFAULT_OUTPUT,
    views: Annotated[
        str,
        typer.Option(
            help="Ways to cut HTML pages into paragraphs, separated by commas: page, lines, p, container, and "
            "the installed ones of beautifulsoup, inscriptis, html2text, resiliparse-page, trafilatura, readability, "
            "resiliparse, justext, boilerpy3; or all.",
        ),
    ] = "page,lines,p,container",
    seed: Annotated[int, typer.Option(help="Seed of the split by site into train, validation and test.")] = 0,
    jobs: Jobs = 1,
    force: Force = False,
    core_label: Annotated[
        str, typer.Option(help="Value in tables that means core.", show_default="core, 1, true")
    ] = "",
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="A file of `corestory audit` whose column correction a person has filled in, or the labels of "
            "`corestory review --suspects`."
        ),
    ] = None,
    filler_label: Annotated[
        str, typer.Option(help="Value in tables that means filler.", show_default="filler, 0, false")
    ] = "",
) -> None:
    """Make one table of labelled paragraphs, split by site.

    HTML pages are cut into paragraphs, and each paragraph is labelled by aligning it with the page's gold text.
    Exact duplicates of an article are dropped. The exit code is 1 if something could not be read and was left out.

    Example: corestory prepare corpora/wcxb my-pairs labels.csv --output paragraphs.parquet
    """
    from rich.console import Console

    from corestory.atomic import atomic_path
    from corestory.commands.messages import progress_bar
    from corestory.labelling.corrections import read_corrections
    from corestory.labelling.preparation import prepare_table
    from corestory.labelling.table import write_frame
    from corestory.labelling.tables import LabelNames
    from corestory.labelling.views import chosen_views
    from corestory.rendering import printable

    for source in sources:
        if is_url(source):
            raise InputError(
                "is a web address", where=source, expected="files of this machine", hint="Download it first."
            )
    console = Console(stderr=True)
    names, wanted = LabelNames(core=core_label, filler=filler_label), chosen_views(views)
    corrected = read_corrections(corrections) if corrections is not None else ()
    refused: list[InputError] = []
    # The output is opened before the work, so that a fault in it is reported at once.
    with atomic_path(output, force=force) as temporary:
        with progress_bar() as bar:
            prepared = prepare_table(
                [Path(source) for source in sources],
                seed=seed,
                views=wanted,
                jobs=jobs,
                names=names,
                corrections=corrected,
                refuse=refused.append,
                progress=bar.update,
            )
        write_frame(prepared.frame, temporary)
    _print_report(prepared.report, console)
    for error in refused[:_LISTED]:
        console.print(printable(f"refused: {error}"), style="yellow", markup=False, highlight=False, soft_wrap=True)
    if len(refused) > _LISTED:
        console.print(f"refused: {len(refused) - _LISTED} more", style="yellow")
    console.print(
        printable(f"{len(prepared.frame):,} paragraphs in {output}"), highlight=False, markup=False, soft_wrap=True
    )
    if refused:
        raise typer.Exit(1)


def _print_report(report: PreparationReport, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from corestory.rendering import printable

    read = Table("source", "kind", title="What was read")
    for heading in ("read", "refused", "kept"):
        read.add_column(heading, justify="right")
    read.add_column("dropped")
    for source in report.sources:
        dropped = "\n".join(f"{count:,} × {reason}" for reason, count in source.dropped)
        counts = (f"{count:,}" for count in (source.read, source.refused, source.kept))
        read.add_row(Text(printable(source.source)), source.kind, *counts, dropped)
    console.print(read)

    balance = Table("source", "split", title="Paragraphs of each class")
    for heading in ("pages", "core", "filler", "unlabelled", "core %"):
        balance.add_column(heading, justify="right")
    for row in report.balance:
        counts = (f"{count:,}" for count in (row.pages, row.core, row.filler, row.unlabelled))
        labelled = row.core + row.filler
        balance.add_row(
            Text(printable(row.source)), row.split, *counts, f"{100 * row.core / labelled:.1f}" if labelled else "-"
        )
    console.print(balance)
    views = ", ".join(f"{view} {count:,}" for view, count in report.views)
    console.print(f"Articles by view: {views}", highlight=False)
    if report.corrected:
        console.print(f"Labels corrected: {report.corrected:,}", highlight=False)
    if report.split_by_article:
        console.print(SPLIT_BY_ARTICLE, style="bold yellow", highlight=False, soft_wrap=True)
