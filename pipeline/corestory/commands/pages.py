"""Tag and explain articles and write them as pages: to the standard output, to one file or to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.commands.messages import (
    DoubtfulArticles,
    NothingTaggedError,
    open_refusals,
    progress_bar,
    say,
    standard_output,
)
from corestory.commands.models import open_memory, open_model
from corestory.commands.options import PredictOptions
from corestory.errors import OutputError
from corestory.remote import RemotePath, is_url, path_of

if TYPE_CHECKING:
    from corestory.output.article_page import PageWriter

ENDINGS = (".html", ".htm")


def is_one_page(output: str | None) -> bool:
    """Return whether an output is one page by its name, not a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output is not None and output.lower().endswith(ENDINGS)


def tag_to_pages(options: PredictOptions, output: str | None) -> int:
    """Read articles, tag and explain them, and write their pages.

    Parameters
    ----------
    options
        The articles, and how to tag them. Pages have no rules and no kept columns.
    output
        A page or a folder; None is a page on the standard output.

    Returns
    -------
    int
        The number of refusals.
    """
    from corestory.model.explaining import explain_articles
    from corestory.reading.sources import read_articles

    if output is None and standard_output().isatty():
        raise OutputError(
            "a page cannot be shown on a terminal",
            hint="Give --output FILE.html, or --output FOLDER for several articles.",
        )
    path = None if output is None else _local(output)
    tagger = open_model(options.model, kinds=options.kinds is not None)
    memory = open_memory(options.memory)
    doubtful = DoubtfulArticles(with_memory=memory is not None)
    with open_refusals(options.rejects, force=options.force) as refusals, suppress(NothingTaggedError):
        articles = read_articles(options.sources, refuse=refusals.refuse, note=say, options=options.reading)
        with (
            _open_pages(path, output or "", options) as pages,
            progress_bar(beside_output=output is None) as bar,
        ):
            for explained in explain_articles(tagger, articles, threshold=options.threshold, memory=memory):
                pages.write(explained)
                doubtful.add(explained.tagged)
                bar.update(f"{doubtful.articles:,} articles", doubtful.articles)
            if output is not None and not doubtful.articles:
                raise NothingTaggedError
        doubtful.say()
    return refusals.count


def _local(output: str) -> Path:
    path = path_of(output) if is_url(output) else Path(output)
    if isinstance(path, RemotePath):
        raise OutputError(
            "pages are not written to another machine", where=output, expected="a file or a folder of this machine"
        )
    return path


@contextmanager
def _open_pages(path: Path | None, name: str, options: PredictOptions) -> Iterator[PageWriter]:
    from corestory.atomic import atomic_folder, atomic_path
    from corestory.output.article_page import INDEX, OnePage, PageFolder

    writer: PageWriter
    only, kinds, force = options.only, options.kinds, options.force
    if path is None:
        yield (writer := OnePage(standard_output().buffer, only=only, kinds=kinds))
        writer.close()  # not after an error, which must not end a pipe with what looks like a whole page
        return
    try:
        if is_one_page(str(path)):
            with atomic_path(path, force=force) as temporary:
                yield (writer := OnePage(temporary, only=only, kinds=kinds))
                writer.close()
        else:
            with atomic_folder(path, force=force, marker=INDEX) as temporary:
                yield (writer := PageFolder(temporary, only=only, kinds=kinds))
                writer.close()
    except OutputError as error:  # it may name the temporary file
        raise OutputError(error.found, where=name, expected=error.expected, hint=error.hint) from error
