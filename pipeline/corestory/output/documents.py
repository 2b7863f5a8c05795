"""Documents: formats with a file for each article, such as labelled files and Markdown, in a folder or alone.

While a folder run tags a file, its documents are lines of one file, as the rows of other formats are. So the documents
of the parts of a large file are joined as rows are, and get their numbers when all are there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corestory.atomic import Target
from corestory.errors import OutputError
from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import LABELLED_ENDING, SUFFIXES, DocumentFormat, StoryFormat
from corestory.output.markup import DOCUMENT_RULE, markdown, tei
from corestory.output.story import KindChoice, story_of
from corestory.reading.article import site_of
from corestory.reading.text import in_one_line, storable

# The part of a title that is in the name of its file.
_NAME_CHARACTERS = 40
_OUTSIDE_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """A format of documents.

    Attributes
    ----------
    name
        Its name in options.
    ending
        The ending of its files.
    render
        Returns the document of an article.
    rule
        The line between the documents of one file; None where a file holds one only.
    """

    name: DocumentFormat
    ending: str
    render: Callable[[TaggedArticle], str]
    rule: str | None = None

    def name_end(self, title: str) -> str:
        """Return the name of an article's file after the article's number, which it has because titles repeat.

        Examples
        --------
        >>> document_form("markdown").name_end("Lock opens / again")
        '-lock-opens-again.md'
        """
        words = _OUTSIDE_WORDS.sub("-", storable(title)[:_NAME_CHARACTERS]).strip("-").lower()
        return f"{'-' * bool(words)}{words}{self.ending}"


def document_form(name: DocumentFormat, kinds: KindChoice | None = None) -> DocumentForm:
    """Return a format by its name.

    Parameters
    ----------
    name
        Its name in options.
    kinds
        Which kinds to leave out of the story, or to keep in it.
    """
    if name == "labelled":
        return DocumentForm(name, LABELLED_ENDING, labelled_text)
    write, rule = (markdown, DOCUMENT_RULE) if name == "markdown" else (tei, None)
    return DocumentForm(name, SUFFIXES[name], lambda article: write(story_of(article, kinds)), rule)


class DocumentFile:
    """A writer of a file of documents.

    Parameters
    ----------
    target
        A path, which is created or replaced, or a binary stream, which is left open.
    form
        The format.
    kinds
        Which kinds to leave out of the story, or to keep in it.

    Raises
    ------
    OutputError
        If the file cannot be written, or there is a second article where a file holds one only.
    """

    def __init__(self, target: Path | BinaryIO, form: DocumentFormat, kinds: KindChoice | None = None) -> None:
        self._form = document_form(form, kinds)
        self._target = Target(target)
        self._count = 0
        self._held = ""

    def write(self, article: TaggedArticle) -> None:
        """Write the document of an article; where a file holds one only, keep it until `close`."""
        document, rule = self._form.render(article), self._form.rule
        if not document:
            return
        self._count += 1
        if rule is None and self._count > 1:
            raise OutputError(
                f"more than one article, but one {self._form.name} file",
                expected="a folder for a file each",
                hint=f"Give --format {self._form.name} --output FOLDER/.",
            )
        if rule is None:
            self._held = document
        else:
            self._target.write((f"\n{rule}\n\n" * (self._count > 1) + document).encode())

    def close(self) -> None:
        """Finish the file."""
        with closing(self._target) as target:
            target.write(self._held.encode())


class DocumentFolder:
    """A writer of a folder with one file per article.

    Parameters
    ----------
    folder
        The folder, which exists and is empty.
    form, kinds
        As in `DocumentFile`.
    """

    def __init__(self, folder: Path, form: DocumentFormat, kinds: KindChoice | None = None) -> None:
        self._form = document_form(form, kinds)
        self._folder = folder
        self._count = 0

    def write(self, article: TaggedArticle) -> None:
        """Write the file of an article."""
        self._count += 1
        file = self._folder / f"{self._count:06d}{self._form.name_end(article.title)}"
        file.write_bytes(self._form.render(article).encode())

    def close(self) -> None:
        """Do nothing: every file has been written."""


class DocumentLines:
    """A writer of documents as lines of JSON, each with the end of its file's name.

    Parameters
    ----------
    target
        The file, which is created or replaced.
    form, kinds
        As in `document_form`.
    """

    def __init__(self, target: Path, form: StoryFormat, kinds: KindChoice | None) -> None:
        self._form = document_form(form, kinds)
        self._target = Target(target)

    def write(self, article: TaggedArticle) -> None:
        """Write the line of an article."""
        line = [self._form.name_end(article.title), self._form.render(article)]
        self._target.write(f"{json.dumps(line)}\n".encode())

    def close(self) -> None:
        """Finish the file."""
        self._target.close()


def unpack_documents(lines: Path, folder: Path) -> None:
    """Write each document of a file of `DocumentLines` to its own file in a new folder."""
    folder.mkdir()
    with lines.open("rb") as file:
        for number, line in enumerate(file, start=1):
            name_end, document = json.loads(line)
            (folder / f"{number:06d}{name_end}").write_bytes(document.encode())


def labelled_text(article: TaggedArticle) -> str:
    r"""Return an article in the sample format of `corestory.labelling.origins.read_sample`.

    Parameters
    ----------
    article
        The article. If it was tagged with kinds, each label has its kind or role, body text excepted.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained.", "Share"], url="https://herald.example/7", title="Rain")
    >>> print(labelled_text(TaggedArticle(article, np.array([0.9, 0.1]), np.array([True, False]), 0.8)), end="")
    site: herald.example
    url: https://herald.example/7
    title: Rain
    <BLANKLINE>
    core: It rained.
    filler: Share
    """
    facts = {
        "site": site_of(article.article),
        "url": article.url,
        "title": article.title,
        "language": article.article.language,
    }
    header = [f"{name}: {line}\n" for name, value in facts.items() if (line := in_one_line(storable(value)).strip())]
    kinds = article.kinds.names if article.kinds is not None else ("",) * len(article.texts)
    lines = [
        f"{label}{_detail(label, kind)}: {in_one_line(storable(text)).strip()}\n"
        for label, kind, text in zip(article.labels, kinds, article.texts, strict=True)
    ]
    return "".join([*header, *["\n"] * bool(header), *lines])


def _detail(label: str, kind: str) -> str:
    # Filler that repeats the title has a kind that is none of the format's.
    known = kind != "body" and kind in ROLES if label == "core" else kind in KINDS
    return f"/{kind}" if known else ""
