"""The formats of tagged articles, the units of their rows, and the endings of their files.

The command line reads this module for --help, so it imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from corestory.output.story import KindChoice
    from corestory.types import Label

RowFormat = Literal["text", "jsonl", "csv", "parquet"]
StoryFormat = Literal["markdown", "tei"]
DocumentFormat = Literal["labelled", StoryFormat]
OutputFormat = Literal["text", "jsonl", "csv", "parquet", "html", "labelled", "markdown", "tei"]
LabellingTool = Literal["label-studio", "doccano", "prodigy", "argilla"]
Unit = Literal["paragraph", "span", "article"]
"""The unit of a row."""

TABLES = ("jsonl", "csv", "parquet")
# Formats with one document per article: its story, or all its paragraphs.
STORIES = ("markdown", "tei")
DOCUMENTS = ("labelled", *STORIES)

PAGE_ENDINGS = (".html", ".htm")
# Equal to the ending in `corestory.reading.one_article`, whose import takes longer than all of --help.
LABELLED_ENDING = ".labelled.txt"
ENDINGS: dict[str, OutputFormat] = {
    LABELLED_ENDING: "labelled",
    ".txt": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".md": "markdown",
    ".xml": "tei",
    **dict.fromkeys(PAGE_ENDINGS, "html"),
}
"""The format for each ending of an output's name; the first ending that matches counts."""
SUFFIXES = {
    "text": ".txt",
    "jsonl": ".jsonl",
    "csv": ".csv",
    "parquet": ".parquet",
    "markdown": ".md",
    "tei": ".tei.xml",
}
"""The ending of the files of each format in a folder."""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Which rows to write, with which columns.

    Attributes
    ----------
    only
        Write only paragraphs with this label; positions still count all paragraphs of the article.
    keep
        The names of columns of the input to append; not for ``text``.
    kinds
        Whether to write the kinds of articles that were tagged with kinds, and which to leave out or to keep.
    unit
        The unit of a row; always a paragraph for ``text``.
    """

    only: Label | None = None
    keep: tuple[str, ...] = ()
    kinds: KindChoice | None = None
    unit: Unit = "paragraph"


EVERY_PARAGRAPH = RowChoice()


def chosen_unit(asked: Unit | None, form: str | None, only: str | None, *, kinds: bool) -> Unit:
    """Choose the unit of a row: the story of an article if only core is written as a table, otherwise a paragraph.

    Parameters
    ----------
    asked
        The user's choice; None if the user made none.
    form, only
        The format, and the label of the paragraphs to write; None for both labels.
    kinds
        Whether to write kinds, which the row of an article cannot hold.

    Examples
    --------
    >>> chosen_unit(None, "jsonl", "core", kinds=False), chosen_unit(None, "jsonl", None, kinds=False)
    ('article', 'paragraph')
    """
    if asked is not None:
        return asked
    return "article" if only == "core" and form in TABLES and not kinds else "paragraph"
