"""``corestory adapt`` and ``remember``: learn from a few labelled articles or from many pages of your own sites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.atomic import atomic_path, check_folder
from corestory.commands.destinations import Rejects
from corestory.commands.messages import (
    ProgressBar,
    Refusals,
    counted_as,
    listed_refusals,
    open_refusals,
    progress_bar,
    say,
)
from corestory.commands.options import Force, Jobs, Model, check_dask, open_model
from corestory.errors import InputError, Note, Refuse
from corestory.remote import path_of

if TYPE_CHECKING:
    import pandas as pd

    from corestory.jobs.tasks import RememberedFile
    from corestory.model.site_memory import SiteMemory
    from corestory.reading.fields import ReadingOptions


def adapt(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...",
            help="Labelled articles in any form that `corestory prepare` reads: labels that `corestory review` wrote, "
            "folders of NAME.labelled.txt files or of pairs NAME.html + NAME.txt, labelled tables; or a table that "
            "`corestory prepare` wrote.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The adapted model's folder.", show_default=False)],
    model: Model = "",
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace the output if it exists, and save the model even if it is not better."),
    ] = False,
) -> None:
    """Adapt a model to your sites with a few labelled articles; five to ten of each site are a good start.

    The model changes only on pages that look like the labelled ones. Each article is left out of the fit once, to
    measure the gain on an article that the model did not learn from. If there is no gain, the model learns only the
    lines around the stories. If it cannot learn these, nothing is saved, and the exit code is 1. An adapted model can
    be adapted again.

    Example: corestory adapt labels.jsonl --output models/mine
    """
    from corestory.model.storage import MANIFEST_NAME, save_model
    from corestory.report.card import adapted_card
    from corestory.training.adaptation import adapt

    # Check the output before the work, so that a fault in it is reported at once.
    check_folder(output, force=force, marker=MANIFEST_NAME)
    tagger = open_model(model)
    with listed_refusals() as refusals, progress_bar() as bar:
        frame = _labelled(data, refusals.refuse, bar)
        adaptation = adapt(tagger, frame, progress=bar.update, force=force)
    for form in adaptation.forms:
        typer.echo(form.message)
    if adaptation.caution:
        say(adaptation.caution)
    if adaptation.helps:
        save_model(adaptation.tagger, output, card=adapted_card(output.resolve().name, adaptation), force=force)
        say(f"The adapted model is in {output}")
    else:
        say("No model was saved. Label articles that the model gets wrong, or add --force to save it anyway.")
    if refusals.count or not adaptation.helps:
        raise typer.Exit(1)


def _labelled(data: list[Path], refuse: Refuse, bar: ProgressBar) -> pd.DataFrame:
    from corestory.labelling.preparation import prepare_table
    from corestory.labelling.table import is_prepared, read_frame

    prepared = [path for path in data if is_prepared(path)]
    if not prepared:
        return prepare_table(data, views=("page",), refuse=refuse, note=say, progress=bar.update).frame
    if len(data) > 1:
        raise InputError(
            "is a table that `corestory prepare` wrote, but not the only input", where=str(prepared[0]),
            expected="only this table", hint="Or replace the table by its sources.",
        )  # fmt: skip
    return read_frame(prepared[0])


def remember(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGE...",
            help="Files, folders, patterns, also as s3://..., or - for the standard input, as `corestory predict` "
            "reads them; with --merge, site memories.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="The site memory to write; a failed run leaves it unchanged.", show_default=False
        ),
    ],
    merge: Annotated[bool, typer.Option("--merge", help="Merge site memories into one.")] = False,
    rejects: Rejects = None,
    *,
    reading: ReadingOptions,
    jobs: Jobs = 1,
    dask: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a Dask scheduler whose workers read the pages, as in `corestory predict`.",
            show_default=False,
        ),
    ] = "",
    force: Force = False,
) -> None:
    """Remember the paragraphs of many pages of a site, so that `predict --memory` finds its boilerplate.

    The site of a page comes from its site or url column, the address in its HTML, or a folder with the site's name.
    A memory holds hashes, no text, and at most 60 pages of a site.
    The order of the pages does not matter, and near duplicates count once.

    Example: corestory remember pages/ --output site.memory
    """
    from corestory.model.site_memory import SiteMemory
    from corestory.model.storage import load_memory, memory_bytes
    from corestory.reading.sources import STANDARD_INPUT

    if dask and (merge or STANDARD_INPUT in pages):
        raise typer.BadParameter(
            "site memories and the standard input are read by one process; leave out --dask", param_hint="--dask"
        )
    memory = SiteMemory()
    with (
        atomic_path(path_of(output), force=force) as temporary,
        open_refusals(None if rejects is None else path_of(rejects), force=force) as refusals,
    ):
        if merge:
            for name in pages:
                memory.merge(load_memory(name))
        else:
            files = _files(pages, refusals.refuse, say)
            _merge(_remembered(pages, files, reading, jobs=jobs, dask=dask), memory, refusals)
        kept = memory.pages
        if not kept:
            hint = "Give pages with a url or site column, or put them into a folder named after the site."
            raise InputError("no page has a known site", where=", ".join(pages[:3]), hint="" if merge else hint)
        data = memory_bytes(memory, where=output)
        temporary.write_bytes(data)
        count = sum(map(len, kept.values()))
        kept_pages = f"{counted_as(count, 'page')} of {counted_as(len(kept), 'site')}"
        say(f"kept: {kept_pages}, {len(data):,} bytes in {output}")
    if refusals.count:
        raise typer.Exit(1)


def _merge(files: Iterator[RememberedFile], memory: SiteMemory, refusals: Refusals) -> None:
    """Merge the pages of files into a memory, and print what was read."""
    read = unknown = 0
    printed: set[str] = set()
    for found in files:
        for note in found.notes:
            if note not in printed:  # many files may have the same note
                say(note)
                printed.add(note)
        for refusal in found.refusals:
            refusals.refuse(refusal)
        memory.merge(found.memory)
        read, unknown = read + found.articles, unknown + found.unknown
    if unknown:
        say(f"not remembered, because their site is unknown: {unknown:,} of {read:,} pages")
    say(f"read: {counted_as(read, 'page')}")


def _remembered(
    pages: Sequence[str], files: Iterator[str], reading: ReadingOptions, *, jobs: int, dask: str
) -> Iterator[RememberedFile]:
    from corestory.reading.sources import STANDARD_INPUT

    if dask:
        from corestory.jobs.cluster import remember_on_cluster

        check_dask(pages, address=dask, jobs=jobs)
        return remember_on_cluster(files, address=dask, jobs=jobs, options=reading)

    from corestory.jobs.tasks import remember_files

    return remember_files(files, jobs=1 if STANDARD_INPUT in pages else jobs, options=reading)


def _files(sources: Sequence[str], refuse: Refuse, note: Note) -> Iterator[str]:
    from corestory.reading.sources import STANDARD_INPUT, files_of

    for source in sources:
        if source == STANDARD_INPUT:
            yield source
        else:
            yield from map(str, files_of(source, refuse=refuse, note=note))
