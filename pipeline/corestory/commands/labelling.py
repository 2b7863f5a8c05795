"""``corestory export`` and ``agreement``: write articles for labelling tools, and compare the labels of two people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.atomic import atomic_path
from corestory.commands.destinations import check_ending
from corestory.commands.messages import counted_as, listed_refusals, progress_bar, say
from corestory.commands.options import Force, Model, open_model
from corestory.errors import DataError, InputError
from corestory.output.formats import LabellingTool
from corestory.remote import path_of
from corestory.rendering import counted, percent, printable, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from corestory.evaluation.audit import Agreement
    from corestory.model.tagged_article import TaggedArticle
    from corestory.reading.fields import ReadingOptions


def export(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders, patterns, or - for the standard input, as `corestory predict` reads them.",
            show_default=False,
        ),
    ],
    tool: Annotated[LabellingTool, typer.Option("--to", help="The labelling tool.", show_default=False)],
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="The file to write; a failed run leaves it unchanged.", show_default=False),
    ],
    model: Model = "",
    *,
    reading: ReadingOptions,
    force: Force = False,
) -> None:
    """Tag articles and write them for a labelling tool, with the model's labels and scores as predictions.

    label-studio: a JSON list of tasks, an article each; the labelling configuration to paste is printed.
    doccano: JSON Lines for sequence labelling, an article each.
    prodigy: JSON Lines, a paragraph each, to accept or reject its label; the least certain first.
    argilla: a JSON list of records, a paragraph each, for argilla.Record.from_dict.

    Give the file that the tool exports to corestory prepare. A paragraph without a label stays unlabelled.
    The exit code is 1 if some article could not be read and was left out.

    Example: corestory export pages/ --to label-studio --output tasks.json
    """
    from corestory.output.annotation_tools import LABEL_STUDIO_CONFIG, exported
    from corestory.reading.sources import read_articles

    count = 0
    check_ending(output, *((".json",) if tool in ("label-studio", "argilla") else (".jsonl", ".ndjson")))
    with (
        atomic_path(path_of(output), force=force) as temporary,
        listed_refusals() as refusals,
        progress_bar() as bar,
        temporary.open("w", encoding="utf-8", newline="\n") as file,
    ):
        found = open_model(model).tag_stream(read_articles(articles, refuse=refusals.refuse, note=say, options=reading))

        def counted() -> Iterator[TaggedArticle]:
            nonlocal count
            for article in found:
                count += 1
                bar.update("tagging articles", count)
                yield article

        for piece in exported(counted(), tool):
            file.write(piece)
        if not count:
            raise InputError("no article to export", where=", ".join(articles)[:200])
    say(f"{counted_as(count, 'article')} in {output}")
    if tool == "label-studio":
        say(f"Paste this labelling configuration into the project:\n{LABEL_STUDIO_CONFIG}")
    if refusals.count:
        raise typer.Exit(1)


DISPUTES_LISTED = 20
PIPE_WIDTH = 1000


def agreement(
    first: Annotated[
        Path, typer.Argument(metavar="A", help="The labels of one person, in a form that `prepare` reads.")
    ],
    second: Annotated[Path, typer.Argument(metavar="B", help="The labels of another person for the same articles.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A CSV file to write: the paragraphs in dispute."),
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
    from rich.console import Console

    from corestory.evaluation.audit import compare_labels
    from corestory.labelling.origins import find_origins
    from corestory.labelling.table import is_prepared
    from corestory.labelling.table_files import LabelNames
    from corestory.review.shown_articles import write_suspects

    if output is not None:
        check_ending(output, ".csv")
    origins = find_origins([first, second])
    for origin in origins:
        if origin.has_pages:
            raise InputError("has gold text, but no labels", where=str(origin.path), expected="labelled paragraphs")
    with listed_refusals() as refusals:
        labels = (origin.articles(names=LabelNames(), refuse=refusals.refuse, note=say) for origin in origins)
        found = compare_labels(*labels)
    if not found.overall.paragraphs:
        raise DataError(
            "no paragraph has a label in both",
            where=f"{first} and {second}",
            expected="labels for the same articles",
            # A prepared table puts the name of the source before each article's name, so articles do not match.
            hint="Give the labels from which the tables were prepared."
            if any(map(is_prepared, (first, second)))
            else "",
        )
    if output is not None and found.disputes:
        with atomic_path(output, force=force) as temporary:
            write_suspects(found.disputes, temporary)
    # In a pipe, Rich would cut the columns at 80 characters.
    console = Console(width=None if sys.stdout and sys.stdout.isatty() else PIPE_WIDTH)
    for part in _shown(found):
        console.print(part)
    if found.other_articles:
        say(f"left out, because they are in only one of the two: {found.other_articles:,} articles")
    if found.other_texts:
        say(f"left out, because their texts differ: {found.other_texts:,} paragraphs")
    if output is not None and found.disputes:
        say(f"The paragraphs in dispute are in {output}. To settle them: corestory review --suspects {output}")
    elif output is not None:
        say(f"No paragraph is in dispute, so {output} was not written.")
    if refusals.count:
        raise typer.Exit(1)


def _shown(found: Agreement) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    table = Table("site", title="Agreement")
    for heading in ("paragraphs", "equal", "equal %", "Cohen's kappa"):
        table.add_column(heading, justify="right")
    for row in (*found.sites, found.overall):
        if row is found.overall:
            table.add_section()
        numbers = (counted(row.paragraphs), counted(row.equal), percent(row.equal / row.paragraphs), rounded(row.kappa))
        table.add_row(Text(printable(row.site or "all")), *numbers)
    yield table
    if found.disputes:
        yield Text(f"Paragraphs in dispute: {counted(len(found.disputes))}")
        listed = Table("article", "position", "A", "B", "text")
        for dispute in found.disputes[:DISPUTES_LISTED]:
            name, text = (Text(printable(value), overflow="ellipsis") for value in (dispute.article_id, dispute.text))
            listed.add_row(name, str(dispute.position), dispute.label, dispute.suggested, text)
        yield listed
    if len(found.disputes) > DISPUTES_LISTED:
        yield Text(
            f"… and {counted(len(found.disputes) - DISPUTES_LISTED)} more; to get all of them, give --output FILE."
        )
