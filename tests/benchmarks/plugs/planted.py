"""Tagged pages with planted lines: the lines that are kept, and the paragraphs of the story that are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.model.tagger import Tagger

from ..accuracy.scores import Estimate
from ..accuracy.tagging import html_article, text_article
from ..planting import PlantedLine, planted_lines, planted_pages
from .in_story import macro_share

if TYPE_CHECKING:
    import pandas as pd

FORMS = ("html", "text")


@dataclass(frozen=True, slots=True)
class PlugScores:
    """The main numbers of one form, as means over kinds.

    Attributes
    ----------
    filler_removed
        The share of planted filler lines that are removed.
    story_lost
        The share of planted story lines, which look like filler, that are lost.
    """

    filler_removed: Estimate
    story_lost: Estimate


def tagged_plugs(
    tagger: Tagger, lines: Sequence[PlantedLine] | None = None, *, threshold: float | None = None
) -> pd.DataFrame:
    """Tag every page with a planted line.

    Parameters
    ----------
    tagger
        The model.
    lines
        The lines to plant; None for all lines.
    threshold
        As in `Tagger.tag_articles`.

    Returns
    -------
    pandas.DataFrame
        One row per page: `line`, `label`, `kind`, `language`, `way`, `layout`, `carrier`, `form` ("html" or "text"),
        `score`, whether the line is `kept`, and `carrier_lost`, the share of the carrier's own paragraphs that are
        lost.

    Raises
    ------
    ValueError
        A page is not read as the paragraphs of which it was made.
    """
    import pandas as pd

    pages = list(planted_pages(planted_lines() if lines is None else lines))
    articles = [text_article(page.source) if page.way == "text" else html_article(page.source) for page in pages]
    rows = []
    for page, article in zip(pages, tagger.tag_articles(articles, threshold=threshold), strict=True):
        if len(article.core) != len(page.texts):
            raise ValueError(
                f"{page.carrier}, {page.layout or 'text'}: {page.line.line!r} is not read as it was planted"
            )
        story = np.array([label == "core" for label in page.labels])
        story[page.place] = False
        rows.append(
            {
                "line": page.line.line,
                "label": page.line.label,
                "kind": page.line.kind,
                "language": page.line.language,
                "way": page.way,
                "layout": page.layout,
                "carrier": page.carrier,
                "form": "text" if page.way == "text" else "html",
                "score": float(article.scores[page.place]),
                "kept": bool(article.core[page.place]),
                "carrier_lost": float(np.mean(~article.core[story])),
            }
        )
    return pd.DataFrame(rows)


def plug_scores(tagged: pd.DataFrame) -> dict[str, PlugScores]:
    """Return the main numbers by form, from the result of `tagged_plugs`."""
    found = {}
    for form in FORMS:
        part = tagged[tagged["form"] == form]
        filler, story = part[part["label"] == "filler"], part[part["label"] == "core"]
        found[form] = PlugScores(line_share(filler, kept=False), line_share(story, kept=False))
    return found


def line_share(tagged: pd.DataFrame, *, kept: bool) -> Estimate:
    """Return the share of rows that are kept, or not kept: the mean over kinds, with all ways of a line averaged."""
    lines = tagged.assign(value=tagged["kept"] == kept).groupby(["kind", "language", "line"], as_index=False)["value"]
    shares = lines.mean()
    return macro_share(shares["value"].to_numpy(float), shares["kind"].tolist())
