"""Tag and explain articles and write them as pages: to the standard output, to one file or to a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from corestory.commands.models import check_tells_kinds, open_memory, open_model
from corestory.errors import OutputError
from corestory.remote import AnyPath, RemotePath, is_url, path_of

if TYPE_CHECKING:
    from corestory.output.article_page import PageWriter
    from corestory.output.kind_choice import KindChoice
    from corestory.reading.fields import ReadingOptions
    from corestory.types import Label

ENDINGS = (".html", ".htm")


def is_one_page(output: str | None) -> bool:
    """Return whether an output is one page by its name, not a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output is not None and output.lower().endswith(ENDINGS)


def tag_to_pages(
    sources: Sequence[str],
    output: str | None,
    *,
    model: str,
    only: Label | None,
    threshold: float | None,
    memory: str,
    reading: ReadingOptions,
    kinds: KindChoice | None,
    rejects: AnyPath | None,
    force: bool,
) -> int:
    """Read articles, tag and explain them, and write their pages.

    Parameters
    ----------
    sources
        Files, folders, patterns or ``-``.
    output
        A page or a folder; None is a page on the standard output.
    model, only, threshold, memory, kinds, rejects, force
        The options of ``corestory predict``.
    reading
        What the user says of the inputs.

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
    tagger = open_model(model)
    if kinds is not None:
        check_tells_kinds(tagger, model)
    remembered = open_memory(memory)
    doubtful = DoubtfulArticles(with_memory=remembered is not None)
    with open_refusals(rejects, force=force) as refusals, suppress(NothingTaggedError):
        articles = read_articles(sources, refuse=refusals.refuse, note=say, options=reading)
        with (
            _open_pages(path, output or "", only=only, kinds=kinds, force=force) as pages,
            progress_bar(beside_output=output is None) as bar,
        ):
            for explained in explain_articles(tagger, articles, threshold=threshold, memory=remembered):
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
def _open_pages(
    path: Path | None, name: str, *, only: Label | None, kinds: KindChoice | None, force: bool
) -> Iterator[PageWriter]:
    from corestory.atomic import atomic_folder, atomic_path
    from corestory.output.article_page import INDEX, OnePage, PageFolder

    writer: PageWriter
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
