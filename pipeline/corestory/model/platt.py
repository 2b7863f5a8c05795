"""Fitting of `Calibration`: Platt scaling (Platt, 1999) on out-of-fold log-odds."""

from __future__ import annotations

from corestory.features.layout import Float
from corestory.model.scoring import Calibration
from corestory.model.training_rows import Rows


def platt(log_odds: Float, rows: Rows) -> Calibration:
    """Fit Platt scaling on the labelled rows; log-odds that rank them the wrong way round are left as they are."""
    from sklearn.linear_model import LogisticRegression

    known = rows.labelled
    model = LogisticRegression(C=1e6).fit(log_odds[known, None], rows.core[known])
    # A falling line would turn the ranking round: such scores tell nothing.
    slope = float(model.coef_[0, 0])
    return Calibration(slope, float(model.intercept_[0])) if slope > 0 else Calibration()
