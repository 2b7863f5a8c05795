"""``corestory explain``: why each paragraph of an article was tagged so."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from corestory.commands.pages import is_one_page, tag_to_pages
from corestory.commands.thresholds import check_threshold
from corestory.errors import InputError, OutputError

if TYPE_CHECKING:
    from corestory.model.explaining import ArticleExplanation

STANDARD_OUTPUT = "-"
FILE_WIDTH = 100


class ExplanationForm(StrEnum):
    """The form of an explanation."""

    text = "text"
    json = "json"
    html = "html"


SUFFIXES = {".txt": ExplanationForm.text, ".json": ExplanationForm.json, ".jsonl": ExplanationForm.json}


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
        int | None, typer.Option(min=0, help="This one alone, by its position from 0.", show_default="all")
    ] = None,
    form: Annotated[
        ExplanationForm | None,
        typer.Option("--format", help="Of the output. Left out: by the end of --output's name; else text."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="A file to write; of html also a folder, for many articles.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A model's folder, or its name in models/.", show_default="the one that came along")
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option(help="Least score of core, 0 to 1.", show_default="the model's choice for each article"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Say why each paragraph was tagged core or filler.

    First in words, then in numbers that add up.
    They tell how each word moved stage 1, and how each kind of evidence moved the score.
    JSON has an article a line.

    Example: corestory explain article.txt --paragraph 3
    """
    check_threshold(threshold)
    place = None if output == STANDARD_OUTPUT else output
    form = form or _form(place)
    if form is ExplanationForm.html:
        if paragraph is not None:
            raise typer.BadParameter(
                "a page shows all paragraphs; give --format text or json", param_hint="--paragraph"
            )
        if tag_to_pages([article], place, model=model, only=None, threshold=threshold, rejects=None, force=force):
            raise typer.Exit(1)
        return

    from corestory.commands.given import given_articles
    from corestory.commands.models import open_model
    from corestory.commands.rejects import open_rejects
    from corestory.commands.screen import harmless
    from corestory.model.explaining import explain_articles
    from corestory.output.explanation import explanation_json

    tagger = open_model(model)
    with open_rejects(None, force=force) as refused, _opened(place, force=force) as stream:
        first = True
        for explained in explain_articles(tagger, given_articles([article], refused), threshold=threshold):
            count = len(explained.paragraphs)
            if paragraph is not None and paragraph >= count:
                refused.refuse(
                    InputError(
                        f"no paragraph {paragraph}", where=explained.tagged.article_id, expected=f"0 to {count - 1}"
                    )
                )
                continue
            if form is ExplanationForm.json:
                text = explanation_json(explained, position=paragraph)
            else:
                text = ("" if first else "\n\n") + _text(explained, paragraph, wide=place is not None)
            stream.write(f"{harmless(text) if stream.isatty() else text}\n")
            first = False
        if first and place is not None:
            raise OutputError("nothing to write", where=place, mend="What was refused is listed above.")
    if refused.count:
        raise typer.Exit(1)


def _form(output: str | None) -> ExplanationForm:
    if output is None:
        return ExplanationForm.text
    if is_one_page(output):
        return ExplanationForm.html
    suffix = Path(output).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    raise OutputError(
        f"no format ends in {suffix!r}", where=output, expected=f"a name that ends in {', '.join(SUFFIXES)} or .html",
        mend="Or give --format.",
    )  # fmt: skip


def _text(explained: ArticleExplanation, paragraph: int | None, *, wide: bool) -> str:
    from corestory.output.explanation import explanation_lines
    from corestory.reading.text import storable

    width = FILE_WIDTH if wide or not sys.stdout.isatty() else shutil.get_terminal_size().columns
    return storable("\n".join(explanation_lines(explained, position=paragraph, width=width)))


@contextmanager
def _opened(output: str | None, *, force: bool) -> Iterator[TextIO]:
    from corestory.atomic import atomic_path

    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        yield sys.stdout
        return
    with atomic_path(Path(output), force=force) as temporary, temporary.open("w", encoding="utf-8") as stream:
        yield stream
