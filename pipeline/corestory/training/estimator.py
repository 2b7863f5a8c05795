"""The two stages as one scikit-learn estimator over frames of paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from corestory.errors import DataError
from corestory.features.batch import has_markup
from corestory.model.calibration import PlattScaling
from corestory.model.tagger import Tagger
from corestory.training.article_network import fit_article_network
from corestory.training.choosing import Chosen, choose_settings
from corestory.training.fitting import FittedStages, Progress, Recipe, fit_count, fit_stages
from corestory.training.kinds_fit import fit_kinds
from corestory.training.network_fit import Shape
from corestory.training.second_look_fit import fit_second_look, look_fit_count
from corestory.training.short_articles_fit import fit_short_articles
from corestory.training.training_rows import make_folds, training_paths
from corestory.types import Float

if TYPE_CHECKING:
    from typing import Self

    from sklearn.utils import Tags

REQUIRED = ("article_id", "position", "text")
CORE, FILLER = "core", "filler"
LEAST = {
    "min_pages": 1,
    "form_pages": 1,
    "members": 1,
    "text_epochs": 1,
    "html_epochs": 1,
    "steps": 1,
    "folds": 2,
    "text_blocks": 0,
    "html_blocks": 0,
}
"""The least values of the integer parameters."""


class ParagraphClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tags paragraphs as core or filler by their words, then by their neighbourhood.

    Stage 1 adds up the log-odds of two logistic regressions, over the TF-IDF of words and of word shapes, which are the
    same in all languages. Where there is markup, a third regression reads markup words. Stage 2 is the mean of small
    networks over features of the paragraph, its neighbours and its article. It is fitted on out-of-fold scores of stage
    1 (folds by site; stacked sequential learning, Cohen and Carvalho, IJCAI 2005).

    Give cross-validation the sites, or the articles, as `groups`. Plain ``cv=3`` puts paragraphs of one article into
    both training and test, so its scores are too high.

    Parameters
    ----------
    min_pages
        The fewest pages in which an n-gram must occur to be known.
    form_pages
        The fewest pages for an n-gram of word shapes.
    words_c, forms_c, markup_c
        ``C`` of the logistic regressions.
    text_hidden, html_hidden
        The number of channels and the size of the head of a network, without and with markup.
    text_blocks, html_blocks
        The number of convolutions over the paragraphs of an article. With 0, a network reads the features of one
        paragraph and of the whole article.
    members
        The number of networks that are averaged.
    text_epochs, html_epochs
        Passes over the data.
    penalty
        Weight decay of the networks.
    steps
        The smallest number of steps of a fit: for few articles, batches are smaller and there are more passes.
    least_trust
        The least probability of a label that the final networks learn, by a first model of other sites. With 0 they
        learn every label, and there is no first model.
    folds
        The number of folds for out-of-fold scores; fewer if there are fewer sites.
    use_markup
        Whether to learn from the markup of rows that have it.
    random_state
        The seed: the same data, seed and versions give the same scores.
    n_jobs
        The number of fits that run at once.

    Attributes
    ----------
    tagger_ : Tagger
        The fitted model.
    out_of_fold_ : pandas.DataFrame
        `score`, `tagged` and `stage1` of each row of the training frame, by models that saw no row of its site.
    folds_ : Folds
        The folds of these models.
    classes_ : numpy.ndarray
        ``["core", "filler"]``.
    n_features_in_ : int
        The number of columns of the training frame.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "article_id": np.repeat([f"a{i}" for i in range(12)], 3),
    ...     "site": np.repeat([f"s{i % 4}" for i in range(12)], 3),
    ...     "position": [0, 1, 2] * 12, "label": ["core", "core", "filler"] * 12,
    ...     "text": ["The quay opened on Monday, she said.", "It cost a million.", "Read more: Ferry sold"] * 12})
    >>> model = ParagraphClassifier(members=1, folds=2, steps=50).fit(frame, frame["label"])
    >>> model.predict(frame.head(3)).tolist()
    ['core', 'core', 'filler']
    >>> from sklearn.model_selection import GridSearchCV, GroupKFold
    >>> search = GridSearchCV(model, {"words_c": [1.0, 3.0]}, cv=GroupKFold(2), refit=False)
    >>> search.fit(frame, frame["label"], groups=frame["site"]).cv_results_["mean_test_score"].tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        *,
        min_pages: int = 3,
        form_pages: int = 10,
        words_c: float = 3.0,
        forms_c: float = 1.0,
        markup_c: float = 1.0,
        text_hidden: tuple[int, int] = (48, 24),
        html_hidden: tuple[int, int] = (48, 24),
        text_blocks: int = 6,
        html_blocks: int = 0,
        members: int = 2,
        text_epochs: int = 4,
        html_epochs: int = 10,
        penalty: float = 1e-2,
        steps: int = 500,
        least_trust: float = 0.1,
        folds: int = 5,
        use_markup: bool = True,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.min_pages = min_pages
        self.form_pages = form_pages
        self.words_c = words_c
        self.forms_c = forms_c
        self.markup_c = markup_c
        self.text_hidden = text_hidden
        self.html_hidden = html_hidden
        self.text_blocks = text_blocks
        self.html_blocks = html_blocks
        self.members = members
        self.text_epochs = text_epochs
        self.html_epochs = html_epochs
        self.penalty = penalty
        self.steps = steps
        self.least_trust = least_trust
        self.folds = folds
        self.use_markup = use_markup
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: pd.DataFrame, y: Sequence[object] | None = None, *, progress: Progress | None = None) -> Self:
        """Fit both stages.

        Parameters
        ----------
        X
            A frame with `article_id`, `position`, `text`, and where known `site`, `page`, `view`, `title`, `kind`,
            `role` and the markup columns. Rows of one article need not be adjacent.
        y
            ``"core"``, ``"filler"`` or None (unlabelled: context only) for each row; by default the column `label`.
        progress
            Called after each single fit with the name of the stage.

        Raises
        ------
        DataError
            If a column is missing, a label is unknown, there is only one class or only one article, or all rows of a
            class are in one fold.
        ValueError
            If a parameter is below its least value, or the numbers of labels and rows differ.
        """
        for name, least in LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name}={getattr(self, name)}; expected at least {least}")
        labels = _checked(X, y)
        frame = X.reset_index(drop=True)
        folds = make_folds(frame, folds=self.folds, seed=self.random_state)
        progress, recipe, seed = progress or _silent, self._recipe(), self.random_state
        paths = training_paths(frame, labels, folds.of_row, use_markup=self.use_markup)
        rows, order = paths[0].rows, paths[0].frame_rows
        if (bound := rows.bound_label(rows.first_view)) is not None:
            raise _bound_error(frame[labels == bound], bound, by=folds.by)
        stages = fit_stages(paths, recipe, progress=progress)
        weights, words = stages.weights, stages.weights.words
        kinds, languages = (
            frame[name].iloc[order].tolist() if name in frame else [None] * len(frame) for name in ("kind", "language")
        )
        article = fit_article_network(stages.paths, words=words, languages=languages, seed=seed)
        first = choose_settings(stages.paths, article=article)
        look = fit_second_look(stages, first, kinds, languages, recipe, progress=progress)
        head = fit_kinds(frame, labels == CORE, folds.of_row, idf_of=words.idf_of, seed=seed)
        by_text = look.chosen.settings.platt_scaling(html=False)
        short_article = fit_short_articles(stages.paths[0], weights, by_text, languages, seed=seed)
        settings = msgspec.structs.replace(look.chosen.settings, short_article=short_article)
        weights = replace(weights, second_look=look.weights, kinds=head)
        if article is not None:
            weights = replace(weights, article=article.network, article_words=article.words)
        self.tagger_ = Tagger(weights, settings)
        self.classes_ = np.array([CORE, FILLER])
        self.folds_ = folds
        self.out_of_fold_ = _out_of_fold(look.chosen, stages)
        self.n_features_in_ = X.shape[1]
        return self

    def fits(self, X: pd.DataFrame) -> int:
        """Return the greatest number of times that `fit` calls `progress` for this frame."""
        folds = make_folds(X, folds=self.folds, seed=self.random_state).count
        html = self.use_markup and bool(has_markup(X).any())
        return fit_count(self._recipe(), folds, html=html) + look_fit_count(folds)

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Return the probabilities of core and of filler, shape (rows, 2), rows in the order given."""
        check_is_fitted(self)
        score = self._scored(X)["score"].to_numpy(float)
        return np.column_stack([score, 1 - score])

    def predict(self, X: pd.DataFrame) -> npt.NDArray[np.object_]:
        """Return the label of each row, decided article by article as on the command line; shape (rows,)."""
        check_is_fitted(self)
        return np.asarray(self._scored(X)["tagged"].to_numpy())

    def score(self, X: pd.DataFrame, y: Sequence[object], sample_weight: Float | None = None) -> float:
        """Return the accuracy: the share of labelled rows whose prediction equals the label."""
        labels = np.asarray(y, dtype=object)
        known = ~pd.isna(labels)
        weights = None if sample_weight is None else np.asarray(sample_weight)[known]
        return float(accuracy_score(labels[known], self.predict(X)[known], sample_weight=weights))

    def _scored(self, X: pd.DataFrame) -> pd.DataFrame:
        _require(X)
        return self.tagger_.score_frame(X)

    def _recipe(self) -> Recipe:
        own = {name: getattr(self, name) for name in Recipe.__slots__ if hasattr(self, name)}
        (text_width, text_head), (html_width, html_head) = self.text_hidden, self.html_hidden
        return Recipe(
            **own,
            text_shape=Shape(text_width, self.text_blocks, text_head),
            html_shape=Shape(html_width, self.html_blocks, html_head),
            seed=self.random_state,
            jobs=self.n_jobs or 1,
        )

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _silent(_: str) -> None:
    return None


def _require(frame: pd.DataFrame) -> None:
    missing = [name for name in REQUIRED if name not in frame]
    if missing:
        raise DataError(
            f"the columns are {', '.join(map(str, frame.columns))}", expected=f"also {', '.join(missing)}",
            hint="Make the table with `corestory prepare`.",
        )  # fmt: skip
    for name in REQUIRED:
        empty = np.flatnonzero(frame[name].isna())
        if len(empty):
            raise DataError(f"no {name}", where=f"row {empty[0] + 1}", expected="a value in every row")


def _checked(frame: pd.DataFrame, y: Sequence[object] | None) -> npt.NDArray[np.object_]:
    _require(frame)
    labels = frame.get("label") if y is None else y
    if labels is None:
        raise DataError("no labels", expected="a column `label`, or y", hint="Make the table with `corestory prepare`.")
    check_consistent_length(frame, labels)
    found = pd.Series(np.asarray(labels, dtype=object))
    found = found.where(found.notna(), "")
    unknown = sorted({str(value) for value in found.unique()} - {CORE, FILLER, ""})
    if unknown:
        raise DataError(f"unknown label {unknown[0]!r}", expected="core, filler or nothing")
    if len(set(found.unique()) - {""}) < 2:
        only = sorted(set(found.unique()) - {""})
        raise DataError(
            f"every label is {only[0]}" if only else "no row is labelled", expected="both core and filler",
            hint="Add articles with paragraphs of the other label.",
        )  # fmt: skip
    return found.to_numpy(dtype=object)


def _bound_error(rows: pd.DataFrame, label: str, *, by: str) -> DataError:
    page = "page" if "page" in rows else "article_id"
    names = sorted(rows["site" if by == "site" and "site" in rows else page].dropna().astype(str).unique())
    return DataError(
        f"{label} is only in {by}s of one fold: {', '.join(names[:3])}" + (", …" if len(names) > 3 else ""),
        expected="each label in several folds, to train on some and measure on the others",
        hint="Add labelled articles, of several sites if you can.",
    )  # fmt: skip


def _out_of_fold(chosen: Chosen, stages: FittedStages) -> pd.DataFrame:
    """Return out-of-fold results in the order of the frame; rows with markup have the results with markup."""
    count = len(stages.by_words)
    score, core, words = np.empty(count), np.empty(count, bool), np.empty(count)
    for path, of_path, decided in zip(stages.paths, chosen.scores, chosen.core, strict=True):
        score[path.frame_rows], core[path.frame_rows] = of_path, decided
    words[stages.paths[0].frame_rows] = PlattScaling().probabilities(stages.by_words)
    return pd.DataFrame({"score": score, "tagged": np.where(core, CORE, FILLER), "stage1": words})
