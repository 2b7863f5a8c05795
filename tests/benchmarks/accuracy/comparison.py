"""The side-by-side comparison on one set of pages, and on all counted sets together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .extraction import COMPETITORS
from .material import HeldOutPage
from .scores import Estimate, Scores, estimates, page_draws
from .tagging import INPUTS

ALL = "all"
"""The set of all pages of all counted corpora."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant on one set of pages.

    Attributes
    ----------
    key
        Of an extractor, or of one of `INPUTS`.
    word_f1, shingle_f1
        Means over pages.
    empty
        Pages for which nothing came out.
    pages_per_second
        Of processor time.
    lead
        For corestory, the word F1 less that of the best extractor of the set, on the same pages.
    gain
        After an extractor, the word F1 less that of the extractor alone.
    """

    key: str
    word_f1: Estimate
    shingle_f1: Estimate
    empty: int
    pages_per_second: float
    lead: Estimate | None = None
    gain: Estimate | None = None


@dataclass(frozen=True, slots=True)
class SetResult:
    """All contestants on one set.

    Attributes
    ----------
    name
        The corpus, or `ALL`.
    counted
        False for a corpus whose gold text is no fair test.
    best
        Key of the extractor with the highest word F1.
    rows
        Extractors first, then corestory.
    """

    name: str
    counted: bool
    pages: int
    sites: int
    best: str
    rows: tuple[Row, ...]

    def row(self, key: str) -> Row:
        """The row of one contestant."""
        return next(row for row in self.rows if row.key == key)


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Pages of about the same confidence, and the word F1 that corestory reached on them."""

    contestant: str
    pages: int
    confidence: float
    word_f1: float


def compare(
    pages: Sequence[HeldOutPage], scores: Mapping[str, Scores], *, uncounted: Sequence[str] = ()
) -> tuple[SetResult, ...]:
    """Compare all contestants on all counted corpora together, on each, and on each that does not count.

    Parameters
    ----------
    pages
        The held-out pages.
    scores
        Of each contestant, in the order of the pages.
    uncounted
        Corpora that are shown but count for nothing.
    """
    sources = np.array([page.source for page in pages])
    sites = np.array([page.site for page in pages])
    counted = ~np.isin(sources, list(uncounted))
    names = list(dict.fromkeys(sources.tolist()))
    parts = [(name, sources == name) for name in sorted(names, key=lambda name: name in uncounted)]
    if counted.any():
        parts = [(ALL, counted), *parts]
    return tuple(
        _compared(
            name, {key: _part(found, inside) for key, found in scores.items()}, sites[inside], name not in uncounted
        )
        for name, inside in parts
    )


def counted_pages(pages: Sequence[HeldOutPage], uncounted: Sequence[str]) -> np.ndarray:
    """Whether each page counts."""
    return np.array([page.source not in uncounted for page in pages], dtype=bool)


def confidence_bins(scores: Mapping[str, Scores], counted: np.ndarray, *, bins: int = 5) -> tuple[ConfidenceBin, ...]:
    """Word F1 by confidence, for corestory on HTML and on text, in bins of equally many pages, least sure first."""
    found = []
    for key in ("html", "text"):
        sure, reached = scores[key].confidence[counted], scores[key].word_f1[counted]
        known = np.flatnonzero(~np.isnan(sure))
        ordered = known[np.argsort(sure[known], kind="stable")]
        for part in np.array_split(ordered, min(bins, len(ordered)) or 1):
            if len(part):
                found.append(ConfidenceBin(key, len(part), float(sure[part].mean()), float(reached[part].mean())))
    return tuple(found)


def _part(scores: Scores, inside: np.ndarray) -> Scores:
    return Scores(
        scores.word_f1[inside], scores.shingle_f1[inside], scores.seconds[inside], scores.empty[inside],
        scores.confidence[inside],
    )  # fmt: skip


def _compared(name: str, scores: Mapping[str, Scores], sites: np.ndarray, counted: bool) -> SetResult:
    extractors = [extractor.key for extractor in COMPETITORS]
    draws = page_draws(len(sites))
    words = {key: found.word_f1 for key, found in scores.items()}
    best = max(extractors, key=lambda key: float(words[key].mean()))
    word = estimates(words, draws)
    shingle = estimates({key: found.shingle_f1 for key, found in scores.items()}, draws)
    lead = estimates({key: words[key] - words[best] for key in INPUTS}, draws)
    gain = estimates({f"after {key}": words[f"after {key}"] - words[key] for key in extractors}, draws)
    rows = tuple(
        Row(
            key,
            word[key],
            shingle[key],
            int(scores[key].empty.sum()),
            len(sites) / max(float(scores[key].seconds.sum()), 1e-9),
            lead.get(key),
            gain.get(key),
        )
        for key in (*extractors, *INPUTS)
    )
    return SetResult(name, counted, len(sites), len(np.unique(sites)), best, rows)
