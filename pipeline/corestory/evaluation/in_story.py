"""Filler inside stories: the share of it that is removed, and the share of short story lines that is lost with it.

A plug of eight words between two paragraphs hardly changes measures in words, but readers notice it at once. So these
paragraphs are measured separately, and the second look, which removes them, has its own curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.evaluation.groups import groups_by_code
from corestory.evaluation.labelled_rows import LabelledRows
from corestory.evaluation.results import EvaluationSettings, Group
from corestory.types import Bool, Float

MAX_RUN = 3
"""The most filler paragraphs in a row that count as lines inside the story; longer runs are blocks."""

MAX_WORDS = 8
"""The most words of a short story line; plugs are as short."""

FORMS = ("text", "HTML")

LIMITS = tuple((np.arange(101) / 100).tolist())
"""The cutoffs of the second look for which its curve has points."""


@dataclass(frozen=True, slots=True)
class LookCurve:
    """The effect of the second look's cutoff on articles of one form.

    Attributes
    ----------
    form
        One of `FORMS`.
    cutoffs
        The cutoffs, ascending; 0 means no second look.
    filler_removed, story_lost
        The share of the filler inside stories that is removed at each cutoff, and of the short story lines that is
        lost.
    """

    form: str
    cutoffs: tuple[float, ...]
    filler_removed: tuple[float, ...]
    story_lost: tuple[float, ...]

    def best(self, max_lost: float) -> int:
        """Return the index of the highest cutoff at which the second look loses at most this share of story lines.

        Examples
        --------
        >>> LookCurve("text", (0.0, 0.5, 1.0), (0.1, 0.6, 1.0), (0.01, 0.03, 1.0)).best(0.02)
        1
        """
        return int(np.flatnonzero(np.array(self.story_lost) - self.story_lost[0] <= max_lost + 1e-12)[-1])


@dataclass(frozen=True, slots=True)
class InStory:
    """The measures of filler inside stories and of short story lines.

    Attributes
    ----------
    groups
        The measures of each form, then of each kind and each language where known.
    curves
        One curve for each form in which the second look was used.
    """

    groups: tuple[Group, ...]
    curves: tuple[LookCurve, ...]


def in_story_lines(core: Bool, words: Float, articles: Sequence[object], positions: npt.ArrayLike) -> Bool:
    """Return which rows are lines inside a story: filler between two core paragraphs, and short core between two.

    Parameters
    ----------
    core
        Whether each labelled paragraph is core, shape (rows,).
    words
        The length of each in words.
    articles, positions
        The article of each, and its position there.

    Examples
    --------
    >>> core = np.array([True, False, True, True, False])
    >>> in_story_lines(core, np.full(5, 4.0), ["a"] * 5, range(5)).tolist()
    [False, True, True, False, False]
    """
    import pandas as pd

    rows = pd.DataFrame({"article": np.asarray(articles, dtype=object), "core": core})
    rows = rows.iloc[np.argsort(np.asarray(positions), kind="stable")]
    article = rows["article"]
    number = rows.groupby("article").cumcount().where(rows["core"])
    # The nearest core paragraph before and after each.
    before = number.groupby(article).shift().groupby(article).ffill()
    after = number.groupby(article).shift(-1).groupby(article).bfill()
    distance = (after - before).sort_index().to_numpy()  # NaN if one of them is missing
    return np.where(core, (words <= MAX_WORDS) & ~np.isnan(distance), distance <= MAX_RUN + 1)


def measure_in_story(rows: LabelledRows, *, settings: EvaluationSettings) -> InStory | None:
    """Measure the filler inside stories; None if there is none.

    Parameters
    ----------
    rows
        The labelled rows.
    settings
        The settings of the bootstrap.
    """
    import pandas as pd

    inside = _inside(rows)
    if inside.core.all():
        return None
    columns = [pd.Series(np.where(_with_markup(inside), "HTML", "text"), dtype=object)]
    columns += [inside.frame[name].replace("", None) for name in ("kind", "language") if name in inside.frame]
    groups: list[Group] = []
    for column in columns:
        codes, names = pd.factorize(column, sort=True)  # -1 where unknown
        if len(names):
            known = np.flatnonzero(codes >= 0)
            groups += groups_by_code(inside.part(known), codes[known], names.tolist(), settings=settings)
    return InStory(tuple(groups), _curves(inside) if rows.threshold is None else ())


def _curves(inside: LabelledRows) -> tuple[LookCurve, ...]:
    if "second_look" not in inside.frame:
        return ()
    second = inside.frame["second_look"].to_numpy(np.float64)
    looked = np.isfinite(second)
    # A paragraph that the second look did not read keeps its decision at every cutoff.
    second = np.where(looked, second, np.where(inside.decided, np.inf, -np.inf))
    markup = _with_markup(inside)
    curves = []
    for form, chosen in zip(FORMS, (~markup, markup), strict=True):
        core, filler = (np.sort(second[chosen & part]) for part in (inside.core, ~inside.core))
        if len(core) and len(filler) and looked[chosen].any():
            lost, removed = (np.searchsorted(values, LIMITS) / len(values) for values in (core, filler))
            curves.append(LookCurve(form, LIMITS, tuple(removed.tolist()), tuple(lost.tolist())))
    return tuple(curves)


def cutoff_name(form: str) -> str:
    """Return the name of the second look's cutoff among the model's settings.

    Examples
    --------
    >>> cutoff_name("HTML")
    'second_look_html_cutoff'
    """
    return f"second_look_{form.lower()}_cutoff"


def choose_second_look(rows: LabelledRows, max_lost: float) -> list[tuple[LookCurve, int]]:
    """Choose for each form the cutoff of the second look that removes most filler inside stories.

    Parameters
    ----------
    rows
        Labelled rows that were tagged by a model with a second look, with a cutoff for each article.
    max_lost
        The greatest share of the short story lines that the second look may lose, 0 to 1; lines that are lost without
        it do not count.

    Returns
    -------
    list of tuple
        The curve of each form and the index of the chosen cutoff.

    Raises
    ------
    DataError
        The model has no second look, or the rows have no filler inside stories.
    """
    curves = _curves(_inside(rows))
    if not curves:
        raise DataError(
            "no article in which a second look read filler between core paragraphs and short story lines",
            where=rows.where,
            expected="a model with a second look, and such articles in the split",
            hint="Train a model on more articles, or choose a threshold for all articles by another goal.",
        )
    return [(curve, curve.best(max_lost)) for curve in curves]


def _inside(rows: LabelledRows) -> LabelledRows:
    articles = rows.frame["article_id"].tolist()
    return rows.part(np.flatnonzero(in_story_lines(rows.core, rows.words, articles, rows.positions)))


def _with_markup(rows: LabelledRows) -> Bool:
    frame = rows.frame
    return frame["markup"].notna().to_numpy() if "markup" in frame else np.zeros(len(frame), bool)
