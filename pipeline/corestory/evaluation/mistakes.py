"""The most confident mistakes, each in its article, so that a person can judge whether the label or the model errs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.rows import LabelledRows
from corestory.types import Int, Label

if TYPE_CHECKING:
    import pandas as pd

EACH = 12
"""Mistakes shown of each kind: story lost, filler kept."""

AROUND = 6
"""Paragraphs shown on either side of one."""

FEW_WORDS = 5
"""Mistakes of fewer words come last: a lone word tells a reader little, and often its label is an accident."""

LONGEST = 700
LONGEST_AROUND = 260
MOST_OF_A_SITE = 2


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph in the article of a mistake.

    Attributes
    ----------
    text
        Shortened if it is long.
    label
        None where there is none.
    tagged, score
        The tagger's decision and score.
    """

    position: int
    text: str
    label: Label | None
    tagged: Label
    score: float

    @property
    def wrong(self) -> bool:
        """Whether the tagger contradicts the label."""
        return self.label is not None and self.label != self.tagged


@dataclass(frozen=True, slots=True)
class Mistake:
    """A paragraph that the tagger and the label disagree on, with its neighbours.

    Attributes
    ----------
    article_id, site, source, view, url, title
        Its article; empty where unknown.
    position
        Its position in the article, from 0.
    label
        Its label; the tagger decided for the other.
    score
        Probability of core.
    above, below
        How many paragraphs of the article are not shown.
    paragraphs
        The paragraphs shown, in order; one of them is the mistake.
    """

    article_id: str
    site: str
    source: str
    view: str
    url: str
    title: str
    position: int
    label: Label
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
    """Find the most confident mistakes.

    Parameters
    ----------
    frame
        The tagged frame with all its rows, those without a label too.
    rows
        Its labelled rows.
    each
        How many are shown of story lost, and how many of filler kept. An article or a text is shown once, a site at
        most `MOST_OF_A_SITE` times, so that one odd page does not fill the list.
    around
        How many paragraphs are shown on either side.

    Returns
    -------
    tuple of Mistake
        Story lost first; of each kind those of `FEW_WORDS` words and more, then the shorter ones; the most confident
        first, of equally confident ones the longest.
    """
    import pandas as pd

    positions = _positions(frame)
    codes = pd.factorize(frame["article_id"])[0].astype(np.int64)
    ordered = np.lexsort((positions, codes))
    rank = np.empty(len(frame), np.int64)
    rank[ordered] = np.arange(len(frame))
    articles = codes[ordered]
    inside = np.flatnonzero(frame["label"].notna().to_numpy())
    context = _Context(frame, ordered, articles, positions, around)
    found = []
    for core in (True, False):
        wrong = np.flatnonzero(rows.wrong & (rows.core == core))
        doubt = rows.score[wrong] if core else 1 - rows.score[wrong]
        words = rows.words[wrong]
        surest = wrong[np.lexsort((-words, doubt, words < FEW_WORDS))]
        found += [context.mistake(int(rank[inside[row]])) for row in _various(rows, surest, each)]
    return tuple(found)


def _various(rows: LabelledRows, surest: Int, each: int) -> list[int]:
    frame = rows.frame
    chosen: list[int] = []
    sites: Counter[str] = Counter()
    seen: set[object] = set()
    for row in surest.tolist():
        site, text = _text(frame, "site", row), _text(frame, "text", row)
        if len(chosen) == each:
            break
        if int(rows.articles[row]) in seen or text in seen or (site and sites[site] == MOST_OF_A_SITE):
            continue
        seen |= {int(rows.articles[row]), text}
        sites[site] += 1
        chosen.append(row)
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class _Context:
    frame: pd.DataFrame
    ordered: Int
    articles: Int
    positions: Int
    around: int

    def mistake(self, rank: int) -> Mistake:
        start, end = np.searchsorted(self.articles, [self.articles[rank], self.articles[rank] + 1]).tolist()
        first, last = max(start, rank - self.around), min(end, rank + self.around + 1)
        paragraphs = tuple(self._shown(number, whole=number == rank) for number in range(first, last))
        here, row = paragraphs[rank - first], int(self.ordered[rank])
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

    def _shown(self, rank: int, *, whole: bool) -> ShownParagraph:
        row = int(self.ordered[rank])
        label, score = self.frame["label"].iloc[row], float(self.frame["score"].iloc[row])
        known: Label | None = label if label in ("core", "filler") else None
        tagged: Label = self.frame["tagged"].iloc[row]
        text = _cut(_text(self.frame, "text", row), LONGEST if whole else LONGEST_AROUND)
        return ShownParagraph(int(self.positions[row]), text, known, tagged, score)


def _positions(frame: pd.DataFrame) -> Int:
    if "position" in frame.columns:
        return np.asarray(frame["position"].to_numpy(), np.int64)
    return np.asarray(frame.groupby("article_id", sort=False).cumcount().to_numpy(), np.int64)


def _text(frame: pd.DataFrame, column: str, row: int) -> str:
    value = frame[column].iloc[row] if column in frame.columns else None
    return value if isinstance(value, str) else ""


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
