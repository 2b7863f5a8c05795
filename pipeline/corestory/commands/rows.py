"""Tag articles and write them as rows, to the standard output or to one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from corestory.commands.formats import STORIES
from corestory.commands.messages import (
    DoubtfulArticles,
    NothingTaggedError,
    PrintableStream,
    open_refusals,
    progress_bar,
    say,
    standard_output,
)
from corestory.commands.models import open_memory, open_model
from corestory.commands.options import PredictOptions
from corestory.errors import OutputError
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    from corestory.output.documents import DocumentFormat
    from corestory.output.kind_choice import KindChoice
    from corestory.output.rows import Format, RowWriter


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
        with (
            opened as writer,
            progress_bar(beside_output=output is None) as bar,
        ):
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
