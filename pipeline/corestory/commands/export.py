"""``corestory export``: tag articles for the tools in which people label."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, Model
from corestory.remote import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corestory.model.tagged_article import TaggedArticle
    from corestory.reading.fields import ReadingOptions


class Tool(StrEnum):
    """A labelling tool."""

    label_studio = "label-studio"
    doccano = "doccano"
    prodigy = "prodigy"
    argilla = "argilla"


def export(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders, patterns or -, as `corestory predict` reads them.",
            show_default=False,
        ),
    ],
    tool: Annotated[Tool, typer.Option("--to", help="The tool.", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", help="The file to write, whole or not at all.", show_default=False)
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
    from corestory.atomic import atomic_path
    from corestory.commands.messages import open_refusals, progress_bar, say
    from corestory.commands.models import open_model
    from corestory.errors import InputError
    from corestory.output.annotation_tools import LABEL_STUDIO_CONFIG, exported
    from corestory.reading.sources import read_articles

    count = 0
    with (
        atomic_path(path_of(output), force=force) as temporary,
        open_refusals(None, force=False, has_option=False) as refusals,
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

        for piece in exported(counted(), tool.value):
            file.write(piece)
        if not count:
            raise InputError("no article to export", where=", ".join(articles)[:200])
    say(f"{count:,} article{'s' * (count != 1)} in {output}")
    if tool is Tool.label_studio:
        say(f"The labelling configuration to paste into the project:\n{LABEL_STUDIO_CONFIG}")
    if refusals.count:
        raise typer.Exit(1)
