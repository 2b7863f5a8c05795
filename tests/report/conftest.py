from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from corestory.evaluation.evaluation import evaluate_rows
from corestory.evaluation.findings import Findings, Learned, report_findings
from corestory.evaluation.in_story import LookCurve
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.learned import GroupEffect, Importance, Ngram, Vocabulary
from corestory.evaluation.results import Band, Evaluation, Measured, TaggerResult
from corestory.report.page import report_page

STORY = "The ferry left the quay at noon with nine passengers and a goat aboard."
SHORT = "It was a goat."
TEASER = "Nine goats rescued from the ferry by passengers who had left the quay."
PLUG = "Read more"


def tagged_frame() -> pd.DataFrame:
    """Six articles of three sites, tagged."""
    paragraphs = [(STORY, "core", 0.96, 0.9), (SHORT, "core", 0.7, 0.3), (TEASER, "filler", 0.2, 0.8)]
    paragraphs += [(PLUG, "filler", 0.05, 0.1), (STORY, "core", 0.45, 0.4), (PLUG, None, 0.5, 0.5)]
    return pd.DataFrame(
        [
            (f"article {article}", site, source, view, text, label, round(score / wear, 3), stage1, position)
            for article, (site, source, view, wear) in enumerate(
                [
                    ("harbour-herald.example", "sample", "page", 1),
                    ("harbour-herald.example", "sample", "lines", 1),
                    ("orbit|[bold]weekly.example", "own pages", "page", 2),
                    ("the-very-long-name-of-a-provincial-gazette.example", "own pages", "lines", 1),
                    ("orbit|[bold]weekly.example", "own pages", "page", 2),
                    ("harbour-herald.example", "sample", "lines", 1),
                ]
            )
            for position, (text, label, score, stage1) in enumerate(paragraphs)
        ],
        columns=["article_id", "site", "source", "view", "text", "label", "score", "stage1", "position"],
    )


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    """What was measured on them; the intervals are made up, so that no generator of random numbers matters."""
    return with_intervals(evaluate_rows(labelled_rows(tagged_frame(), threshold=0.4), resamples=0))


@pytest.fixture(scope="session")
def findings() -> Findings:
    """All that was found on them, beside another model; what the model learned is made up as well."""
    frame = tagged_frame()
    other = frame.assign(score=frame["stage1"], tagged=np.where(frame["stage1"] >= 0.5, "core", "filler"))
    found = report_findings(frame, threshold=0.4, resamples=0, others={"candidate": other})
    vocabulary = Vocabulary((Ngram("said", 3.25, 4, 9),), (Ngram("read more", -7.5, 3, 4), Ngram("<b>", -1.0, 3, 3)))
    effects = (
        GroupEffect("own words", "what they say", 0.06, 0.05, 0.07),
        GroupEffect("shape", "its form", 0.02, 0.0, 0.03),
    )
    importance = (Importance(False, 4, 20, 0.9, effects), Importance(True, 4, 20, 0.95, effects[::-1]))
    return replace(
        found,
        evaluation=with_intervals(found.evaluation),
        thresholds=tuple(replace(row, words=widened(row.words)) for row in found.thresholds[::4]),
        lengths=tuple(replace(group, words=widened(group.words)) for group in found.lengths),
        in_story=replace(
            found.in_story, curves=(LookCurve("text", (0.0, 0.5, 1.0), (0.25, 0.5, 1.0), (0.0, 0.1, 1.0)),)
        ),
        learned=Learned(vocabulary, importance),
    )


@pytest.fixture(scope="session")
def page(findings: Findings) -> str:
    """The report of the findings as they are."""
    return report_page(findings)


def with_intervals(found: Evaluation) -> Evaluation:
    return replace(
        found,
        settings=replace(found.settings, resamples=1000),
        tagger=replace(found.tagger, paragraphs=widened(found.tagger.paragraphs), words=widened(found.tagger.words)),
        baselines=tuple(led(baseline) for baseline in found.baselines),
        rivals=tuple(led(rival) for rival in found.rivals),
        sources=tuple(replace(group, words=widened(group.words)) for group in found.sources),
        views=tuple(replace(group, words=widened(group.words)) for group in found.views),
    )


def led(result: TaggerResult) -> TaggerResult:
    return replace(
        result,
        paragraphs=widened(result.paragraphs),
        words=widened(result.words),
        lead_paragraphs=widened(result.lead_paragraphs, least=-1),
        lead_words=widened(result.lead_words, least=-1),
    )


def widened(band: Band | Measured, *, least: float = 0) -> Band | Measured:
    value, kind = np.array(astuple(band.value)), type(band.value)
    low, high = (kind(*np.clip(value + step, least, 1).tolist()) for step in (-0.0213, 0.0187))
    return replace(band, low=low, high=high)
