"""``corestory agreement``: compare the labels of two people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force
from corestory.errors import DataError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from corestory.evaluation.agreement import Agreement, Kappa
    from corestory.evaluation.audit import Suspect

DISPUTES_LISTED = 20


def agreement(
    first: Annotated[Path, typer.Argument(metavar="A", help="The labels of one person, as `prepare` reads them.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The labels of another, of the same articles.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A CSV file of the disputes, for `corestory review --suspects`."),
    ] = None,
    force: Force = False,
) -> None:
    """Compare two people's labels: print Cohen's kappa, overall and by site, and the paragraphs in dispute.

    A paragraph counts if both have labelled it and its text is the same.
    To settle the disputes, write them with --output, review them, and prepare the labels of A with what you decide:

    corestory review --suspects disputes.csv --labels settled.jsonl

    corestory prepare ada.jsonl --corrections settled.jsonl

    The exit code is 1 if some row could not be read and was left out.

    Example: corestory agreement ada.jsonl ben.jsonl --output disputes.csv
    """
    from contextlib import nullcontext

    from rich.console import Console

    from corestory.atomic import atomic_path
    from corestory.commands.messages import open_refusals, say
    from corestory.evaluation.agreement import compare_labels
    from corestory.labelling.origins import find_origins
    from corestory.labelling.tables import LabelNames
    from corestory.review.suspects import write_suspects

    origins = find_origins([first, second])
    for origin in origins:
        if origin.has_pages:
            raise InputError("has gold text, but no labels", where=str(origin.path), expected="labelled paragraphs")
    with open_refusals(None, force=False, has_option=False) as refusals:
        labels = (origin.articles(names=LabelNames(), refuse=refusals.refuse) for origin in origins)
        found = compare_labels(*labels)
    if not found.overall.paragraphs:
        raise DataError(
            "no paragraph is labelled in both",
            where=f"{first} and {second}",
            expected="labels of the same articles",
        )
    with nullcontext() if output is None else atomic_path(output, force=force) as temporary:
        if temporary is not None:
            write_suspects(found.disputes, temporary)
    console = Console()
    for part in _shown(found):
        console.print(part)
    if found.other_articles:
        say(f"left out, because only one of the two has them: {found.other_articles:,} articles")
    if found.other_texts:
        say(f"left out, because their texts differ: {found.other_texts:,} paragraphs")
    if output is not None:
        say(f"{output} has the disputes. Settle them with: corestory review --suspects {output}")
    if refusals.count:
        raise typer.Exit(1)


def _shown(found: Agreement) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from corestory.rendering import counted

    table = Table("site", title="Agreement")
    for heading in ("paragraphs", "equal", "equal %", "Cohen's kappa"):
        table.add_column(heading, justify="right")
    for row in found.sites:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(found.overall))
    yield table
    if found.disputes:
        yield Text(f"Paragraphs in dispute: {counted(len(found.disputes))}")
        yield _disputes(found.disputes[:DISPUTES_LISTED])
    if len(found.disputes) > DISPUTES_LISTED:
        yield Text(f"… and {counted(len(found.disputes) - DISPUTES_LISTED)} more; --output FILE has all.")


def _cells(row: Kappa) -> Iterator[RenderableType]:
    from rich.text import Text

    from corestory.rendering import counted, percent, printable, rounded

    yield Text(printable(row.site or "all"))
    yield counted(row.paragraphs)
    yield counted(row.equal)
    yield percent(row.equal / row.paragraphs)
    yield rounded(row.kappa)


def _disputes(disputes: Iterable[Suspect]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from corestory.rendering import printable

    table = Table("article", "position", "A", "B", "text")
    for one in disputes:
        name, text = (Text(printable(value), overflow="ellipsis") for value in (one.article_id, one.text))
        table.add_row(name, str(one.position), one.label, one.suggested, text)
    return table
