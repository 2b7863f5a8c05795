"""Predicted kinds of filler compared with those that a person gave, for lines of held-out pages, as HTML and as text.

``data/kinds-by-hand.tsv`` identifies each line by its page and a hash, because the project contains no sentences of
corpora.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.metrics import PREDICTED, KindResult, kind_result
from corestory.model.tagger import Tagger

from .in_story import MARKUP

if TYPE_CHECKING:
    import pandas as pd

BY_HAND = Path(__file__).parents[3] / "data" / "kinds-by-hand.tsv"
LEAST_LINES = 10
"""The fewest lines of a kind for a reliable F1; the mean over kinds is also given without rarer kinds."""


@dataclass(frozen=True, slots=True)
class PredictedKinds:
    """The accuracy of predicted kinds in one form.

    Attributes
    ----------
    form
        ``"html"`` or ``"text"``.
    accuracy
        The share of the lines whose kind is predicted right.
    macro_f1
        The mean F1 of the kinds with at least `LEAST_LINES` lines; NaN if there are none.
    result
        The F1 of each kind, and the mean of all.
    """

    form: str
    accuracy: float
    macro_f1: float
    result: KindResult


def with_kinds_by_hand(frame: pd.DataFrame, path: Path = BY_HAND) -> pd.DataFrame:
    """Replace the kinds of held-out pages by those that a person gave.

    Parameters
    ----------
    frame
        Labelled pages, one view each.
    path
        A table of page, hash of page and line, number among equal lines of the page, and kind.

    Returns
    -------
    pandas.DataFrame
        The pages with a line in the table. Their other lines have no kind, and no line has a role.
    """
    with path.open(encoding="utf-8", newline="") as file:
        kinds = {(row["hash"], int(row["copy"])): row["kind"] for row in csv.DictReader(file, delimiter="\t")}
    ordered = frame.sort_values(["page", "position"], kind="stable").reset_index(drop=True)
    copies = ordered.groupby(["page", "text"]).cumcount().tolist()
    hashes = map(line_hash, ordered["page"], ordered["text"])
    found = np.array([kinds.get(key) for key in zip(hashes, copies, strict=True)], object)
    ordered = ordered.assign(kind=np.where(ordered["label"] == "filler", found, None), role=None)
    return ordered[ordered["page"].isin(ordered.loc[ordered["kind"].notna(), "page"])].reset_index(drop=True)


def line_hash(page: str, text: str) -> str:
    """Return a hash that identifies a line of a page.

    Examples
    --------
    >>> line_hash("wcxb/1", "Share") == line_hash("wcxb/1", "Share"), len(line_hash("wcxb/1", "Save"))
    (True, 16)
    """
    return hashlib.blake2b(f"{page}\n{text}".encode(), digest_size=8).hexdigest()


def predicted_kinds(tagger: Tagger, frame: pd.DataFrame) -> list[PredictedKinds]:
    """Predict the kinds of such pages in both forms; empty if no line has a kind or the model predicts none."""
    forms = {"html": frame, "text": frame.drop(columns=[name for name in MARKUP if name in frame])}
    found = []
    for form, rows in forms.items():
        scored = tagger.score_frame(rows)
        result = kind_result(scored)
        if result is not None:
            read = scored[scored["kind"].notna()]
            often = [one.f1 for one in result.kinds if one.paragraphs >= LEAST_LINES]
            macro_f1 = float(np.mean(often)) if often else float("nan")
            found.append(PredictedKinds(form, float((read["kind"] == read[PREDICTED]).mean()), macro_f1, result))
    return found
