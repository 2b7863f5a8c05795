"""Tagged articles as labelled files, which people correct and ``corestory prepare`` reads."""

import re
from pathlib import Path
from typing import BinaryIO

from corestory.atomic import Target
from corestory.errors import OutputError
from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.one_article import LABELLED_ENDING
from corestory.reading.sites import site_of
from corestory.reading.text import storable

# What of a title is in the name of its file.
_NAME_CHARACTERS = 40
_OUTSIDE_WORDS = re.compile(r"[\W_]+")


def in_one_line(text: str) -> str:
    r"""Return a text with a space for each line end.

    Examples
    --------
    >>> in_one_line("Two\r\nlines\u2028here")
    'Two lines here'
    """
    return " ".join(text.splitlines())


def labelled_text(article: TaggedArticle) -> str:
    r"""Return an article in the sample format of `corestory.labelling.origins.read_sample`.

    Parameters
    ----------
    article
        The article. If it was tagged with kinds, each label has its kind or role, body text excepted.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import article_of_texts
    >>> article = article_of_texts("a", ["It rained.", "Share"], url="https://herald.example/7", title="Rain")
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


class LabelledFile:
    """A writer of one labelled file.

    Parameters
    ----------
    target
        A path, which is created or replaced, or a binary stream, which is left open.

    Raises
    ------
    OutputError
        If there is a second article, or the file cannot be written.
    """

    def __init__(self, target: Path | BinaryIO) -> None:
        self._target = target
        self._text = ""

    def write(self, article: TaggedArticle) -> None:
        """Keep the article until `close`."""
        if self._text:
            raise OutputError(
                "more than one article, but one labelled file",
                expected="a folder for a file each",
                hint="Give --format labelled --output FOLDER/.",
            )
        self._text = labelled_text(article)

    def close(self) -> None:
        """Write the file if there is an article."""
        if self._text:
            _put(self._target, self._text)


class LabelledFolder:
    """A writer of a folder with one labelled file per article.

    Parameters
    ----------
    folder
        The folder, which exists and is empty.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def write(self, article: TaggedArticle) -> None:
        """Write the file of an article; its name has a number, because titles repeat and may be missing."""
        self._count += 1
        words = _OUTSIDE_WORDS.sub("-", storable(article.title)[:_NAME_CHARACTERS]).strip("-").lower()
        name = f"{self._count:06d}{'-' * bool(words)}{words}{LABELLED_ENDING}"
        _put(self._folder / name, labelled_text(article))

    def close(self) -> None:
        """Do nothing: every file has been written."""


def _put(to: Path | BinaryIO, text: str) -> None:
    target = Target(to)
    try:
        target.write(text.encode())
    finally:
        target.close()
