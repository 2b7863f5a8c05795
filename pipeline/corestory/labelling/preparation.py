"""From sources of labelled data to one table of labelled paragraphs, split into train, validation and test."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from corestory.errors import CorestoryError, DataError, InputError, Note, Refuse, no_note
from corestory.labelling.alignment import Duplicates
from corestory.labelling.corrections import LabelCorrection, apply_corrections
from corestory.labelling.gold_pages import GoldPage
from corestory.labelling.kinds import with_kinds
from corestory.labelling.labelled import LabelledArticle
from corestory.labelling.origins import Origin, find_origins
from corestory.labelling.table import SPLITS, articles_frame, is_split_by_article, split_rows
from corestory.labelling.table_files import LabelNames
from corestory.labelling.views import CUTS, page_views

_PAGES_A_JOB = 48


@dataclass(frozen=True, slots=True)
class SourceCount:
    """The number of pages of one source, or of articles if it came labelled.

    Attributes
    ----------
    read, kept
        The number of pages that could be read, and the number of those in the table.
    refused
        The number of pages, files or rows that could not be read.
    dropped
        The reasons for which readable pages were left out, each with the number of pages.
    """

    source: str
    kind: str
    read: int
    kept: int
    refused: int
    dropped: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """The numbers of pages and paragraphs of one source in one split."""

    source: str
    split: str
    pages: int
    core: int
    filler: int
    unlabelled: int


@dataclass(frozen=True, slots=True)
class PreparationReport:
    """The numbers of pages that `prepare_table` read, kept and dropped, and of the paragraphs in its table."""

    sources: tuple[SourceCount, ...]
    balance: tuple[Balance, ...]
    views: tuple[tuple[str, int], ...]
    """Each view, and the number of pages that gave it."""
    corrected: int = 0
    """The number of labels that the corrections changed, in all views."""
    split_by_article: bool = False
    """Whether the articles of a site are in several splits, because there are fewer than three sites."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The labelled table, and the report on its preparation."""

    frame: pd.DataFrame
    report: PreparationReport


def _pass_over(*_: object) -> None:
    pass


def prepare_table(
    sources: Sequence[Path],
    *,
    seed: int = 0,
    views: Sequence[str] = CUTS,
    jobs: int = 1,
    names: LabelNames | None = None,
    corrections: Sequence[LabelCorrection] = (),
    refuse: Refuse = _pass_over,
    note: Note = no_note,
    progress: Callable[[str, int, int], None] = _pass_over,
) -> Prepared:
    """Make one table of labelled paragraphs from any mix of sources.

    Parameters
    ----------
    sources
        Folders and tables that `corestory.labelling.origins.find_origins` recognises.
    seed
        The seed of the split.
    views
        The ways to cut HTML pages: some of `corestory.labelling.views.VIEWS`.
    jobs
        The number of processes for HTML pages; -1 for one per core. The result does not depend on it.
    names
        The names of the labels in tables.
    corrections
        A person's corrections of labels, as in `corestory.labelling.corrections.read_corrections`.
    refuse
        Called with the reason for each page, file or row that cannot be read, and for each correction that cannot be
        applied; the rest is used.
    note
        Called with signs that labels come from a model, not a person.
    progress
        Called with the source's name, the number of its files that are done, and the number of all its files.

    Returns
    -------
    Prepared
        The table, one row per paragraph with the columns of `corestory.labelling.table.table_schema`, and the report.

    Raises
    ------
    InputError
        A source does not exist or is nothing that can be read, or a table's columns or labels are wrong.
    DataError
        No article could be read, or no correction is of a paragraph in the table.
    """
    run = _Run(tuple(views), names or LabelNames(), refuse, note, progress)
    with Parallel(n_jobs=jobs) as parallel:
        frame = articles_frame(run.articles(find_origins(sources), parallel))
    if frame.empty:
        raise DataError("no article could be read", expected="at least one labelled article")
    frame["split"] = split_rows(frame, seed=seed)
    frame, corrected = apply_corrections(frame, corrections, refuse=refuse)
    frame = with_kinds(frame)
    report = PreparationReport(
        tuple(run.counts), _balance(frame), tuple(run.made.items()), corrected, is_split_by_article(frame)
    )
    return Prepared(frame, report)


class _Run:
    """Reads one source after another, drops duplicates across all of them, and counts."""

    def __init__(
        self,
        views: tuple[str, ...],
        names: LabelNames,
        refuse: Refuse,
        note: Note,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.views, self.names, self.note = views, names, note
        self.counts: list[SourceCount] = []
        self.made: dict[str, int] = {}
        self._on_refusal, self._on_progress = refuse, progress
        self._duplicates = Duplicates()
        self._refused = self._done = 0
        self._dropped: Counter[str] = Counter()

    def articles(self, origins: Sequence[Origin], parallel: Parallel) -> Iterator[LabelledArticle]:
        for origin in origins:
            self._refused, self._dropped, self._done = 0, Counter(), 0
            articles = self._cut(origin, parallel) if origin.has_pages else self._labelled(origin)
            pages: set[str] = set()
            for article in articles:
                pages.add(article.page)
                self.made[article.view] = self.made.get(article.view, 0) + 1
                yield article
            kept = len(pages)
            read = kept + self._dropped.total()
            dropped = tuple(sorted(self._dropped.items()))
            self.counts.append(SourceCount(origin.name, origin.kind, read, kept, self._refused, dropped))
            self._report_progress(origin, origin.size)

    def _labelled(self, origin: Origin) -> Iterator[LabelledArticle]:
        for done, article in enumerate(origin.articles(names=self.names, refuse=self._refuse, note=self.note)):
            text = "\n".join(paragraph.text for paragraph in article.paragraphs)
            if self._is_new(article.url, text):
                yield article
            self._report_progress(origin, min(done, origin.size))

    def _cut(self, origin: Origin, parallel: Parallel) -> Iterator[LabelledArticle]:
        pages = origin.pages(refuse=self._refuse, drop=self._drop)
        new = (page for page in pages if self._is_new(page.url, page.gold))
        # Batches, so that reading stays in this process and in order, and few pages are in memory at a time.
        while batch := list(islice(new, _PAGES_A_JOB)):
            for cut in parallel(delayed(_cut_page)(page, self.views) for page in batch):
                if isinstance(cut, CorestoryError):
                    self._refuse(InputError(cut.found, where=cut.where, expected=cut.expected, hint=cut.hint))
                else:
                    yield from cut
            self._done += len(batch)
            self._report_progress(origin, self._done)

    def _is_new(self, url: str, text: str) -> bool:
        reason = self._duplicates.reason(url=url, text=text)
        if reason:
            self._drop(reason)
        return not reason

    def _drop(self, reason: str) -> None:
        self._dropped[reason] += 1

    def _refuse(self, error: InputError) -> None:
        self._refused += 1
        self._on_refusal(error)

    def _report_progress(self, origin: Origin, done: int) -> None:
        self._on_progress(origin.name, done, origin.size)


def _cut_page(page: GoldPage, views: tuple[str, ...]) -> tuple[LabelledArticle, ...] | CorestoryError:
    try:
        return page_views(page, views=views)
    except CorestoryError as error:
        return error


def _balance(frame: pd.DataFrame) -> tuple[Balance, ...]:
    rows = []
    for source in frame["source"].unique():
        of_source = frame[frame["source"] == source]
        for split in SPLITS:
            part = of_source[of_source["split"] == split]
            labels = part["label"].value_counts()
            core, filler = int(labels.get("core", 0)), int(labels.get("filler", 0))
            rows.append(Balance(source, split, part["page"].nunique(), core, filler, len(part) - core - filler))
    return tuple(rows)
