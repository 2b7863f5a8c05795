"""The fit of both stages: stage 2 learns only from out-of-fold scores of stage 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import MARKUP, OWN_WORDS, LogOdds
from corestory.features.layout import Layout
from corestory.features.shapes import form_tokens, unmarked
from corestory.features.tokens import Tokens, tokenise
from corestory.model.network import Network, joined
from corestory.model.ngrams import NgramScorer, fit_ngrams
from corestory.model.scoring import Weights
from corestory.training.network_fit import Shape, fit_network
from corestory.training.training_rows import TrainingPath, TrainingRows, trusted_labels
from corestory.types import Bool, Float, Float32, Int

Progress = Callable[[str], None]

CHUNK = 400
"""The number of articles whose features are computed at once; it bounds the memory."""

# The last digits of a sum depend on the number of threads. One thread per fit gives the same model on every machine.
ONE_THREAD = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of the fit: parameters of `corestory.training.estimator.ParagraphClassifier` of the same names."""

    min_pages: int
    form_pages: int
    words_c: float
    forms_c: float
    markup_c: float
    text_shape: Shape
    html_shape: Shape
    members: int
    text_epochs: int
    html_epochs: int
    penalty: float
    steps: int
    least_trust: float
    seed: int
    jobs: int

    def network_fit(self, *, html: bool) -> NetworkFit:
        """Return the settings of the fit of stage-2 networks, with markup or without."""
        shape, epochs = (self.html_shape, self.html_epochs) if html else (self.text_shape, self.text_epochs)
        return NetworkFit(shape, epochs, self.penalty, self.steps)


@dataclass(frozen=True, slots=True)
class FittedPath(TrainingPath):
    """A path with its fitted networks, and the rows' out-of-fold log-odds before calibration.

    `stage1` holds the rows' out-of-fold log-odds by each scorer of stage 1, words last. `by_fold` holds for each fold
    the network that did not see it.
    """

    network: Network
    out_of_fold: Float
    stage1: tuple[LogOdds, ...]
    by_fold: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class FittedStages:
    """All fitted stages: the weights, and the paths; the first path has all rows as texts."""

    weights: Weights
    paths: tuple[FittedPath, ...]

    @property
    def by_words(self) -> Float:
        """The out-of-fold log-odds of all rows by their words and word shapes."""
        return self.paths[0].stage1[-1].values


def fit_all(
    fits: Iterable[object], recipe: Recipe, *, stage: str, progress: Progress, prefer: Literal["threads"] | None = None
) -> list[Any]:
    """Run joblib tasks in parallel, and call `progress` with the name of the stage after each.

    By default they run in processes, because the many small steps of a network's fit hold Python's lock. The processes
    share one memory map of the features.
    """
    found = []
    for fitted in Parallel(n_jobs=recipe.jobs, prefer=prefer, return_as="generator")(fits):
        found.append(fitted)
        progress(stage)
    return found


class LinearFit(NamedTuple):
    """The settings of the fit of a stage-1 scorer: parameters of `corestory.model.ngrams.fit_ngrams`.

    Attributes
    ----------
    read
        Turns texts into tokens.
    c
        The inverse regularisation.
    min_pages
        The fewest pages in which an n-gram must occur.
    """

    read: Callable[[Sequence[str]], Tokens]
    c: float
    min_pages: int


def fit_stage1(
    texts: Sequence[str], rows: TrainingRows, chosen: Bool, how: LinearFit, recipe: Recipe, *, progress: Progress
) -> tuple[NgramScorer, Float]:
    """Fit a stage-1 scorer on all chosen rows, and score every row with a scorer that saw no row of its site.

    Parameters
    ----------
    texts
        The text that the scorer reads of each row: its words, or its markup words.
    rows
        The training rows.
    chosen
        The rows from which the scorer learns, if they are labelled.
    how
        The settings of the fit.
    recipe
        Gives the number of fits that run in parallel.
    progress
        Called after each single fit.

    Returns
    -------
    scorer : NgramScorer
        The scorer, fitted on all chosen rows.
    scores : numpy.ndarray
        Out-of-fold log-odds of every row; 0 for a row without a fold.
    """
    folds = int(rows.fold.max()) + 1
    usable = chosen & rows.labelled

    def fit(rows_in: Int) -> NgramScorer:
        return fit_ngrams(
            [texts[row] for row in rows_in], rows.core[rows_in], groups=rows.page[rows_in],
            weights=rows.weight[rows_in], min_groups=how.min_pages, read=how.read, inverse_regularisation=how.c,
        )  # fmt: skip

    parts = [np.flatnonzero(usable & (rows.fold != fold)) for fold in range(folds)] + [np.flatnonzero(usable)]
    scorers = fit_all(
        [delayed(fit)(part) for part in parts], recipe, stage="stage 1", progress=progress, prefer="threads"
    )
    scores = np.zeros(len(texts))
    for fold in range(folds):
        inside = np.flatnonzero(rows.fold == fold)
        for part in np.array_split(inside, max(1, len(inside) // 50_000)):
            scores[part] = scorers[fold].log_odds(how.read([texts[row] for row in part]))
    return scorers[-1], scores


def fit_stage2(
    path: TrainingPath, stage1: Sequence[LogOdds], words: NgramScorer, recipe: Recipe, *, progress: Progress
) -> FittedPath:
    """Fit stage 2 on out-of-fold log-odds of stage 1.

    Parameters
    ----------
    path
        The training rows. The networks learn from labelled rows; the others are context.
    stage1
        Out-of-fold log-odds of every row by each scorer of stage 1, words last.
    words
        The scorer of words; its inverse document frequencies weight the topic features.
    recipe
        The settings of the fit.
    progress
        Called after each single fit.
    """
    rows, layout = path.rows, path.rows.batch.layout
    features = _features(rows.batch, stage1, words, html=path.html)
    how, learned = recipe.network_fit(html=path.html), rows.labelled
    fit = partial(
        fit_networks, features, rows.core, rows.weight, layout, recipe=recipe, stage="stage 2", progress=progress
    )
    if recipe.least_trust > 0:
        # Half of the passes are enough to find the labels that contradict other sites.
        first = fit(_by_fold(learned, rows, recipe.seed), how=how._replace(epochs=max(how.epochs // 2, 1)))
        learned = trusted_labels(held_out(first, features, rows.fold, layout), rows, least=recipe.least_trust)
    # The members of the final network are fitted in parallel with the networks of the folds.
    by_fold = _by_fold(learned, rows, recipe.seed)
    fitted = fit(by_fold + [(learned, recipe.seed + member) for member in range(recipe.members)], how=how)
    of_folds, final = fitted[: len(by_fold)], joined(fitted[len(by_fold) :])
    log_odds = held_out(of_folds, features, rows.fold, layout)
    return FittedPath(rows, path.numbers, path.frame_rows, path.html, final, log_odds, tuple(stage1), tuple(of_folds))


def _by_fold(learned: Bool, rows: TrainingRows, seed: int) -> list[tuple[Bool, int]]:
    return [(learned & (rows.fold != fold), seed) for fold in range(int(rows.fold.max()) + 1)]


def held_out(networks: Sequence[Network], features: Float32, fold: Int, layout: Layout) -> Float:
    """Score the articles of each fold by the network that did not see the fold."""
    log_odds = np.zeros(len(fold))
    for number in np.unique(fold):
        inside = fold == number
        log_odds[inside] = networks[number].log_odds(features[inside], Layout.of(layout.sizes[inside[layout.first]]))
    return log_odds


class NetworkFit(NamedTuple):
    """The settings of the fit of a network: parameters of `corestory.training.network_fit.fit_network`."""

    shape: Shape
    epochs: int
    penalty: float
    steps: int


def fit_networks(
    features: Float32, core: Bool, weight: Float, layout: Layout, tasks: Sequence[tuple[Bool, int]], *,
    how: NetworkFit, recipe: Recipe, stage: str, progress: Progress,
) -> list[Network]:  # fmt: skip
    """Fit a network for each task, which consists of the rows to learn from and the seed."""
    fits = [delayed(_fit_one_network)(features, core, weight, layout, learned, how, seed) for learned, seed in tasks]
    return fit_all(fits, recipe, stage=stage, progress=progress)


def _fit_one_network(
    features: Float32, core: Bool, weight: Float, layout: Layout, learned: Bool, how: NetworkFit, seed: int
) -> Network:
    # Rows that the network does not learn from are still context for other rows of their article.
    chosen = np.logical_or.reduceat(learned, layout.first)
    inside = np.repeat(chosen, layout.sizes)
    with threadpool_limits(ONE_THREAD):
        return fit_network(
            features[inside], core[inside], Layout.of(layout.sizes[chosen]), weights=(weight * learned)[inside],
            shape=how.shape, epochs=how.epochs, penalty=how.penalty, steps=how.steps, seed=seed,
        )  # fmt: skip


def fit_count(recipe: Recipe, folds: int, *, html: bool) -> int:
    """Count the single fits that `fit_stages` makes, for a progress bar.

    Examples
    --------
    >>> recipe = Recipe(min_pages=3, form_pages=10, words_c=3.0, forms_c=1.0, markup_c=1.0, text_shape=Shape(48, 6, 24),
    ...                 html_shape=Shape(48, 0, 24), members=3, text_epochs=3, html_epochs=10, penalty=0.01, steps=500,
    ...                 least_trust=0.1, seed=0, jobs=1)
    >>> fit_count(recipe, 5, html=False), fit_count(recipe, 5, html=True)
    (25, 44)
    """
    passes = 2 if recipe.least_trust > 0 else 1
    return (folds + 1) * (3 if html else 2) + (passes * folds + recipe.members) * (2 if html else 1)


def fit_stages(paths: Sequence[TrainingPath], recipe: Recipe, *, progress: Progress) -> FittedStages:
    """Fit all stages.

    Parameters
    ----------
    paths
        The path of all rows as texts, then the path of the rows with markup, if there are any.
    recipe
        The settings of the fit.
    progress
        Called after each single fit.
    """
    text = paths[0]
    rows, (texts, _) = text.rows, unmarked(text.rows.batch.texts)
    of_words = LinearFit(tokenise, recipe.words_c, recipe.min_pages)
    of_forms = LinearFit(form_tokens, recipe.forms_c, recipe.form_pages)
    with threadpool_limits(ONE_THREAD):
        words, by_words = fit_stage1(texts, rows, rows.first_view, of_words, recipe, progress=progress)
        forms, by_form = fit_stage1(texts, rows, rows.first_view, of_forms, recipe, progress=progress)
        fitted = fit_stage2(text, [LogOdds(OWN_WORDS, by_words + by_form)], words, recipe, progress=progress)
        stages = FittedStages(Weights(words, fitted.network, forms=forms), (fitted,))
        return _with_markup(stages, paths[1], recipe, progress=progress) if len(paths) > 1 else stages


def _with_markup(stages: FittedStages, path: TrainingPath, recipe: Recipe, *, progress: Progress) -> FittedStages:
    rows, weights = path.rows, stages.weights
    spelt = [] if rows.batch.markup is None else rows.batch.markup.words.spelt()
    of_markup = LinearFit(tokenise, recipe.markup_c, recipe.min_pages)
    everything = np.ones(len(rows.core), bool)
    markup, by_markup = fit_stage1(spelt, rows, everything, of_markup, recipe, progress=progress)
    stage1 = [LogOdds(MARKUP, by_markup), LogOdds(OWN_WORDS, stages.by_words[path.numbers])]
    html = fit_stage2(path, stage1, weights.words, recipe, progress=progress)
    return FittedStages(replace(weights, markup=markup, html=html.network), (*stages.paths, html))


def _features(batch: Batch, stage1: Sequence[LogOdds], words: NgramScorer, *, html: bool) -> Float32:
    parts = scored_chunks(batch, stage1, words)
    return np.concatenate([features.columns(scores, html=html).matrix() for features, scores, _ in parts])


def scored_chunks(
    batch: Batch, stage1: Sequence[LogOdds], words: NgramScorer
) -> Iterator[tuple[BatchFeatures, list[LogOdds], slice]]:
    """Yield the features, the stage-1 log-odds and the rows of `CHUNK` articles at a time."""
    for chunk, inside in chunks(batch):
        yield BatchFeatures(chunk, words.idf_of), scores_of(stage1, inside), inside


def scores_of(stage1: Sequence[LogOdds], rows: slice | Int) -> list[LogOdds]:
    """Return the stage-1 log-odds of some rows."""
    return [LogOdds(group, values[rows]) for group, values in stage1]


def chunks(batch: Batch) -> Iterator[tuple[Batch, slice]]:
    """Cut a batch into batches of `CHUNK` articles, each with its rows."""
    sizes = batch.layout.sizes
    for begin in range(0, len(sizes), CHUNK):
        end = min(begin + CHUNK, len(sizes))
        inside = slice(int(batch.layout.first[begin]), int(batch.layout.first[begin] + sizes[begin:end].sum()))
        markup = batch.markup.rows(inside) if batch.markup is not None else None
        yield Batch(batch.texts[inside], Layout.of(sizes[begin:end]), batch.titles[begin:end], markup), inside


def held_out_log_odds(features: BatchFeatures, stage1: Sequence[LogOdds], fold: Int, path: FittedPath) -> Float:
    """Score articles that are not training rows by the networks that did not see their fold.

    Parameters
    ----------
    features, stage1
        The features of a batch, and its out-of-fold stage-1 log-odds.
    fold
        The fold of each paragraph's article, shape (paragraphs,).
    path
        The path with the networks.
    """
    return held_out(path.by_fold, features.columns(stage1, html=path.html).matrix(), fold, features.layout)
