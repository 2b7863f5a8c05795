"""Tags articles and writes rows, documents or pages: all outputs except the resumable folders of `folders`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corestory.atomic import atomic_folder, atomic_path
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
from corestory.output.formats import STORIES, DocumentFormat, RowFormat
from corestory.remote import AnyPath, RemotePath

if TYPE_CHECKING:
    from corestory.model.explaining import ArticleExplanation
    from corestory.model.site_memory import SiteMemory
    from corestory.model.tagged_article import TaggedArticle
    from corestory.model.tagger import Tagger
    from corestory.reading.article import Article

    # Turns the articles that were read into those that a writer takes: tagged or explained articles.
    Stream = Callable[[Tagger, Iterable[Article], SiteMemory | None], Iterator[Any]]


def tag_to_rows(
    options: PredictOptions, output: AnyPath | None, form: RowFormat | DocumentFormat | None, *, in_folder: bool = False
) -> int:
    """Read articles, tag them and write their rows.

    Parameters
    ----------
    options
        The articles, and the options of tagging.
    output
        The file to write; None for the standard output.
    form
        The format; None for annotated articles on a terminal.
    in_folder
        Whether the output is a folder, for documents.

    Returns
    -------
    int
        The number of refusals.
    """
    from corestory.features.batch import BATCH_ARTICLES

    def tagged(tagger: Tagger, articles: Iterable[Article], memory: SiteMemory | None) -> Iterator[TaggedArticle]:
        kinds = options.rows.kinds is not None or form in STORIES  # stories need kinds to know the headings of a text
        return tagger.tag_stream(articles, threshold=options.threshold, rules=options.rules, memory=memory, kinds=kinds)

    # For fewer articles than one batch, a bar would show no progress.
    return _tag(options, output, _row_writer(options, output, form, in_folder=in_folder), tagged, few=BATCH_ARTICLES)


def _row_writer(
    options: PredictOptions, output: AnyPath | None, form: RowFormat | DocumentFormat | None, *, in_folder: bool
) -> AbstractContextManager[Any]:
    from corestory.output.rows import open_output

    if form is None:
        from corestory.output.documents import AnnotatedWriter

        return nullcontext(AnnotatedWriter(options.rows.kinds))
    if not in_folder or output is None:
        return opened(output, partial(open_output, form=form, choice=options.rows), force=options.force)
    _check_local(output, f"{form} files")
    if output.is_dir() and any(Path(str(output)).iterdir()):  # not even --force may delete corrected files
        raise OutputError(
            "is a folder with files, and a person may have corrected them", where=str(output), expected="a new folder"
        )
    from corestory.output.documents import DocumentFolder, document_form

    made = document_form(form, options.rows.kinds)  # type: ignore[arg-type]  # `chosen_destination` checks it
    make = partial(DocumentFolder, form=made)
    return opened(output, make, in_folder=True)


def tag_to_pages(options: PredictOptions, output: AnyPath | None, *, in_folder: bool = False) -> int:
    """Read articles, tag and explain them, and write their pages.

    Parameters
    ----------
    options
        The articles, and the options of tagging. Pages have no rules and no kept columns.
    output
        The page or the folder to write; None for a page on the standard output.
    in_folder
        Whether the output is a folder.

    Returns
    -------
    int
        The number of refusals.
    """
    from corestory.model.explaining import explain_articles
    from corestory.output.article_page import INDEX, PageFolder, page_form
    from corestory.output.documents import DocumentFile

    if output is None and standard_output().isatty():
        raise OutputError(
            "a page cannot be shown on a terminal",
            hint="Give --output FILE.html, or --output FOLDER for several articles.",
        )

    def explained(
        tagger: Tagger, articles: Iterable[Article], memory: SiteMemory | None
    ) -> Iterator[ArticleExplanation]:
        return explain_articles(tagger, articles, threshold=options.threshold, memory=memory)

    _check_local(output, "pages")
    only, kinds = options.rows.only, options.rows.kinds
    one_page = partial(DocumentFile, form=page_form(only=only, kinds=kinds))
    make = partial(PageFolder, only=only, kinds=kinds) if in_folder else one_page
    writer = opened(output, make, force=options.force, in_folder=in_folder, marker=INDEX)
    return _tag(options, output, writer, explained, tagged_of=attrgetter("tagged"))


def _check_local(output: AnyPath | None, written: str) -> None:
    if isinstance(output, RemotePath):
        raise OutputError(
            f"{written} cannot be written to a URL",
            where=str(output),
            expected="a file or a folder on this machine",
        )


def _tag(
    options: PredictOptions,
    output: AnyPath | None,
    writing: AbstractContextManager[Any],
    stream: Stream,
    *,
    few: int = 0,
    tagged_of: Callable[[Any], TaggedArticle] = lambda article: article,
) -> int:
    """Read, tag and write articles; show a bar for more than `few` articles; return the number of refusals."""
    from corestory.reading.sources import read_articles

    if output is not None and options.rejects is not None and output.resolve() == options.rejects.resolve():
        raise OutputError("--output and --rejects name the same file", where=str(output), hint="Give another name.")
    tagger = open_model(options.model, kinds=options.rows.kinds is not None)
    memory = open_memory(options.memory)
    doubtful = DoubtfulArticles(with_memory=memory is not None)
    with open_refusals(options.rejects, force=options.force) as refusals, suppress(NothingTaggedError):
        articles = read_articles(
            options.sources, refuse=refusals.refuse, keep=options.rows.keep, note=say, options=options.reading
        )
        with writing as writer, progress_bar(beside_output=output is None) as bar:
            for article in stream(tagger, articles, memory):
                writer.write(article)
                doubtful.add(tagged_of(article))
                if doubtful.counts.articles > few:
                    bar.update(f"{doubtful.counts.articles:,} articles", doubtful.counts.articles)
            if output is not None and not doubtful.counts.articles:
                raise NothingTaggedError
        doubtful.say()
    return refusals.count


@contextmanager
def opened(
    output: AnyPath | None,
    make: Callable[[Any], Any],
    *,
    force: bool = False,
    in_folder: bool = False,
    marker: str = "",
) -> Iterator[Any]:
    """Open a writer of the standard output, or of a file or folder that is written whole or not at all.

    Parameters
    ----------
    output
        The file or folder; None for the standard output.
    make
        Makes the writer for a path or a stream.
    force, marker
        As in `corestory.atomic.atomic_folder`.
    in_folder
        Whether the output is a folder.
    """
    if output is None:
        stream = standard_output()
        writer = make(PrintableStream(stream.buffer) if stream.isatty() else stream.buffer)
        yield writer
        writer.close()  # only without an error: after one, an output must not look complete
        return
    whole = (
        atomic_folder(Path(str(output)), force=force, marker=marker) if in_folder else atomic_path(output, force=force)
    )
    try:
        with whole as temporary, closing(make(temporary)) as writer:
            yield writer
    except OutputError as error:  # it may name the temporary file
        raise error.at(str(output)) from error
