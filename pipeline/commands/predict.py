"""``corestory predict``: every paragraph of the given articles, tagged as core or filler."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from pipeline.commands.thresholds import check_threshold
from pipeline.errors import InputError, OutputError

if TYPE_CHECKING:
    from pipeline.commands.rejects import Rejects
    from pipeline.model.tagged import Label, TaggedArticle
    from pipeline.model.tagger import Tagger
    from pipeline.reading.article import Article
    from pipeline.report.rows import RowWriter

DOUBTS_LISTED = 5

_STANDARD_OUTPUT = Path("-")


class Only(StrEnum):
    """The label to print."""

    core = "core"
    filler = "filler"


class Form(StrEnum):
    """The form of the output."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


SUFFIXES = {
    ".txt": Form.text,
    ".jsonl": Form.jsonl,
    ".ndjson": Form.jsonl,
    ".csv": Form.csv,
    ".parquet": Form.parquet,
}


def predict(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders, patterns, or - for the standard input: text, HTML, JSON Lines, CSV, Parquet.",
            show_default=False,
        ),
    ],
    only: Annotated[Only | None, typer.Option(help="Print these paragraphs and nothing else.")] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="Of the output. Left out: by the end of --output's name; else text with --only, the annotated article "
            "on a terminal, and jsonl in a pipe.",
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write, whole or not at all.")] = None,
    model: Annotated[
        str, typer.Option(help="A model's folder, or its name in models/.", show_default="the one that came along")
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option(help="Least score of core, 0 to 1.", show_default="the model's choice for each article"),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="A file for what was refused and why, as JSON Lines: where, reason.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Tag every paragraph of news articles as core or filler.

    What cannot be read is refused, with the reason, and the rest is done.
    The exit code is 1 if something was refused, 2 if the command cannot run.

    Example: corestory predict article.txt --only core
    """
    check_threshold(threshold)
    if output == _STANDARD_OUTPUT:
        output = None
    if output is not None and rejects is not None and output.resolve() == rejects.resolve():
        raise OutputError("the same file for --output and --rejects", where=str(output), mend="Give two names.")
    form = _form(form, output, only)

    from pipeline.commands.models import open_model
    from pipeline.commands.rejects import open_rejects

    tagger = open_model(model)
    with open_rejects(rejects, force=force) as refused, suppress(_NothingTaggedError):
        doubts = Doubts()
        with _writer(output, form, only, force=force) as writer, _counter(output) as count:
            for tagged in _tag(tagger, articles, refused, threshold=threshold):
                for article in tagged:
                    writer.write(article)
                    doubts.hear(article)
                count(len(tagged))
            if output is not None and not doubts.articles:
                raise _NothingTaggedError  # an empty file must not take the place of what is there
        doubts.tell()
    if refused.count:
        raise typer.Exit(1)


class _NothingTaggedError(Exception):
    """Ends the writing of an output that would be empty."""


class Doubts:
    """Counts articles of which the model is not sure, to say so at the end."""

    def __init__(self) -> None:
        self.articles = 0
        self.doubtful = 0
        self._first: list[str] = []

    def hear(self, article: TaggedArticle) -> None:
        """Count an article."""
        from pipeline.model.decision import LOW_CONFIDENCE

        self.articles += 1
        if article.confidence < LOW_CONFIDENCE:
            self.doubtful += 1
            if len(self._first) < DOUBTS_LISTED:
                self._first.append(f"{article.article_id}: low confidence ({article.confidence:.2f})")

    def tell(self) -> None:
        """Say which, the first of them by name."""
        from pipeline.commands.screen import say

        for line in self._first:
            say(f"{line}: better read it before you rely on it.")
        if self.doubtful > len(self._first):
            say(f"low confidence: {self.doubtful - len(self._first):,} more of {self.articles:,} articles.")


def _form(form: Form | None, output: Path | None, only: Only | None) -> Form | None:
    """Choose the form; None is the annotated article."""
    terminal = output is None and sys.stdout.isatty()
    if form is Form.parquet and terminal:
        raise OutputError("Parquet on a terminal", mend="Give --output FILE.parquet, or another --format.")
    if form is not None:
        return form
    if output is None:
        return Form.text if only else None if terminal else Form.jsonl
    suffix = output.suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if only and suffix != ".gz":
        return Form.text
    expected = f"a name that ends in {', '.join(SUFFIXES)}"
    raise OutputError(f"no format ends in {suffix!r}", where=str(output), expected=expected, mend="Or give --format.")


def _tag(
    tagger: Tagger, sources: list[str], rejects: Rejects, *, threshold: float | None
) -> Iterator[list[TaggedArticle]]:
    from pipeline.commands.batches import batches

    for batch in batches(_articles(sources, rejects)):
        yield tagger.tag_articles(batch, threshold=threshold)


def _articles(sources: list[str], rejects: Rejects) -> Iterator[Article]:
    from pipeline.reading.rows import place
    from pipeline.reading.sources import read_articles
    from pipeline.reading.text import storable

    for source in sources:
        before, found = rejects.count, False
        for article in read_articles([source], refuse=rejects.refuse):
            found = True
            yield article
        if not found and rejects.count == before:
            rejects.refuse(InputError("no articles", where=storable(place(source)), expected="at least one"))


@contextmanager
def _writer(output: Path | None, form: Form | None, only: Only | None, *, force: bool) -> Iterator[RowWriter]:
    from pipeline.atomic import atomic_path
    from pipeline.commands.screen import AnnotatedWriter, HarmlessStream
    from pipeline.report.rows import open_rows

    label: Label | None = only.value if only else None
    if form is None:
        yield AnnotatedWriter()
    elif output is None:
        stream: BinaryIO = sys.stdout.buffer
        if sys.stdout.isatty():
            stream = cast("BinaryIO", HarmlessStream(stream))
        writer = open_rows(stream, form=form.value, only=label)
        yield writer
        writer.close()  # not after an error: what a pipe got would look whole
    else:
        with atomic_path(output, force=force) as temporary:
            try:
                with closing(open_rows(temporary, form=form.value, only=label)) as writer:
                    yield writer
            except OutputError as error:  # it knows the temporary name only
                raise OutputError(error.found, where=str(output), mend=error.mend) from error


@contextmanager
def _counter(output: Path | None) -> Iterator[Callable[[int], None]]:
    """Give what counts articles on the standard error: on a terminal alone, once there is more than a batch of them."""
    if not sys.stderr.isatty() or (output is None and sys.stdout.isatty()):
        yield lambda _: None
        return

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from pipeline.commands.batches import BATCH_ARTICLES

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} articles"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task("", total=None)

    def count(articles: int) -> None:
        if articles >= BATCH_ARTICLES:
            progress.start()
        progress.advance(task, articles)

    try:
        yield count
    finally:
        progress.stop()
