"""Shares of lines, as means over kinds, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corestory.evaluation.bootstrap import interval

from ..accuracy.scores import Estimate, Float, page_draws

RESAMPLES = 1000


def macro_share(values: Float, kinds: Sequence[str]) -> Estimate:
    """Mean over kinds of the mean over each kind's lines, with its 95 % interval.

    Parameters
    ----------
    values
        A share a line, of shape (lines,).
    kinds
        The kind of each line. Lines are drawn with replacement, and all that was measured on a line is drawn with it.

    Examples
    --------
    >>> round(macro_share(np.array([1.0, 1.0, 1.0, 0.0]), ["related", "related", "related", "date"]).value, 3)
    0.5
    """
    names, codes = np.unique(np.asarray(kinds), return_inverse=True)
    inside = np.eye(len(names))[codes]
    draws = page_draws(len(values), resamples=RESAMPLES)
    with np.errstate(invalid="ignore"):  # a kind of which a resample drew no line has no part in it
        drawn = np.nanmean((draws @ (inside * values[:, None])) / (draws @ inside), axis=1)
    return _estimate(float(np.mean((values @ inside) / inside.sum(axis=0))), drawn)


def pooled_share(counted: Float, total: Float) -> Estimate:
    """Share of all lines of some pages together, with its 95 % interval.

    Parameters
    ----------
    counted, total
        Of each page, how many lines have the property and how many there are; pages are drawn with replacement.

    Examples
    --------
    >>> pooled_share(np.array([1.0, 3.0]), np.array([1.0, 7.0])).value
    0.5
    """
    draws = page_draws(len(counted), resamples=RESAMPLES)
    with np.errstate(invalid="ignore"):
        drawn = (draws @ counted) / (draws @ total)
    return _estimate(float(counted.sum() / total.sum()), drawn)


def _estimate(value: float, drawn: npt.NDArray[np.float64]) -> Estimate:
    low, high = interval(drawn.reshape(-1, 1))
    return Estimate(value, float(low[0]), float(high[0]))
