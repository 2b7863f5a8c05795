"""Options that several commands share, each defined once, and the checks of their values."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.errors import OutputError, reason_of
from corestory.remote import AnyPath, path_of

if TYPE_CHECKING:
    from corestory.reading.fields import ReadingOptions

STANDARD_OUTPUT = "-"


def check_threshold(threshold: float | None) -> float | None:
    """Return a threshold that is a probability; some versions of Typer let NaN pass their own limits.

    Examples
    --------
    >>> check_threshold(0.5)
    0.5
    >>> try:
    ...     check_threshold(float("nan"))
    ... except typer.BadParameter as error:
    ...     print(error)
    nan is not a number from 0 to 1
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise typer.BadParameter(f"{threshold:g} is not a number from 0 to 1")
    return threshold


def process_count(jobs: int) -> int:
    """Return a number of processes; -1 means one for each core that this process may use.

    Examples
    --------
    >>> process_count(3)
    3
    """
    if jobs >= 1:
        return jobs
    if jobs != -1:
        raise typer.BadParameter(f"{jobs} is not a number of processes; give 1 or more, or -1 for one per core")
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


LabelledTable = Annotated[Path, typer.Argument(metavar="DATA", help="A table that `corestory prepare` wrote.")]
Model = Annotated[str, typer.Option(help="A model's folder, or its name in models/.", show_default="the default model")]
Memory = Annotated[
    str,
    typer.Option(
        help="A site memory that `corestory remember` wrote: what stands on other pages of the same site counts as "
        "evidence for filler.",
        show_default=False,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        help="Tag a paragraph as core from this score on, 0 to 1.",
        show_default="chosen for each article by the model",
        callback=check_threshold,
    ),
]
Jobs = Annotated[int, typer.Option(help="Number of processes; -1 is one per core.", callback=process_count)]
Seed = Annotated[int, typer.Option(min=0, help="The same data, seed and versions give the same result.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print all tables, not only headline and baselines.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]


class Only(StrEnum):
    """The label of the paragraphs to print."""

    core = "core"
    filler = "filler"


class InputFormat(StrEnum):
    """The format of an input whose name does not tell it."""

    text = "text"
    html = "html"
    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    tsv = "tsv"
    warc = "warc"
    zip = "zip"


def _field(option: str, of: str) -> object:
    return typer.Option(
        option,
        metavar="NAME",
        help=f"The field or column that holds {of}.",
        show_default="found by its name",
        rich_help_panel=_FIELDS,
    )


_FIELDS = "Fields of JSON, CSV and Parquet"
TextColumn = Annotated[str, _field("--text-column", "the text, or a list of its paragraphs")]
HtmlColumn = Annotated[str, _field("--html-column", "the page's HTML")]
IdColumn = Annotated[str, _field("--id-column", "the article's id")]
UrlColumn = Annotated[str, _field("--url-column", "the article's address")]
TitleColumn = Annotated[str, _field("--title-column", "the article's title")]
AskedInputFormat = Annotated[
    InputFormat | None,
    typer.Option(
        "--input-format",
        help="Format of the standard input, and of files whose name does not tell it.",
        show_default="told by its beginning",
        rich_help_panel=_FIELDS,
    ),
]


class Rows(StrEnum):
    """What a row of the output is of."""

    paragraph = "paragraph"
    span = "span"
    article = "article"


def reading_options(
    *,
    text: str,
    html: str,
    article_id: str,
    url: str,
    title: str,
    form: InputFormat | None,
    rows: Rows = Rows.paragraph,
) -> ReadingOptions:
    """Return what the options say of the inputs.

    Examples
    --------
    >>> reading_options(text="body", html="", article_id="", url="", title="", form=InputFormat.jsonl).kind
    'lines'
    """
    from corestory.reading.fields import ReadingOptions

    kind = "" if form is None else "lines" if form is InputFormat.jsonl else form.value
    return ReadingOptions(text, html, article_id, url, title, kind, source=rows is Rows.span)


class OutputFormat(StrEnum):
    """The format of tagged articles: rows, or the page of `corestory.commands.pages`."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    html = "html"
    labelled = "labelled"


# As `corestory.reading.one_article` has it, whose import takes longer than all of --help.
LABELLED_ENDING = ".labelled.txt"
ENDINGS = {
    ".txt": OutputFormat.text,
    ".jsonl": OutputFormat.jsonl,
    ".ndjson": OutputFormat.jsonl,
    ".csv": OutputFormat.csv,
    ".parquet": OutputFormat.parquet,
}


def chosen_format(
    asked: OutputFormat | None, output: AnyPath | None, only: Only | None, *, rows: Rows = Rows.paragraph
) -> OutputFormat | None:
    """Choose the format of rows; None is the annotated article, which is for a terminal.

    Parameters
    ----------
    asked
        The format that the user asked for.
    output
        The file to write, whose ending may tell the format; None is the standard output.
    only
        The label of the paragraphs to print.
    rows
        What a row is of.

    Raises
    ------
    OutputError
        The format cannot be determined, or does not suit a terminal.

    Examples
    --------
    >>> chosen_format(None, Path("tagged.csv"), None).value
    'csv'
    """
    terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    if asked is OutputFormat.parquet and terminal:
        raise OutputError(
            "Parquet cannot be shown on a terminal", hint="Give --output FILE.parquet, or another --format."
        )
    if asked is not None:
        return asked
    if output is None and rows is Rows.article:
        return OutputFormat.jsonl
    if output is None:
        return OutputFormat.text if only else None if terminal else OutputFormat.jsonl
    ending = output.suffix.lower()
    if output.name.lower().endswith(LABELLED_ENDING):
        return OutputFormat.labelled
    if ending in ENDINGS:
        return ENDINGS[ending]
    if only and ending != ".gz":
        return OutputFormat.text
    raise unknown_ending(ending, str(output), [*ENDINGS, ".html"])


def unknown_ending(ending: str, output: str, known: Sequence[str]) -> OutputError:
    """Return the error for a file name whose ending tells no format."""
    expected = f"a name that ends in {', '.join(known[:-1])} or {known[-1]}"
    return OutputError(f"no format ends in {ending!r}", where=output, expected=expected, hint="Or give --format.")


def is_folder(output: str) -> bool:
    """Return whether an output means a folder: it ends in a slash, or there is a folder of that name.

    Raises
    ------
    OutputError
        A remote output cannot be reached.

    Examples
    --------
    >>> is_folder("tagged/"), is_folder("tagged.jsonl")
    (True, False)
    """
    try:
        path_of(output).resolve()
        return output.endswith(("/", os.sep)) or path_of(output).is_dir()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise OutputError(f"cannot be reached ({reason_of(error)})", where=output) from error


def check_rows(rows: Rows, form: str | None, only: Only | None, *, kinds: bool) -> None:
    """Refuse options that do not suit the rows.

    Examples
    --------
    >>> check_rows(Rows.article, "csv", None, kinds=False)
    >>> try:
    ...     check_rows(Rows.article, "text", None, kinds=False)
    ... except typer.BadParameter as error:
    ...     print(error)
    text has no rows; give --format jsonl, csv or parquet
    """
    reason = ""
    if rows is not Rows.paragraph and form not in ("jsonl", "csv", "parquet"):
        reason = f"{form} has no rows; give --format jsonl, csv or parquet"
    elif rows is Rows.article and only is Only.filler:
        reason = "the row of an article has its story; leave out --only filler"
    elif rows is Rows.article and kinds:
        reason = "the row of an article has no kinds; leave out --kinds"
    if reason:
        raise typer.BadParameter(reason, param_hint=f"--rows {rows.value}")


def check_labelled(form: str | None, only: Only | None, *, other_kinds: bool) -> None:
    """Refuse options that leave paragraphs out of a labelled file.

    Examples
    --------
    >>> check_labelled("labelled", None, other_kinds=False)
    >>> try:
    ...     check_labelled("labelled", Only.core, other_kinds=False)
    ... except typer.BadParameter as error:
    ...     print(error)
    a labelled file has all paragraphs of its article; leave out --only, --drop-kinds and --keep-kinds
    """
    if form == "labelled" and (only or other_kinds):
        raise typer.BadParameter(
            "a labelled file has all paragraphs of its article; leave out --only, --drop-kinds and --keep-kinds",
            param_hint="--format labelled",
        )


def check_keep(keep: Sequence[str], form: str | None, *, kinds: bool = False, rows: Rows = Rows.paragraph) -> None:
    """Refuse columns that the output cannot carry.

    Parameters
    ----------
    keep
        Names of the columns to keep.
    form
        The output's format; None is the annotated article.
    kinds
        Whether the output has the columns of kinds.
    rows
        What a row is of.

    Examples
    --------
    >>> check_keep(["desk"], "csv")
    >>> try:
    ...     check_keep(["score"], "csv")
    ... except typer.BadParameter as error:
    ...     print(error)
    the output has its own column 'score'
    """
    if not keep:
        return
    from corestory.output.rows import COLUMNS, KIND_COLUMNS, SPAN_COLUMNS
    from corestory.output.story_rows import STORY_COLUMNS

    if form not in ("jsonl", "csv", "parquet"):
        raise typer.BadParameter(
            f"{form or 'text'} has no columns; give --format jsonl, csv or parquet", param_hint="--keep"
        )
    seen: set[str] = set()
    for name in keep:
        folded = name.strip().lower()
        own = (
            STORY_COLUMNS
            if rows is Rows.article
            else (*COLUMNS, *SPAN_COLUMNS * (rows is Rows.span), *KIND_COLUMNS * kinds)
        )
        if folded in own:
            raise typer.BadParameter(f"the output has its own column {name!r}", param_hint="--keep")
        if not folded or folded in seen:
            raise typer.BadParameter(f"{name!r} is empty or given twice", param_hint="--keep")
        seen.add(folded)
