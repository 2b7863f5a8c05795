"""Several ways to do one work, in turns over the same pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .pages import Page

Work = Callable[[Sequence[Page]], object]

# Pages of a turn: what is scored in one batch, and little enough that a disturbance of the machine hits everybody.
TURN = 256


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who takes part, and what it does with some pages."""

    name: str
    work: Work


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds of each contestant for all pages, by name."""

    pages: int
    seconds: dict[str, float]

    def rate(self, name: str) -> float:
        """Pages a second."""
        return self.pages / self.seconds[name]

    def ratio(self, name: str, other: str) -> float:
        """How many times as fast the one is as the other."""
        return self.seconds[other] / self.seconds[name]


def contest(contestants: Sequence[Contestant], pages: Sequence[Page], *, rounds: int = 1) -> Measured:
    """Let everybody do all the work, turn by turn.

    Parameters
    ----------
    contestants
        Who. Each has done some pages before, untimed, to load what it loads.
    pages
        The work.
    rounds
        How often; the best of each counts, for nothing makes a program faster than it is.
    """
    for contestant in contestants:
        contestant.work(pages[:4])
    best: dict[str, float] = {}
    for _ in range(rounds):
        spent = dict.fromkeys((contestant.name for contestant in contestants), 0.0)
        for begin in range(0, len(pages), TURN):
            turn = pages[begin : begin + TURN]
            for contestant in contestants:
                before = time.process_time()
                contestant.work(turn)
                spent[contestant.name] += time.process_time() - before
        best = {name: min(seconds, best.get(name, seconds)) for name, seconds in spent.items()}
    return Measured(len(pages), best)
