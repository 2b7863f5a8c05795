"""Real filler inside real stories: between two core paragraphs of held-out pages, and short story lines there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger

from ..accuracy.material import HELD_OUT, SPLIT_SEED, Say, checked_table, find_sources
from ..accuracy.scores import Estimate
from .shares import pooled_share

if TYPE_CHECKING:
    import pandas as pd

MAX_RUN = 3
"""More filler paragraphs in a row are a list or a block that stands beside the story rather than in it."""
MAX_WORDS = 8
"""Story lines of at most so many words are short."""

MARKUP = ("markup", "elements", "repeats", "link_density", "declared")


@dataclass(frozen=True, slots=True)
class InStory:
    """One corpus in one form.

    Attributes
    ----------
    pages
        That have such lines.
    filler, story
        How many lines of filler, and short lines of story.
    filler_removed, story_lost
        Their shares; None where there are no lines.
    """

    source: str
    form: str
    pages: int
    filler: int
    story: int
    filler_removed: Estimate | None
    story_lost: Estimate | None


def held_out_frame(corpora: Sequence[Path], *, jobs: int, say: Say) -> pd.DataFrame:
    """Labelled pages of the test sites of some corpora."""
    sources = find_sources(corpora)
    say(f"Labelling {len(sources)} sources")
    frame = prepare_table(
        sources, seed=SPLIT_SEED, views=("page",), jobs=jobs, refuse=lambda error: say(f"{error}")
    ).frame
    checked_table(frame)
    return frame[(frame["split"] == HELD_OUT) & (frame["view"] == "page")].reset_index(drop=True)


def in_story_lines(frame: pd.DataFrame) -> np.ndarray:
    """Tell the lines that stand in a story: filler between two core paragraphs, and short core there.

    Parameters
    ----------
    frame
        Labelled rows with `article_id`, `position`, `label` and `text`. Unlabelled paragraphs are passed over.

    Returns
    -------
    numpy.ndarray
        Of shape (rows,): "filler", "core", or empty.
    """
    found = np.full(len(frame), "", object)
    labels, texts = frame["label"].to_numpy(object), frame["text"].to_numpy(object)
    ordered = frame.assign(row=np.arange(len(frame))).sort_values(["article_id", "position"])
    ordered = ordered[ordered["label"].notna()]
    for _, rows in ordered.groupby("article_id", sort=False)["row"]:
        places = rows.to_numpy()
        core = np.flatnonzero(labels[places] == "core")
        for before, after in pairwise(core.tolist()):
            if 1 < after - before <= MAX_RUN + 1:
                found[places[before + 1 : after]] = "filler"
        for place in places[core[1:-1]]:
            if len(texts[place].split()) <= MAX_WORDS:
                found[place] = "core"
    return found


def in_story_scores(tagger: Tagger, frame: pd.DataFrame) -> list[InStory]:
    """Tag held-out pages as HTML and as text, and count their lines in the story, corpus by corpus and all together."""
    lines = in_story_lines(frame)
    forms = {"html": frame, "text": frame.drop(columns=[name for name in MARKUP if name in frame])}
    scores = []
    for form, rows in forms.items():
        counts = frame[["source", "article_id"]].assign(
            lost=tagger.score_frame(rows)["tagged"].to_numpy(object) == "filler", line=lines
        )
        counts = counts[counts["line"] != ""]
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
