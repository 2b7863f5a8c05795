"""Is it the label? Labelled paragraphs ranked by how likely their label is wrong.

Each label is held against the opinion of a model that has not seen it: out-of-fold scores, to which a second model adds
the labels of the paragraphs around, for story and filler come in runs. What is a wrong label and what only an unsure
model is told apart by confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in
Dataset Labels", Journal of Artificial Intelligence Research 70, 2021), as cleanlab does it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.features.layout import Float, Layout
from corestory.model.tagged_article import Label

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.estimator import ParagraphClassifier

Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int64]

FOLDS = 10
AROUND = (-2, -1, 1, 2)
"""Steps to the neighbours whose labels have a say."""

CONTEXT = 2
"""Paragraphs before and after a suspect that a person is shown."""

# A small table gives few steps a pass: so many rows are to be gone through in all, within limits.
_ROWS_TO_SEE = 130_000
_EPOCHS = (8, 80)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A paragraph beside a suspect; its label is None where it has none."""

    text: str
    label: Label | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A labelled paragraph, and what speaks against its label.

    Attributes
    ----------
    article_id, position, source
        Which paragraph.
    text, label
        What it says, and its label.
    suggested
        The label that is likelier without knowing `label`; the same where the model is only unsure.
    score
        Probability of core, without knowing `label`.
    quality
        Probability of `label`, without knowing it: suspects are ranked by it, the least first.
    issue
        Whether confident learning takes the label for wrong.
    before, after
        The paragraphs around, in the order of the article.
    """

    article_id: str
    position: int
    source: str
    text: str
    label: Label
    suggested: Label
    score: float
    quality: float
    issue: bool
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of an audit.

    Attributes
    ----------
    labelled
        How many labels were looked at.
    issues
        How many of them confident learning takes for wrong.
    suspects
        The likeliest first.
    """

    labelled: int
    issues: int
    suspects: tuple[Suspect, ...]


def audit_labels(
    frame: pd.DataFrame,
    *,
    share: float = 0.1,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    where: str = "",
) -> Audit:
    """Rank the labelled paragraphs by how likely their label is wrong.

    Parameters
    ----------
    frame
        The labelled table. Of the views of a page one is looked at: the page itself, if it is there.
    share
        Share of the labelled paragraphs to give back.
    seed, jobs
        Of the fits: the same data and seed give the same ranking, and so many fits run at once.
    progress
        Told how many fits are done, and how many there are.
    where
        The data's name in error messages.

    Raises
    ------
    DataError
        If there are too few articles or labels to learn from.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    rows = _one_view(frame, where)
    labelled = rows["label"].notna().to_numpy()
    score = label_free_scores(rows, seed=seed, jobs=jobs, progress=progress)
    given = (rows["label"] == "filler").to_numpy()[labelled].astype(np.int64)
    probabilities = np.column_stack([score, 1 - score])[labelled]
    quality = get_label_quality_scores(given, probabilities, method="self_confidence")
    issue = find_label_issues(given, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    order = np.argsort(quality, kind="stable")[: math.ceil(share * len(quality))]
    places, shown = np.flatnonzero(labelled), _Columns.of(rows)
    suspects = tuple(
        shown.suspect(int(places[place]), float(score[places[place]]), float(quality[place]), issue=bool(issue[place]))
        for place in order
    )
    return Audit(len(quality), int(issue.sum()), suspects)


def label_free_scores(
    rows: pd.DataFrame, *, seed: int = 0, jobs: int = 1, progress: Callable[[int, int], None] | None = None
) -> Float:
    """Probability of core of each paragraph by models that have not seen its label.

    Parameters
    ----------
    rows
        A labelled table of one view a page, an article's rows together and in order.
    seed, jobs, progress
        As of `audit_labels`.

    Returns
    -------
    numpy.ndarray
        Shape (rows,).
    """
    classifier = _classifier(len(rows), seed, jobs)
    # Folds by page: what a site repeats on its other pages is the best witness of a wrong label here.
    pages = rows.drop(columns="site", errors="ignore")
    total, done = classifier.fits(pages), 0

    def count(_: str) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    classifier.fit(pages, progress=count)
    score = np.clip(classifier.out_of_fold_["score"].to_numpy(np.float64), 1e-6, 1 - 1e-6)
    layout = Layout.of(rows.groupby("article_id", sort=False).size().to_numpy().astype(np.int64))
    return _by_labels_around(np.log(score / (1 - score)), _signs(rows), layout, classifier.folds_.of_row)


def _by_labels_around(log_odds: Float, signs: Float, layout: Layout, folds: Int) -> Float:
    from sklearn.linear_model import LogisticRegression

    features = np.column_stack([log_odds, layout.neighbours(log_odds, AROUND), layout.neighbours(signs, AROUND)])
    score = 1 / (1 + np.exp(-log_odds))
    for fold in np.unique(folds):
        inside, learned = folds == fold, (folds != fold) & (signs != 0)
        if len(np.unique(signs[learned])) == 2:
            model = LogisticRegression(max_iter=1000).fit(features[learned], signs[learned])
            score[inside] = model.predict_proba(features[inside])[:, 1]
    return score


def _signs(rows: pd.DataFrame) -> Float:
    label = rows["label"]
    return (label == "core").to_numpy(np.float64) - (label == "filler").to_numpy(np.float64)


def _classifier(rows: int, seed: int, jobs: int) -> ParagraphClassifier:
    from corestory.model.estimator import ParagraphClassifier

    fewest, most = _EPOCHS
    epochs = min(max(fewest, math.ceil(_ROWS_TO_SEE / max(rows, 1))), most)
    return ParagraphClassifier(
        folds=FOLDS,
        members=1,
        text_epochs=epochs,
        html_epochs=epochs,
        steps=1,
        least_trust=0.0,
        random_state=seed,
        n_jobs=jobs,
    )


def _one_view(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return one view of each page, an article's rows together and in order."""
    if not frame["label"].notna().any():
        raise DataError("no row is labelled", where=where, expected="both core and filler")
    own = frame["article_id"] == frame["page"]
    first = frame["article_id"].where(own).groupby(frame["page"]).transform("first")
    first = first.fillna(frame.groupby("page")["article_id"].transform("first"))
    rows = frame[frame["article_id"] == first]
    order = np.lexsort((rows["position"].to_numpy(), rows["article_id"].factorize(sort=True)[0]))
    return rows.iloc[order].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class _Columns:
    """What people are shown of the rows; indexing a frame cell by cell is slow."""

    articles: list[str]
    positions: list[int]
    sources: list[str]
    texts: list[str]
    labels: list[Label | None]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Columns:
        labels: list[Label | None] = [
            "core" if sign > 0 else "filler" if sign < 0 else None for sign in _signs(rows).tolist()
        ]
        articles, positions, sources, texts = (
            rows[name].tolist() for name in ("article_id", "position", "source", "text")
        )
        return cls(articles, positions, sources, texts, labels)

    def neighbours(self, row: int, begin: int, end: int) -> tuple[Neighbour, ...]:
        inside = range(max(begin, 0), min(end, len(self.texts)))
        return tuple(
            Neighbour(self.texts[other], self.labels[other])
            for other in inside
            if self.articles[other] == self.articles[row]
        )

    def suspect(self, row: int, score: float, quality: float, *, issue: bool) -> Suspect:
        label = self.labels[row]
        assert label is not None  # noqa: S101 -- only labelled rows are ranked
        return Suspect(
            self.articles[row],
            self.positions[row],
            self.sources[row],
            self.texts[row],
            label,
            "core" if score > 0.5 else "filler",
            score,
            quality,
            issue,
            self.neighbours(row, row - CONTEXT, row),
            self.neighbours(row, row + 1, row + 1 + CONTEXT),
        )
