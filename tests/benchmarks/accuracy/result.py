"""The results of a run as frozen dataclasses, with its goals, and their form in ``accuracy.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.results import plain

from .comparison import ALL, ConfidenceBin, SetResult
from .models import ModelInfo
from .tagging import AFTER_KNOWN

HTML_LEAD = 0.010
TEXT_LEAD = -0.005
AFTER_LOSS = -0.001
AFTER_GAIN = 0.010


@dataclass(frozen=True, slots=True)
class Goal:
    """One aim on one set: the word F1 of corestory minus that of an extractor, and the least value wanted."""

    name: str
    set: str
    measured: float
    wanted: float

    @property
    def met(self) -> bool:
        """Whether the aim was reached, with rounding to four digits."""
        return round(self.measured, 4) >= self.wanted


def goals(sets: Sequence[SetResult]) -> tuple[Goal, ...]:
    """Return the aims on each counted corpus: two against trafilatura, two against the outputs of five extractors."""
    found = []
    for part in sets:
        if not part.counted or part.name == ALL:
            continue
        base = part.row("trafilatura").word_f1.value
        gains = [row.gain.value for row in map(part.row, AFTER_KNOWN) if row.gain is not None]
        found += [
            Goal("HTML in, over trafilatura", part.name, part.row("html").word_f1.value - base, HTML_LEAD),
            Goal(
                "plain text in, over trafilatura on HTML", part.name, part.row("text").word_f1.value - base, TEXT_LEAD
            ),
            Goal("after an extractor, the least gain of five", part.name, min(gains), AFTER_LOSS),
            Goal("after an extractor, the mean gain of five", part.name, float(np.mean(gains)), AFTER_GAIN),
        ]
    return tuple(found)


if TYPE_CHECKING:
    from .ablations import AblationResult

SCHEMA = 1
"""The version of ``accuracy.json``; a change of a key's name or meaning needs the next version."""


@dataclass(frozen=True, slots=True)
class Result:
    """All measurements of one run.

    Attributes
    ----------
    date
        The day in UTC.
    versions
        The versions of corestory, Python, the extractors and the libraries that affect the numbers.
    limit
        The most pages of each corpus in a trial run, whose numbers are not a result; None for a full run.
    """

    date: str
    versions: dict[str, str]
    model: ModelInfo
    sets: tuple[SetResult, ...]
    goals: tuple[Goal, ...]
    confidence: tuple[ConfidenceBin, ...]
    ablations: tuple[AblationResult, ...] = ()
    limit: int | None = None


def result_json(result: Result) -> str:
    """Return a result as JSON; undefined measures are null."""
    document = {"schema": SCHEMA, **asdict(result)}
    for goal, found in zip(document["goals"], result.goals, strict=True):
        goal["met"] = found.met
    rounded = json.loads(json.dumps(plain(document)), parse_float=lambda number: round(float(number), 6))
    return json.dumps(rounded, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
