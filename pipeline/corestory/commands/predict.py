"""``corestory predict``: every paragraph of the given articles, tagged as core or filler."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from corestory.commands.forms import AnyForm, Form, Only, chosen_form, is_folder
from corestory.commands.keeping import check_keep
from corestory.commands.pages import is_one_page
from corestory.commands.thresholds import check_threshold
from corestory.errors import OutputError
from corestory.remote import AnyPath, RemotePath, is_url, path_of

if TYPE_CHECKING:
    from corestory.output.rows import RowWriter
    from corestory.types import Label

STANDARD_OUTPUT = "-"


def predict(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files, folders, patterns, also as s3://..., or - for the standard input: text, HTML, JSON "
            "Lines, CSV, Parquet.",
            show_default=False,
        ),
    ],
    only: Annotated[Only | None, typer.Option(help="Print these paragraphs and nothing else.")] = None,
    asked: Annotated[
        AnyForm | None,
        typer.Option(
            "--format",
            help="Of the output. Left out: by the end of --output's name; else text with --only, the annotated article "
            "on a terminal, and jsonl in a pipe.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A file to write, whole or not at all; or FOLDER/, which gets a file for each one that is read.",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="A model's folder, or its name in models/.", show_default="the one that came along")
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option(help="Least score of core, 0 to 1.", show_default="the model's choice for each article"),
    ] = None,
    always_core: Annotated[
        Path | None,
        typer.Option(
            help="A file of phrases, one a line: a paragraph with one in it is core, whatever the model says, and what "
            "is around it is judged by that. After re: a line is a regular expression; # begins a comment."
        ),
    ] = None,
    always_filler: Annotated[
        Path | None, typer.Option(help="The same for filler. Where both match, core wins.")
    ] = None,
    rejects_name: Annotated[
        str | None, typer.Option("--rejects", help="A file for what was refused and why, as JSON Lines: where, reason.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of the input to carry through; may be repeated."),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes, with --output FOLDER/; -1 is one a core.")] = 1,
    dask: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask scheduler whose workers do it, with --output FOLDER/; local: a cluster of --jobs processes.",
            show_default=False,
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that exist; with FOLDER/, do again what is done already.")
    ] = False,
) -> None:
    """Tag every paragraph of news articles as core or filler.

    What cannot be read is refused, with the reason, and the rest is done.
    The exit code is 1 if something was refused, 2 if the command cannot run.
    With --output FOLDER/, run it again after an interruption or a change: it does what is missing or has changed.

    Example: corestory predict article.txt --only core
    """
    from corestory.model.rules import read_rules

    check_threshold(threshold)
    kept = tuple(keep or ())
    rejects = None if rejects_name is None else path_of(rejects_name)
    rules = read_rules(core=always_core, filler=always_filler)
    if asked is AnyForm.html or (asked is None and output is not None and is_one_page(output)):
        from corestory.commands.pages import tag_to_pages

        check_keep(kept, AnyForm.html)
        if rules:
            raise typer.BadParameter(
                "a page explains the model's own decisions; leave the rules out, or give another --format",
                param_hint="--always-core, --always-filler",
            )
        place = None if output == STANDARD_OUTPUT else output
        if place is not None and is_url(place):
            if isinstance(path_of(place), RemotePath):
                raise OutputError("a page to another machine", where=place, expected="a file or a folder of this one")
            place = str(path_of(place))
        label = _label(only)
        if tag_to_pages(articles, place, model=model, only=label, threshold=threshold, rejects=rejects, force=force):
            raise typer.Exit(1)
        return

    form = None if asked is None else Form(asked.value)
    if output is not None and is_folder(output):
        from corestory.commands.corpus import cluster_run, local_run, new_job, tag_corpus

        chosen = form or (Form.text if only else Form.jsonl)
        check_keep(kept, chosen)
        job = new_job(
            model, path_of(output), form=chosen.value, only=_label(only), threshold=threshold, keep=kept, rules=rules
        )
        run = cluster_run(dask, jobs, articles) if dask else local_run(jobs)
        if tag_corpus(articles, job, run=run, rejects=rejects, force=force):
            raise typer.Exit(1)
        return

    target = None if output is None or output == STANDARD_OUTPUT else path_of(output)
    if target is not None and rejects is not None and target.resolve() == rejects.resolve():
        raise OutputError("the same file for --output and --rejects", where=str(target), mend="Give two names.")
    form = chosen_form(form, target, only)
    check_keep(kept, form)

    from corestory.commands.doubts import Doubts
    from corestory.commands.given import given_articles
    from corestory.commands.models import open_model
    from corestory.commands.rejects import open_rejects

    tagger = open_model(model)
    with open_rejects(rejects, force=force) as refused, suppress(_NothingTaggedError):
        doubts = Doubts()
        with _writer(target, form, only, kept, force=force) as writer, counting(shown=target is not None) as count:
            given = given_articles(articles, refused, kept)
            for article in tagger.tag_stream(given, threshold=threshold, rules=rules):
                writer.write(article)
                doubts.hear(article)
                count(1)
            if target is not None and not doubts.articles:
                raise _NothingTaggedError  # an empty file must not take the place of what is there
        doubts.tell()
    if refused.count:
        raise typer.Exit(1)


class _NothingTaggedError(Exception):
    """Ends the writing of an output that would be empty."""


def _label(only: Only | None) -> Label | None:
    return only.value if only else None


@contextmanager
def _writer(
    output: AnyPath | None, form: Form | None, only: Only | None, keep: Sequence[str], *, force: bool
) -> Iterator[RowWriter]:
    from corestory.atomic import atomic_path
    from corestory.commands.screen import AnnotatedWriter, HarmlessStream
    from corestory.output.rows import open_rows

    label = _label(only)
    if form is None:
        yield AnnotatedWriter()
    elif output is None:
        stream: BinaryIO = sys.stdout.buffer
        if sys.stdout.isatty():
            stream = cast("BinaryIO", HarmlessStream(stream))
        writer = open_rows(stream, form=form.value, only=label, keep=keep)
        yield writer
        writer.close()  # not after an error: what a pipe got would look whole
    else:
        with atomic_path(output, force=force) as temporary:
            try:
                with closing(open_rows(temporary, form=form.value, only=label, keep=keep)) as writer:
                    yield writer
            except OutputError as error:  # it knows the temporary name only
                raise OutputError(error.found, where=str(output), mend=error.mend) from error


@contextmanager
def counting(*, shown: bool) -> Iterator[Callable[[int], None]]:
    """Give what counts articles on the standard error: on a terminal alone, once there is more than a batch of them.

    Parameters
    ----------
    shown
        Whether nothing else is written to a terminal that is also the standard output.
    """
    if not sys.stderr.isatty() or (not shown and sys.stdout.isatty()):
        yield lambda _: None
        return

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from corestory.model.batches import BATCH_ARTICLES

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} articles"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task("", total=None)

    def count(articles: int) -> None:
        progress.advance(task, articles)
        if progress.tasks[task].completed >= BATCH_ARTICLES:
            progress.start()

    try:
        yield count
    finally:
        progress.stop()
