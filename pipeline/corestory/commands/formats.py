"""Formats of what ``corestory predict`` writes, and the checks that its other options suit them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from corestory.errors import OutputError, reason_of
from corestory.remote import AnyPath, path_of


class Only(StrEnum):
    """The label of the paragraphs to print."""

    core = "core"
    filler = "filler"


class Rows(StrEnum):
    """The unit of a row of the output."""

    paragraph = "paragraph"
    span = "span"
    article = "article"


class OutputFormat(StrEnum):
    """The format of tagged articles: rows, or the page of `corestory.commands.outputs`."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    html = "html"
    labelled = "labelled"
    markdown = "markdown"
    tei = "tei"


# A document for each article: with all its paragraphs, or with its story.
DOCUMENTS = (OutputFormat.labelled, OutputFormat.markdown, OutputFormat.tei)
STORIES = DOCUMENTS[1:]

PAGE_ENDINGS = (".html", ".htm")
# As `corestory.reading.one_article` has it, whose import takes longer than all of --help.
LABELLED_ENDING = ".labelled.txt"
ENDINGS = {
    ".txt": OutputFormat.text,
    ".jsonl": OutputFormat.jsonl,
    ".ndjson": OutputFormat.jsonl,
    ".csv": OutputFormat.csv,
    ".parquet": OutputFormat.parquet,
    ".md": OutputFormat.markdown,
    ".xml": OutputFormat.tei,
}


def unknown_ending(ending: str, output: str, known: Sequence[str], *, hint: str = "Or give --format.") -> OutputError:
    """Return the error for a file name whose ending is of no format."""
    found = f"no format ends in {ending!r}" if ending else "a name without an ending"
    expected = f"a name that ends in {', '.join(known[:-1])} or {known[-1]}"
    return OutputError(found, where=output, expected=expected, hint=hint)


def check_ending(output: Path | str, *endings: str) -> None:
    """Refuse the name of an output that ends as another format may; a name without an ending is taken.

    Examples
    --------
    >>> check_ending("paragraphs.parquet", ".parquet")
    >>> try:
    ...     check_ending("paragraphs.csv", ".parquet")
    ... except OutputError as error:
    ...     print(error)
    paragraphs.csv: a name that ends in .csv; expected one that ends in .parquet
    """
    ending = Path(output).suffix.lower()
    if ending and ending not in endings:
        expected = f"one that ends in {' or '.join(endings)}"
        raise OutputError(f"a name that ends in {ending}", where=str(output), expected=expected)


def check_rejects(path: str | None) -> str | None:
    """Refuse a file of refusals whose name says that it is no JSON Lines."""
    if path is not None:
        check_ending(path, ".jsonl", ".ndjson")
    return path


Rejects = Annotated[
    str | None,
    typer.Option(
        "--rejects", help="A file for all refusals, as JSON Lines with where and reason.", callback=check_rejects
    ),
]


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


def check_name(asked: OutputFormat | None, output: AnyPath) -> None:
    """Refuse the name of a file that ends as another format does.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_name(OutputFormat.csv, Path("tagged.csv"))
    >>> try:
    ...     check_name(OutputFormat.csv, Path("tagged.jsonl"))
    ... except OutputError as error:
    ...     print(error)
    tagged.jsonl: ends as jsonl does, but the format is csv. Give another name, or leave out --format.
    """
    named = _named_format(output)
    if asked is not None and named not in (None, asked):
        raise OutputError(
            f"ends as {named} does, but the format is {asked.value}",
            where=str(output),
            hint="Give another name, or leave out --format.",
        )


def _named_format(output: AnyPath) -> OutputFormat | None:
    if output.name.lower().endswith(LABELLED_ENDING):
        return OutputFormat.labelled
    return OutputFormat.html if output.suffix.lower() in PAGE_ENDINGS else ENDINGS.get(output.suffix.lower())


def chosen_format(
    asked: OutputFormat | None, output: AnyPath | None, only: Only | None, *, rows: Rows | None = None
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
        The unit of a row, if the user gives one.

    Raises
    ------
    OutputError
        The format cannot be determined, or does not suit a terminal.

    Examples
    --------
    >>> from pathlib import Path
    >>> chosen_format(None, Path("tagged.csv"), None).value
    'csv'
    """
    if output is not None and output.suffix.lower() in (".gz", ".bz2", ".zst"):
        form, name = asked.value if asked else "jsonl", output.name.removesuffix(output.suffix)
        hint = f"Give --format {form} without --output, and pipe it: | gzip > {name}.gz."
        raise OutputError("outputs are not compressed", where=str(output), hint=hint)
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
    ending, named = output.suffix.lower(), _named_format(output)
    if named is not None:
        return named
    if only and not ending:
        return OutputFormat.text
    hint = f"Or give --format, or {output}/ for a folder."
    raise unknown_ending(ending, str(output), [*ENDINGS, ".html"], hint=hint)


def check_processes(jobs: int, dask: str) -> None:
    """Refuse several processes for an output that one process writes.

    Examples
    --------
    >>> check_processes(1, "")
    >>> try:
    ...     check_processes(2, "")
    ... except typer.BadParameter as error:
    ...     print(error)
    one process writes this output; leave it out, or give --output FOLDER/ for rows, text, markdown or tei
    """
    if dask or jobs != 1:
        raise typer.BadParameter(
            "one process writes this output; leave it out, or give --output FOLDER/ for rows, text, markdown or tei",
            param_hint="--dask" if dask else "--jobs",
        )


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
    from corestory.output.story import TABLES

    reason = ""
    if rows is not Rows.paragraph and form not in TABLES:
        reason = f"{form} has no rows; give --format jsonl, csv or parquet"
    elif rows is Rows.article and only is Only.filler:
        reason = "the row of an article has its story; leave out --only filler"
    elif rows is Rows.article and kinds:
        reason = "the row of an article has no kinds; leave out --kinds"
    if reason:
        raise typer.BadParameter(reason, param_hint=f"--rows {rows.value}")


def check_documents(form: str | None, only: Only | None, *, other_kinds: bool) -> None:
    """Refuse options that do not suit documents: a labelled file has all paragraphs, the others have the story.

    Examples
    --------
    >>> check_documents("markdown", None, other_kinds=False)
    >>> try:
    ...     check_documents("labelled", Only.core, other_kinds=False)
    ... except typer.BadParameter as error:
    ...     print(error)
    a labelled file has all paragraphs of its article; leave out --only, --drop-kinds and --keep-kinds
    """
    if form == "labelled" and (only or other_kinds):
        raise typer.BadParameter(
            "a labelled file has all paragraphs of its article; leave out --only, --drop-kinds and --keep-kinds",
            param_hint="--format labelled",
        )
    if form in STORIES and only is Only.filler:
        raise typer.BadParameter(f"{form} has the story; leave out --only filler", param_hint=f"--format {form}")


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
        The unit of a row.

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
    from corestory.output.story import STORY_COLUMNS, TABLES

    if form not in TABLES:
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
