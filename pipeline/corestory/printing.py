"""Numbers as people read them, and text from data made safe to print on a terminal."""

import math
import re

# Escape sequences steer the terminal, bidirectional overrides and isolates reorder what it shows, and lone surrogates
# have no encoding. Tab and line feed are harmless.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Replace each character that could steer a terminal by U+FFFD.

    Examples
    --------
    >>> printable("\x1b[31mRed\n") == "\ufffd[31mRed\n"
    True
    """
    return _UNSAFE.sub("\ufffd", text)


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
