"""Numbers as people read them: rounded, with the ends of their intervals, and a dash where there is none."""

import math

from pipeline.evaluation.metrics import Rates
from pipeline.evaluation.results import Band

NOTHING = "–"
"""What stands where there was nothing to measure."""


def rounded(number: float, *, digits: int = 3, signed: bool = False) -> str:
    """Round a number.

    Examples
    --------
    >>> rounded(-0.0001), rounded(float("nan")), rounded(0.25, digits=1, signed=True)
    ('0.000', '–', '+0.2')
    """
    if math.isnan(number):
        return NOTHING
    number = round(number, digits) or 0.0  # not "-0.000"
    return f"{number:+.{digits}f}" if signed else f"{number:.{digits}f}"


def counted(number: float) -> str:
    """Write a count, with commas between thousands.

    Examples
    --------
    >>> counted(12345.0)
    '12,345'
    """
    return f"{round(number):,}"


def percent(share: float) -> str:
    """Write a share as percent, without the sign.

    Examples
    --------
    >>> percent(0.9876)
    '98.8'
    """
    return rounded(100 * share, digits=1)


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
