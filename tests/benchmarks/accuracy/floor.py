"""The floor: the least scores of a run, which only an explicit option lowers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from corestory.errors import DataError, InputError

from .comparison import ALL, SetResult
from .tagging import INPUTS

DIGITS = 4


@dataclass(frozen=True, slots=True)
class SetFloor:
    """The word F1 of corestory on one corpus, by input, and the number of pages."""

    pages: int
    scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class Floor:
    """The content of the floor file.

    Attributes
    ----------
    tolerance
        The amount by which a score may be below its floor, in addition to one page of the set: a model that is trained
        anew reads single pages differently.
    date
        The date on which the floor was last set.
    sets
        The floors of each corpus, and of all together.
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
        The file is missing or was not written by `write_floor`.
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
    """Write the floor file in a form in which diffs are readable."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(floor), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def measured_floor(sets: Sequence[SetResult], *, tolerance: float, date: str) -> Floor:
    """Return the scores of corestory in a run, on each counted corpus and on all together, as a floor."""
    return Floor(
        tolerance,
        date,
        {
            part.name: SetFloor(part.pages, {key: round(part.row(key).word_f1.value, DIGITS) for key in INPUTS})
            for part in sets
            if part.counted
        },
    )


def shortfalls(floor: Floor, measured: Floor) -> tuple[Shortfall, ...]:
    """Return the scores that are below their floor by more than the tolerance and one page, on sets that both have.

    Raises
    ------
    DataError
        A corpus has another number of pages than its floor, so the two means are not comparable.
    """
    return tuple(
        short
        for short in _lower(floor, _comparable(floor, measured))
        if round(short.floor - short.measured, DIGITS) > floor.tolerance + 1 / floor.sets[short.set].pages
    )


def raised_floor(floor: Floor, measured: Floor, *, allow_lower: bool = False) -> Floor:
    """Return the floor with the measured scores; corpora that were not measured keep theirs.

    Raises
    ------
    DataError
        This would lower or drop a score, or the pages are different, and `allow_lower` is False.
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
    if ALL in measured.sets and floor.sets.keys() - {ALL} != measured.sets.keys() - {ALL}:
        # Without some corpora, the mean over all pages cannot be compared.
        measured = replace(measured, sets={name: part for name, part in measured.sets.items() if name != ALL})
    for name, part in measured.sets.items():
        if name in floor.sets and floor.sets[name].pages != part.pages:
            raise DataError(
                f"{part.pages} pages held out of {name}",
                expected=f"{floor.sets[name].pages}, on which its floor was measured",
                hint="Run it on the same corpora, or set the floor anew with --update-floor --allow-lower.",
            )
    return measured
