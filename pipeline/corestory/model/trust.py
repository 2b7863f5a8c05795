"""Labels that a model of other sites contradicts, so that the final fits need not learn them.

Gold texts hold mistakes: a story cut short, a teaser taken for a paragraph. Learned, they make the networks unsure of
every paragraph like theirs. What a model that saw none of the site is sure to be wrong is left out of the fits that
follow: pruning by class, as in confident learning (Northcutt, Jiang and Chuang, 2021). Nothing is left out of what a
model is calibrated and measured on.
"""

from __future__ import annotations

import numpy as np

from corestory.features.layout import Float
from corestory.model.platt import platt
from corestory.model.training_rows import Bool, Rows


def trusted_labels(log_odds: Float, rows: Rows, *, least: float) -> Bool:
    """Say which rows' labels are to be learned from.

    Parameters
    ----------
    log_odds
        Out-of-fold log-odds of every row.
    rows
        The training rows.
    least
        Probability, calibrated, that a label must be given at least to be trusted; of 0 all are.

    Returns
    -------
    numpy.ndarray
        Shape (rows,); False where there is no label. All labels are trusted if too little of one were left to score
        every fold by a model of the others.
    """
    core = platt(log_odds, rows).apply(log_odds)
    trusted = rows.labelled & (np.where(rows.core, core, 1 - core) >= least)
    return trusted if rows.bound_label(trusted) is None else rows.labelled
