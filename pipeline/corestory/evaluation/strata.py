"""Where in an article, and at which lengths, the tagger fails; and how its scores lie."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corestory.evaluation.groups import groups_by_code
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.results import Group, Settings

LENGTHS = (0, 5, 10, 20, 40, 80)
"""Least words of each group of lengths."""

ENDS = 2
"""How many paragraphs of core make the lead, and how many the tail."""

PLACES = ("above the story", "lead", "body", "tail", "below the story", "article without a story")
BINS = 20


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many paragraphs have which score; all of the same number of bins.

    Attributes
    ----------
    edges
        One more than bins.
    core, filler
        Paragraphs labelled so in each bin.
    """

    edges: tuple[float, ...]
    core: tuple[int, ...]
    filler: tuple[int, ...]


def by_length(rows: LabelledRows, *, settings: Settings) -> tuple[Group, ...]:
    """Measure the paragraphs of each length in words, the shortest first."""
    names = [f"{low} to {high - 1} words" for low, high in pairwise(LENGTHS)] + [f"{LENGTHS[-1]} words and more"]
    return groups_by_code(rows, np.digitize(rows.words, LENGTHS[1:]), names, settings=settings)


def by_place(rows: LabelledRows, *, settings: Settings) -> tuple[Group, ...]:
    """Measure the paragraphs of each place in the article, from its head to its foot."""
    positions = rows.frame["position"].to_numpy() if "position" in rows.frame.columns else np.arange(len(rows.core))
    codes = places(rows.core, rows.frame["article_id"].to_numpy(), positions)
    return groups_by_code(rows, codes, PLACES, settings=settings)


def places(core: NDArray[np.bool_], articles: NDArray[np.object_], positions: NDArray[np.integer]) -> NDArray[np.int64]:
    """Say where each paragraph stands: the number of its name in `PLACES`.

    The lead is the first `ENDS` paragraphs labelled core and what stands among them, the tail the last; the rest of the
    story is the body. In a short story the lead goes first.

    Parameters
    ----------
    core
        Whether each row is labelled core.
    articles
        The article of each, by any name.
    positions
        Its place in the article.

    Examples
    --------
    >>> core = np.array([False, True, True, False, True, True, True, False])
    >>> [PLACES[place] for place in places(core, np.full(8, "a"), np.arange(8))][2:5]
    ['lead', 'body', 'body']
    """
    import pandas as pd

    codes = pd.factorize(articles)[0]
    order = np.lexsort((positions, codes))
    article, is_core = codes[order], core[order].astype(np.int64)
    starts = np.flatnonzero(np.diff(article, prepend=-1))
    total = np.add.reduceat(is_core, starts)[article] if len(article) else is_core
    running = np.cumsum(is_core)
    until = running - (running - is_core)[starts][article] if len(article) else is_core
    after = total - until
    # A filler paragraph is of the lead or the tail only where it stands between two core paragraphs of it.
    core_here = is_core == 1
    lead = (until <= ENDS) & (core_here | (until < ENDS))
    tail = (after + is_core <= ENDS) & (core_here | (after < ENDS))
    conditions = [total == 0, until == 0, (after == 0) & ~core_here, lead, tail]
    found = np.select(conditions, [5, 0, 4, 1, 3], default=2)
    place = np.empty(len(found), np.int64)
    place[order] = found
    return place


def histogram(rows: LabelledRows) -> Histogram:
    """Count scores.

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
