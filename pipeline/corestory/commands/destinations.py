"""The destination of ``corestory predict``, from what the user asks for, and the checks that the options suit it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import typer

from corestory.commands.formats import (
    DOCUMENTS,
    ENDINGS,
    LABELLED_ENDING,
    PAGE_ENDINGS,
    STORIES,
    Only,
    OutputFormat,
    Rows,
    is_folder,
    unknown_ending,
)
from corestory.commands.options import STANDARD_OUTPUT
from corestory.errors import OutputError
from corestory.remote import AnyPath, path_of


class Way(Enum):
    """How tagged articles are written."""

    whole = auto()
    """One file, one new folder or the standard output, whole or not at all."""
    pages = auto()
    """The same, as pages that explain each score."""
    by_file = auto()
    """An output file per input file in a folder; a later run goes on."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where and how to write tagged articles.

    Attributes
    ----------
    way
        How.
    path
        The file or folder; None is the standard output.
    form
        The format; None is the annotated article, which is for a terminal.
    in_folder
        Whether the output is a folder.
    """

    way: Way
    path: AnyPath | None
    form: OutputFormat | None
    in_folder: bool


def chosen_destination(
    asked: OutputFormat | None, output: str | None, sources: Sequence[str], only: Only | None, rows: Rows | None
) -> Destination:
    """Choose the way and the format of the output.

    Parameters
    ----------
    asked
        The format that the user asks for; None for none.
    output
        The file or folder to write; None and ``-`` are the standard output.
    sources
        The inputs.
    only
        The label of the paragraphs to print.
    rows
        The unit of a row, if the user gives one.

    Raises
    ------
    OutputError
        The name and the format do not agree, or the format cannot be told.

    Examples
    --------
    >>> chosen_destination(None, "tagged/", ["page.html"], None, None).way.name
    'by_file'
    >>> chosen_destination(OutputFormat.csv, "tagged.jsonl", ["page.html"], None, None)
    Traceback (most recent call last):
    corestory.errors.OutputError: tagged.jsonl: ends as jsonl does, but the format is csv. Give another name, ...
    """
    output = None if output == STANDARD_OUTPUT else output
    path, in_folder = None, False
    if output is not None:
        path, in_folder = path_of(output), is_folder(output)
        if not in_folder:
            _check_name(asked, path)
    # The name of a page means one, even where a folder has it.
    if asked is OutputFormat.html or (asked is None and output is not None and is_one_page(output)):
        return Destination(Way.pages, path, OutputFormat.html, output is not None and not is_one_page(output))
    # People correct labelled files, so a later run must not replace them; and it cannot read standard input again.
    at_once = asked is OutputFormat.labelled or (asked in DOCUMENTS and STANDARD_OUTPUT in sources)
    if in_folder and not at_once:
        text = only and rows in (None, Rows.paragraph)
        return Destination(Way.by_file, path, asked or (OutputFormat.text if text else OutputFormat.jsonl), in_folder)
    return Destination(Way.whole, path, _form_of_rows(asked, path, only, rows), in_folder)


def is_one_page(output: str) -> bool:
    """Return whether an output is one page by its name, not a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output.lower().endswith(PAGE_ENDINGS)


def _check_name(asked: OutputFormat | None, output: AnyPath) -> None:
    """Refuse the name of a file that ends as another format does."""
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
    return OutputFormat.html if is_one_page(output.name) else ENDINGS.get(output.suffix.lower())


def _form_of_rows(
    asked: OutputFormat | None, output: AnyPath | None, only: Only | None, rows: Rows | None
) -> OutputFormat | None:
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


def check_suits(
    destination: Destination, rows: Rows, only: Only | None, *, kinds: bool, other_kinds: bool, keep: Sequence[str]
) -> None:
    """Refuse options that do not suit a destination.

    Parameters
    ----------
    destination
        Where and how to write.
    rows
        The unit of a row.
    only
        The label of the paragraphs to print.
    kinds
        Whether rows tell the kinds.
    other_kinds
        Whether paragraphs are chosen by their kinds.
    keep
        Columns of the input to keep.

    Examples
    --------
    >>> check_suits(Destination(Way.whole, None, OutputFormat.csv, False), Rows.article, None, kinds=False,
    ...             other_kinds=False, keep=["desk"])
    >>> try:
    ...     check_suits(Destination(Way.whole, None, OutputFormat.text, False), Rows.article, None, kinds=False,
    ...                 other_kinds=False, keep=[])
    ... except typer.BadParameter as error:
    ...     print(error)
    text has no rows; give --format jsonl, csv or parquet
    """
    form = destination.form
    _check_rows(rows, form, only, kinds=kinds)
    _check_documents(form, only, other_kinds=other_kinds)
    _check_keep(keep, form, kinds=kinds, rows=rows)


def check_processes(destination: Destination, jobs: int, dask: str) -> None:
    """Refuse several processes for an output that one process writes."""
    if destination.way is not Way.by_file and (dask or jobs != 1):
        raise typer.BadParameter(
            "one process writes this output; leave it out, or give --output FOLDER/ for rows, text, markdown or tei",
            param_hint="--dask" if dask else "--jobs",
        )


def _check_rows(rows: Rows, form: str | None, only: Only | None, *, kinds: bool) -> None:
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


def _check_documents(form: str | None, only: Only | None, *, other_kinds: bool) -> None:
    # A labelled file has all paragraphs, the others have the story.
    if form == "labelled" and (only or other_kinds):
        raise typer.BadParameter(
            "a labelled file has all paragraphs of its article; leave out --only, --drop-kinds and --keep-kinds",
            param_hint="--format labelled",
        )
    if form in STORIES and only is Only.filler:
        raise typer.BadParameter(f"{form} has the story; leave out --only filler", param_hint=f"--format {form}")


def _check_keep(keep: Sequence[str], form: str | None, *, kinds: bool, rows: Rows) -> None:
    """Refuse columns that the output cannot carry."""
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
