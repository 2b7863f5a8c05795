"""Does `confidence` mean anything? Word F1 of held-out pages by their confidence, and by the reason for doubt.

Run by hand: ``python tests/benchmarks/confidence.py TABLE MODEL``, with a labelled table of ``corestory prepare`` and a
model that has seen none of its split ``test``. It prints both tables as Markdown, and exits with 1 if pages of low
confidence are no worse than the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from corestory.features.batch import batch_of_frame
from corestory.features.batch_features import BatchFeatures
from corestory.labelling.table import read_frame
from corestory.model.decision import LOW_CONFIDENCE, doubts, known_words
from corestory.model.storage import load_model
from corestory.model.tagger import Tagger

VIEWS = ("page", "lines", "trafilatura", "text")
EDGES = (0.0, 0.6, LOW_CONFIDENCE, 0.85, 0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True, slots=True)
class Band:
    """Articles that are alike in something, and how well they were tagged.

    Attributes
    ----------
    view, name
        Of what and what they are.
    articles
        How many.
    confidence, word_f1
        Means over them.
    worst_tenth
        The word F1 below which a tenth of them is.
    """

    view: str
    name: str
    articles: int
    confidence: float
    word_f1: float
    worst_tenth: float


def article_scores(tagger: Tagger, frame: pd.DataFrame) -> pd.DataFrame:
    """Tag labelled articles of one view; a row each with `confidence`, `word_f1` and `doubt`.

    Word F1 is by the paragraphs' labels; unlabelled ones count for nothing.
    """
    batch, rows = batch_of_frame(frame, markup=False)
    scored = tagger.score_frame(frame).iloc[rows]
    features = BatchFeatures(batch, tagger.weights.words.idf_of)
    layout = batch.layout
    confidence = scored["confidence"].to_numpy(float)[layout.first]
    known = known_words(features, tagger.weights.words)
    reasons = doubts(scored["score"].to_numpy(float), confidence, features, known)
    mass = features.words * scored["label"].notna().to_numpy(bool)
    said, true = ((scored[column] == "core").to_numpy(bool) for column in ("tagged", "label"))
    kept, story, both = (
        np.bincount(layout.article, mass * chosen, len(layout.sizes)) for chosen in (said, true, said & true)
    )
    f1 = np.divide(2 * both, kept + story, out=np.ones(len(kept)), where=kept + story > 0)
    return pd.DataFrame({"confidence": confidence, "word_f1": f1, "doubt": [str(reason or "") for reason in reasons]})


def confidence_bands(
    tagger: Tagger, frame: pd.DataFrame, *, views: Sequence[str] = VIEWS, edges: Sequence[float] = EDGES
) -> tuple[list[Band], list[Band]]:
    """Measure word F1 by confidence, and by reason for doubt.

    Parameters
    ----------
    tagger
        A model that has seen none of the frame's sites.
    frame
        The labelled table's columns.
    views
        Which views of the pages, as far as the frame has them.
    edges
        Of the bands of confidence.

    Returns
    -------
    by_confidence, by_doubt : list of Band
        Without the empty ones.
    """
    by_confidence, by_doubt = [], []
    for view in views:
        part = frame[frame["view"] == view]
        if part.empty:
            continue
        scores = article_scores(tagger, part)
        for low, high in pairwise(edges):
            last = high == edges[-1]
            inside = (scores["confidence"] >= low) & ((scores["confidence"] < high) | last)
            by_confidence += _band(view, f"{low:.2f} to {high:.2f}", scores[inside])
        for reason, found in scores.groupby("doubt"):
            by_doubt += _band(view, str(reason) or "none", found)
    return by_confidence, by_doubt


def bands_markdown(bands: Sequence[Band], *, name: str) -> str:
    """Write bands as a Markdown table."""
    lines = [f"| view | {name} | articles | mean confidence | word F1 | a tenth below |", "|---|---|--:|--:|--:|--:|"]
    lines += [
        f"| {band.view} | {band.name} | {band.articles:,} | {band.confidence:.3f} | {band.word_f1:.3f} "
        f"| {band.worst_tenth:.3f} |"
        for band in bands
    ]
    return "\n".join(lines)


def _band(view: str, name: str, scores: pd.DataFrame) -> list[Band]:
    if scores.empty:
        return []
    f1 = scores["word_f1"]
    tenth = float(f1.quantile(0.1))
    return [Band(view, name, len(scores), float(scores["confidence"].mean()), float(f1.mean()), tenth)]


def main(table: str, model: str) -> int:
    """Measure, print and judge."""
    frame = read_frame(Path(table))
    frame = frame[frame["split"] == "test"]
    tagger = load_model(model)
    by_confidence, by_doubt = confidence_bands(tagger, frame)
    print(bands_markdown(by_confidence, name="confidence"), end="\n\n")  # noqa: T201
    print(bands_markdown(by_doubt, name="reason for doubt"))  # noqa: T201
    low = [band for band in by_confidence if band.confidence < LOW_CONFIDENCE]
    rest = [band for band in by_confidence if band.confidence >= LOW_CONFIDENCE]
    return int(bool(low and rest) and _mean(low) >= _mean(rest))


def _mean(bands: Sequence[Band]) -> float:
    return float(np.average([band.word_f1 for band in bands], weights=[band.articles for band in bands]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
