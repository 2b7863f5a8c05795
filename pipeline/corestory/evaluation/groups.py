"""Measures of groups of rows: by source, view, site, language, length, or region of the article."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corestory.evaluation.bootstrap import measured_rates
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.results import EvaluationSettings, Group
from corestory.reading.article import language_of
from corestory.types import Bool, Int

UNKNOWN = "(unknown)"
"""The name of the group of rows without a site, source or view."""

LENGTHS = (0, 5, 10, 20, 40, 80)
"""The fewest words of each group of lengths."""

ENDS = 2
"""The number of core paragraphs in the lead, and in the tail."""

REGIONS = ("above the story", "lead", "body", "tail", "below the story", "article without a story")
BINS = 20

DETECTED = "language_detected"
"""The column of `with_languages` that shows whether the language was detected, because the article declares none."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """The distribution of the scores.

    Attributes
    ----------
    edges
        The edges of the bins, one more than bins.
    core, filler
        The numbers of paragraphs with this label in each bin.
    """

    edges: tuple[float, ...]
    core: tuple[int, ...]
    filler: tuple[int, ...]


def groups_by_column(
    rows: LabelledRows, column: str, *, settings: EvaluationSettings, intervals: bool = True
) -> tuple[Group, ...]:
    """Measure the rows of each value of a column, the worst first; an empty tuple if there is no such column.

    Parameters
    ----------
    rows
        The labelled rows.
    column
        The name of a column of their frame.
    settings
        The settings of the bootstrap.
    intervals
        Whether to compute intervals.
    """
    import pandas as pd

    if column not in rows.frame.columns:
        return ()
    codes, names = pd.factorize(rows.frame[column].astype(object).fillna("").replace("", UNKNOWN))
    settings = settings if intervals else replace(settings, resamples=0)
    groups = groups_by_code(rows, codes, [str(name) for name in names], settings=settings)
    return tuple(sorted(groups, key=_worst_first))


def with_languages(rows: LabelledRows) -> LabelledRows:
    """Return the rows with the language of each article, as two letters; empty if unknown.

    If the article declares no language, `corestory.reading.article.language_of` detects it in the core paragraphs, or
    in all paragraphs if none is core. The column `DETECTED` shows whether the language was detected.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Teilen"], "label": ["core", "filler"],
    ...                       "score": [1.0, 0.2], "language": ["en-GB", None]})
    >>> with_languages(labelled_rows(frame)).frame[["language", DETECTED]].to_numpy().tolist()
    [['en', False], ['en', False]]
    """
    frame = rows.frame
    texts = frame["text"].to_numpy()
    given = frame["language"].fillna("").astype(str).tolist() if "language" in frame.columns else [""] * len(texts)
    declared = {value: language_of("", declared=value) for value in set(given)}
    languages = np.empty(len(texts), object)
    detected = np.zeros(len(texts), bool)
    order = np.argsort(rows.articles, kind="stable")
    for index in np.split(order, np.flatnonzero(np.diff(rows.articles[order])) + 1):
        found = next((declared[given[row]] for row in index if declared[given[row]]), "")
        if not found:
            core = index[rows.core[index]]
            found = language_of("\n".join(texts[core if len(core) else index]))
            detected[index] = found != ""
        languages[index] = found
    return replace(rows, frame=frame.assign(**{"language": languages, DETECTED: detected}))


def groups_by_code(
    rows: LabelledRows, codes: NDArray[np.integer], names: Sequence[str], *, settings: EvaluationSettings
) -> tuple[Group, ...]:
    """Measure the rows of each group.

    Parameters
    ----------
    rows
        The labelled rows.
    codes
        The number of each row's group, from 0.
    names
        The groups' names; groups without rows are left out.
    settings
        The settings of the bootstrap.

    Returns
    -------
    tuple of Group
        In the order of `names`.
    """
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(1, len(names)))
    found = []
    for name, index in zip(names, np.split(order, starts), strict=True):
        if len(index):
            part = rows.part(index)
            paragraphs, words = measured_rates(part, settings)
            found.append(Group(name, len(np.unique(part.articles)), paragraphs, words))
    return tuple(found)


def by_length(rows: LabelledRows, *, settings: EvaluationSettings) -> tuple[Group, ...]:
    """Measure the paragraphs of each group of lengths, the shortest first."""
    names = [f"{low} to {high - 1} words" for low, high in pairwise(LENGTHS)] + [f"{LENGTHS[-1]} words and more"]
    return groups_by_code(rows, np.digitize(rows.words, LENGTHS[1:]), names, settings=settings)


def by_region(rows: LabelledRows, *, settings: EvaluationSettings) -> tuple[Group, ...]:
    """Measure the paragraphs of each of the `REGIONS` of an article, in order."""
    codes = regions(rows.core, rows.frame["article_id"].to_numpy(), rows.positions)
    return groups_by_code(rows, codes, REGIONS, settings=settings)


def regions(core: Bool, articles: NDArray[np.object_], positions: NDArray[np.integer]) -> Int:
    """Return the region of each paragraph, as an index into `REGIONS`.

    The lead is the first `ENDS` paragraphs labelled core and the paragraphs between them. The tail is the last `ENDS`
    and the paragraphs between them. The rest of the story is the body. In a short story, a paragraph that could be in
    both belongs to the lead.

    Parameters
    ----------
    core
        Whether each row is labelled core, shape (rows,).
    articles
        The name of each row's article.
    positions
        The position of each row in its article.

    Examples
    --------
    >>> core = np.array([False, True, True, False, True, True, True, False])
    >>> [REGIONS[region] for region in regions(core, np.full(8, "a"), np.arange(8))][2:5]
    ['lead', 'body', 'body']
    """
    import pandas as pd

    rows = pd.DataFrame({"article": articles, "core": core.astype(np.int64)}).iloc[np.argsort(positions, kind="stable")]
    of_article = rows.groupby("article", sort=False)["core"]
    until, total = (found.sort_index().to_numpy() for found in (of_article.cumsum(), of_article.transform("sum")))
    after = total - until
    # A filler paragraph belongs to the lead or the tail only if it is between two of its core paragraphs.
    lead = (until <= ENDS) & (core | (until < ENDS))
    tail = (after + core <= ENDS) & (core | (after < ENDS))
    conditions = [total == 0, until == 0, (after == 0) & ~core, lead, tail]
    return np.select(conditions, [5, 0, 4, 1, 3], default=2)


def histogram(rows: LabelledRows) -> Histogram:
    """Count the paragraphs by score.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Share"], "label": ["core", "filler"],
    ...                       "score": [1.0, 0.2]})
    >>> histogram(labelled_rows(frame)).core[-1]
    1
    """
    edges = np.linspace(0, 1, BINS + 1)
    core, filler = (np.histogram(rows.score[part], edges)[0] for part in (rows.core, ~rows.core))
    return Histogram(tuple(edges.tolist()), tuple(core.tolist()), tuple(filler.tolist()))


def _worst_first(group: Group) -> tuple[float, float, str]:
    # The word F1 of core shows how close the cleaned text is to the story. It is undefined if there is no story and
    # none was found; that is correct, so such groups come last.
    quality = group.words.value.core_f1
    return (math.inf if math.isnan(quality) else quality, -group.words.confusion.total, group.name)
