"""The comparison of all contestants on each set of pages, and on all counted sets together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .extraction import COMPETITORS
from .material import HeldOutPage
from .scores import Estimate, Scores, estimates, page_draws
from .tagging import INPUTS

ALL = "all"
"""The name of the set of all pages of all counted corpora."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant on one set of pages.

    Attributes
    ----------
    key
        The key of an extractor, or one of `INPUTS`.
    word_f1, shingle_f1
        Means over pages.
    empty
        The number of pages with an empty output.
    pages_per_second
        Pages per second of processor time.
    lead
        For corestory, the word F1 minus that of the best extractor of the set, on the same pages.
    gain
        For corestory after an extractor, the word F1 minus that of the extractor alone.
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
        False for a corpus whose gold text is not a fair test.
    best
        The key of the extractor with the highest word F1.
    rows
        The rows of the extractors, then those of corestory.
    """

    name: str
    counted: bool
    pages: int
    sites: int
    best: str
    rows: tuple[Row, ...]

    def row(self, key: str) -> Row:
        """Return the row of one contestant."""
        return next(row for row in self.rows if row.key == key)


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Pages of similar confidence, and the word F1 that corestory reached on them."""

    contestant: str
    pages: int
    confidence: float
    word_f1: float


def compare(
    pages: Sequence[HeldOutPage], scores: Mapping[str, Scores], *, uncounted: Sequence[str] = ()
) -> tuple[SetResult, ...]:
    """Compare all contestants on all counted corpora together, and on each corpus.

    Parameters
    ----------
    pages
        The held-out pages.
    scores
        The scores of each contestant, in the order of the pages.
    uncounted
        The corpora that are shown but not counted.
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
    """Return whether each page is counted."""
    return np.array([page.source not in uncounted for page in pages], dtype=bool)


def confidence_bins(scores: Mapping[str, Scores], counted: np.ndarray, *, bins: int = 5) -> tuple[ConfidenceBin, ...]:
    """Return corestory's word F1 on HTML and text in bins of equally many pages, the least confident first."""
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
