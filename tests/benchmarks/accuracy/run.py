"""One run, from the folders of the corpora to the result."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory import __version__
from corestory.labelling.table import read_frame

from .ablations import AblationResult, ablate
from .comparison import compare, confidence_bins, counted_pages
from .extraction import Output, extract_all, extractor_versions
from .material import HeldOutPage, Say, checked_table, find_sources, held_out_pages, load_table, seen_rows
from .models import stored_model, train_model
from .result import Result, goals
from .scores import Scores, score_outputs
from .tagging import tag_all

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = ("numpy", "scikit-learn", "selectolax")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run.

    Attributes
    ----------
    corpora
        Sources, or folders of sources.
    also
        Sources to learn from that have no pages, such as the sample corpus.
    work
        The folder in which the table and the extractors' outputs are kept.
    table
        A table that ``corestory prepare`` made of the same sources; None to make it.
    model
        The folder of a model that was trained on train and validation sites; None to train one.
    uncounted
        The corpora that are shown but not counted.
    limit
        The most pages of each corpus, for a trial run; None for all.
    """

    corpora: tuple[Path, ...]
    work: Path
    also: tuple[Path, ...] = ()
    table: Path | None = None
    model: Path | None = None
    uncounted: tuple[str, ...] = ("verified",)
    limit: int | None = None
    ablations: bool = False
    seed: int = 0
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, and the scores of all pages."""

    result: Result
    pages: tuple[HeldOutPage, ...]
    scores: Mapping[str, Scores]


def run(options: Options, *, say: Say) -> Measured:
    """Measure everything.

    Parameters
    ----------
    options
        The options of the run.
    say
        Called with a message about each step.

    Raises
    ------
    CorestoryError
        The corpora, the table, the model or an extractor cannot be used.
    """
    versions = extractor_versions()
    # Duplicates stay in the source that is read first, so counted corpora come first and lose no page.
    sources = sorted(find_sources(options.corpora), key=lambda path: path.resolve().name in options.uncounted)
    sources += options.also
    if options.table is not None:
        frame = read_frame(options.table)
    else:
        frame = load_table(sources, versions=versions, work=options.work, jobs=options.jobs, say=say)
    checked_table(frame)
    pages = held_out_pages(frame, sources, limit=options.limit)
    rows = seen_rows(frame, limit=options.limit)
    del frame
    say(f"{len(pages)} pages held out")
    extractions = extract_all(pages, work=options.work / "extracted", jobs=options.jobs, say=say)
    if options.model is not None:
        tagger, model = stored_model(options.model, rows)
    else:
        tagger, model = train_model(rows, seed=options.seed, jobs=options.jobs, say=say)
    say("Tagging")
    outputs = extractions | tag_all(tagger, pages, extractions)
    gold = [page.gold for page in pages]
    scores = {key: score_outputs(found, gold) for key, found in outputs.items()}
    sets = compare(pages, scores, uncounted=options.uncounted)
    counted = counted_pages(pages, options.uncounted)
    result = Result(
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        versions=_versions(versions),
        model=model,
        sets=sets,
        goals=goals(sets),
        confidence=confidence_bins(scores, counted),
        ablations=_ablations(options, rows, pages, extractions, counted, say) if options.ablations else (),
        limit=options.limit,
    )
    return Measured(result, pages, scores)


def page_frame(measured: Measured) -> pd.DataFrame:
    """Return the scores of each page and contestant, to look for mistakes."""
    import pandas as pd

    parts = [
        pd.DataFrame(
            {
                "source": [page.source for page in measured.pages],
                "page": [page.page for page in measured.pages],
                "site": [page.site for page in measured.pages],
                "contestant": key,
                "word_f1": scores.word_f1.round(4),
                "shingle_f1": scores.shingle_f1.round(4),
                "confidence": scores.confidence.round(4),
                "seconds": scores.seconds.round(5),
            }
        )
        for key, scores in measured.scores.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _ablations(
    options: Options,
    rows: pd.DataFrame,
    pages: Sequence[HeldOutPage],
    extractions: Mapping[str, Sequence[Output]],
    counted: np.ndarray,
    say: Say,
) -> tuple[AblationResult, ...]:
    places = np.flatnonzero(counted).tolist()
    inside = {key: [found[place] for place in places] for key, found in extractions.items()}
    return ablate(rows, [pages[place] for place in places], inside, jobs=options.jobs, seed=options.seed, say=say)


def _versions(extractors: Mapping[str, str]) -> dict[str, str]:
    return (
        {"corestory": __version__, "Python": platform.python_version()}
        | dict(extractors)
        | {library: importlib.metadata.version(library) for library in LIBRARIES}
    )
