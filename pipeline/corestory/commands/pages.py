"""Explained articles as pages, to where ``--output`` says: the standard output, a file, or a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import OutputError
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from corestory.output.article_files import PageWriter
    from corestory.types import Label

SUFFIXES = (".html", ".htm")


def is_one_page(output: str) -> bool:
    """Whether an output is a page by its name, and not a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output.lower().endswith(SUFFIXES)


def tag_to_pages(
    sources: Sequence[str],
    output: str | None,
    *,
    model: str,
    only: Label | None,
    threshold: float | None,
    rejects: AnyPath | None,
    force: bool,
) -> int:
    """Tag and explain articles, and write them as pages.

    Parameters
    ----------
    sources
        Where the articles are.
    output
        A page, a folder, or None for a page on the standard output.
    model, only, threshold, rejects, force
        The options of ``corestory predict``.

    Returns
    -------
    int
        How much was refused.
    """
    from corestory.commands.doubts import Doubts
    from corestory.commands.given import given_articles
    from corestory.commands.models import open_model
    from corestory.commands.predict import counting
    from corestory.commands.rejects import open_rejects
    from corestory.model.explaining import explain_articles

    if output is None and sys.stdout.isatty():
        raise OutputError("a page on a terminal", mend="Give --output FILE.html, or a folder for many articles.")
    tagger = open_model(model)
    with open_rejects(rejects, force=force) as refused, suppress(_NothingTaggedError):
        doubts = Doubts()
        with _open_pages(output, only=only, force=force) as pages, counting(shown=output is not None) as count:
            for explained in explain_articles(tagger, given_articles(sources, refused), threshold=threshold):
                pages.write(explained)
                doubts.hear(explained.tagged)
                count(1)
            if output is not None and not doubts.articles:
                raise _NothingTaggedError  # an empty index must not take the place of what is there
        doubts.tell()
    return refused.count


class _NothingTaggedError(Exception):
    """Ends the writing of an output that would be empty."""


@contextmanager
def _open_pages(output: str | None, *, only: Label | None, force: bool) -> Iterator[PageWriter]:
    from corestory.atomic import atomic_folder, atomic_path
    from corestory.output.article_files import INDEX, OnePage, PageFolder

    writer: PageWriter
    if output is None:
        yield (writer := OnePage(sys.stdout.buffer, only=only))
        writer.close()  # not after an error: what a pipe got would look whole
        return
    try:
        if is_one_page(output):
            with atomic_path(Path(output), force=force) as temporary:
                yield (writer := OnePage(temporary, only=only))
                writer.close()
        else:
            with atomic_folder(Path(output), force=force, marker=INDEX) as temporary:
                yield (writer := PageFolder(temporary, only=only))
                writer.close()
    except OutputError as error:
        # What writes below knows the temporary name only.
        raise OutputError(error.found, where=output, expected=error.expected, mend=error.mend) from error
