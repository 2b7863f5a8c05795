"""The choice of settings on out-of-fold scores: calibration, cutoff shares, confidence, cutoffs of the second look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corestory.features.shapes import shape_features
from corestory.line_rules.filler_rules import NO_RULE, filler_rules
from corestory.line_rules.headlines import lowered, own_headlines
from corestory.model.calibration import PlattScaling, Settings
from corestory.model.decision import article_cutoffs, decide, is_clean, without_story
from corestory.model.restoring import lines_between_prose
from corestory.model.second_look import scores_under
from corestory.training.article_network import FittedArticleNetwork
from corestory.training.fitting import FittedPath
from corestory.training.planted_stories import Stories, kept_stories
from corestory.training.training_rows import TrainingPath, TrainingRows
from corestory.types import Bool, Float

CUTOFF_SHARES = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
DEFAULT_SHARE = 0.5
LEAST_ARTICLES = 50
CONFIDENCE_STEPS = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen settings, and the out-of-fold scores and decisions of each path's rows under them."""

    settings: Settings
    scores: tuple[Float, ...]
    core: tuple[Bool, ...]


def choose_settings(paths: Sequence[FittedPath], *, article: FittedArticleNetwork | None = None) -> Chosen:
    """Calibrate on out-of-fold scores, then choose the cutoff shares with the best mean word F1 of articles.

    Parameters
    ----------
    paths
        The path of all rows as texts, then the path of the rows with markup, if there are any.
    article
        The network that recognises pages without a story; None if there is none.

    Returns
    -------
    Chosen
    """
    rows, batches = [path.rows for path in paths], [path.rows.batch for path in paths]
    scalings = [path.rows.scaling(path.out_of_fold) for path in paths]
    scores = [scaling.probabilities(path.out_of_fold) for scaling, path in zip(scalings, paths, strict=True)]
    words = [shape_features(batch.texts)[0] for batch in batches]
    share, clean_share = choose_cutoff_shares(list(zip(rows, scores, strict=True)), words)
    cores, expected = [], []
    for number, layout in enumerate(batch.layout for batch in batches):
        cutoffs, hope = article_cutoffs(
            scores[number], words[number], layout, cutoff_share=share, clean_cutoff_share=clean_share
        )
        if article is not None:
            is_article = article.out_of_fold[number]
            without = is_article < article.cutoffs[number]
            scores[number], cutoffs, hope = without_story(
                scores[number], cutoffs, hope, layout, is_article=is_article, without=without
            )
        cores.append(scores[number] >= cutoffs[layout.article])
        expected.append(hope)
    headlines = list(map(own_headlines, batches, words, cores))
    sure = [filler_rules(*given) != NO_RULE for given in zip(batches, words, cores, strict=True)]
    drop, drop_sure = are_filler(rows, headlines), are_filler(rows, sure)
    for number, (headline, sure_one) in enumerate(zip(headlines, sure, strict=True)):
        dropped = headline & drop | sure_one & drop_sure
        scores[number], cores[number] = lowered(scores[number], dropped), cores[number] & ~dropped
    measured = list(map(measured_f1, cores, words, rows))
    knots, values = confidence_curve(np.concatenate(expected), np.concatenate(measured))
    by_text, by_html = (*scalings, PlattScaling())[:2]
    text_cutoff, html_cutoff = (0.0, 0.0) if article is None else (*article.cutoffs, 0.0)[:2]
    settings = Settings(
        cutoff_share=share, clean_cutoff_share=clean_share,
        text_slope=by_text.slope, text_offset=by_text.offset, html_slope=by_html.slope, html_offset=by_html.offset,
        drop_headlines=drop, drop_sure_filler=drop_sure,
        text_article_cutoff=text_cutoff, html_article_cutoff=html_cutoff,
        confidence_expected=knots, confidence_measured=values,
    )  # fmt: skip
    return Chosen(settings, tuple(scores), tuple(cores))


def are_filler(paths: Sequence[TrainingRows], found: Sequence[Bool]) -> bool:
    """Return whether at most half of the found paragraphs are labelled core; paragraphs without a label are not core.

    Parameters
    ----------
    paths
        The rows of each path.
    found
        Which rows a rule found, for each path.
    """
    core = sum(
        np.count_nonzero(rows.core & rows.labelled & of_path) for rows, of_path in zip(paths, found, strict=True)
    )
    return bool(2 * core <= sum(map(np.count_nonzero, found)))


def choose_cutoff_shares(paths: Sequence[tuple[TrainingRows, Float]], words: Sequence[Float]) -> tuple[float, float]:
    """Choose the cutoff share of articles that are not clean, and the cutoff share of clean articles.

    Parameters
    ----------
    paths
        The rows and their calibrated out-of-fold scores, without and with markup. Both paths are pooled, because few
        pages with markup are clean, and the mean over so few would be chance.
    words
        Paragraph lengths in words, for each path.
    """
    chosen = []
    for clean in (False, True):
        reached, articles = np.zeros(len(CUTOFF_SHARES)), 0
        for (rows, scores), length in zip(paths, words, strict=True):
            inside = is_clean(scores, rows.batch.layout) == clean
            articles += int(inside.sum())
            if inside.any():
                for number, share in enumerate(CUTOFF_SHARES):
                    core, _ = decide(scores, length, rows.batch.layout, cutoff_share=share)
                    reached[number] += measured_f1(core, length, rows)[inside].sum()
        # With few articles the choice would be chance, so take the share that is best in theory.
        chosen.append(CUTOFF_SHARES[int(np.argmax(reached))] if articles >= LEAST_ARTICLES else DEFAULT_SHARE)
    return chosen[0], chosen[1]


def measured_f1(core: Bool, words: Float, rows: TrainingRows) -> Float:
    """Return the word F1 of each article's decision, without unlabelled paragraphs; 1 if no word is core or kept."""
    mass = words * rows.labelled
    count = len(rows.batch.layout.sizes)
    article = rows.batch.layout.article
    hits = np.bincount(article, mass * core * rows.core, count)
    total = np.bincount(article, mass * core, count) + np.bincount(article, mass * rows.core, count)
    return np.where(total > 0, 2 * hits / np.maximum(total, 1e-9), 1.0)


def confidence_curve(expected: Float, measured: Float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Fit the confidence curve: the word F1 that articles of a given expected word F1 reached out of fold.

    The curve is an isotonic regression (Zadrozny and Elkan, 2002), evaluated at quantiles of the expected word F1.
    Below the least quantile it falls linearly to zero.

    Parameters
    ----------
    expected, measured
        The word F1 of each article: expected by its scores, and measured by its labels.

    Returns
    -------
    tuple of two tuples
        The points of the curve: expected and measured word F1, both ascending, from 0 to 1.
    """
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(expected, measured)
    knots = np.unique(np.quantile(expected, np.linspace(0, 1, CONFIDENCE_STEPS)))
    knots = np.unique(np.concatenate([[0.0], knots, [1.0]]))
    values = fitted.predict(knots)
    # No article has a lower expected word F1, so nothing was measured there.
    values[0] = 0.0
    return tuple(round(float(knot), 6) for knot in knots), tuple(round(float(value), 6) for value in values)


CUTOFFS, RESTORING = tuple(step / 100 for step in range(1, 96)), tuple(step / 100 for step in range(50, 100))
F1_COST = 0.001
"""The most out-of-fold word F1 that dropping lines may cost; restoring lines may cost as much again."""
STORY_LOST_IN_HTML, STORY_LOST_IN_TEXT = 0.05, 0.036
"""The greatest shares of the planted story lines that the second look may drop. Planted lines are harder than the
story's own. In texts the share is lower, because the first decision already drops more lines."""
FILLER_RESTORED = 0.12
"""The greatest share of the planted filler that the second look may restore, if the first decision dropped all of it.
"""
LEAST_REMOVED = 0.1
"""The least share of the planted filler that the second look must drop to be worth its time."""


@dataclass(frozen=True)
class LookPath(TrainingPath):
    """A path with the first decision on its rows.

    Attributes
    ----------
    scores, core
        Out-of-fold scores and decisions, shape (rows,).
    looked
        Whether the second look is measured on the article of each row, shape (rows,).
    settings
        The settings of the first decision.
    """

    scores: Float
    core: Bool
    looked: Bool
    settings: Settings

    @cached_property
    def form(self) -> tuple[Float, Float]:
        """The number of words and the shape features of each row."""
        return shape_features(self.rows.batch.texts)

    @property
    def words(self) -> Float:
        """The number of words of each row."""
        return self.form[0]

    @cached_property
    def cutoffs(self) -> Float:
        """The cutoff of each article in the first decision."""
        shares = {"cutoff_share": self.settings.cutoff_share, "clean_cutoff_share": self.settings.clean_cutoff_share}
        return article_cutoffs(self.scores, self.words, self.rows.batch.layout, **shares)[0]

    @cached_property
    def read(self) -> Bool:
        """Whether the second look reads each row; in HTML, only kept rows."""
        if self.html:
            return self.core
        return self.core | lines_between_prose(self.scores, self.cutoffs, *self.form, self.rows.batch.layout)

    def stories(self, chosen: Bool) -> Stories:
        """Return the paragraphs that the second look reads in the chosen rows, as stories."""
        return kept_stories(self.rows, self.numbers, self.scores, self.read & chosen)


@dataclass(frozen=True, slots=True)
class DecidedPath:
    """The chosen cutoffs of one path, and its scores and decisions under them; with cutoff 0 nothing changes."""

    cutoff: float
    restoring: float
    scores: Float
    core: Bool


def chosen_cutoffs(path: LookPath, second: Float, of_lines: Float, core_lines: Bool) -> DecidedPath:
    """Choose the greatest cutoff that keeps its bounds, then the least score that restores lines and keeps its bounds.

    In use, the cutoff of a paragraph (`corestory.model.second_look.look_cutoffs`) is at most this one, so less story is
    lost.

    Parameters
    ----------
    path
        The rows and their first decision.
    second
        Their calibrated out-of-fold scores of the second look, shape (rows,); NaN for rows that it did not read.
    of_lines, core_lines
        The scores of planted lines, and whether each is a story line; shape (lines,).
    """
    layout, cutoffs = path.rows.batch.layout, path.cutoffs
    looked = np.logical_or.reduceat(path.looked, layout.first)

    def decided(cutoff: float, restoring: float) -> DecidedPath:
        scores = scores_under(path.scores, path.core, second, cutoffs, layout, cutoff=cutoff, restoring=restoring)
        return DecidedPath(cutoff, restoring, scores, path.read & (scores >= cutoffs[layout.article]))

    def f1(core: Bool) -> float:
        return float(measured_f1(core, path.words, path.rows)[looked].mean())

    least, found = f1(path.core) - F1_COST, None
    most_lost = STORY_LOST_IN_HTML if path.html else STORY_LOST_IN_TEXT
    for cutoff in reversed(CUTOFFS):
        if np.mean(of_lines[core_lines] < cutoff) > most_lost:
            continue
        if np.mean(of_lines[~core_lines] < cutoff) < LEAST_REMOVED:
            break
        found = decided(cutoff, 1.0)
        if f1(found.core) >= least:
            break
        found = None
    if found is None:
        return DecidedPath(0.0, 1.0, path.scores, path.core)
    least = f1(found.core) - F1_COST
    for restoring in () if path.html else RESTORING:
        if np.mean(of_lines[~core_lines] >= restoring) <= FILLER_RESTORED:
            more = decided(found.cutoff, restoring)
            if f1(more.core) >= least:
                return more
    return found
