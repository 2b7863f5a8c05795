"""The outputs of commands: chooses format and place from the user's options, and refuses options that do not fit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from corestory.commands.options import STANDARD_OUTPUT, PredictOptions
from corestory.errors import OutputError, reason_of
from corestory.output.formats import DOCUMENTS, ENDINGS, PAGE_ENDINGS, STORIES, TABLES, OutputFormat
from corestory.remote import AnyPath, path_of

if TYPE_CHECKING:
    from corestory.output.formats import RowChoice, Unit
    from corestory.types import Label

AnyFormat = TypeVar("AnyFormat", bound=str)


@dataclass(frozen=True, slots=True)
class Destination:
    """The place and the format of tagged articles.

    Attributes
    ----------
    path
        The file or folder; None for the standard output.
    form
        The format; None for annotated articles on a terminal.
    in_folder
        Whether the output is a folder.
    by_file
        Whether each input file gets an output file in the folder, so that a later run can resume. Otherwise the output
        is written whole or not at all.
    """

    path: AnyPath | None
    form: OutputFormat | None
    in_folder: bool = False
    by_file: bool = False


def chosen_destination(
    asked: OutputFormat | None, output: str | None, sources: Sequence[str], only: Label | None, unit: Unit | None
) -> Destination:
    """Choose the place and the format of the output.

    Parameters
    ----------
    asked
        The format that the user asks for; None if the user gives none.
    output
        The file or folder to write; None and ``-`` mean the standard output.
    sources
        The inputs.
    only
        The label of the paragraphs to print.
    unit
        The unit of a row; None if the user gives none.

    Raises
    ------
    OutputError
        The name and the format do not match, or the format is unknown.

    Examples
    --------
    >>> chosen_destination(None, "tagged/", ["page.html"], None, None).by_file
    True
    >>> chosen_destination("csv", "tagged.jsonl", ["page.html"], None, None)
    Traceback (most recent call last):
    corestory.errors.OutputError: tagged.jsonl: the ending of this name means jsonl, but --format is csv. ...
    """
    if output is None or output == STANDARD_OUTPUT:
        return Destination(None, _printed_format(asked, only, unit))
    path, in_folder = path_of(output), is_folder(output)
    named = named_format(path.name, ENDINGS)
    if not in_folder:
        check_name(asked, named, output)
    # A name that ends like a page means a page, even if a folder has this name.
    if asked == "html" or (asked is None and is_one_page(output)):
        return Destination(path, "html", not is_one_page(output))
    # Some outputs cannot be resumed: people correct labelled files, and standard input cannot be read again.
    at_once = asked == "labelled" or (asked in DOCUMENTS and STANDARD_OUTPUT in sources)
    if in_folder and not at_once:
        text = only and unit in (None, "paragraph")
        return Destination(path, asked or ("text" if text else "jsonl"), in_folder, by_file=True)
    ending = path.suffix.lower()
    if ending in (".gz", ".bz2", ".zst"):
        form, name = asked or "jsonl", path.name.removesuffix(path.suffix)
        hint = f"Leave out --output and compress the standard output: --format {form} | gzip > {name}.gz"
        raise OutputError("corestory does not write compressed files", where=output, hint=hint)
    found = asked or named or ("text" if only and not ending else None)
    if found is None:
        raise unknown_ending(
            output, list(ENDINGS), hint=f"Or choose a format with --format, or write to a folder: {output}/"
        )
    return Destination(path, found, in_folder)


def _printed_format(asked: OutputFormat | None, only: Label | None, unit: Unit | None) -> OutputFormat | None:
    terminal = sys.stdout is not None and sys.stdout.isatty()
    if asked == "parquet" and terminal:
        raise OutputError(
            "Parquet cannot be shown on a terminal", hint="Give --output FILE.parquet, or another --format."
        )
    if asked is not None:
        return asked
    if unit == "article":
        return "jsonl"
    return "text" if only else None if terminal else "jsonl"


def is_one_page(output: str) -> bool:
    """Return whether the name of an output is that of one page and not of a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output.lower().endswith(PAGE_ENDINGS)


def is_folder(output: str) -> bool:
    """Return whether an output is a folder: its name ends in a slash, or a folder of this name exists.

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


def named_format(name: str, endings: Mapping[str, AnyFormat]) -> AnyFormat | None:
    """Return the format of the ending of a name; None if no format has this ending."""
    return next((form for ending, form in endings.items() if name.lower().endswith(ending)), None)


def check_name(asked: AnyFormat | None, named: AnyFormat | None, output: str) -> None:
    """Refuse a file name with the ending of another format."""
    if asked is not None and named not in (None, asked):
        raise OutputError(
            f"the ending of this name means {named}, but --format is {asked}",
            where=output,
            hint="Give another name, or leave out --format.",
        )


def unknown_ending(
    output: str, known: Sequence[str], *, hint: str = "Or choose a format with --format."
) -> OutputError:
    """Return the error for a file name with an unknown ending."""
    ending = Path(output).suffix.lower()
    found = f"no format has the ending {ending!r}" if ending else "the name has no ending"
    expected = f"a name that ends in {', '.join(known[:-1])} or {known[-1]}"
    return OutputError(found, where=output, expected=expected, hint=hint)


def check_ending(output: Path | str, *endings: str) -> None:
    """Refuse the name of an output that has another ending; a name without an ending is accepted.

    Examples
    --------
    >>> check_ending("paragraphs.parquet", ".parquet")
    >>> try:
    ...     check_ending("paragraphs.csv", ".parquet")
    ... except OutputError as error:
    ...     print(error)
    paragraphs.csv: this name ends in .csv; expected .parquet
    """
    ending = Path(output).suffix.lower()
    if ending and ending not in endings:
        raise OutputError(f"this name ends in {ending}", where=str(output), expected=" or ".join(endings))


def _check_rejects(path: str | None) -> str | None:
    if path is not None:
        check_ending(path, ".jsonl", ".ndjson")
    return path


Rejects = Annotated[
    str | None,
    typer.Option(
        "--rejects",
        help="A JSON Lines file to write: each refused input, with where and reason.",
        callback=_check_rejects,
    ),
]


def check_options(
    options: PredictOptions, destination: Destination, only: Label | None, *, jobs: int = 1, dask: str = ""
) -> None:
    """Refuse options of ``corestory predict`` that do not suit its destination.

    Parameters
    ----------
    options
        The options.
    destination
        The place and the format of the output.
    only
        The label that the user asks for; in `options` it is core if rows are articles.
    jobs, dask
        The number of processes, and the address of a cluster.

    Raises
    ------
    typer.BadParameter
        The message names the option and the fault.
    """
    form, rows, kinds = destination.form, options.rows, options.rows.kinds

    def refuse(option: str, reason: str) -> NoReturn:
        raise typer.BadParameter(reason, param_hint=option)

    if (dask or jobs != 1) and not destination.by_file:
        option = "--dask" if dask else "--jobs"
        instead = f"leave out {option}, or write rows, text, Markdown or TEI to a folder: --output FOLDER/"
        refuse(option, f"only one process can write this output; {instead}")
    if rows.unit != "paragraph" and form not in TABLES:
        refuse(f"--rows {rows.unit}", f"the format {form} has no rows; give --format jsonl, csv or parquet")
    if rows.unit == "article" and only == "filler":
        refuse("--rows article", "each row contains the story of an article, without filler; leave out --only filler")
    if rows.unit == "article" and kinds is not None and kinds.shown:
        refuse("--rows article", "rows of articles have no kinds; leave out --kinds")
    if form == "labelled" and (only or (kinds is not None and (kinds.drop or kinds.keep))):
        instead = "leave out --only, --drop-kinds and --keep-kinds"
        refuse("--format labelled", f"a labelled file contains all paragraphs of its article; {instead}")
    if form in STORIES and only == "filler":
        refuse(f"--format {form}", f"the format {form} contains only the story; leave out --only filler")
    if rows.keep and form not in TABLES:
        refuse("--keep", f"the format {form or 'text'} has no columns; give --format jsonl, csv or parquet")
    if form == "html" and options.rules:
        reason = "an HTML page explains only decisions of the model; leave out the rules, or give another --format"
        refuse("--always-core, --always-filler", reason)
    if rows.keep:
        _check_kept(rows)


def _check_kept(rows: RowChoice) -> None:
    """Refuse names of columns that are empty, given twice, or equal to columns of the output."""
    from corestory.output.rows import row_columns

    own, seen = row_columns(rows), set[str]()
    for name in rows.keep:
        folded = name.strip().lower()
        if folded in own:
            raise typer.BadParameter(f"the output already has a column {name!r}", param_hint="--keep")
        if not folded:
            raise typer.BadParameter("the name of the column is empty", param_hint="--keep")
        if folded in seen:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint="--keep")
        seen.add(folded)
