"""Measures of scores, decisions and predicted kinds against the labels: rates, ranking, calibration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corestory.labelling.alignment import alignment_words
from corestory.labelling.labelled import KINDS, ROLES

if TYPE_CHECKING:
    import pandas as pd

PREDICTED = "predicted_kind"
"""The column of a scored table with the kind or role that the model predicts, given the paragraph's label."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """The amounts of core and filler that were kept and removed, in paragraphs or in words.

    Attributes
    ----------
    core_kept, core_lost
        Core that was tagged core, and core that was tagged filler.
    filler_kept, filler_removed
        Filler that was tagged core, and filler that was tagged filler.
    """

    core_kept: float
    core_lost: float
    filler_kept: float
    filler_removed: float

    @property
    def total(self) -> float:
        """The sum of all four."""
        return self.core_kept + self.core_lost + self.filler_kept + self.filler_removed


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a `Confusion`; NaN for a rate with the denominator 0.

    The means over both classes (`macro_f1`, `balanced_accuracy`) leave out a class whose rate is undefined, as in
    scikit-learn.
    """

    core_precision: float
    core_recall: float
    core_f1: float
    filler_precision: float
    filler_recall: float
    filler_f1: float
    macro_f1: float
    balanced_accuracy: float


@dataclass(frozen=True, slots=True)
class Metrics(Rates):
    """The rates of the decisions, and measures of the scores.

    Attributes
    ----------
    core_average_precision, filler_average_precision
        The area under the precision-recall curve of each class, without interpolation.
    brier
        The mean squared difference of score and label, 0 at best.
    """

    core_average_precision: float
    filler_average_precision: float
    brier: float


CALIBRATION_BINS = 10
RATE_NAMES = tuple(field.name for field in fields(Rates))
METRIC_NAMES = tuple(field.name for field in fields(Metrics))


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The paragraphs with scores from `low` to `high`; the means are NaN if there are none."""

    low: float
    high: float
    count: int
    mean_score: float
    share_core: float


@dataclass(frozen=True, slots=True)
class CalibrationCurve:
    """The calibration of the scores: about 80 % of the paragraphs with a score of 0.8 should be core."""

    bins: tuple[CalibrationBin, ...]
    expected_error: float
    """The mean difference of a bin's share of core from its mean score, weighted by its count."""


@dataclass(frozen=True, slots=True)
class KindRates:
    """The rates of the prediction of one kind or role; undefined rates are NaN."""

    name: str
    paragraphs: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class KindResult:
    """The rates of the prediction of kinds and roles.

    Attributes
    ----------
    macro_f1
        The mean F1 of the kinds of filler that occur, each counted once.
    kinds, roles
        The rates of the kinds and roles that occur, in the order of `KINDS` and `ROLES`.
    matrix
        The confusion matrix: rows are the true `kinds` and then `roles`, columns the predicted ones in the same order.
    """

    macro_f1: float
    kinds: tuple[KindRates, ...]
    roles: tuple[KindRates, ...]
    matrix: tuple[tuple[int, ...], ...]


def word_counts(texts: Iterable[str]) -> NDArray[np.float64]:
    """Count the words of each text; measures in words use them as weights of the paragraphs.

    Examples
    --------
    >>> word_counts(["The quay opened.", "***", "码头开放"]).tolist()
    [3.0, 0.0, 4.0]
    """
    return np.array([len(alignment_words(text)) for text in texts], dtype=np.float64)


def confusion(core: ArrayLike, decided: ArrayLike, *, weights: ArrayLike | None = None) -> Confusion:
    """Count kept and lost paragraphs of both labels.

    Parameters
    ----------
    core
        Whether each paragraph is labelled core, shape (paragraphs,).
    decided
        Whether the tagger makes it core.
    weights
        The weight of each paragraph, such as its number of words; 1 by default.

    Examples
    --------
    >>> confusion([True, True, False], [True, False, False], weights=[30, 10, 5])
    Confusion(core_kept=30.0, core_lost=10.0, filler_kept=0.0, filler_removed=5.0)
    """
    cell = 2 * ~np.asarray(core, dtype=bool) + ~np.asarray(decided, dtype=bool)
    counts = np.bincount(cell, None if weights is None else np.asarray(weights, dtype=np.float64), minlength=4)
    return Confusion(*counts.astype(np.float64).tolist())


def rates(counts: ArrayLike) -> NDArray[np.float64]:
    """Compute the rates of many confusions at once.

    Parameters
    ----------
    counts
        Shape (..., 4), the last axis in the order of the fields of `Confusion`.

    Returns
    -------
    numpy.ndarray
        Shape (..., 8), the last axis in the order of `RATE_NAMES`.

    Examples
    --------
    >>> Rates(*rates([8, 2, 2, 3]).tolist()).core_recall
    0.8
    """
    core_kept, core_lost, filler_kept, filler_removed = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    errors = core_lost + filler_kept
    core = _share(core_kept, filler_kept), _share(core_kept, core_lost), _share(2 * core_kept, errors)
    filler = _share(filler_removed, core_lost), _share(filler_removed, filler_kept), _share(2 * filler_removed, errors)
    return np.stack([*core, *filler, _present_mean(core[2], filler[2]), _present_mean(core[1], filler[1])], axis=-1)


def measure(core: ArrayLike, score: ArrayLike, decided: ArrayLike, *, weights: ArrayLike | None = None) -> Metrics:
    """Compare scores and decisions with the labels.

    Parameters
    ----------
    core
        Whether each paragraph is labelled core, shape (paragraphs,).
    score
        The probability of core, 0 to 1.
    decided
        Whether the tagger makes it core.
    weights
        The weight of each paragraph, such as its number of words; 1 by default.

    Returns
    -------
    Metrics
        Undefined measures are NaN, such as the recall of a class that does not occur.

    Examples
    --------
    >>> found = measure([True, True, False, False], [0.9, 0.4, 0.6, 0.1], [True, False, True, False])
    >>> found.core_recall, found.macro_f1, round(found.brier, 3)
    (0.5, 0.5, 0.185)
    """
    from sklearn.metrics import average_precision_score, brier_score_loss

    is_core, scores = np.asarray(core, dtype=bool), np.asarray(score, dtype=np.float64)
    weight = np.ones(len(is_core)) if weights is None else np.asarray(weights, dtype=np.float64)
    counted = weight > 0
    is_core, scores, weight = is_core[counted], scores[counted], weight[counted]
    cells = confusion(is_core, np.asarray(decided, dtype=bool)[counted], weights=weight)
    core_ranking = filler_ranking = brier = float("nan")
    if is_core.any():
        core_ranking = float(average_precision_score(is_core, scores, sample_weight=weight))
    if not is_core.all():
        filler_ranking = float(average_precision_score(~is_core, -scores, sample_weight=weight))
    if len(is_core):
        brier = float(brier_score_loss(is_core, scores, sample_weight=weight, pos_label=True))
    found = rates(astuple(cells))
    return Metrics(*[*found.tolist(), core_ranking, filler_ranking, brier])


def calibration(core: ArrayLike, score: ArrayLike) -> CalibrationCurve:
    """Compare the mean score with the share of core, over equally wide bins of the score.

    The expected error is the expected calibration error of Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated
    Probabilities Using Bayesian Binning" (AAAI 2015).

    Examples
    --------
    >>> found = calibration([True, True, True, False], [0.85, 0.89, 0.85, 0.81])
    >>> found.bins[8].count, found.bins[8].share_core, round(found.expected_error, 3)
    (4, 0.75, 0.1)
    """
    is_core, scores = np.asarray(core, dtype=bool), np.asarray(score, dtype=np.float64)
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    bin_of_score = np.digitize(scores, edges[1:-1])
    counts = np.bincount(bin_of_score, minlength=CALIBRATION_BINS)
    with np.errstate(invalid="ignore"):
        mean_score = np.bincount(bin_of_score, scores, minlength=CALIBRATION_BINS) / counts
        share_core = np.bincount(bin_of_score, is_core, minlength=CALIBRATION_BINS) / counts
    total = counts.sum()
    error = float(np.nansum(counts * np.abs(mean_score - share_core)) / total) if total else float("nan")
    columns = (edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), mean_score.tolist(), share_core.tolist())
    return CalibrationCurve(tuple(CalibrationBin(*row) for row in zip(*columns, strict=True)), error)


def kind_result(frame: pd.DataFrame) -> KindResult | None:
    """Measure how well kinds were predicted.

    Parameters
    ----------
    frame
        Columns `label`, `kind`, `role` and `PREDICTED`.

    Returns
    -------
    KindResult or None
        None if a column is missing, or no filler paragraph has a kind.

    Examples
    --------
    >>> import pandas as pd
    >>> found = kind_result(pd.DataFrame({
    ...     "label": ["filler"] * 3, "kind": ["date", "date", "legal"], "role": None,
    ...     "predicted_kind": ["date", "legal", "legal"]}))
    >>> [(one.name, round(one.f1, 2)) for one in found.kinds], round(found.macro_f1, 2)
    ([('date', 0.67), ('legal', 0.67)], 0.67)
    """
    import pandas as pd
    from sklearn.metrics import precision_recall_fscore_support

    if not {"label", "kind", "role", PREDICTED} <= set(frame.columns):
        return None
    known = frame["kind"].where(frame["label"] == "filler", frame["role"])
    labels, predicted = (column[known.notna()].astype(str) for column in (known, frame[PREDICTED]))
    names = [name for name in (*KINDS, *ROLES) if (labels == name).any()]
    if not any(name in KINDS for name in names):
        return None
    # A prediction of a kind that does not occur counts as a miss, and has no column.
    matrix = pd.crosstab(labels, predicted).reindex(index=names, columns=names, fill_value=0).to_numpy()
    found = precision_recall_fscore_support(labels, predicted, labels=names, zero_division=np.nan)
    precision, recall, f1, counts = (column.tolist() for column in found)
    rates = [KindRates(*row) for row in zip(names, map(int, counts), precision, recall, f1, strict=True)]
    kinds = tuple(rate for rate in rates if rate.name in KINDS)
    return KindResult(
        float(np.mean([rate.f1 for rate in kinds])),
        kinds,
        tuple(rates[len(kinds) :]),
        tuple(map(tuple, matrix.tolist())),
    )


def _share(part: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.asarray(part / (part + rest))


def _present_mean(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    either = np.where(np.isnan(first), second, first)
    return (either + np.where(np.isnan(second), either, second)) / 2
