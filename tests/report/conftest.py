import os
from collections.abc import Callable
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation.evaluation import evaluate_frame
from pipeline.evaluation.results import Band, Evaluation, Measured

GOLDEN = Path(__file__).parent / "golden"
STORY = "The ferry left the quay at noon with nine passengers and a goat aboard."
SHORT = "It was a goat."
TEASER = "Nine goats rescued from the ferry by passengers who had left the quay."
PLUG = "Read more"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a golden file; CORESTORY_RENEW_GOLDEN=1 writes it anew, to be read before it is committed."""

    def compare(name: str, found: str) -> None:
        # What stands at the end of a line on a terminal is padding.
        found = "".join(f"{line.rstrip()}\n" for line in found.splitlines())
        if os.environ.get("CORESTORY_RENEW_GOLDEN"):
            (GOLDEN / name).write_text(found, encoding="utf-8")
        assert found == (GOLDEN / name).read_text(encoding="utf-8")

    return compare


@pytest.fixture
def evaluation() -> Evaluation:
    """Four articles of three sites; the intervals are made up, so that no generator of random numbers matters."""
    paragraphs = [(STORY, "core", 0.96, 0.9), (SHORT, "core", 0.7, 0.3), (TEASER, "filler", 0.2, 0.8)]
    paragraphs += [(PLUG, "filler", 0.05, 0.1), (STORY, "core", 0.45, 0.4), (PLUG, None, 0.5, 0.5)]
    frame = pd.DataFrame(
        [
            (f"article {article}", site, source, view, text, label, round(score / wear, 3), stage1)
            for article, (site, source, view, wear) in enumerate(
                [
                    ("harbour-herald.example", "sample", "page", 1),
                    ("harbour-herald.example", "sample", "lines", 1),
                    ("orbit|[bold]weekly.example", "own pages", "page", 2),
                    ("the-very-long-name-of-a-provincial-gazette.example", "own pages", "lines", 1),
                ]
            )
            for text, label, score, stage1 in paragraphs
        ],
        columns=["article_id", "site", "source", "view", "text", "label", "score", "stage1"],
    )
    found = evaluate_frame(frame, threshold=0.4, resamples=0)
    return replace(
        found,
        settings=replace(found.settings, resamples=1000),
        tagger=replace(found.tagger, paragraphs=widened(found.tagger.paragraphs), words=widened(found.tagger.words)),
        baselines=tuple(
            replace(
                baseline,
                paragraphs=widened(baseline.paragraphs),
                words=widened(baseline.words),
                lead_paragraphs=widened(baseline.lead_paragraphs, least=-1),
                lead_words=widened(baseline.lead_words, least=-1),
            )
            for baseline in found.baselines
        ),
        sources=tuple(replace(group, words=widened(group.words)) for group in found.sources),
        views=tuple(replace(group, words=widened(group.words)) for group in found.views),
    )


def widened(band: Band | Measured, *, least: float = 0) -> Band | Measured:
    value, kind = np.array(astuple(band.value)), type(band.value)
    low, high = (kind(*np.clip(value + step, least, 1).tolist()) for step in (-0.0213, 0.0187))
    return replace(band, low=low, high=high)
