"""The most confident mistakes, each in its article, so that a person sees whether the label or the model errs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from corestory.evaluation.labelled_rows import LabelledRows

if TYPE_CHECKING:
    import pandas as pd

EACH = 12
"""Mistakes shown of each kind: story lost, filler kept."""

AROUND = 6
"""Paragraphs shown on either side of one."""

FEW_WORDS = 5
"""Mistakes of fewer words come last, for a lone word tells a reader little: often it is an accident of the labels."""

LONGEST = 700
LONGEST_AROUND = 260
A_SITE = 2

Kind = Literal["core", "filler"]


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph in the article of a mistake.

    Attributes
    ----------
    text
        Cut where it is long.
    label
        None where there is none.
    tagged, score
        What the tagger says.
    """

    position: int
    text: str
    label: Kind | None
    tagged: Kind
    score: float

    @property
    def wrong(self) -> bool:
        """Whether the tagger contradicts the label."""
        return self.label is not None and self.label != self.tagged


@dataclass(frozen=True, slots=True)
class Mistake:
    """A paragraph that the tagger and the label disagree on, and what stands around it.

    Attributes
    ----------
    article_id, site, source, view, url, title
        Where it is; empty where unknown.
    position
        Its place in the article, from 0.
    label
        What it is labelled; tagged is the other.
    score
        Probability of core.
    above, below
        How many paragraphs of the article are not shown.
    paragraphs
        Those that are, in order; one of them is the mistake.
    """

    article_id: str
    site: str
    source: str
    view: str
    url: str
    title: str
    position: int
    label: Kind
    score: float
    above: int
    below: int
    paragraphs: tuple[ShownParagraph, ...]

    @property
    def paragraph(self) -> ShownParagraph:
        """The mistake itself."""
        return next(found for found in self.paragraphs if found.position == self.position)


def confident_mistakes(
    frame: pd.DataFrame, rows: LabelledRows, *, each: int = EACH, around: int = AROUND
) -> tuple[Mistake, ...]:
    """Find the mistakes that the tagger was surest of.

    Parameters
    ----------
    frame
        The tagged frame with all its rows, those without a label too.
    rows
        Its labelled rows.
    each
        How many are shown of story lost, and how many of filler kept. An article or a text comes once, a site at most
        `A_SITE` times, so that one odd page does not fill the list.
    around
        How many paragraphs are shown on either side.

    Returns
    -------
    tuple of Mistake
        Story lost first; of each kind those of `FEW_WORDS` words and more, then the shorter ones; the surest first, of
        equally sure ones the longest.
    """
    positions = _positions(frame)
    codes = _codes(frame["article_id"])
    ordered = np.lexsort((positions, codes))
    place = np.empty(len(frame), np.int64)
    place[ordered] = np.arange(len(frame))
    articles = codes[ordered]
    inside = np.flatnonzero(frame["label"].notna().to_numpy())
    context = _Context(frame, ordered, articles, positions, around)
    found = []
    for core in (True, False):
        wrong = np.flatnonzero(rows.wrong & (rows.core == core))
        doubt = rows.score[wrong] if core else 1 - rows.score[wrong]
        words = rows.words[wrong]
        surest = wrong[np.lexsort((-words, doubt, words < FEW_WORDS))]
        found += [context.mistake(int(place[inside[row]])) for row in _various(rows, surest, each)]
    return tuple(found)


def _various(rows: LabelledRows, surest: NDArray[np.int64], each: int) -> list[int]:
    frame = rows.frame
    chosen: list[int] = []
    sites: Counter[str] = Counter()
    seen: set[object] = set()
    for row in surest.tolist():
        site, text = _text(frame, "site", row), _text(frame, "text", row)
        if len(chosen) == each:
            break
        if int(rows.articles[row]) in seen or text in seen or (site and sites[site] == A_SITE):
            continue
        seen |= {int(rows.articles[row]), text}
        sites[site] += 1
        chosen.append(row)
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class _Context:
    frame: pd.DataFrame
    ordered: NDArray[np.int64]
    articles: NDArray[np.int64]
    positions: NDArray[np.int64]
    around: int

    def mistake(self, place: int) -> Mistake:
        start, end = np.searchsorted(self.articles, [self.articles[place], self.articles[place] + 1]).tolist()
        first, last = max(start, place - self.around), min(end, place + self.around + 1)
        paragraphs = tuple(self._shown(number, whole=number == place) for number in range(first, last))
        here, row = paragraphs[place - first], int(self.ordered[place])
        return Mistake(
            article_id=str(self.frame["article_id"].iloc[row]),
            site=_text(self.frame, "site", row),
            source=_text(self.frame, "source", row),
            view=_text(self.frame, "view", row),
            url=_text(self.frame, "url", row),
            title=_text(self.frame, "title", row),
            position=here.position,
            label="filler" if here.tagged == "core" else "core",
            score=here.score,
            above=first - start,
            below=end - last,
            paragraphs=paragraphs,
        )

    def _shown(self, place: int, *, whole: bool) -> ShownParagraph:
        row = int(self.ordered[place])
        label, score = self.frame["label"].iloc[row], float(self.frame["score"].iloc[row])
        known: Kind | None = label if label in ("core", "filler") else None
        tagged: Kind = self.frame["tagged"].iloc[row]
        text = _cut(_text(self.frame, "text", row), LONGEST if whole else LONGEST_AROUND)
        return ShownParagraph(int(self.positions[row]), text, known, tagged, score)


def _codes(values: pd.Series) -> NDArray[np.int64]:
    import pandas as pd

    return pd.factorize(values)[0].astype(np.int64)


def _positions(frame: pd.DataFrame) -> NDArray[np.int64]:
    if "position" in frame.columns:
        return np.asarray(frame["position"].to_numpy(), np.int64)
    return np.asarray(frame.groupby("article_id", sort=False).cumcount().to_numpy(), np.int64)


def _text(frame: pd.DataFrame, column: str, row: int) -> str:
    value = frame[column].iloc[row] if column in frame.columns else None
    return value if isinstance(value, str) else ""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
