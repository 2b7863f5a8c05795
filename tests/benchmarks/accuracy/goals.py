"""What the accuracy work aimed at, against what was measured; nothing here makes a run fail, the floor does that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .comparison import ALL, SetResult
from .tagging import AFTER_KNOWN

HTML_LEAD = 0.010
TEXT_LEAD = -0.005
AFTER_LOSS = -0.001
AFTER_GAIN = 0.010


@dataclass(frozen=True, slots=True)
class Goal:
    """One aim on one set: word F1 of corestory less that of an extractor, and how much less or more it should be."""

    name: str
    set: str
    measured: float
    wanted: float

    @property
    def met(self) -> bool:
        """Whether it was reached, to the last digit shown."""
        return round(self.measured, 4) >= self.wanted


def goals(sets: Sequence[SetResult]) -> tuple[Goal, ...]:
    """Aims on each counted corpus: two against trafilatura, two against each of five extractors' own output."""
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
