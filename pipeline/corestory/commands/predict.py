"""``corestory predict`` and ``explain``: tag every paragraph of articles as core or filler, and give the reasons."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corestory.atomic import Target
from corestory.commands.destinations import (
    Destination,
    Rejects,
    check_name,
    check_options,
    chosen_destination,
    is_folder,
    is_one_page,
    named_format,
    unknown_ending,
)
from corestory.commands.messages import listed_refusals, say
from corestory.commands.options import (
    STANDARD_OUTPUT,
    Force,
    Memory,
    Model,
    Only,
    PredictOptions,
    Threshold,
    open_memory,
    open_model,
    process_count,
)
from corestory.commands.outputs import opened, tag_to_pages, tag_to_rows
from corestory.errors import InputError, OutputError
from corestory.output.formats import PAGE_ENDINGS, STORIES, OutputFormat, RowChoice, Unit, chosen_unit
from corestory.remote import AnyPath, path_of

if TYPE_CHECKING:
    from corestory.model.explaining import ArticleExplanation
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
            help="The content of a row of jsonl, csv and parquet: a paragraph, a paragraph with its start and end in "
            "the text (span), or the story of an article. Default: paragraph; with --only core, article.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A file to write; a failed run leaves it unchanged. Or FOLDER/: one output file per input file, or "
            "one per article with --format labelled, markdown or tei.",
        ),
    ] = None,
    model: Model = "",
    threshold: Threshold = None,
    memory: Memory = "",
    always_core: Annotated[
        Path | None,
        typer.Option(
            help="A file of phrases, one per line. A paragraph that contains one of them is core, whatever its score; "
            "this also changes the scores of its neighbours. A line that starts with re: is a regular expression; "
            "# starts a comment."
        ),
    ] = None,
    always_filler: Annotated[
        Path | None, typer.Option(help="The same for filler. A paragraph that matches both files is core.")
    ] = None,
    rejects: Rejects = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of the input to copy to the output; may be repeated."),
    ] = None,
    kinds: Annotated[
        bool,
        typer.Option(
            "--kinds", help="Also write the kind of each filler paragraph and the role of each core paragraph."
        ),
    ] = False,
    drop_kinds: Annotated[
        str,
        typer.Option(
            metavar="KIND,...",
            help="Leave out the paragraphs of these kinds or roles, such as byline,title.",
            show_default=False,
        ),
    ] = "",
    keep_kinds: Annotated[
        str,
        typer.Option(
            metavar="KIND,...",
            help="With --only core: also write the filler of these kinds, such as caption,byline.",
            show_default=False,
        ),
    ] = "",
    *,
    reading: ReadingOptions,
    jobs: Annotated[
        int,
        typer.Option(help="Number of processes, with --output FOLDER/; -1 means one per core.", callback=process_count),
    ] = 1,
    dask: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a Dask scheduler whose workers tag the articles, with --output FOLDER/; local starts a "
            "cluster of --jobs processes.",
            show_default=False,
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that exist; with FOLDER/, tag all files again.")
    ] = False,
) -> None:
    """Tag every paragraph of news articles as core or filler.

    An input that cannot be read is refused with the reason, and the others are tagged.
    The exit code is 1 if something was refused, 2 if the command cannot run.
    With --output FOLDER/, run it again after an interruption or a change: it tags only missing and changed files.

    Columns of jsonl, csv and parquet, one row per paragraph:

    article_id: the record's own id, or the file or FILE:LINE.
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
    text: its story, the core paragraphs separated by blank lines.
    confidence: as above. is_article: probability that the page is an article, 0 to 1.
    language: two letters, detected in the text with the extra "language", otherwise as the source declares it.
    words_core, words_all: words of the story and of all paragraphs.

    Kinds of filler: navigation, related, newsletter, advertisement, paywall, byline, date, caption, share, comment,
    legal, tags, other. Roles of core: title, subhead, standfirst, body; filler that repeats the title is title, too.

    With --format labelled, an article is written with a label in front of each paragraph.
    Correct the labels, and corestory prepare reads them.
    With --format markdown or tei (TEI-XML), the story has its title, headings, lists, quotes, tables and links.
    Several stories in one Markdown file have a line --- between them; a TEI file has one story.

    A page without a story, such as a consent wall, an error page or a list of links, has only filler.
    Its confidence is the probability that it has no story. With --only core nothing is printed for it.

    Example: corestory predict article.txt --only core
    """
    from corestory.model.rules import read_rules
    from corestory.output.story import kind_choice

    rules = read_rules(core=always_core, filler=always_filler)
    destination = chosen_destination(asked, output, articles, only, rows)
    unit = chosen_unit(rows, destination.form, only, kinds=kinds)
    # The row of an article is its story, with or without --only core.
    label: Label | None = "core" if unit == "article" else only
    choice = kind_choice(shown=kinds, drop=drop_kinds, keep=keep_kinds, only=label)
    options = PredictOptions(
        sources=articles,
        # The structure of a story and the spans of paragraphs are found in the source.
        reading=replace(reading, source=rows == "span" or destination.form in STORIES),
        model=model,
        rows=RowChoice(label, tuple(keep or ()), choice, unit),
        threshold=threshold,
        rules=rules,
        memory=memory,
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

        return tag_to_folder(options, path, form, jobs=jobs, dask=dask)  # type: ignore[arg-type]  # chosen_destination
    if form == "html":
        return tag_to_pages(options, path, in_folder=destination.in_folder)
    return tag_to_rows(options, path, form, in_folder=destination.in_folder)


FILE_WIDTH = 100


ExplanationFormat = Literal["text", "json", "html"]
EXPLANATION_ENDINGS: dict[str, ExplanationFormat] = {
    ".txt": "text", ".json": "json", ".jsonl": "json", **dict.fromkeys(PAGE_ENDINGS, "html")
}  # fmt: skip


def explain(
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE",
            help="A file, or - for the standard input, as `corestory predict` reads it.",
            show_default=False,
        ),
    ],
    paragraph: Annotated[
        int | None, typer.Option(min=0, help="Explain only the paragraph at this position, from 0.", show_default="all")
    ] = None,
    asked: Annotated[
        ExplanationFormat | None,
        typer.Option("--format", help="Format of the output. Default: by the ending of --output, else text."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="A file to write; with --format html also a folder, for many articles."),
    ] = None,
    model: Model = "",
    threshold: Threshold = None,
    memory: Memory = "",
    *,
    reading: ReadingOptions,
    force: Force = False,
) -> None:
    """Explain why each paragraph was tagged core or filler.

    The reasons come in words, then in numbers that add up.
    The numbers are the effect of each word on stage 1, and of each kind of evidence on the score.
    JSON has one article per line.

    Example: corestory explain article.txt --paragraph 3
    """
    target = None if output == STANDARD_OUTPUT else output
    named = None if target is None else named_format(target, EXPLANATION_ENDINGS)
    if target is not None and not is_folder(target):
        check_name(asked, named, target)
    if target is not None and asked is None and named is None:
        raise unknown_ending(target, list(EXPLANATION_ENDINGS))
    form = asked or named or "text"
    options = PredictOptions(
        sources=[article], reading=reading, model=model, threshold=threshold, memory=memory, force=force
    )
    path = None if target is None else path_of(target)
    if form != "html":
        refused = explain_to(options, path, form, paragraph)
    elif paragraph is not None:
        raise typer.BadParameter(
            "an HTML page shows all paragraphs; give --format text or json", param_hint="--paragraph"
        )
    else:
        refused = tag_to_pages(options, path, in_folder=target is not None and not is_one_page(target))
    if refused:
        raise typer.Exit(1)


def explain_to(options: PredictOptions, output: AnyPath | None, form: ExplanationFormat, paragraph: int | None) -> int:
    """Write the explanations of articles as text or JSON, and return the number of refusals."""
    from corestory.model.explaining import explain_articles
    from corestory.output.explanation import explanation_json
    from corestory.reading.sources import read_articles

    tagger, memory = open_model(options.model), open_memory(options.memory)
    with listed_refusals() as refusals, opened(output, Target, force=options.force) as target:
        first = True
        articles = read_articles(options.sources, refuse=refusals.refuse, note=say, options=options.reading)
        for explained in explain_articles(tagger, articles, threshold=options.threshold, memory=memory):
            count = len(explained.paragraphs)
            if paragraph is not None and paragraph >= count:
                where, expected = explained.tagged.article_id, f"0 to {count - 1}"
                refusals.refuse(InputError(f"has no paragraph {paragraph}", where=where, expected=expected))
                continue
            if form == "json":
                text = explanation_json(explained, position=paragraph)
            else:
                text = ("" if first else "\n\n") + _text(explained, paragraph, wide=output is not None)
            target.write(f"{text}\n".encode())
            first = False
        if first and output is not None:
            raise OutputError("was not written, because every input was refused", where=str(output))
    return refusals.count


def _text(explained: ArticleExplanation, paragraph: int | None, *, wide: bool) -> str:
    from corestory.output.explanation import explanation_lines
    from corestory.reading.text import storable

    width = FILE_WIDTH if wide or sys.stdout is None or not sys.stdout.isatty() else shutil.get_terminal_size().columns
    return storable("\n".join(explanation_lines(explained, position=paragraph, width=width)))
