"""``corestory predict``: tag every paragraph of articles as core or filler."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.destinations import Destination, Rejects, check_options, chosen_destination
from corestory.commands.options import Memory, Model, Only, PredictOptions, Threshold, process_count
from corestory.output.formats import OutputFormat, Unit, chosen_unit
from corestory.remote import path_of

if TYPE_CHECKING:
    from corestory.reading.fields import ReadingOptions
    from corestory.types import Label


def predict(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders, patterns, also as s3://..., or - for the standard input: text, HTML, JSON "
            "Lines, CSV, Parquet, WARC and WET, ZIP archives of these.",
            show_default=False,
        ),
    ],
    only: Annotated[Only | None, typer.Option(help="Print only the paragraphs with this label.")] = None,
    asked: Annotated[
        OutputFormat | None,
        typer.Option(
            "--format",
            help="Format of the output. Default: by the ending of --output; else text with --only, the annotated "
            "article on a terminal, and jsonl in a pipe.",
        ),
    ] = None,
    rows: Annotated[
        Unit | None,
        typer.Option(
            "--rows",
            help="A row of jsonl, csv and parquet: a paragraph, a paragraph with its start and end in the text (span), "
            "or the story of an article. Default: paragraph; with --only core, article.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A file to write, whole or not at all; or FOLDER/, which gets one output file per input file, with "
            "--format labelled, markdown or tei one file per article.",
        ),
    ] = None,
    model: Model = "",
    threshold: Threshold = None,
    memory: Memory = "",
    always_core: Annotated[
        Path | None,
        typer.Option(
            help="A file of phrases, one per line. A paragraph with such a phrase is core, whatever the model says, "
            "and the scores of its neighbours follow from that. A line that starts with re: is a regular expression; "
            "# starts a comment."
        ),
    ] = None,
    always_filler: Annotated[
        Path | None, typer.Option(help="The same for filler. If both files match, core wins.")
    ] = None,
    rejects: Rejects = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of the input to copy to the output; may be repeated."),
    ] = None,
    kinds: Annotated[
        bool,
        typer.Option(
            "--kinds", help="Also tell the kind of each filler paragraph and the role of each core paragraph."
        ),
    ] = False,
    drop_kinds: Annotated[
        str,
        typer.Option(
            metavar="KIND,...",
            help="Leave out the paragraphs of these kinds and roles, filler or core.",
            show_default=False,
        ),
    ] = "",
    keep_kinds: Annotated[
        str,
        typer.Option(
            metavar="KIND,...",
            help="With --only core: also print the filler of these kinds, such as caption,byline.",
            show_default=False,
        ),
    ] = "",
    *,
    reading: ReadingOptions,
    jobs: Annotated[
        int,
        typer.Option(help="Number of processes, with --output FOLDER/; -1 is one per core.", callback=process_count),
    ] = 1,
    dask: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a Dask scheduler whose workers do the work, with --output FOLDER/; local starts a "
            "cluster of --jobs processes.",
            show_default=False,
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that exist; with FOLDER/, tag all files again.")
    ] = False,
) -> None:
    """Tag every paragraph of news articles as core or filler.

    An input that cannot be read is refused with the reason, and the others are done.
    The exit code is 1 if something was refused, 2 if the command cannot run.
    With --output FOLDER/, run it again after an interruption or a change: it tags only missing and changed files.

    Columns of jsonl, csv and parquet, one row per paragraph:

    article_id: the record's own id, else the file or FILE:LINE.
    position: from 0 within the article.
    text: the paragraph.
    label: core or filler.
    score: probability that the paragraph is core, 0 to 1.
    url: address of the article, if known.
    confidence: expected F1 of the story's words in the whole article, 0 to 1. Check articles below 0.8.
    kind, kind_score: with --kinds, the kind of filler or the role of core, and its probability among those.

    start, end: with --rows span, where the paragraph begins and ends in the decoded input text, or in the record's text
    field, in characters from 0; rejoined lines with their line ends. Empty for HTML and for lists of paragraphs.

    With --rows article, and with --only core as jsonl, csv or parquet, one row per article:

    id, url, title: of the article.
    text: its story, the core paragraphs with a blank line between.
    confidence: as above. is_article: probability that the page is an article, 0 to 1.
    language: two letters, detected in the text with the extra "language", else as the source declares it.
    words_core, words_all: words of the story and of all paragraphs.

    Kinds of filler: navigation, related, newsletter, advertisement, paywall, byline, date, caption, share, comment,
    legal, tags, other. Roles of core: title, subhead, standfirst, body; filler that repeats the title is title, too.

    With --format labelled, an article is written with a label in front of each paragraph.
    Correct the labels, and corestory prepare reads them.
    With --format markdown or tei (TEI-XML), the story has its title, headings, lists, quotes, tables and links.
    Several stories in one Markdown file have a line --- between them; a TEI file has one story.

    A page without a story, such as a consent wall, an error page or a list of links, has filler only.
    Its confidence is the probability that it has no story. With --only core nothing is printed for it.

    Example: corestory predict article.txt --only core
    """
    from corestory.model.rules import read_rules
    from corestory.output.story import kind_choice

    rules = read_rules(core=always_core, filler=always_filler)
    destination = chosen_destination(asked, output, articles, only, rows)
    unit = chosen_unit(rows, destination.form, only, kinds=kinds)
    # The row of an article is its story, whether --only core is given or not.
    label: Label | None = "core" if unit == "article" else only
    options = PredictOptions(
        sources=articles,
        reading=replace(reading, source=rows == "span"),
        model=model,
        only=label,
        unit=unit,
        threshold=threshold,
        rules=rules,
        memory=memory,
        keep=tuple(keep or ()),
        kinds=kind_choice(shown=kinds, drop=drop_kinds, keep=keep_kinds, only=label),
        rejects=None if rejects is None else path_of(rejects),
        force=force,
    )
    check_options(options, destination, only, jobs=jobs, dask=dask)
    if _write(options, destination, jobs=jobs, dask=dask):
        raise typer.Exit(1)


def _write(options: PredictOptions, destination: Destination, *, jobs: int, dask: str) -> int:
    """Tag the articles and write them to their destination; return the number of refusals."""
    path, form = destination.path, destination.form
    if destination.by_file:
        from corestory.commands.folders import tag_to_folder

        return tag_to_folder(options, path, form, jobs=jobs, dask=dask)  # type: ignore[arg-type]  # of chosen_destination
    from corestory.commands.outputs import tag_to_pages, tag_to_rows

    if form == "html":
        return tag_to_pages(options, path, in_folder=destination.in_folder)
    return tag_to_rows(options, path, form, in_folder=destination.in_folder)
