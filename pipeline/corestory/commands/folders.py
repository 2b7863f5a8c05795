"""Tag every file of some folders into an output folder; a later run tags only missing and changed files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice

from corestory.commands.messages import (
    NOTES_LISTED,
    REFUSALS_LISTED,
    ProgressBar,
    Refusals,
    counted_as,
    open_refusals,
    progress_bar,
    say,
    say_unremembered,
    say_without_story,
)
from corestory.commands.options import PredictOptions, check_dask, model_folder, open_model
from corestory.errors import InputError
from corestory.installation import version
from corestory.jobs.items import Item, check_sources, items_of, size_of
from corestory.jobs.job import Job, Outcome, model_sha256, refusal_of_line
from corestory.jobs.ledger import Ledger, Record, ledger_of
from corestory.model.tagged_article import Counts
from corestory.output.formats import RowFormat, StoryFormat
from corestory.remote import AnyPath, path_of


def tag_to_folder(
    options: PredictOptions, folder: AnyPath, form: RowFormat | StoryFormat, *, jobs: int, dask: str
) -> int:
    """Tag every file of the sources that is not tagged yet.

    Parameters
    ----------
    options
        The files, and the options of tagging.
    folder
        The output folder.
    form
        The format of the outputs.
    jobs, dask
        The options of ``corestory predict``.

    Returns
    -------
    int
        The number of refusals, in this run and in earlier runs whose outputs are kept.

    Raises
    ------
    CorestoryError
        The run cannot continue; finished outputs are kept.
    """
    sources, rejects, force = options.sources, options.rejects, options.force
    job = _job(options, folder, form)
    if dask:
        check_dask(sources, address=dask, jobs=jobs)
    check_sources(sources, job.folder)
    ledger = ledger_of(job.folder)
    with _saying_how_to_go_on(force=force), open_refusals(rejects, force=force) as refusals, ledger.opened():
        listed = Refusals(None) if rejects is None else None
        with progress_bar() as bar:
            every = items_of(sources, job.folder, form=job.form, refuse=lambda _: None)
            total = sum(size_of(item.source) for item in every) if bar.shown else 0
            summary = RunSummary(listed, ledger, bar, total)
            todo = _todo(sources, job, summary, force=force)
            with closing(_outcomes(todo, job, summary.count, jobs=jobs, dask=dask)) as outcomes:
                for outcome in outcomes:
                    summary.add(outcome)
        summary.say()
        if listed is not None:
            return listed.count
        _write_refusals(refusals, summary, sources, job)
    return refusals.count


@contextmanager
def _saying_how_to_go_on(*, force: bool) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        say(f"interrupted; to continue, run the same command again{' without --force' * force}")
        raise


def _job(options: PredictOptions, folder: AnyPath, form: RowFormat | StoryFormat) -> Job:
    from corestory.model.storage import default_model

    # Load the model now, so that an unusable model is reported before the work.
    open_model(options.model, kinds=options.rows.kinds is not None)
    path = (model_folder(options.model) or default_model()).resolve()
    job = Job(
        path, model_sha256(path), version(), folder.resolve(), form, options.rows, options.threshold, options.rules,
        reading=options.reading,
    )  # fmt: skip
    return _with_memory(job, options.memory) if options.memory else job


def _with_memory(job: Job, name: str) -> Job:
    from corestory.model.storage import read_memory, stored_memory

    data = stored_memory(path_of(name))
    read_memory(data, where=name)  # so that an unusable memory is reported before the work
    return replace(job, memory=path_of(name).resolve(), memory_sha256=hashlib.sha256(data).hexdigest())


def _outcomes(
    items: Iterator[Item], job: Job, count: Callable[[int], None], *, jobs: int, dask: str
) -> Generator[Outcome, None, None]:
    if dask:
        from corestory.jobs.cluster import run_on_cluster

        return run_on_cluster(items, job, address=dask, jobs=jobs)
    from corestory.jobs.tasks import run_here

    return run_here(items, job, jobs=jobs, count=count)


def _todo(sources: Sequence[str], job: Job, summary: RunSummary, *, force: bool) -> Iterator[Item]:
    """Yield the files that must be tagged, and add the others to the summary."""
    ledger = summary.ledger
    for item in items_of(sources, job.folder, form=job.form, refuse=summary.refuse, note=say):
        record = None if force else ledger.done(item, made_by=job.made_by(item))
        if record is not None:
            ledger.drop_parts(item)  # a killed run may have left parts
            summary.skip(item, record)
        elif not force and ledger.is_foreign(item):
            summary.refuse_foreign(item)
        else:
            if force:
                ledger.drop_parts(item)
            yield item


def _write_refusals(refusals: Refusals, summary: RunSummary, sources: Sequence[str], job: Job) -> None:
    """Write all refusals in the order of the sources, which may differ from the order of the work."""
    for item in items_of(sources, job.folder, form=job.form, refuse=refusals.refuse):
        if item.name in summary.foreign:
            refusals.refuse(summary.foreign[item.name])
        else:
            for line in summary.failed.get(item.name) or summary.ledger.refused(item):
                refusals.refuse(refusal_of_line(line))


class RunSummary:
    """Counts the files that a run has tagged, skipped and refused, and shows its progress.

    Parameters
    ----------
    listed
        Lists the refusals as they come; None if they are written to a file at the end.
    ledger
        The ledger of the output folder.
    bar
        The progress bar.
    total
        The size of all files in bytes.

    Attributes
    ----------
    counts
        Counts of this run.
    foreign
        The refusal of each file whose output would replace a file that no run has written.
    failed
        The refusals of each file that failed and has no record.
    """

    def __init__(self, listed: Refusals | None, ledger: Ledger, bar: ProgressBar, total: int = 0) -> None:
        self.listed = listed
        self.ledger = ledger
        self.counts = Counts()
        self.foreign: dict[str, InputError] = {}
        self.failed: dict[str, tuple[str, ...]] = {}
        self._skipped = Counts()
        self._files = self._skipped_files = 0
        self._bar, self._bytes, self._total = bar, 0, total
        self._articles = self._notes = 0
        self._said: set[str] = set()
        self._began = time.monotonic()

    def refuse(self, error: InputError) -> None:
        """Add a refusal of a source that is not an item."""
        if self.listed is not None:
            self.listed.refuse(error)

    def refuse_foreign(self, item: Item) -> None:
        """Add a file whose output would replace a file that no run has written."""
        self.foreign[item.name] = InputError(
            "exists already, and no earlier run of predict wrote it",
            where=str(self.ledger.output(item)),
            hint="To replace it, add --force.",
        )
        self.refuse(self.foreign[item.name])
        self._advance(item)

    def skip(self, item: Item, record: Record) -> None:
        """Add a file that an earlier run has finished; its refusals are listed again."""
        self._skipped_files += 1
        self._skipped += record.counts
        if record.counts.refused:
            self._list(list(islice(self.ledger.refused(item), REFUSALS_LISTED)), record.counts.refused)
        self._advance(item)

    def count(self, articles: int) -> None:
        """Show further tagged articles of an unfinished file."""
        self._articles += articles
        self._show()

    def add(self, outcome: Outcome) -> None:
        """Add the outcome of a file."""
        self.counts += outcome.counts
        self._articles = self.counts.articles
        if outcome.failure:
            self.failed[outcome.item.name] = outcome.refusals
        else:
            self._files += 1
        self._list(outcome.refusals, outcome.counts.refused)
        notes = [note for note in outcome.notes if note not in self._said]  # many files may have the same note
        for note in notes[: NOTES_LISTED - self._notes]:
            say(note)
            self._said.add(note)
        self._notes += len(notes)
        self._advance(outcome.item)

    def say(self) -> None:
        """Print how many files were tagged and skipped."""
        seconds, done = time.monotonic() - self._began, self.counts
        rate = f" ({done.articles / seconds:,.0f} articles a second)" if done.articles and seconds else ""
        say(
            f"tagged: {counted_as(self._files, 'file')}, {counted_as(done.articles, 'article')}, "
            f"{counted_as(done.paragraphs, 'paragraph')} "
            f"in {seconds:,.1f} s{rate}"
        )
        if self._skipped_files:
            articles = counted_as(self._skipped.articles, "article")
            say(f"skipped: {counted_as(self._skipped_files, 'file')}, {articles}, which an earlier run has tagged")
        every = done + self._skipped
        say_without_story(every.without_story, articles=every.articles)
        if every.doubtful:
            say(f"low confidence, or a language new to the model: {every.doubtful:,} of {every.articles:,} articles")
        say_unremembered(every.unremembered, every.articles)
        if self._notes > NOTES_LISTED:
            say(
                f"{self._notes - NOTES_LISTED:,} more notes on single files; to read them, run predict on the files "
                "without --output FOLDER."
            )
        if self.listed is not None:
            self.listed.say_more()

    def _list(self, lines: Sequence[str], count: int) -> None:
        if self.listed is not None:
            for line in lines:
                self.listed.refuse(refusal_of_line(line))
            self.listed.count += count - len(lines)

    def _advance(self, item: Item) -> None:
        if self._bar.shown:
            self._bytes += size_of(item.source)
            self._show()

    def _show(self) -> None:
        rate = self._articles / max(time.monotonic() - self._began, 1e-9)
        self._bar.update(f"{self._articles:,} articles, {rate:,.0f} a second", self._bytes, self._total)
