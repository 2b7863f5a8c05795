"""Training rows: a labelled frame laid out for the fits, with the weight and the fold of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.errors import DataError
from corestory.features.batch import Batch, batch_of_frame, has_markup
from corestory.features.layout import Layout
from corestory.features.shapes import shape_features
from corestory.labelling.labelled import OWN_VIEWS
from corestory.labelling.table import site_or_page
from corestory.model.calibration import PlattScaling, fit_platt
from corestory.types import Bool, Float, Int

if TYPE_CHECKING:
    import pandas as pd

    from corestory.types import Label


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Training rows, article by article in the order of the page.

    Attributes
    ----------
    batch
        The articles, with the markup of those rows that have it or without.
    core, labelled
        Whether each row is core, and whether that is known.
    fold
        Each row's fold.
    page
        Each row's page, from 0.
    weight
        Each row's weight in the fits.
    first_view
        Whether the row is of the view of its page from which stage 1 learns: the same words need not be learned twice.
    """

    batch: Batch
    core: Bool
    labelled: Bool
    fold: Int
    page: Int
    weight: Float
    first_view: Bool

    def bound_label(self, chosen: Bool) -> Label | None:
        """Return the label whose rows, among those chosen, all stand in one fold: without it nothing shows that label.

        None where each label stands in two folds at least, so that every fold can be scored by a model of the others.
        """
        labels: tuple[tuple[Label, Bool], ...] = (("core", self.core), ("filler", ~self.core))
        for label, of_label in labels:
            if len(np.unique(self.fold[chosen & self.labelled & of_label])) < 2:
                return label
        return None

    def followed_by(self, others: TrainingRows) -> TrainingRows:
        """Put the articles of other rows behind these, all without markup."""
        first, second = self.batch, others.batch
        sizes = np.concatenate([first.layout.sizes, second.layout.sizes])
        batch = Batch([*first.texts, *second.texts], Layout.of(sizes), [*first.titles, *second.titles], None)
        names = ("core", "labelled", "fold", "page", "weight", "first_view")
        columns = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in names}
        return TrainingRows(batch, **columns)

    def scaling(self, log_odds: Float) -> PlattScaling:
        """Fit Platt scaling of the rows' log-odds on the labelled ones."""
        return fit_platt(log_odds[self.labelled], self.core[self.labelled])


def training_rows(
    frame: pd.DataFrame, labels: npt.NDArray[np.object_], fold: Int, *, markup: bool
) -> tuple[TrainingRows, Int]:
    """Lay a labelled frame out for the fits.

    Parameters
    ----------
    frame
        Columns as in `batch_of_frame`; `page` and `view` where known.
    labels
        For each row of the frame ``"core"``, ``"filler"`` or an empty string.
    fold
        For each row of the frame its fold.
    markup
        Whether to take the markup columns, which must then hold a value in every row.

    Returns
    -------
    rows : TrainingRows
    order : numpy.ndarray
        For each of the rows, its row number in the frame.
    """
    import pandas as pd

    batch, order = batch_of_frame(frame, markup=markup)
    pages, _ = pd.factorize(frame["page"] if "page" in frame else frame["article_id"])
    page = pages.astype(np.int64)[order]
    article = batch.layout.article
    views = pd.Series(article).groupby(page).transform("nunique").to_numpy(float)
    words, _ = shape_features(batch.texts)
    # A page counts about once however many views of it there are, and a paragraph by what a reader loses with it; with
    # markup long paragraphs may count for more, without it that was worse (cross-validated).
    loss = np.sqrt(words + 1) if markup else np.log1p(words)
    weight = loss / np.sqrt(batch.layout.sizes[article]) / views
    weight /= weight.mean()
    view = frame["view"].to_numpy(object)[order] if "view" in frame else np.full(len(order), "", object)
    first_view = _first_view(article, page, np.isin(view, OWN_VIEWS))
    known = labels[order]
    return TrainingRows(batch, known == "core", known != "", fold[order], page, weight, first_view), order


@dataclass(frozen=True, slots=True)
class TrainingPath:
    """The rows of one path through the stages: all rows as texts, or those with markup.

    Attributes
    ----------
    rows
        The training rows.
    numbers, frame_rows
        The number of each among the rows of the first path, and its row number in the frame.
    html
        Whether the path reads their markup.
    """

    rows: TrainingRows
    numbers: Int
    frame_rows: Int
    html: bool


def training_paths(
    frame: pd.DataFrame, labels: npt.NDArray[np.object_], fold: Int, *, use_markup: bool
) -> list[TrainingPath]:
    """Lay a labelled frame out as texts and, if there is enough of it, with its markup; parameters as above."""
    rows, order = training_rows(frame, labels, fold, markup=False)
    paths = [TrainingPath(rows, np.arange(len(order)), order, html=False)]
    marked = np.flatnonzero(has_markup(frame)) if use_markup else np.zeros(0, np.int64)
    if len(marked):
        found, inner = training_rows(frame.iloc[marked], labels[marked], fold[marked], markup=True)
        # Too little to learn from markup, and nothing lost: these rows are learned from as text.
        if found.bound_label(found.labelled) is None:
            number = np.empty(len(frame), np.int64)
            number[order] = np.arange(len(frame))
            paths.append(TrainingPath(found, number[marked[inner]], marked[inner], html=True))
    return paths


def _first_view(article: Int, page: Int, own: Bool) -> Bool:
    import pandas as pd

    # The first article of each page; of one of `own`, if the page has such a view.
    best = own == pd.Series(own).groupby(page).transform("max").to_numpy(bool)
    candidates = pd.Series(np.where(best, article, len(article)))
    return np.asarray(article == candidates.groupby(page).transform("min").to_numpy())


@dataclass(frozen=True, slots=True)
class Folds:
    """Each row's fold, and by what the rows were kept together.

    Attributes
    ----------
    of_row
        Fold of each row, from 0.
    count
        Number of folds.
    by
        ``"site"``, or ``"article"`` where all rows are of one site.
    """

    of_row: npt.NDArray[np.int64]
    count: int
    by: str


def make_folds(frame: pd.DataFrame, *, folds: int, seed: int) -> Folds:
    """Deal the sites out to folds of about as many pages each.

    Parameters
    ----------
    frame
        Columns `article_id`, and `site` and `page` where known; a page without a site is a site of its own.
    folds
        How many are wanted; fewer where there are fewer sites.
    seed
        The seed of the order in which sites are dealt.

    Raises
    ------
    DataError
        If there is one article only.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["1", "1", "2", "3"], "site": ["a.example", "a.example", "b.example", ""]})
    >>> made = make_folds(frame, folds=5, seed=0)
    >>> made.count, made.by, len(set(made.of_row.tolist()))
    (3, 'site', 3)
    """
    page = frame["page"] if "page" in frame else frame["article_id"]
    by, group = "site", site_or_page(frame)
    if group.nunique() < 2:
        by, group = "article", page
    if group.nunique() < 2:
        raise DataError(
            "all rows to learn from are of one article",
            expected="at least two, to learn on one and measure on the other",
            hint="Add labelled articles, of several sites if you can; a few are set aside for validation and test.",
        )  # fmt: skip
    count = min(folds, int(group.nunique()))
    pages = page.groupby(group).nunique()
    names = np.array(sorted(pages.index), dtype=object)
    order = np.random.default_rng(seed).permutation(len(names))
    loads = np.zeros(count)
    fold_of = {}
    # Largest sites first, each to the emptiest fold; ties in seeded order.
    for name in sorted(names[order], key=lambda name: -int(pages[name])):
        fold = int(np.argmin(loads))
        fold_of[name] = fold
        loads[fold] += pages[name]
    return Folds(group.map(fold_of).to_numpy(np.int64), count, by)


def trusted_labels(log_odds: Float, rows: TrainingRows, *, least: float) -> Bool:
    """Return which rows' labels are to be learned from.

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
    core = rows.scaling(log_odds).probabilities(log_odds)
    trusted = rows.labelled & (np.where(rows.core, core, 1 - core) >= least)
    return trusted if rows.bound_label(trusted) is None else rows.labelled
