"""Two models on the same rows: what changed from one to the other, and for better or worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from corestory.errors import DataError
from corestory.evaluation.baselines import Tagging
from corestory.evaluation.labelled_rows import LabelledRows, decisions, probabilities
from corestory.evaluation.mistakes import LONGEST_AROUND

if TYPE_CHECKING:
    import pandas as pd

EACH = 10
"""Paragraphs shown of each kind of change."""

KEY = ("article_id", "position")


@dataclass(frozen=True, slots=True)
class Changed:
    """How much one model got right that the other got wrong.

    Attributes
    ----------
    paragraphs, words, articles
        How much of each.
    """

    paragraphs: int
    words: int
    articles: int


@dataclass(frozen=True, slots=True)
class ChangedParagraph:
    """A paragraph that the two models tag differently; `text` is cut where it is long."""

    article_id: str
    position: int
    text: str
    label: Literal["core", "filler"]
    first_score: float
    second_score: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes from the first model to the second.

    Attributes
    ----------
    first, second
        Their names.
    core_gained, core_lost
        Story that only the second keeps, and that only the first does.
    filler_gained, filler_lost
        Filler that only the second removes, and that only the first does.
    better, worse
        Examples, those first whose scores differ most.
    """

    first: str
    second: str
    core_gained: Changed
    core_lost: Changed
    filler_gained: Changed
    filler_lost: Changed
    better: tuple[ChangedParagraph, ...]
    worse: tuple[ChangedParagraph, ...]


def rival_tagging(rows: LabelledRows, other: pd.DataFrame, *, name: str, where: str = "") -> Tagging:
    """Read another model's answers on the very same rows.

    Parameters
    ----------
    rows
        The first model's labelled rows.
    other
        The same table in the same order, tagged by the other model: columns ``label``, ``score`` and ``tagged``.
    name
        The other model's name.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        If they are not the same rows.
    """
    labelled = other[other["label"].notna().to_numpy()]
    columns = [column for column in (*KEY, "text", "label") if column in rows.frame.columns]
    same = len(labelled) == len(rows.frame) and all(
        (labelled[column].to_numpy() == rows.frame[column].to_numpy()).all() for column in columns
    )
    if not same:
        raise DataError(f"{name} was measured on other rows", where=where, expected="the same rows for every model")
    score, decided = probabilities(labelled, "score", where=where), decisions(labelled, "tagged", where=where)
    return Tagging(f"model {name}", name, "another model", score, decided)


def compare(rows: LabelledRows, rival: Tagging, *, name: str, each: int = EACH) -> Comparison:
    """Find the paragraphs that two models tag differently.

    Parameters
    ----------
    rows
        The first model's labelled rows.
    rival
        The second's answers on them.
    name
        The first's name.
    each
        How many examples are given for better and for worse; an article or a text gives one of each.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.labelled_rows import labelled_rows
    >>> frame = pd.DataFrame({"article_id": ["a", "a"], "text": ["It rained.", "Share"], "label": ["core", "filler"],
    ...                       "score": [0.9, 0.8]})
    >>> better = Tagging("b", "b", "another model", np.array([0.9, 0.1]), np.array([True, False]))
    >>> compare(labelled_rows(frame), better, name="a").filler_gained
    Changed(paragraphs=1, words=1, articles=1)
    """
    changed = rows.decided != rival.core
    gained = changed & (rival.core == rows.core)
    lost = changed & (rows.decided == rows.core)
    return Comparison(
        name,
        rival.name,
        _changed(rows, gained & rows.core),
        _changed(rows, lost & rows.core),
        _changed(rows, gained & ~rows.core),
        _changed(rows, lost & ~rows.core),
        _examples(rows, rival, gained, each),
        _examples(rows, rival, lost, each),
    )


def _changed(rows: LabelledRows, part: NDArray[np.bool_]) -> Changed:
    return Changed(int(part.sum()), int(rows.words[part].sum()), len(np.unique(rows.articles[part])))


def _examples(rows: LabelledRows, rival: Tagging, part: NDArray[np.bool_], each: int) -> tuple[ChangedParagraph, ...]:
    chosen = np.flatnonzero(part)
    distance = np.abs(rival.score - rows.score)[chosen]
    ordered = chosen[np.argsort(-distance, kind="stable")]
    texts = rows.frame["text"].to_numpy()
    # An article or a text comes once, else one odd page would be all examples.
    for names in (rows.articles, texts):
        first = np.unique(names[ordered].astype(str), return_index=True)[1]
        ordered = ordered[np.sort(first)]
    chosen = ordered[:each]
    frame = rows.frame
    return tuple(
        ChangedParagraph(
            str(frame["article_id"].iloc[row]),
            int(frame["position"].iloc[row]) if "position" in frame.columns else 0,
            str(frame["text"].iloc[row])[:LONGEST_AROUND],
            "core" if rows.core[row] else "filler",
            float(rows.score[row]),
            float(rival.score[row]),
        )
        for row in chosen.tolist()
    )
