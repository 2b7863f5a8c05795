"""Real filler and short story lines inside the stories of held-out pages, and shares of lines with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.evaluation.bootstrap import interval
from corestory.evaluation.in_story import in_story_lines
from corestory.evaluation.metrics import word_counts
from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger

from ..accuracy.material import HELD_OUT, SPLIT_SEED, Say, checked_table, find_sources
from ..accuracy.scores import Estimate, Float, page_draws

RESAMPLES = 1000


def macro_share(values: Float, kinds: Sequence[str]) -> Estimate:
    """Return the mean over kinds of the mean over each kind's lines, with its 95 % interval.

    Parameters
    ----------
    values
        The share of each line, shape (lines,).
    kinds
        The kind of each line. The bootstrap draws lines, each with all its measurements.

    Examples
    --------
    >>> round(macro_share(np.array([1.0, 1.0, 1.0, 0.0]), ["related", "related", "related", "date"]).value, 3)
    0.5
    """
    names, codes = np.unique(np.asarray(kinds), return_inverse=True)
    inside = np.eye(len(names))[codes]
    draws = page_draws(len(values), resamples=RESAMPLES)
    with np.errstate(invalid="ignore"):  # a resample leaves out kinds of which it drew no line
        drawn = np.nanmean((draws @ (inside * values[:, None])) / (draws @ inside), axis=1)
    return _estimate(float(np.mean((values @ inside) / inside.sum(axis=0))), drawn)


def pooled_share(counted: Float, total: Float) -> Estimate:
    """Return the share of all lines of some pages, with its 95 % interval by bootstrap over pages.

    Parameters
    ----------
    counted, total
        For each page, the number of lines with the property and the number of all lines.

    Examples
    --------
    >>> pooled_share(np.array([1.0, 3.0]), np.array([1.0, 7.0])).value
    0.5
    """
    draws = page_draws(len(counted), resamples=RESAMPLES)
    with np.errstate(invalid="ignore"):
        drawn = (draws @ counted) / (draws @ total)
    return _estimate(float(counted.sum() / total.sum()), drawn)


def _estimate(value: float, drawn: npt.NDArray[np.float64]) -> Estimate:
    low, high = interval(drawn.reshape(-1, 1))
    return Estimate(value, float(low[0]), float(high[0]))


if TYPE_CHECKING:
    import pandas as pd

MARKUP = ("markup", "elements", "repeats", "link_density", "declared")


@dataclass(frozen=True, slots=True)
class InStory:
    """The result for one corpus in one form.

    Attributes
    ----------
    pages
        The number of pages with such lines.
    filler, story
        The numbers of filler lines and of short story lines.
    filler_removed, story_lost
        Their shares; None if there are no lines.
    """

    source: str
    form: str
    pages: int
    filler: int
    story: int
    filler_removed: Estimate | None
    story_lost: Estimate | None


def held_out_frame(corpora: Sequence[Path], *, jobs: int, say: Say) -> pd.DataFrame:
    """Return the labelled pages of the test sites of some corpora."""
    sources = find_sources(corpora)
    say(f"Labelling {len(sources)} sources")
    frame = prepare_table(
        sources, seed=SPLIT_SEED, views=("page",), jobs=jobs, refuse=lambda error: say(f"{error}")
    ).frame
    checked_table(frame)
    return frame[(frame["split"] == HELD_OUT) & (frame["view"] == "page")].reset_index(drop=True)


def in_story_scores(tagger: Tagger, frame: pd.DataFrame) -> list[InStory]:
    """Tag held-out pages as HTML and as text, and count their lines inside stories, for each corpus and for all."""
    labelled = frame[frame["label"].notna()]
    core = (labelled["label"] == "core").to_numpy()
    words = word_counts(labelled["text"].tolist())
    inside = in_story_lines(core, words, labelled["article_id"].tolist(), labelled["position"].to_numpy())
    lines = labelled["label"].where(inside).reindex(frame.index)
    forms = {"html": frame, "text": frame.drop(columns=[name for name in MARKUP if name in frame])}
    scores = []
    for form, rows in forms.items():
        counts = frame[["source", "article_id"]].assign(
            lost=tagger.score_frame(rows)["tagged"].to_numpy(object) == "filler", line=lines
        )
        counts = counts[counts["line"].notna()]
        scores += [_counted(str(name), form, part) for name, part in counts.groupby("source")]
        scores.append(_counted("all", form, counts))
    return scores


def _counted(source: str, form: str, lines: pd.DataFrame) -> InStory:
    filler, story = (lines[lines["line"] == label] for label in ("filler", "core"))
    return InStory(source, form, lines["article_id"].nunique(), len(filler), len(story), _share(filler), _share(story))


def _share(lines: pd.DataFrame) -> Estimate | None:
    if lines.empty:
        return None
    pages = lines.groupby("article_id")["lost"]
    return pooled_share(pages.sum().to_numpy(float), pages.size().to_numpy(float))
