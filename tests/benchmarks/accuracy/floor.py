"""The least scores of a run, which only an explicit option lowers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corestory.errors import DataError, InputError

from .comparison import ALL, SetResult
from .tagging import INPUTS

DIGITS = 4


@dataclass(frozen=True, slots=True)
class SetFloor:
    """The word F1 of corestory on one corpus, by input, and on how many pages it was measured."""

    pages: int
    scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class Floor:
    """The floors of the scores, as the floor file holds them.

    Attributes
    ----------
    tolerance
        By how much a score may be lower than its floor: libraries of another version round otherwise.
    date
        When it was last set.
    sets
        By corpus.
    """

    tolerance: float
    date: str
    sets: dict[str, SetFloor]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One score below its floor."""

    set: str
    input: str
    floor: float
    measured: float

    def __str__(self) -> str:
        return f"{self.set}, {self.input}: word F1 {self.measured:.4f}, the floor is {self.floor:.4f}"


def read_floor(path: Path) -> Floor:
    """Read the floor file.

    Raises
    ------
    InputError
        If it is missing or not as `write_floor` leaves it.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        sets = {
            str(name): SetFloor(int(part["pages"]), {str(key): float(score) for key, score in part["scores"].items()})
            for name, part in value["sets"].items()
        }
        return Floor(float(value["tolerance"]), str(value["date"]), sets)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), expected="the floor file") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"no floor file ({error!r})", where=str(path), expected="tolerance, date and sets, as --update-floor writes"
        ) from error


def write_floor(floor: Floor, path: Path) -> None:
    """Write the floor file, so that a change of it reads well in a diff."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(floor), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def measured_floor(sets: Sequence[SetResult], *, tolerance: float, date: str) -> Floor:
    """The floor that a run's own scores would make: corestory's, on each counted corpus."""
    return Floor(
        tolerance,
        date,
        {
            part.name: SetFloor(part.pages, {key: round(part.row(key).word_f1.value, DIGITS) for key in INPUTS})
            for part in sets
            if part.counted and part.name != ALL
        },
    )


def shortfalls(floor: Floor, measured: Floor) -> tuple[Shortfall, ...]:
    """Scores that are below their floor by more than the tolerance; corpora that only one of both has are left out.

    Raises
    ------
    DataError
        If a corpus has another number of pages than under its floor: the two means are not of the same thing.
    """
    return tuple(
        short
        for short in _lower(floor, _comparable(floor, measured))
        if round(short.floor - short.measured, DIGITS) > floor.tolerance
    )


def raised_floor(floor: Floor, measured: Floor, *, allow_lower: bool = False) -> Floor:
    """The floor set to the measured scores; corpora that were not measured keep theirs.

    Raises
    ------
    DataError
        If that would lower a score, or drop one, or is on other pages, and was not allowed.
    """
    if not allow_lower:
        lower = _lower(floor, _comparable(floor, measured))
        if lower:
            raise DataError(
                f"{len(lower)} scores below the floor, such as {lower[0]}",
                expected="none",
                hint="Find out why; to lower the floor all the same, add --allow-lower.",
            )
    return Floor(floor.tolerance, measured.date, floor.sets | measured.sets)


def _lower(floor: Floor, measured: Floor) -> list[Shortfall]:
    found = []
    for name, part in measured.sets.items():
        for key, score in floor.sets[name].scores.items() if name in floor.sets else ():
            reached = part.scores.get(key, 0.0)
            if reached < score:
                found.append(Shortfall(name, key, score, reached))
    return found


def _comparable(floor: Floor, measured: Floor) -> Floor:
    for name, part in measured.sets.items():
        if name in floor.sets and floor.sets[name].pages != part.pages:
            raise DataError(
                f"{part.pages} pages held out of {name}",
                expected=f"{floor.sets[name].pages}, on which its floor was measured",
                hint="Run it on the same corpora, or set the floor anew with --update-floor --allow-lower.",
            )
    return measured
