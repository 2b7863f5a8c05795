"""Real filler inside real stories: between two core paragraphs of held-out pages, and short story lines there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.evaluation.in_story import in_story_lines
from corestory.evaluation.metrics import word_counts
from corestory.labelling.preparation import prepare_table
from corestory.model.tagger import Tagger

from ..accuracy.material import HELD_OUT, SPLIT_SEED, Say, checked_table, find_sources
from ..accuracy.scores import Estimate
from .shares import pooled_share

if TYPE_CHECKING:
    import pandas as pd

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


def in_story_scores(tagger: Tagger, frame: pd.DataFrame) -> list[InStory]:
    """Tag held-out pages as HTML and as text, and count their lines in the story, corpus by corpus and all together."""
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
