"""Documents: articles in formats that people read and correct, in one file each, in one file, or on a terminal.

While a folder run tags a file, its documents are lines of one file, like the rows of other formats. So the documents of
the parts of a large file are joined like rows, and are numbered when all parts are joined.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from corestory.atomic import Target
from corestory.errors import OutputError
from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.kinds import CLASSES
from corestory.model.tagged_article import TaggedArticle
from corestory.output.formats import LABELLED_ENDING, SUFFIXES, DocumentFormat
from corestory.output.markup import DOCUMENT_RULE, markdown, tei
from corestory.output.story import KindChoice, chosen_positions, story_of
from corestory.reading.article import site_of
from corestory.reading.text import in_one_line, storable
from corestory.rendering import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# The number of first characters of a title that its file name contains.
_NAME_CHARACTERS = 40
_OUTSIDE_WORDS = re.compile(r"[\W_]+")


# The most characters of a paragraph on a terminal; other formats hold all of it.
SHOWN_CHARACTERS = 20_000
_KIND_WIDTH = max(map(len, CLASSES))

# Some readers take these characters for line ends.
_LINES = {ord("\t"): " ", ord("\r"): " ", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


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
        Returns the document of a tagged article; in the format ``html``, of an explained article.
    rule
        The line between the documents of one file; None if a file can hold only one document.
    """

    name: DocumentFormat | Literal["html"]
    ending: str
    render: Callable[[Any], str]
    rule: str | None = None

    def name_end(self, title: str) -> str:
        """Return the part of a file name that follows the article's number; numbers are needed because titles repeat.

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

    Raises
    ------
    OutputError
        The file cannot be written, or there is a second article in a format with one document per file.
    """

    def __init__(self, target: Path | BinaryIO, form: DocumentForm) -> None:
        self._form = form
        self._target = Target(target)
        self._count = 0
        self._held = ""

    def write(self, article: Any) -> None:
        """Write the document of an article; in a format with one document per file, keep it until `close`."""
        document, rule = self._form.render(article), self._form.rule
        if not document:
            return
        self._count += 1
        if rule is None and self._count > 1:
            raise OutputError(
                f"more than one article for one {self._form.name} file",
                expected="a folder, for one file per article",
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
    form
        The format.
    """

    def __init__(self, folder: Path, form: DocumentForm) -> None:
        self._form = form
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
    """A writer of documents as lines of JSON, each with the end of its file name.

    Parameters
    ----------
    target
        The file, which is created or replaced.
    form
        The format.
    """

    def __init__(self, target: Path, form: DocumentForm) -> None:
        self._form = form
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
        The article. If it was tagged with kinds, each label has its kind or role, except for body text.

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
    # Filler that repeats the title has the kind "title", which the format does not know.
    known = kind != "body" and kind in ROLES if label == "core" else kind in KINDS
    return f"/{kind}" if known else ""


class AnnotatedWriter:
    """A `corestory.output.rows.RowWriter` for a terminal: articles in its width, with an empty line between them.

    Core and filler differ in colour, and also in the mark and the bar in front.

    Parameters
    ----------
    kinds
        Whether to show the kinds, and which to leave out or to keep.
    console
        The console to print to; None for the standard output.

    Examples
    --------
    >>> import numpy as np
    >>> from rich.console import Console
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.97, 0.1])
    >>> article = TaggedArticle(Article("a.txt", ["It rained.", "Share"]), scores, scores > 0.5, 0.9)
    >>> AnnotatedWriter(console=Console(width=60, color_system=None)).write(article)
    a.txt: 1 of 2 core, ✗ filler, confidence 0.90
      0.97 ┃ It rained.
    ✗ 0.10 ┊ Share
    """

    def __init__(self, kinds: KindChoice | None = None, console: Console | None = None) -> None:
        from rich.console import Console  # needed only for terminals

        self._kinds = kinds
        self._console = Console() if console is None else console
        self._started = False

    def write(self, article: TaggedArticle) -> None:
        """Print an article."""
        if self._started:
            self._console.line()
        for line in self._lines(article):
            self._console.print(line)
        self._started = True

    def close(self) -> None:
        """Do nothing: every article has been printed."""

    def _lines(self, article: TaggedArticle) -> Iterator[Text]:
        from rich.text import Text

        console = self._console
        plain, encoding = console.options.ascii_only, console.encoding
        mark = "x" if plain else "✗"
        yield Text(
            f"{_shown(article.article_id, encoding)}: {int(article.core.sum())} of {len(article.texts)} core, "
            f"{mark} filler, confidence {article.confidence:.2f}",
            style="bold",
        )
        shown = article.kinds if self._kinds is not None and self._kinds.shown else None
        for position in chosen_positions(article, None, self._kinds):
            text, core, score = article.texts[position], bool(article.core[position]), float(article.scores[position])
            bar = "|" if plain else "┃" if core else "┊"
            kind = "" if shown is None else f"{shown.names[position]:<{_KIND_WIDTH}} "
            front = f"{' ' if core else mark} {score:.2f} {kind}"
            style = "" if core else "dim"
            width = max(1, console.width - len(front) - 2)
            for number, line in enumerate(Text(_shown(text, encoding), style=style).wrap(console, width)):
                line.rstrip()
                start = Text(front if number == 0 else " " * len(front), style="cyan" if core else "dim")
                yield Text.assemble(start, Text(f"{bar} ", style="cyan" if core else "dim"), line)


def _shown(text: str, encoding: str) -> str:
    cut = printable(text[:SHOWN_CHARACTERS].translate(_LINES))
    more = len(text) - SHOWN_CHARACTERS
    shown = f"{cut} … ({more:,} more characters)" if more > 0 else cut
    return shown.encode(encoding, "replace").decode(encoding)
