"""The two stages as one scikit-learn estimator over frames of paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from pipeline.errors import DataError
from pipeline.features.batch import batch_of_frame
from pipeline.features.shape import shape_features
from pipeline.model.choosing import Chosen, choose_settings
from pipeline.model.fitting import Int, Progress, Recipe, Rows, fit_count, fit_parts
from pipeline.model.folds import Folds, make_folds
from pipeline.model.tagger import Tagger

if TYPE_CHECKING:
    from typing import Self

REQUIRED = ("article_id", "position", "text")
CORE, FILLER = "core", "filler"


class ParagraphClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tags paragraphs as core or filler from their words, then from their neighbourhood.

    Stage 1 is TF-IDF of words into a logistic regression, and the same over markup words where there is markup. Stage 2
    is a mean of small multi-layer perceptrons over features of the paragraph, its neighbours and its article, fitted on
    out-of-fold scores of stage 1 (folds by site), in rounds that each see the scores of the one before (stacked
    sequential learning; Cohen and Carvalho, IJCAI 2005).

    Parameters
    ----------
    min_pages
        In how many pages an n-gram must occur to be known.
    words_c, markup_c
        ``C`` of the logistic regressions.
    hidden
        Sizes of the perceptrons' hidden layers.
    members
        How many perceptrons are averaged.
    text_epochs, html_epochs
        Passes over the data.
    penalty
        L2 penalty of the perceptrons.
    rounds
        Rounds of the context stage.
    folds
        Folds for out-of-fold scores; fewer where there are fewer sites.
    use_markup
        Whether to learn from markup, where rows have it.
    random_state
        Seed: the same data, seed and versions give the same scores.
    n_jobs
        Fits run at once.

    Attributes
    ----------
    tagger_ : Tagger
        The fitted model.
    out_of_fold_ : pandas.DataFrame
        For each row of the frame fitted on, `score` and `tagged` by a model that saw none of its site, and `stage1`.
    classes_ : numpy.ndarray
        ``["core", "filler"]``.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "article_id": np.repeat([f"a{i}" for i in range(12)], 3), "site": np.repeat([f"s{i % 4}" for i in range(12)], 3),
    ...     "position": [0, 1, 2] * 12, "label": ["core", "core", "filler"] * 12,
    ...     "text": ["The quay opened on Monday, she said.", "It cost a million.", "Read more: Ferry sold"] * 12})
    >>> model = ParagraphClassifier(rounds=1, members=1).fit(frame, frame["label"])
    >>> model.predict(frame.head(3)).tolist()
    ['core', 'core', 'filler']
    """

    def __init__(
        self,
        *,
        min_pages: int = 3,
        words_c: float = 3.0,
        markup_c: float = 1.0,
        hidden: Sequence[int] = (96, 32),
        members: int = 3,
        text_epochs: int = 8,
        html_epochs: int = 10,
        penalty: float = 1e-3,
        rounds: int = 2,
        folds: int = 5,
        use_markup: bool = True,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.min_pages = min_pages
        self.words_c = words_c
        self.markup_c = markup_c
        self.hidden = hidden
        self.members = members
        self.text_epochs = text_epochs
        self.html_epochs = html_epochs
        self.penalty = penalty
        self.rounds = rounds
        self.folds = folds
        self.use_markup = use_markup
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: pd.DataFrame, y: Sequence[object] | None = None, *, progress: Progress | None = None) -> Self:
        """Fit both stages.

        Parameters
        ----------
        X
            Frame with `article_id`, `position`, `text`, and where known `site`, `page`, `view`, `title` and the markup
            columns. Rows of one article need not be adjacent.
        y
            ``"core"``, ``"filler"`` or None (unlabelled: context only) for each row; by default the column `label`.
        progress
            Called after each single fit with the name of the stage.

        Raises
        ------
        DataError
            If a column is missing, a label unknown, or there is one class or one article only.
        """
        labels = _checked(X, X.get("label") if y is None else y)
        frame = X.reset_index(drop=True)
        folds = make_folds(frame, folds=self.folds, seed=self.random_state)
        say = progress if progress is not None else _silent
        recipe = self._recipe()
        rows, places = _rows(frame, labels, folds, markup=False)
        with_markup = _has_markup(frame) if self.use_markup else np.zeros(len(frame), bool)
        html_rows, html_places, html_frame_rows = None, np.zeros(0, np.int64), np.zeros(0, np.int64)
        if with_markup.any():
            chosen = np.flatnonzero(with_markup)
            if len(set(labels[chosen]) - {""}) == 2:
                html_rows, inner = _rows(frame.iloc[chosen], labels[chosen], _part(folds, chosen), markup=True)
                html_frame_rows = chosen[inner]
                back = np.empty(len(frame), np.int64)
                back[places] = np.arange(len(frame))
                html_places = back[html_frame_rows]
        parts, text, html = fit_parts(rows, html_rows, html_places, recipe, say=say)
        chosen_settings = choose_settings(rows, text, html_rows, html)
        self.tagger_ = Tagger(parts, chosen_settings.settings)
        self.classes_ = np.array([CORE, FILLER])
        self.folds_ = folds
        self.out_of_fold_ = _out_of_fold(chosen_settings, places, html_frame_rows)
        self.n_features_in_ = X.shape[1]
        return self

    def fits(self, X: pd.DataFrame) -> int:
        """How many times `fit` will call `progress` on this frame."""
        folds = make_folds(X, folds=self.folds, seed=self.random_state).count
        html = self.use_markup and bool(_has_markup(X).any())
        return fit_count(self._recipe(), folds, html=html)

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Probabilities of core and of filler, shape (rows, 2), rows in the order given."""
        check_is_fitted(self)
        score = self._scored(X)["score"].to_numpy(float)
        return np.column_stack([score, 1 - score])

    def predict(self, X: pd.DataFrame) -> npt.NDArray[np.object_]:
        """The decision on each row, made per article, as the command line makes it."""
        check_is_fitted(self)
        return np.asarray(self._scored(X)["tagged"].to_numpy())

    def _scored(self, X: pd.DataFrame) -> pd.DataFrame:
        _require(X)
        return self.tagger_.score_frame(X)

    def _recipe(self) -> Recipe:
        return Recipe(
            min_pages=self.min_pages,
            words_c=self.words_c,
            markup_c=self.markup_c,
            hidden=tuple(self.hidden),
            members=self.members,
            text_epochs=self.text_epochs,
            html_epochs=self.html_epochs,
            penalty=self.penalty,
            rounds=self.rounds,
            seed=self.random_state,
            jobs=self.n_jobs or 1,
        )

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401, PLW3201 -- scikit-learn's own type and name
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _silent(_: str) -> None:
    return None


def _require(frame: pd.DataFrame) -> None:
    missing = [name for name in REQUIRED if name not in frame]
    if missing:
        raise DataError(
            f"columns {', '.join(map(str, frame.columns))}", expected=f"also {', '.join(missing)}",
            mend="Make the table with `corestory prepare`.",
        )  # fmt: skip


def _checked(frame: pd.DataFrame, labels: Sequence[object] | None) -> npt.NDArray[np.object_]:
    _require(frame)
    if labels is None:
        raise DataError("no labels", expected="a column `label`, or y", mend="Make the table with `corestory prepare`.")
    found = pd.Series(np.asarray(labels, dtype=object))
    found = found.where(found.notna(), "")
    unknown = sorted({str(value) for value in found.unique()} - {CORE, FILLER, ""})
    if unknown:
        raise DataError(f"label {unknown[0]!r}", expected="core, filler or nothing")
    if len(set(found.unique()) - {""}) < 2:
        only = sorted(set(found.unique()) - {""})
        raise DataError(
            f"every label is {only[0]}" if only else "no row is labelled", expected="both core and filler",
            mend="Add articles with labelled paragraphs of the other kind.",
        )  # fmt: skip
    return found.to_numpy(dtype=object)


def _has_markup(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    if "markup" not in frame:
        return np.zeros(len(frame), bool)
    known = frame["markup"].notna()
    return known.groupby(frame["article_id"]).transform("all").to_numpy(bool)


def _part(folds: Folds, rows: Int) -> Folds:
    return Folds(folds.of_row[rows], folds.count, folds.by)


def _rows(frame: pd.DataFrame, labels: npt.NDArray[np.object_], folds: Folds, *, markup: bool) -> tuple[Rows, Int]:
    batch, order = batch_of_frame(frame, markup=markup)
    pages, _ = pd.factorize(frame["page"] if "page" in frame else frame["article_id"])
    page = pages.astype(np.int64)[order]
    article = batch.layout.article
    views = pd.Series(article).groupby(page).transform("nunique").to_numpy(float)
    words, _ = shape_features(batch.texts)
    # A page counts about once however many views of it there are, and a paragraph by what a reader loses with it.
    weight = np.log1p(words) / np.sqrt(batch.layout.sizes[article]) / views
    weight /= weight.mean()
    view = frame["view"].to_numpy(object)[order] if "view" in frame else np.full(len(order), "", object)
    best = pd.Series(np.isin(view, ("page", "text")).astype(int) * 2)
    first = pd.Series(article) == pd.Series(article).where(
        best == best.groupby(page).transform("max")
    ).groupby(page).transform("min")  # fmt: skip
    return (
        Rows(
            batch,
            labels[order] == CORE,
            labels[order] != "",
            folds.of_row[order],
            page,
            weight,
            first.to_numpy(bool),
        ),
        order,
    )


def _out_of_fold(chosen: Chosen, places: Int, html_places: Int) -> pd.DataFrame:
    score = np.empty(len(places))
    core = np.empty(len(places), bool)
    score[places], core[places] = chosen.text_scores, chosen.text_core
    if chosen.html_scores is not None and chosen.html_core is not None:
        score[html_places], core[html_places] = chosen.html_scores, chosen.html_core
    return pd.DataFrame({"score": score, "tagged": np.where(core, CORE, FILLER)})
