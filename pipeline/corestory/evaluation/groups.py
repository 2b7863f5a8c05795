"""How a tagger does on parts of the rows: a source, a site, a length."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from corestory.evaluation.bootstrap import interval, resampled_rates
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.metrics import Rates, confusion, rates
from corestory.evaluation.results import Group, Measured, Settings

UNKNOWN = "(unknown)"
"""Name of the group of the rows that have no site, source or view."""


def groups_by_column(
    rows: LabelledRows, column: str, *, settings: Settings, intervals: bool = True
) -> tuple[Group, ...]:
    """Measure the rows of each value of a column, worst first; nothing where there is no such column.

    Parameters
    ----------
    rows
        The labelled rows.
    column
        A column of their frame.
    settings
        Of the bootstrap.
    intervals
        Whether to take intervals.
    """
    import pandas as pd

    if column not in rows.frame.columns:
        return ()
    codes, names = pd.factorize(rows.frame[column].astype(object).fillna("").replace("", UNKNOWN))
    found = groups_by_code(rows, codes, [str(name) for name in names], settings=settings, intervals=intervals)
    return worst_first(found)


def groups_by_code(
    rows: LabelledRows,
    codes: NDArray[np.integer],
    names: Sequence[str],
    *,
    settings: Settings,
    intervals: bool = True,
) -> tuple[Group, ...]:
    """Measure the rows of each group.

    Parameters
    ----------
    rows
        The labelled rows.
    codes
        For each row the number of its group, from 0.
    names
        The groups' names; a group without a row is left out.
    settings, intervals
        As of `groups_by_column`.

    Returns
    -------
    tuple of Group
        In the order of `names`.
    """
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(1, len(names)))
    return tuple(
        _group(rows, index, name, settings, intervals=intervals)
        for name, index in zip(names, np.split(order, starts), strict=True)
        if len(index)
    )


def worst_first(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Sort groups by the F1 of core in words, the worst first, of equal ones the largest."""
    return tuple(sorted(groups, key=_worst_first))


def resamples_of(articles: NDArray[np.int64], settings: Settings) -> int:
    """How many resamples these articles are worth: none for one article, which drawn again is itself."""
    # Its interval would be a point, as though nothing could be surer.
    return settings.resamples if len(articles) and np.ptp(articles) > 0 else 0


def _group(rows: LabelledRows, index: NDArray[np.int64], name: str, settings: Settings, *, intervals: bool) -> Group:
    core, decided, articles = rows.core[index], rows.decided[index], rows.articles[index]
    resamples = resamples_of(articles, settings) if intervals else 0
    measured: list[Measured[Rates]] = []
    for weights in (None, rows.words[index]):
        cells = confusion(core, decided, weights=weights)
        samples = resampled_rates(core, decided, articles, weights=weights, resamples=resamples, seed=settings.seed)
        numbers = (rates(astuple(cells)), *interval(samples, level=settings.level))
        value, low, high = (Rates(*found.tolist()) for found in numbers)
        measured.append(Measured(value, low, high, cells))
    paragraphs, words = measured
    return Group(name, len(np.unique(articles)), paragraphs, words)


def _worst_first(group: Group) -> tuple[float, float, str]:
    # F1 of core in words is how like the cleaned text is to the story; undefined where there is no story and none was
    # found, which is as it should be.
    quality = group.words.value.core_f1
    return (math.inf if math.isnan(quality) else quality, -group.words.confusion.total, group.name)
