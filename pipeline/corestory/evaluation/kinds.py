"""How well a model tells the kind of filler and the role of core: F1 of each, their mean, and the confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.labelling.labelled import KINDS, ROLES

if TYPE_CHECKING:
    import pandas as pd

TOLD = "told_kind"
"""The column of a scored table with the kind or role that the model tells, given the paragraph's label."""


@dataclass(frozen=True, slots=True)
class KindRates:
    """How one kind or role was told; a rate is NaN where it is of no paragraph."""

    name: str
    paragraphs: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class KindResult:
    """How kinds and roles were told.

    Attributes
    ----------
    macro_f1
        Mean of the F1 of the kinds of filler that occur, each counting once; NaN if none does.
    kinds, roles
        Those that occur, in the order of `KINDS` and `ROLES`.
    matrix
        For each of `kinds` and then of `roles`, how many of its paragraphs were told as each of them, in that order.
    """

    macro_f1: float
    kinds: tuple[KindRates, ...]
    roles: tuple[KindRates, ...]
    matrix: tuple[tuple[int, ...], ...]


def kind_result(frame: pd.DataFrame) -> KindResult | None:
    """Measure how kinds were told.

    Parameters
    ----------
    frame
        Columns `label`, `kind`, `role` and `TOLD`.

    Returns
    -------
    KindResult or None
        None if a column is missing, or no filler paragraph has a kind.

    Examples
    --------
    >>> import pandas as pd
    >>> found = kind_result(pd.DataFrame({
    ...     "label": ["filler"] * 3, "kind": ["date", "date", "legal"], "role": None,
    ...     "told_kind": ["date", "legal", "legal"]}))
    >>> [(one.name, round(one.f1, 2)) for one in found.kinds], round(found.macro_f1, 2)
    ([('date', 0.67), ('legal', 0.67)], 0.67)
    """
    if not {"label", "kind", "role", TOLD} <= set(frame.columns):
        return None
    filler = (frame["label"] == "filler").to_numpy()
    known = np.where(filler, frame["kind"].to_numpy(object), frame["role"].to_numpy(object))
    told = frame[TOLD].to_numpy(object)
    names = [*(name for name in KINDS if (known == name).any()), *(name for name in ROLES if (known == name).any())]
    if not any(name in KINDS for name in names):
        return None
    # A line that was given a kind which does not occur counts as missed, and has no column.
    matrix = np.array([[int(((known == name) & (told == other)).sum()) for other in names] for name in names])
    rates = [_rates(name, known == name, (told == name) & np.isin(known.astype(str), names)) for name in names]
    kinds = tuple(one for one in rates if one.name in KINDS)
    return KindResult(
        float(np.mean([one.f1 for one in kinds])),
        kinds,
        tuple(one for one in rates if one.name in ROLES),
        tuple(tuple(row) for row in matrix.tolist()),
    )


def _rates(name: str, known: np.ndarray, told: np.ndarray) -> KindRates:
    hits, of_known, of_told = int((known & told).sum()), int(known.sum()), int(told.sum())
    precision = hits / of_told if of_told else float("nan")
    return KindRates(name, of_known, precision, hits / of_known, 2 * hits / (of_known + of_told))
