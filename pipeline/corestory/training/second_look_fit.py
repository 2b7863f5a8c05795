"""The fit of the second look, and the choice of its cutoffs on out-of-fold scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from corestory.features.batch import Batch
from corestory.features.batch_features import BatchFeatures
from corestory.features.shapes import form_tokens, shape_features, unmarked
from corestory.features.tokens import tokenise
from corestory.model.calibration import Settings, fit_platt
from corestory.model.network import Network, joined
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import SecondLook
from corestory.model.second_look import is_prose, line_forms, line_words, second_look_columns
from corestory.training.choosing import Chosen, LookPath, chosen_cutoffs
from corestory.training.fitting import (
    CHUNK,
    FittedPath,
    FittedStages,
    LinearFit,
    NetworkFit,
    Progress,
    Recipe,
    fit_networks,
    fit_stage1,
    held_out,
)
from corestory.training.network_fit import Shape
from corestory.training.planted_stories import Blocks, Stories, joined_stories, planted_stories
from corestory.training.planting import PLUG, ExtendedRows, PlugLines, plug_lines, with_template_lines
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Float, Float32, Int

SHAPE, EPOCHS, STEPS, MEMBERS = Shape(48, 5, 24), 6, 200, 3
PROSE_WEIGHT = 0.5
"""The weight of a long story paragraph in the fit of the scorers of lines."""
PLANTED_WEIGHT = 3.0
"""The weight of a planted line in the fit of the network; a paragraph of a kept story or of a block has weight 1."""
TITLED = 3
"""One story in `TITLED` is read without its title, because many texts have none."""
PROSE_LOST = 0.0002
"""The share of the prose of kept stories that may get a score below 0.5."""
WORDS_C, FORMS_C, LEAST_PAGES = 10.0, 3.0, 2
"""Parameters of the scorers of lines, like those of stage 1 in the recipe; `LEAST_PAGES` is for words."""
LEAST_LINES = 50
"""The smallest number of filler lines, and of story lines, for a fit."""
DEALS = 3
"""The number of times that templates are assigned to folds and planted into every story, to reduce the part of chance.
"""


@dataclass(frozen=True, slots=True)
class FittedLook:
    """The fitted second look, with settings, scores and decisions; without weights if no cutoff keeps the bounds."""

    weights: SecondLook | None
    chosen: Chosen


def fit_second_look(
    stages: FittedStages, chosen: Chosen, kinds: Sequence[object], languages: Sequence[object], recipe: Recipe, *,
    progress: Progress,
) -> FittedLook:  # fmt: skip
    """Fit the second look on kept stories and on stories with planted lines, and choose its cutoffs.

    Parameters
    ----------
    stages, chosen
        The stages, and the settings and out-of-fold scores of the first decision.
    kinds, languages
        The kind of filler and the language of each row where known.
    recipe
        The settings of the fit of the stages; penalty, seed and jobs apply here, too.
    progress
        Called after each single fit.
    """
    generator = np.random.default_rng(recipe.seed)
    paths = _paths(stages.paths, chosen, generator)
    rows, words = paths[0].rows, stages.weights.words
    marked = np.zeros(len(rows.core), bool)
    for path in paths[1:]:
        marked[path.numbers] = True
    extended = with_template_lines(rows, stages.by_words, languages, stages.weights, seed=recipe.seed)
    deals = [extended.dealt(deal) for deal in range(DEALS)]
    rows = deals[0]
    lines = plug_lines(extended, kinds, marked, seed=recipe.seed)
    line = np.zeros(len(rows.core), bool)
    line[np.concatenate([lines.to_learn, lines.story])] = True
    if min(len(lines.to_learn), len(lines.story)) < LEAST_LINES or rows.bound_label(line) is not None:
        return FittedLook(None, chosen)
    blocks = _blocks(extended, deals, kinds)
    needed = rows.core & rows.first_view
    needed[np.concatenate([lines.found, blocks[0].rows])] = True
    scorers, scores = _scored_lines(deals, lines, needed, paths, recipe, progress=progress)
    form = shape_features(unmarked(rows.batch.texts)[0])
    materials = [_Material(rows, of_deal, extended.stage1, words, *form) for of_deal in scores]
    planted = [
        planted_stories(dealt, lines.trusted(of_lines.sum(axis=1)), of_deal, generator)
        for dealt, of_deal, of_lines in zip(deals, blocks, scores, strict=True)
    ]
    plants = np.concatenate([article.core[article.planted] for article in planted])
    if min(np.count_nonzero(plants), np.count_nonzero(~plants)) < LEAST_LINES:
        return FittedLook(None, chosen)
    # The first view of each page, and its HTML: the story is much the same in other views.
    kept = joined_stories([path.stories(path.rows.first_view) for path in paths])
    parts = list(zip([materials[0], *materials], [kept, *planted], strict=True))
    columns = np.concatenate([material.columns(stories) for material, stories in parts])
    learned = joined_stories(
        [_trusted(stories, material.by_line[stories.rows].sum(axis=1)) for material, stories in parts]
    )
    fold = np.repeat(rows.fold[learned.own], learned.layout.sizes)
    networks = _networks(columns, learned, fold, recipe, progress=progress)
    log_odds = held_out(networks[:-1], columns, fold, learned.layout)
    prose = np.concatenate([material.prose(stories.rows) for material, stories in parts])
    calibrated = _calibrated(chosen.settings, log_odds, prose, learned, kept)
    second = calibrated.second_look_probabilities(log_odds, prose)
    planted_lines = second[learned.planted], learned.core[learned.planted]
    after = _decided(calibrated, paths, materials[0], networks[:-1], planted_lines)
    return FittedLook(None, chosen) if after is None else FittedLook(SecondLook(*scorers, networks[-1]), after)


def _paths(fitted: Sequence[FittedPath], chosen: Chosen, generator: np.random.Generator) -> list[LookPath]:
    """Return each path with the first decision on its rows."""
    found = []
    for path, scores, core in zip(fitted, chosen.scores, chosen.core, strict=True):
        looked = np.ones(len(core), bool) if path.html else _two_views(path.rows, generator)
        own = (path.rows, path.numbers, path.frame_rows, path.html)
        found.append(LookPath(*own, scores, core, looked, chosen.settings))
    return found


def _decided(
    calibrated: Settings, paths: Sequence[LookPath], material: _Material, networks: Sequence[Network],
    planted_lines: tuple[Float, Bool],
) -> Chosen | None:  # fmt: skip
    """Choose the cutoffs of each path, and apply them; None if no cutoff keeps the bounds."""
    decided = []
    for path in paths:
        of_row = material.held_out(path.stories(path.looked), networks)
        second = calibrated.second_look_probabilities(of_row[path.numbers], material.prose(path.numbers))
        decided.append(chosen_cutoffs(path, second, *planted_lines))
    if not any(choice.cutoff for choice in decided):
        return None
    cutoffs = {
        f"second_look_{name}_cutoff": choice.cutoff for name, choice in zip(("text", "html"), decided, strict=False)
    }
    settings = msgspec.structs.replace(calibrated, second_look_restoring=decided[0].restoring, **cutoffs)
    return Chosen(settings, tuple(choice.scores for choice in decided), tuple(choice.core for choice in decided))


def _blocks(extended: ExtendedRows, deals: Sequence[TrainingRows], kinds: Sequence[object]) -> list[Blocks]:
    """Return the material of blocks for each deal of the templates, from which headings are made."""
    comments = np.zeros(len(extended.rows.core), bool)
    comments[: len(kinds)] = [kind == "comment" for kind in kinds]
    comments &= ~extended.rows.core
    return [Blocks.of(dealt, extended.language, extended.headings, extended.teasers, comments) for dealt in deals]


def _calibrated(settings: Settings, log_odds: Float, prose: Bool, learned: Stories, kept: Stories) -> Settings:
    """Calibrate the out-of-fold log-odds: lines by their labels, prose by the share of kept prose that may be lost.

    Blocks are far more frequent in planted stories than on pages, so the network takes prose for a block too often.
    """
    lines = (learned.weight > 0) & ~prose & ~learned.block
    scaling = fit_platt(log_odds[lines], learned.core[lines])
    count = len(kept.rows)  # the kept stories come first in `learned`
    story = log_odds[:count][prose[:count] & kept.core & (kept.weight > 0)]
    least = float(np.quantile(story, PROSE_LOST)) if len(story) else 0.0
    return msgspec.structs.replace(
        settings,
        second_look_slope=scaling.slope,
        second_look_offset=scaling.offset,
        second_look_prose_bonus=max(0.0, -scaling.offset / scaling.slope - least),
    )


def _trusted(stories: Stories, by_line: Float) -> Stories:
    """Set the weights; 0 for likely plugs that gold texts keep and for likely subheads that they leave out."""
    kept = ~stories.planted & ~stories.block
    doubtful = kept & np.where(stories.core, by_line < PLUG, by_line > 0)
    weight = np.where(stories.planted, PLANTED_WEIGHT, stories.weight)
    return replace(stories, weight=np.where(doubtful, 0.0, weight))


def look_fit_count(folds: int) -> int:
    """Return the most fits that `fit_second_look` makes: two scorers of lines for each deal, and the networks."""
    return 2 * DEALS * (folds + 1) + folds + MEMBERS


@dataclass(frozen=True, slots=True)
class _Material:
    """The rows and scores from which features of stories are computed."""

    rows: TrainingRows
    by_line: Float
    stage1: Float
    words: NgramScorer
    lengths: Float
    shape: Float

    def prose(self, rows: Int) -> Bool:
        """Return which of the rows are prose."""
        return is_prose(self.lengths[rows], self.shape[rows], self.by_line[rows])

    def columns(self, stories: Stories) -> Float32:
        """Compute the features of stories, some articles at a time."""
        return np.concatenate([self._columns(part) for part in _chunks(stories)])

    def held_out(self, stories: Stories, networks: Sequence[Network]) -> Float:
        """Score the rows of stories, each by the network that did not see its fold; other rows are NaN."""
        log_odds = np.full(len(self.rows.core), np.nan)
        fold = self.rows.fold[stories.own]
        for number, network in enumerate(networks):
            for part in _chunks(stories.part(fold == number)):
                log_odds[part.rows] = network.log_odds(self._columns(part), part.layout)
        return log_odds

    def _columns(self, stories: Stories) -> Float32:
        batch = self.rows.batch
        number = batch.layout.article[stories.own]
        # Many texts have no title.
        titles = [batch.titles[article] if article % TITLED else "" for article in number.tolist()]
        texts = [batch.texts[row] for row in stories.rows.tolist()]
        features = BatchFeatures(Batch(texts, stories.layout, titles, None), self.words.idf_of)
        by_line, stage1 = self.by_line[stories.rows], self.stage1[stories.rows]
        return second_look_columns(features, features.titles, by_line, stage1).matrix()


def _scored_lines(
    deals: Sequence[TrainingRows], lines: PlugLines, needed: Bool, paths: Sequence[LookPath], recipe: Recipe, *,
    progress: Progress,
) -> tuple[tuple[NgramScorer, NgramScorer], list[Float]]:  # fmt: skip
    """Return the scorers of lines of the first deal of the templates, and the out-of-fold scores of each deal."""
    read = needed.copy()
    for path in paths:
        read[path.numbers[path.read & path.looked]] = True
    texts, _ = unmarked(deals[0].batch.texts)
    fitted = [
        fit_line_scorers(texts, dealt, lines, needed if deal else read, recipe, progress=progress)
        for deal, dealt in enumerate(deals)
    ]
    return fitted[0][0], [scores for _, scores in fitted]


def _two_views(rows: TrainingRows, generator: np.random.Generator) -> Bool:
    """Choose the rows of the first view of each page and of one other view of it, at random."""
    layout = rows.batch.layout
    others = generator.permutation(np.flatnonzero(~rows.first_view[layout.first]))
    _, first_of_page = np.unique(rows.page[layout.first[others]], return_index=True)
    return rows.first_view | np.isin(layout.article, others[first_of_page])


def fit_line_scorers(
    texts: Sequence[str], rows: TrainingRows, lines: PlugLines, needed: Bool, recipe: Recipe, *, progress: Progress
) -> tuple[tuple[NgramScorer, NgramScorer], Float]:
    """Fit the scorers of lines by words and by word shapes, with equal weights of both labels.

    Parameters
    ----------
    texts
        The text of each row without the marks of its rendering.
    rows, recipe, progress
        As in `fit_second_look`.
    lines
        The lines to learn from.
    needed
        The other rows whose scores are needed.

    Returns
    -------
    scorers : tuple of NgramScorer
        The scorers of words and of word shapes.
    scores : numpy.ndarray
        Out-of-fold log-odds of every row by each scorer, shape (rows, 2); 0 for rows that are not needed.
    """
    weight = np.zeros(len(rows.core))
    weight[lines.prose], weight[lines.story], weight[lines.to_learn] = PROSE_WEIGHT, 1.0, 1.0
    # Both labels have equal weight in each language: otherwise its commonest words would be evidence of plugs.
    _, language = np.unique(np.asarray(lines.language), return_inverse=True)
    story, filler = (np.bincount(language, weight * of_label) for of_label in (rows.core, ~rows.core))
    both = (story > 0) & (filler > 0)
    for label, total in ((rows.core, story), (~rows.core, filler)):
        # In a language without story lines, filler is no evidence; in one without filler, story lines stay.
        scale = np.where(both, (story + filler) / np.maximum(2 * total, 1e-9), total == story)
        weight[label] *= scale[language[label]]
    for label in (rows.core, ~rows.core):
        weight[label] /= weight[label].sum()
    chosen = weight > 0
    # Rows with fold -1 are not scored.
    fold = np.where(chosen | needed, rows.fold, -1)
    weighted = replace(rows, weight=weight * chosen.sum() / 2, fold=fold)
    of_words = LinearFit(lambda texts: line_words(tokenise(texts)), WORDS_C, LEAST_PAGES)
    of_forms = LinearFit(lambda texts: line_forms(form_tokens(texts)), FORMS_C, recipe.min_pages)
    words, by_words = fit_stage1(texts, weighted, chosen, of_words, recipe, progress=progress)
    forms, by_form = fit_stage1(texts, weighted, chosen, of_forms, recipe, progress=progress)
    return (words, forms), np.column_stack([by_words, by_form])


def _chunks(stories: Stories) -> Iterator[Stories]:
    number = np.arange(len(stories.layout.sizes))
    for begin in range(0, len(number), CHUNK):
        yield stories.part((number >= begin) & (number < begin + CHUNK))


def _networks(columns: Float32, stories: Stories, fold: Int, recipe: Recipe, *, progress: Progress) -> list[Network]:
    """Fit one network without each fold, and last a network of `MEMBERS` members on all stories."""
    folds = int(fold.max()) + 1
    tasks = [(fold != number, recipe.seed) for number in range(folds)]
    tasks += [(np.ones(len(fold), bool), recipe.seed + member) for member in range(MEMBERS)]
    found = fit_networks(
        columns, stories.core, stories.weight, stories.layout, tasks, recipe=recipe, stage="second look",
        how=NetworkFit(SHAPE, EPOCHS, recipe.penalty, min(STEPS, recipe.steps)), progress=progress,
    )  # fmt: skip
    return [*found[:folds], joined(found[folds:])]
