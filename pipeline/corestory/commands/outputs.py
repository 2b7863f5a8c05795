"""Tag articles and write rows, documents or pages: each output but the resumable folders of `folders`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from corestory.commands.formats import PAGE_ENDINGS, STORIES
from corestory.commands.messages import (
    DoubtfulArticles,
    NothingTaggedError,
    PrintableStream,
    open_refusals,
    progress_bar,
    say,
    standard_output,
)
from corestory.commands.options import PredictOptions, open_memory, open_model
from corestory.errors import OutputError
from corestory.remote import AnyPath, RemotePath, is_url, path_of

if TYPE_CHECKING:
    from corestory.output.article_page import PageWriter
    from corestory.output.documents import DocumentFormat
    from corestory.output.rows import Format, RowWriter
    from corestory.output.story import KindChoice


def tag_to_rows(
    options: PredictOptions, output: AnyPath | None, form: Format | DocumentFormat | None, *, into_folder: bool = False
) -> int:
    """Read articles, tag them and write their rows.

    Parameters
    ----------
    options
        The articles, and how to tag them.
    output
        The file to write; None is the standard output.
    form
        The format; None is the annotated article, for a terminal.
    into_folder
        Whether the output is a folder, for documents.

    Returns
    -------
    int
        The number of refusals.
    """
    from corestory.features.batch import BATCH_ARTICLES
    from corestory.reading.sources import read_articles

    rejects, kinds = options.rejects, options.kinds
    if output is not None and rejects is not None and output.resolve() == rejects.resolve():
        raise OutputError("the same file for --output and --rejects", where=str(output), hint="Give two names.")
    tagger = open_model(options.model, kinds=kinds is not None)
    memory = open_memory(options.memory)
    doubtful = DoubtfulArticles(with_memory=memory is not None)
    with open_refusals(rejects, force=options.force) as refusals, suppress(NothingTaggedError):
        # The structure of a story is found in the source.
        reading = replace(options.reading, source=options.reading.source or form in STORIES)
        articles = read_articles(options.sources, refuse=refusals.refuse, keep=options.keep, note=say, options=reading)
        opened: AbstractContextManager[RowWriter]
        if form == "labelled" or form == "markdown" or form == "tei":
            opened = _opened_documents(output, form, kinds, into_folder=into_folder, force=options.force)
        else:
            opened = _opened(output, form, options)
        with opened as writer, progress_bar(beside_output=output is None) as bar:
            for article in tagger.tag_stream(
                articles,
                threshold=options.threshold,
                rules=options.rules,
                memory=memory,
                kinds=kinds is not None or form in STORIES,  # they tell the headings of a text
            ):
                writer.write(article)
                doubtful.add(article)
                if doubtful.articles > BATCH_ARTICLES:  # fewer are done before a bar is of any use
                    bar.update(f"{doubtful.articles:,} articles", doubtful.articles)
            if output is not None and not doubtful.articles:
                raise NothingTaggedError
        doubtful.say()
    return refusals.count


@contextmanager
def _opened(output: AnyPath | None, form: Format | None, options: PredictOptions) -> Iterator[RowWriter]:
    from corestory.atomic import atomic_path
    from corestory.output.rows import open_rows

    only, keep, kinds, unit = options.only, options.keep, options.kinds, options.unit
    if form is None:
        from corestory.output.annotated import AnnotatedWriter  # only a terminal needs Rich

        yield AnnotatedWriter(kinds)
    elif output is None:
        output_stream = standard_output()
        stream: BinaryIO = output_stream.buffer
        if output_stream.isatty():
            stream = cast("BinaryIO", PrintableStream(stream))
        writer = open_rows(stream, form=form, only=only, keep=keep, kinds=kinds, unit=unit)
        yield writer
        writer.close()  # not after an error, which must not end a pipe with what looks like a whole output
    else:
        with atomic_path(output, force=options.force) as temporary:
            try:
                writer = open_rows(temporary, form=form, only=only, keep=keep, kinds=kinds, unit=unit)
                with closing(writer):
                    yield writer
            except OutputError as error:  # it names the temporary file
                raise OutputError(error.found, where=str(output), hint=error.hint) from error


@contextmanager
def _opened_documents(
    output: AnyPath | None, form: DocumentFormat, kinds: KindChoice | None, *, into_folder: bool, force: bool
) -> Iterator[RowWriter]:
    from corestory.atomic import atomic_folder, atomic_path
    from corestory.output.documents import DocumentFile, DocumentFolder

    if output is None:
        writer = DocumentFile(standard_output().buffer, form, kinds)
        yield writer
        writer.close()
    elif into_folder:
        if isinstance(output, RemotePath):
            raise OutputError(
                f"{form} files are not written to a folder of another machine",
                where=str(output),
                expected="a folder of this machine",
            )
        if output.is_dir() and any(output.iterdir()):  # not even --force deletes what people have corrected
            raise OutputError(
                "is a folder with files, which people may have corrected", where=str(output), expected="a new folder"
            )
        with atomic_folder(output) as temporary:
            yield DocumentFolder(temporary, form, kinds)
    else:
        with atomic_path(output, force=force) as temporary, closing(DocumentFile(temporary, form, kinds)) as writer:
            yield writer


def is_one_page(output: str | None) -> bool:
    """Return whether an output is one page by its name, not a folder of pages.

    Examples
    --------
    >>> is_one_page("story.html"), is_one_page("pages/")
    (True, False)
    """
    return output is not None and output.lower().endswith(PAGE_ENDINGS)


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
        with _open_pages(path, output or "", options) as pages, progress_bar(beside_output=output is None) as bar:
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
