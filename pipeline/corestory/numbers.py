"""Numbers as people read them: rounded, with a dash where there is no number."""

import math

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
