"""What a run found, as frozen values, and their form in ``accuracy.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from corestory.evaluation.results import plain

from .comparison import ConfidenceBin, SetResult
from .goals import Goal
from .models import ModelInfo

if TYPE_CHECKING:
    from .ablations import AblationResult

SCHEMA = 1
"""Version of ``accuracy.json``: a key that changes its name or its meaning needs the next."""


@dataclass(frozen=True, slots=True)
class Result:
    """All that one run measured.

    Attributes
    ----------
    date
        The day, in UTC.
    versions
        Of corestory, of Python, of the extractors and of what had a part in the numbers.
    limit
        Of pages a corpus, in a trial run; its numbers are no result.
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
    """Write a result as JSON; what could not be measured is null."""
    document = {"schema": SCHEMA, **asdict(result)}
    for goal, found in zip(document["goals"], result.goals, strict=True):
        goal["met"] = found.met
    rounded = json.loads(json.dumps(plain(document)), parse_float=lambda number: round(float(number), 6))
    return json.dumps(rounded, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
