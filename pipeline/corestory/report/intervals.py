"""Measures with their intervals as people read them."""

from corestory.evaluation.metrics import Rates
from corestory.evaluation.results import Band
from corestory.printing import NOTHING, percent, rounded


def with_interval(band: Band[Rates], name: str) -> str:
    """Write a measure and its interval."""
    return _ends(*(rounded(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def per_hundred(band: Band[Rates], name: str) -> str:
    """Write a measure of a hundred, and its interval."""
    return _ends(*(percent(getattr(rates, name)) for rates in (band.value, band.low, band.high)))


def difference(band: Band[Rates], name: str, *, scale: int = 1, reverse: bool = False) -> str:
    """Write a difference and its interval, with signs.

    Parameters
    ----------
    band
        The differences.
    name
        Which.
    scale
        100 for a difference in a hundred.
    reverse
        Whether to write the second less the first.
    """
    factor = -scale if reverse else scale
    value, low, high = (factor * getattr(rates, name) for rates in (band.value, band.low, band.high))
    digits = 1 if scale == 100 else 3
    numbers = (value, high, low) if reverse else (value, low, high)
    # A sign before zero would claim a difference.
    texts = (rounded(number, digits=digits, signed=round(number, digits) != 0) for number in numbers)
    return _ends(*texts, dash="…")  # a dash between signs reads like one


def _ends(value: str, low: str, high: str, *, dash: str = "–") -> str:
    # An interval that is one point tells nothing: it is what it must be, such as the recall of who keeps everything.
    return value if NOTHING in (value, low, high) or low == high else f"{value} ({low}{dash}{high})"
