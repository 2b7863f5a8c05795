"""Formats of tagged articles, and the names of files and folders that they are written to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from corestory.errors import OutputError, reason_of
from corestory.remote import path_of


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
