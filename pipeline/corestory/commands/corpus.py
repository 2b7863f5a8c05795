"""A corpus on the command line: what is done, skipped and refused, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING

from corestory.commands.progress import Progress, progress_of
from corestory.commands.rejects import Rejects, open_rejects
from corestory.commands.tally import Tally
from corestory.errors import CorestoryError, InputError
from corestory.jobs.items import Item, check_sources, items_of
from corestory.jobs.job import Job, model_sha256
from corestory.jobs.refusals import refusal_of_line
from corestory.jobs.remote_ledger import ledger_of
from corestory.remote import AnyPath

if TYPE_CHECKING:
    from corestory.jobs.outcome import Outcome
    from corestory.model.rules import Rules
    from corestory.output.rows import Format
    from corestory.types import Label

Run = Callable[[Iterator[Item], Job, Callable[[int], None]], Generator["Outcome", None, None]]


def new_job(
    model: str,
    folder: AnyPath,
    *,
    form: Format,
    only: Label | None,
    threshold: float | None,
    keep: Sequence[str],
    rules: Rules | None = None,
) -> Job:
    """Make a job of the command's options; the model is loaded once, to say at once what is wrong with it.

    Raises
    ------
    ModelError
        There is no such model, or it cannot be used.
    """
    from corestory.commands.models import model_folder, open_model
    from corestory.model.storage import default_model
    from corestory.version import version

    open_model(model)
    place = (model_folder(model) or default_model()).resolve()
    return Job(place, model_sha256(place), version(), folder.resolve(), form, only, threshold, tuple(keep), rules)


def local_run(jobs: int) -> Run:
    """Run a job over so many processes of this machine."""
    from corestory.jobs.local import run_here

    return lambda items, job, count: run_here(items, job, jobs=jobs, count=count)


def cluster_run(address: str, jobs: int, sources: Sequence[str]) -> Run:
    """Run a job on a Dask cluster, or on a local one of so many processes.

    Raises
    ------
    CorestoryError
        Dask is not installed.
    InputError
        The sources are named so that only this machine understands it.
    """
    if find_spec("distributed") is None:
        raise CorestoryError("Dask is not installed", where="--dask", mend="pip install 'corestory[dask]'")
    from corestory.jobs.cluster import check_paths, run_on_cluster

    check_paths(sources, address=address)
    return lambda items, job, count: run_on_cluster(items, job, address=address, jobs=jobs)  # noqa: ARG005


def tag_corpus(sources: Sequence[str], job: Job, *, run: Run, rejects: AnyPath | None, force: bool) -> bool:
    """Tag every file of a corpus that is not tagged yet.

    Parameters
    ----------
    sources
        Files, folders and patterns.
    job
        How.
    run
        Who does it.
    rejects
        A file for all that was refused, in this run or in those before it.
    force
        Whether to do again what is done, and to replace files that no run has written.

    Returns
    -------
    bool
        Whether anything was refused.

    Raises
    ------
    CorestoryError
        The run cannot go on; what is done is done.
    """
    check_sources(sources, job.folder)
    ledger = ledger_of(job.folder)
    with open_rejects(rejects, force=force) as refused, ledger.opened():
        tally = Tally(Rejects(None) if rejects is None else None, ledger)
        with progress_of(_sizes(sources, job)) as progress:
            todo = _todo(sources, job, tally, progress, force=force)
            with closing(run(todo, job, progress.count)) as outcomes:
                for outcome in outcomes:
                    tally.hear(outcome)
                    progress.done(outcome.item.source, tally.counts.articles)
        tally.tell()
        _settle(refused, tally, sources, job)
    return refused.count > 0


def _todo(sources: Sequence[str], job: Job, tally: Tally, progress: Progress, *, force: bool) -> Iterator[Item]:
    ledger = tally.ledger
    for item in items_of(sources, job.folder, form=job.form, refuse=tally.refuse):
        record = None if force else ledger.done(item, made_by=job.made_by(item))
        if record is not None:
            ledger.drop_parts(item)  # of a run that was killed just before it did
            tally.skip(item, record)
            progress.done(item.source, tally.counts.articles)
        elif not force and ledger.is_foreign(item):
            where = str(ledger.output(item))
            tally.foreign[item.name] = InputError(
                "exists already, and no such run has written it", where=where, mend="--force replaces it."
            )
            tally.refuse(tally.foreign[item.name])
            progress.done(item.source, tally.counts.articles)
        else:
            if force:
                ledger.drop_parts(item)
            yield item


def _sizes(sources: Sequence[str], job: Job) -> Iterator[AnyPath]:
    return (item.source for item in items_of(sources, job.folder, form=job.form, refuse=lambda _: None))


def _settle(refused: Rejects, tally: Tally, sources: Sequence[str], job: Job) -> None:
    """Count what was refused; into a file it goes in the order of the corpus, whatever the order of the work was."""
    if tally.listed is not None:
        refused.count = tally.listed.count
        return
    for item in items_of(sources, job.folder, form=job.form, refuse=refused.refuse):
        if item.name in tally.foreign:
            refused.refuse(tally.foreign[item.name])
        elif item.name in tally.failed:
            for line in tally.failed[item.name]:
                refused.refuse(refusal_of_line(line))
        else:
            for line in tally.ledger.refused(item):
                refused.refuse(refusal_of_line(line))
