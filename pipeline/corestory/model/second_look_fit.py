"""Fitting of the second look, and the choice of its cutoffs on out-of-fold scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.paragraph_shape import shape_features
from corestory.model.calibration import Settings, fit_platt
from corestory.model.choosing import Chosen, measured_f1
from corestory.model.decision import article_cutoffs
from corestory.model.fitting import CHUNK, ONE_THREAD, FittedStages, Progress, Recipe, fit_words_and_forms
from corestory.model.network import Network
from corestory.model.network_fit import Shape, fit_network
from corestory.model.ngrams import NgramScorer
from corestory.model.planting import PlugLines, Stories, joined_stories, kept_stories, planted_stories
from corestory.model.scoring import SecondLook
from corestory.model.second_look import lowered_scores, second_look_columns
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Float32, Int

SHAPE, EPOCHS, STEPS = Shape(32, 2, 16), 5, 200
TURNS = 2
"""So many times lines are planted into every story."""
FURTHER_WEIGHTS = 0.5, 0.3
"""What story and filler lines that are not planted weigh in the fit of the scorers of lines."""
LEAST_LINES = 50
"""From fewer lines of filler, and of story, nothing general can be learned."""
LIMITS = tuple(step / 100 for step in range(1, 71))
F1_COST = 0.0005
"""The look may cost so much of the out-of-fold word F1."""
STORY_LOST = 0.04
"""It may drop this share of the planted story lines, which are harder than those of the story itself."""
LEAST_REMOVED = 0.1
"""A look that drops a smaller share of the planted filler is not worth its time."""


@dataclass(frozen=True, slots=True)
class FittedLook:
    """The fitted look, and the settings, scores and decisions under it; no weights if no cutoff keeps the bounds."""

    weights: SecondLook | None
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class _Path:
    """The rows of one path, text or HTML, and its first decision.

    `places` are their numbers among all rows, `looked` tells the articles on which the look is measured.
    """

    rows: Rows
    places: Int
    scores: Float
    core: Bool
    looked: Bool

    def stories(self, chosen: Bool) -> Stories:
        """Give what was kept of the articles of the chosen rows."""
        return kept_stories(self.rows, self.places, self.scores, self.core & chosen)


def fit_second_look(
    rows: Rows,
    html_rows: Rows | None,
    html_places: Int,
    fitted: FittedStages,
    chosen: Chosen,
    lines: PlugLines,
    recipe: Recipe,
    *,
    say: Progress,
) -> FittedLook:
    """Fit the second look on kept stories and on stories with planted lines, and choose its cutoffs.

    Parameters
    ----------
    rows, html_rows, html_places
        As of `corestory.model.fitting.fit_stages`.
    fitted, chosen
        The stages, and the settings and out-of-fold scores of the first decision.
    lines
        The lines to plant.
    recipe
        How the stages were fitted; its penalty, seed and jobs hold here too.
    say
        Called after each single fit.
    """
    line = np.zeros(len(rows.core), bool)
    line[np.concatenate([lines.filler, lines.story])] = True
    if min(len(lines.filler), len(lines.story)) < LEAST_LINES or rows.bound_label(line) is not None:
        return FittedLook(None, chosen)
    generator = np.random.default_rng(recipe.seed)
    looked = rows.first_view | _one_other_view(rows, generator)
    paths = [_Path(rows, np.arange(len(rows.core)), chosen.text_scores, chosen.text_core, looked)]
    if html_rows is not None and chosen.html_scores is not None and chosen.html_core is not None:
        everything = np.ones(len(html_places), bool)
        paths.append(_Path(html_rows, html_places, chosen.html_scores, chosen.html_core, everything))
    needed = rows.core & rows.first_view
    for path in paths:
        needed[path.places[path.core & path.looked]] = True
    scorers, by_line = fit_line_scorers(rows, lines, needed, recipe, say=say)
    lines = lines.without(by_line)
    planted = planted_stories(rows, lines, generator, turns=TURNS)
    plants = planted.core[planted.planted]
    if min(np.count_nonzero(plants), np.count_nonzero(~plants)) < LEAST_LINES:
        return FittedLook(None, chosen)
    material = _Material(rows, by_line, fitted.stage1, fitted.weights.words)
    # The first view of each page, and its HTML: other views hold much the same story.
    learned = joined_stories([*(path.stories(rows.first_view[path.places]) for path in paths), planted])
    columns = material.columns(learned)
    networks = _networks(columns, learned, rows.fold[learned.rows], recipe, say=say)
    log_odds = np.zeros(len(learned.rows))
    for fold, network in enumerate(networks[:-1]):
        inside = rows.fold[learned.rows] == fold
        log_odds[inside] = network.log_odds(columns[inside], learned.part(inside[learned.layout.first]).layout)
    scaling = fit_platt(log_odds[learned.weight > 0], learned.core[learned.weight > 0])
    of_lines = scaling.probabilities(log_odds[learned.planted]), learned.core[learned.planted]
    limits, found = [], []
    for path in paths:
        of_row = material.held_out(path.stories(path.looked), networks[:-1])
        second = scaling.probabilities(of_row[path.places])
        limit, scores, core = _chosen_limit(path, second, *of_lines, chosen.settings)
        limits.append(limit)
        found.append((scores, core))
    if not any(limits):
        return FittedLook(None, chosen)
    settings = msgspec.structs.replace(
        chosen.settings, second_look_slope=scaling.slope, second_look_offset=scaling.offset,
        second_look_text_cutoff=limits[0], second_look_html_cutoff=limits[-1] if len(paths) > 1 else 0.0,
    )  # fmt: skip
    after = replace(chosen, settings=settings, text_scores=found[0][0], text_core=found[0][1])
    if len(paths) > 1:
        after = replace(after, html_scores=found[1][0], html_core=found[1][1])
    return FittedLook(SecondLook(*scorers, networks[-1]), after)


def look_fit_count(folds: int) -> int:
    """Count the single fits that `fit_second_look` makes at most: two scorers of lines and a network."""
    return 3 * (folds + 1)


@dataclass(frozen=True, slots=True)
class _Material:
    """What features of stories are computed from."""

    rows: Rows
    by_line: Float
    stage1: Float
    words: NgramScorer

    def columns(self, stories: Stories) -> Float32:
        """Compute the features of stories, some articles at a time."""
        return np.concatenate([self._columns(part) for part in _chunks(stories)])

    def held_out(self, stories: Stories, networks: Sequence[Network]) -> Float:
        """Score kept rows, each by the network that saw none of its fold; rows that were not kept are infinite."""
        log_odds = np.full(len(self.rows.core), np.inf)
        fold = self.rows.fold[stories.rows[stories.layout.first]]
        for number, network in enumerate(networks):
            for part in _chunks(stories.part(fold == number)):
                log_odds[part.rows] = network.log_odds(self._columns(part), part.layout)
        return log_odds

    def _columns(self, stories: Stories) -> Float32:
        batch = self.rows.batch
        titles = [batch.titles[number] for number in batch.layout.article[stories.rows[stories.layout.first]].tolist()]
        texts = [batch.texts[row] for row in stories.rows.tolist()]
        features = BatchFeatures(Batch(texts, stories.layout, titles, None), self.words.idf_of)
        return second_look_columns(features, self.by_line[stories.rows], self.stage1[stories.rows]).matrix()


def _one_other_view(rows: Rows, generator: np.random.Generator) -> Bool:
    """Choose the rows of one view of each page, at random, that is not its first."""
    layout = rows.batch.layout
    others = generator.permutation(np.flatnonzero(~rows.first_view[layout.first]))
    _, one = np.unique(rows.page[layout.first[others]], return_index=True)
    return np.isin(layout.article, others[one])


def fit_line_scorers(
    rows: Rows, lines: PlugLines, needed: Bool, recipe: Recipe, *, say: Progress
) -> tuple[tuple[NgramScorer, NgramScorer], Float]:
    """Fit the scorers of lines by words and by word shapes, each line of a label weighing alike.

    Parameters
    ----------
    rows, lines, recipe, say
        As of `fit_second_look`.
    needed
        The rows whose scores are needed, beside the lines.

    Returns
    -------
    scorers : tuple of NgramScorer
        Those of words and of word shapes.
    scores : numpy.ndarray
        Sum of their out-of-fold log-odds of every training row; 0 where it is not needed.
    """
    weight = np.zeros(len(rows.core))
    weight[lines.further] = np.where(rows.core[lines.further], *FURTHER_WEIGHTS)
    weight[lines.story] = 1.0
    weight[lines.filler] = lines.share
    chosen = weight > 0
    for label in (rows.core, ~rows.core):
        weight[label] /= weight[label].sum()
    # A row of no fold is not scored.
    fold = np.where(chosen | needed, rows.fold, -1)
    weighted = replace(rows, weight=weight * chosen.sum() / 2, fold=fold)
    return fit_words_and_forms(weighted, chosen, recipe, say=say)


def _chunks(stories: Stories) -> Iterator[Stories]:
    number = np.arange(len(stories.layout.sizes))
    for begin in range(0, len(number), CHUNK):
        yield stories.part((number >= begin) & (number < begin + CHUNK))


def _networks(columns: Float32, stories: Stories, fold: Int, recipe: Recipe, *, say: Progress) -> list[Network]:
    """Fit a network without each fold, and last one on all."""
    found = []
    for network in Parallel(n_jobs=recipe.jobs, return_as="generator")(
        delayed(_fit_one)(columns, stories, fold != held_out, recipe) for held_out in range(int(fold.max()) + 2)
    ):
        found.append(network)
        say("second look")
    return found


def _fit_one(columns: Float32, stories: Stories, inside: Bool, recipe: Recipe) -> Network:
    part = stories.part(inside[stories.layout.first])
    with threadpool_limits(ONE_THREAD):
        return fit_network(
            columns[inside], part.core, part.layout, weights=part.weight, shape=SHAPE, epochs=EPOCHS,
            penalty=recipe.penalty, steps=min(STEPS, recipe.steps), seed=recipe.seed,
        )  # fmt: skip


def _chosen_limit(
    path: _Path, second: Float, of_lines: Float, core_lines: Bool, settings: Settings
) -> tuple[float, Float, Bool]:
    """Choose the greatest cutoff that keeps the bounds; 0 if none does. Give the scores and decisions under it."""
    words, layout = shape_features(path.rows.batch.texts)[0], path.rows.batch.layout
    cutoffs, _ = article_cutoffs(
        path.scores, words, layout,
        cutoff_share=settings.cutoff_share, clean_cutoff_share=settings.clean_cutoff_share,
    )  # fmt: skip
    looked = np.logical_or.reduceat(path.looked, layout.first)
    before = measured_f1(path.core, words, path.rows)[looked].mean()
    for limit in reversed(LIMITS):
        if np.mean(of_lines[core_lines] < limit) > STORY_LOST:
            continue
        if np.mean(of_lines[~core_lines] < limit) < LEAST_REMOVED:
            break
        scores = lowered_scores(path.scores, path.core, second, cutoffs, limit, layout)
        core = path.core & (scores >= cutoffs[layout.article])
        if measured_f1(core, words, path.rows)[looked].mean() >= before - F1_COST:
            return limit, scores, core
    return 0.0, path.scores, path.core
