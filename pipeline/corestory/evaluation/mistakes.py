"""The most confident mistakes, shown in their articles, so that a person can judge whether label or model is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corestory.evaluation.labelled_rows import LabelledRows
from corestory.types import Int, Label

if TYPE_CHECKING:
    import pandas as pd

EACH = 12
"""The number of mistakes that are shown of story lost, and of filler kept."""

AROUND = 6
"""The number of paragraphs that are shown before and after a mistake."""

FEW_WORDS = 5
"""Mistakes with fewer words come last: they show a reader little, and their labels are often accidental."""

LONGEST = 700
LONGEST_AROUND = 260
MOST_OF_A_SITE = 2


@dataclass(frozen=True, slots=True)
class ParagraphInArticle:
    """A paragraph in the article of a mistake.

    Attributes
    ----------
    text
        The text, shortened if it is long.
    label
        The label; None if there is none.
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
    """A paragraph whose label differs from the tagger's decision, with its neighbours.

    Attributes
    ----------
    article_id, site, source, view, url, title
        The article of the paragraph; empty if unknown.
    position
        The position in the article, from 0.
    label
        The label of the paragraph; the tagger gave the other label.
    score
        The probability of core.
    above, below
        The numbers of paragraphs of the article before and after those that are shown.
    paragraphs
        The paragraphs that are shown, in order; one of them is the mistake.
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
    paragraphs: tuple[ParagraphInArticle, ...]

    @property
    def paragraph(self) -> ParagraphInArticle:
        """The mistake itself."""
        return next(found for found in self.paragraphs if found.position == self.position)


def confident_mistakes(frame: pd.DataFrame, rows: LabelledRows, *, each: int = EACH) -> tuple[Mistake, ...]:
    """Find the most confident mistakes.

    Parameters
    ----------
    frame
        The tagged frame with all its rows, including those without a label.
    rows
        Its labelled rows.
    each
        The number of mistakes of story lost, and of filler kept. An article or a text is shown once, and a site at most
        `MOST_OF_A_SITE` times, so that one unusual page does not fill the list.

    Returns
    -------
    tuple of Mistake
        Story lost comes before filler kept, and paragraphs of `FEW_WORDS` words or more before shorter ones. The most
        confident mistakes come first, and equally confident ones are ordered by length, the longest first.
    """
    import pandas as pd

    positions = frame["position"] if "position" in frame else frame.groupby("article_id", sort=False).cumcount()
    codes = pd.factorize(frame["article_id"])[0]
    order = np.lexsort((positions.to_numpy(), codes))
    ordered, articles = frame.assign(position=positions).iloc[order], codes[order]
    rank = np.argsort(order)[frame["label"].notna().to_numpy()]
    found = []
    for core in (True, False):
        wrong = np.flatnonzero(rows.wrong & (rows.core == core))
        doubt = rows.score[wrong] if core else 1 - rows.score[wrong]
        words = rows.words[wrong]
        surest = wrong[np.lexsort((-words, doubt, words < FEW_WORDS))]
        found += [_mistake(ordered, articles, int(rank[row])) for row in _various(rows, surest, each)]
    return tuple(found)


def _various(rows: LabelledRows, surest: Int, each: int) -> list[int]:
    chosen: list[int] = []
    sites: Counter[str] = Counter()
    seen: set[object] = set()
    columns = rows.frame.reindex(columns=["site", "text"]).iloc[surest].itertuples(index=False)
    for row, article, (site, text) in zip(surest.tolist(), rows.articles[surest].tolist(), columns, strict=True):
        if len(chosen) == each:
            break
        if article in seen or text in seen or (_text(site) and sites[site] == MOST_OF_A_SITE):
            continue
        seen |= {article, text}
        sites[site] += 1
        chosen.append(row)
    return chosen


def _mistake(ordered: pd.DataFrame, articles: Int, at: int) -> Mistake:
    """Make the mistake at the row `at`, with the rows around it; `ordered` is in the order of the articles."""
    start, end = np.searchsorted(articles, [articles[at], articles[at] + 1]).tolist()
    first, last = max(start, at - AROUND), min(end, at + AROUND + 1)
    rows = ordered.iloc[first:last].to_dict("records")
    longest = [LONGEST if number == at else LONGEST_AROUND for number in range(first, last)]
    paragraphs = tuple(map(_shown, rows, longest))
    here, row = paragraphs[at - first], rows[at - first]
    return Mistake(
        article_id=str(row["article_id"]),
        site=_text(row.get("site")),
        source=_text(row.get("source")),
        view=_text(row.get("view")),
        url=_text(row.get("url")),
        title=_text(row.get("title")),
        position=here.position,
        label="filler" if here.tagged == "core" else "core",
        score=here.score,
        above=first - start,
        below=end - last,
        paragraphs=paragraphs,
    )


def _shown(row: Mapping[Hashable, Any], longest: int) -> ParagraphInArticle:
    label, text = row["label"], _text(row["text"])
    cut = text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
    known: Label | None = label if label in ("core", "filler") else None
    return ParagraphInArticle(int(row["position"]), cut, known, row["tagged"], float(row["score"]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
