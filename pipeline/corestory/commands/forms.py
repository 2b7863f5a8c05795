"""The forms of ``corestory predict``'s output, and how they are chosen."""

from __future__ import annotations

import os
import sys
from enum import StrEnum

from corestory.errors import OutputError, reason_of
from corestory.remote import AnyPath, path_of


class Only(StrEnum):
    """The label to print."""

    core = "core"
    filler = "filler"


class Form(StrEnum):
    """The form of an output that is written row by row."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


class AnyForm(StrEnum):
    """The forms of rows, and the page, which `corestory.commands.pages` writes."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    html = "html"


SUFFIXES = {
    ".txt": Form.text,
    ".jsonl": Form.jsonl,
    ".ndjson": Form.jsonl,
    ".csv": Form.csv,
    ".parquet": Form.parquet,
}


def chosen_form(form: Form | None, output: AnyPath | None, only: Only | None) -> Form | None:
    """Choose the form of an output; None is the annotated article, on a terminal.

    Parameters
    ----------
    form
        The one that was asked for.
    output
        A file, whose name may tell; None is the standard output.
    only
        The paragraphs that were asked for.

    Raises
    ------
    OutputError
        Nothing tells the form, or it is none for a terminal.

    Examples
    --------
    >>> from pathlib import Path
    >>> chosen_form(None, Path("tagged.csv"), None).value
    'csv'
    """
    terminal = output is None and sys.stdout.isatty()
    if form is Form.parquet and terminal:
        raise OutputError("Parquet on a terminal", mend="Give --output FILE.parquet, or another --format.")
    if form is not None:
        return form
    if output is None:
        return Form.text if only else None if terminal else Form.jsonl
    suffix = output.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if only and suffix != ".gz":
        return Form.text
    expected = f"a name that ends in {', '.join(SUFFIXES)}"
    raise OutputError(f"no format ends in {suffix!r}", where=str(output), expected=expected, mend="Or give --format.")


def is_folder(output: str) -> bool:
    """Say whether an output is meant as a folder.

    Raises
    ------
    OutputError
        What is there cannot be asked for.

    Examples
    --------
    >>> is_folder("tagged/"), is_folder("tagged.jsonl")
    (True, False)
    """
    if output.endswith(("/", os.sep)):
        return True
    try:
        return path_of(output).is_dir()
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot be reached ({reason_of(error)})", where=output) from error
