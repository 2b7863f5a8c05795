"""Training rows: a labelled frame in the form that the fits need, with the weight and the fold of each row."""

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
        The articles, with their markup or without.
    core, labelled
        Whether each row is core, and whether it has a label.
    fold
        Each row's fold.
    page
        Each row's page, from 0.
    weight
        Each row's weight in the fits.
    first_view
        Whether the row belongs to the first view of its page. Stage 1 learns from this view only, because the words of
        other views are the same.
    """

    batch: Batch
    core: Bool
    labelled: Bool
    fold: Int
    page: Int
    weight: Float
    first_view: Bool

    def bound_label(self, chosen: Bool) -> Label | None:
        """Return a label whose chosen rows are all in one fold: models of the other folds cannot learn that label.

        None if each label is in at least two folds, so that every fold can be scored by a model of the others.
        """
        labels: tuple[tuple[Label, Bool], ...] = (("core", self.core), ("filler", ~self.core))
        for label, of_label in labels:
            if len(np.unique(self.fold[chosen & self.labelled & of_label])) < 2:
                return label
        return None

    def followed_by(self, others: TrainingRows) -> TrainingRows:
        """Append the articles of other rows; the result has no markup."""
        first, second = self.batch, others.batch
        sizes = np.concatenate([first.layout.sizes, second.layout.sizes])
        batch = Batch([*first.texts, *second.texts], Layout.of(sizes), [*first.titles, *second.titles], None)
        names = ("core", "labelled", "fold", "page", "weight", "first_view")
        columns = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in names}
        return TrainingRows(batch, **columns)

    def scaling(self, log_odds: Float) -> PlattScaling:
        """Fit Platt scaling of the rows' log-odds on the labelled rows."""
        return fit_platt(log_odds[self.labelled], self.core[self.labelled])


def training_rows(
    frame: pd.DataFrame, labels: npt.NDArray[np.object_], fold: Int, *, markup: bool
) -> tuple[TrainingRows, Int]:
    """Turn a labelled frame into training rows.

    Parameters
    ----------
    frame
        Columns as in `batch_of_frame`; `page` and `view` where known.
    labels
        ``"core"``, ``"filler"`` or an empty string for each row of the frame.
    fold
        The fold of each row of the frame.
    markup
        Whether to take the markup columns, which must then have a value in every row.

    Returns
    -------
    rows : TrainingRows
    order : numpy.ndarray
        The row number of each training row in the frame.
    """
    import pandas as pd

    batch, order = batch_of_frame(frame, markup=markup)
    pages, _ = pd.factorize(frame["page"] if "page" in frame else frame["article_id"])
    page = pages.astype(np.int64)[order]
    article = batch.layout.article
    views = pd.Series(article).groupby(page).transform("nunique").to_numpy(float)
    words, _ = shape_features(batch.texts)
    # The views of a page together have the weight of one article. Longer paragraphs have more weight, because a reader
    # loses more with them. The square root was better with markup, the logarithm without (cross-validated).
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
        The number of each row among the rows of the first path, and its row number in the frame.
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
    """Return the path of all rows as texts and, if enough have markup, that with markup.

    Parameters
    ----------
    frame, labels, fold
        As in `training_rows`.
    use_markup
        Whether to make the path with markup.
    """
    rows, order = training_rows(frame, labels, fold, markup=False)
    paths = [TrainingPath(rows, np.arange(len(order)), order, html=False)]
    marked = np.flatnonzero(has_markup(frame)) if use_markup else np.zeros(0, np.int64)
    if len(marked):
        found, inner = training_rows(frame.iloc[marked], labels[marked], fold[marked], markup=True)
        # If there is too little markup to learn from, nothing is lost: the first path has these rows as texts.
        if found.bound_label(found.labelled) is None:
            number = np.empty(len(frame), np.int64)
            number[order] = np.arange(len(frame))
            paths.append(TrainingPath(found, number[marked[inner]], marked[inner], html=True))
    return paths


def _first_view(article: Int, page: Int, own: Bool) -> Bool:
    import pandas as pd

    # The first article of each page, from the articles in `own` if the page has any there.
    best = own == pd.Series(own).groupby(page).transform("max").to_numpy(bool)
    candidates = pd.Series(np.where(best, article, len(article)))
    return np.asarray(article == candidates.groupby(page).transform("min").to_numpy())


@dataclass(frozen=True, slots=True)
class Folds:
    """The fold of each row, and the unit that was kept in one fold.

    Attributes
    ----------
    of_row
        The fold of each row, from 0.
    count
        The number of folds.
    by
        ``"site"``, or ``"article"`` if all rows are of one site.
    """

    of_row: npt.NDArray[np.int64]
    count: int
    by: str


def make_folds(frame: pd.DataFrame, *, folds: int, seed: int) -> Folds:
    """Assign the sites to folds of about equally many pages.

    Parameters
    ----------
    frame
        Columns `article_id`, and `site` and `page` where known; a page without a site is a site of its own.
    folds
        The number of folds; fewer if there are fewer sites.
    seed
        The seed of the order in which sites are assigned.

    Raises
    ------
    DataError
        If there is only one article.

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
            "all training rows are of one article",
            expected="at least two articles, to train on one and measure on the other",
            hint="Add labelled articles, of several sites if you can; a few are set aside for validation and test.",
        )  # fmt: skip
    count = min(folds, int(group.nunique()))
    pages = page.groupby(group).nunique()
    names = np.array(sorted(pages.index), dtype=object)
    order = np.random.default_rng(seed).permutation(len(names))
    loads = np.zeros(count)
    fold_of = {}
    # The largest sites come first, each into the smallest fold; ties have a random order.
    for name in sorted(names[order], key=lambda name: -int(pages[name])):
        fold = int(np.argmin(loads))
        fold_of[name] = fold
        loads[fold] += pages[name]
    return Folds(group.map(fold_of).to_numpy(np.int64), count, by)


def trusted_labels(log_odds: Float, rows: TrainingRows, *, least: float) -> Bool:
    """Return which rows have a trusted label, from which the final networks learn.

    Parameters
    ----------
    log_odds
        Out-of-fold log-odds of every row.
    rows
        The training rows.
    least
        The least calibrated probability of a trusted label; with 0 all labels are trusted.

    Returns
    -------
    numpy.ndarray
        Shape (rows,); False for rows without a label. All labels are trusted if otherwise the trusted rows of a label
        were all in one fold.
    """
    core = rows.scaling(log_odds).probabilities(log_odds)
    trusted = rows.labelled & (np.where(rows.core, core, 1 - core) >= least)
    return trusted if rows.bound_label(trusted) is None else rows.labelled
