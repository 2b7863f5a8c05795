"""Explained articles as files: one page, or a folder with a page each and an index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from corestory.atomic import Target
from corestory.errors import OutputError
from corestory.output.article_page import PageEntry, article_page, index_page

if TYPE_CHECKING:
    from corestory.model.explaining import ArticleExplanation
    from corestory.types import Label

INDEX = "index.html"


class PageWriter(Protocol):
    """Takes explained articles one after another; only what was closed is whole."""

    def write(self, article: ArticleExplanation) -> None:
        """Add an article."""

    def close(self) -> None:
        """Finish."""


class OnePage:
    """The page of one article.

    Parameters
    ----------
    target
        A path, which is made anew, or a binary stream, which is left open.
    only
        As of `corestory.output.article_page.article_page`.

    Raises
    ------
    OutputError
        On a second article, and if the page cannot be written.
    """

    def __init__(self, target: Path | BinaryIO, *, only: Label | None = None) -> None:
        self._target, self._only = target, only
        self._article: ArticleExplanation | None = None

    def write(self, article: ArticleExplanation) -> None:
        """Take the article."""
        if self._article is not None:
            raise OutputError(
                "more than one article, but one page", expected="a folder for a page each and an index",
                mend="Give --format html --output FOLDER, a name without .html",
            )  # fmt: skip
        self._article = article

    def close(self) -> None:
        """Write the page, if there is an article."""
        if self._article is not None:
            target = Target(self._target)
            try:
                target.write(article_page(self._article, only=self._only).encode())
            finally:
                target.close()


class PageFolder:
    """A page an article, and an index.

    Parameters
    ----------
    folder
        Where; it is there and empty.
    only
        As of `corestory.output.article_page.article_page`.

    Raises
    ------
    OutputError
        If a page cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     pages = PageFolder(Path(name))
    ...     pages.close()
    ...     [file.name for file in Path(name).iterdir()]
    ['index.html']
    """

    def __init__(self, folder: Path, *, only: Label | None = None) -> None:
        self._folder, self._only = folder, only
        self._entries: list[PageEntry] = []

    def write(self, article: ArticleExplanation) -> None:
        """Write an article's page."""
        # A number: an article's own name may be anything, and no file system takes all of that.
        entry = PageEntry.of(article, f"{len(self._entries) + 1:06d}.html")
        self._entries.append(entry)
        self._put(entry.file, article_page(article, only=self._only, indexed=True))

    def close(self) -> None:
        """Write the index."""
        self._put(INDEX, index_page(self._entries))

    def _put(self, name: str, page: str) -> None:
        target = Target(self._folder / name)
        try:
            target.write(page.encode())
        finally:
            target.close()
