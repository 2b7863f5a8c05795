"""``corestory explain``: why each paragraph of an article was tagged core or filler."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import typer

from corestory.commands.destinations import check_name, is_folder, is_one_page, unknown_ending
from corestory.commands.options import (
    STANDARD_OUTPUT,
    Force,
    Memory,
    Model,
    PredictOptions,
    Threshold,
)
from corestory.commands.outputs import tag_to_pages
from corestory.errors import InputError, OutputError
from corestory.remote import path_of

if TYPE_CHECKING:
    from corestory.model.explaining import ArticleExplanation
    from corestory.reading.fields import ReadingOptions

FILE_WIDTH = 100


ExplanationFormat = Literal["text", "json", "html"]
ENDINGS: dict[str, ExplanationFormat] = {".txt": "text", ".json": "json", ".jsonl": "json"}


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
    form = asked or _format(target)
    named = None if target is None or is_folder(target) else _named_format(target)
    if target is not None:
        check_name(form, named, target)
    options = PredictOptions(
        sources=[article], reading=reading, model=model, threshold=threshold, memory=memory, force=force
    )
    if form != "html":
        refused = explain_to(options, target, form, paragraph)
    elif paragraph is not None:
        raise typer.BadParameter("a page shows all paragraphs; give --format text or json", param_hint="--paragraph")
    else:
        in_folder = target is not None and not is_one_page(target)
        refused = tag_to_pages(options, None if target is None else path_of(target), in_folder=in_folder)
    if refused:
        raise typer.Exit(1)


def explain_to(options: PredictOptions, output: str | None, form: ExplanationFormat, paragraph: int | None) -> int:
    """Write the explanation of a source's articles as text or JSON, and return the number of refusals."""
    from corestory.commands.messages import listed_refusals, say
    from corestory.commands.options import open_memory, open_model
    from corestory.model.explaining import explain_articles
    from corestory.output.explanation import explanation_json
    from corestory.reading.sources import read_articles
    from corestory.rendering import printable

    tagger, memory = open_model(options.model), open_memory(options.memory)
    with listed_refusals() as refusals, _opened(output, force=options.force) as stream:
        first = True
        articles = read_articles(options.sources, refuse=refusals.refuse, note=say, options=options.reading)
        for explained in explain_articles(tagger, articles, threshold=options.threshold, memory=memory):
            count = len(explained.paragraphs)
            if paragraph is not None and paragraph >= count:
                where, expected = explained.tagged.article_id, f"0 to {count - 1}"
                refusals.refuse(InputError(f"no paragraph {paragraph}", where=where, expected=expected))
                continue
            if form == "json":
                text = explanation_json(explained, position=paragraph)
            else:
                text = ("" if first else "\n\n") + _text(explained, paragraph, wide=output is not None)
            stream.write(f"{printable(text) if stream.isatty() else text}\n")
            first = False
        if first and output is not None:
            raise OutputError("nothing to write", where=output, hint="The refusals are listed above.")
    return refusals.count


def _format(output: str | None) -> ExplanationFormat:
    if output is None:
        return "text"
    named = _named_format(output)
    if named is None:
        raise unknown_ending(Path(output).suffix.lower(), output, [*ENDINGS, ".html"])
    return named


def _named_format(output: str) -> ExplanationFormat | None:
    return "html" if is_one_page(output) else ENDINGS.get(Path(output).suffix.lower())


def _text(explained: ArticleExplanation, paragraph: int | None, *, wide: bool) -> str:
    from corestory.output.explanation import explanation_lines
    from corestory.reading.text import storable

    width = FILE_WIDTH if wide or sys.stdout is None or not sys.stdout.isatty() else shutil.get_terminal_size().columns
    return storable("\n".join(explanation_lines(explained, position=paragraph, width=width)))


@contextmanager
def _opened(output: str | None, *, force: bool) -> Iterator[TextIO]:
    from corestory.atomic import atomic_path
    from corestory.commands.messages import standard_output

    if output is None:
        stream = standard_output()
        stream.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[attr-defined]
        yield stream
        return
    with atomic_path(Path(output), force=force) as temporary, temporary.open("w", encoding="utf-8") as stream:
        yield stream
