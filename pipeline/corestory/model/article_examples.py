"""Training examples of articles and of pages without a story, described by out-of-fold scores.

Real pages without a story are rare in labelled data. So each real page also gives its filler alone, which is much like
a section page, as an example of a page without a story, and its filler with the first paragraphs of its story alone
as an example of a short article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LogOdds
from corestory.features.layout import Layout, sums
from corestory.features.paragraph_shape import shape_features
from corestory.model.article_features import article_features
from corestory.model.calibration import PlattScaling, fit_platt
from corestory.model.fitting import Fitted, chunks
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import stage2_features
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Float32, Int

LEAST_FILLER = 3
"""A page's filler alone is an example if it has so many paragraphs."""

SHORT_WORDS = 20
"""The first paragraphs of a story are an example of a short article if they have so many words."""

EXAMPLES = 3000
"""At most so many articles of a path give their filler and their first paragraphs."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Articles and pages without a story.

    Attributes
    ----------
    features
        As of `article_features`; shape (examples, features).
    has_story, real
        Whether each has a story, and whether it is a whole article of the training data.
    fold, page
        Each example's fold and page.
    article
        Each example's article in the training rows.
    """

    features: Float32
    has_story: Bool
    real: Bool
    fold: Int
    page: Int
    article: Int


def examples_of(rows: Rows, fitted: Fitted, words: NgramScorer, *, html: bool) -> Examples:
    """Make the examples of one path.

    Parameters
    ----------
    rows, fitted
        The training rows, and the path fitted on them.
    words
        The scorer of words, whose inverse document frequencies weight the topic features.
    html
        Whether the path uses the rows' markup.
    """
    layout = rows.batch.layout
    count = len(layout.sizes)
    scaling = fit_platt(fitted.out_of_fold[rows.labelled], rows.core[rows.labelled])
    core, filler = (sums(layout.article, of_label, count) for of_label in (rows.core, rows.labelled & ~rows.core))
    known = np.flatnonzero(core + filler > 0)
    whole = _described(rows.batch, rows.fold, fitted.stage1, fitted.out_of_fold, fitted, scaling, words, html=html)
    parts = [(whole[known], core[known] > 0, np.ones(len(known), bool), known)]
    source = np.flatnonzero((core > 0) & (filler >= LEAST_FILLER))
    source = source[np.linspace(0, len(source) - 1, min(EXAMPLES, len(source))).astype(np.int64)]
    chosen = np.isin(layout.article, source)
    for has_story, inside in ((False, chosen & rows.labelled & ~rows.core), (True, chosen & _shortened(rows))):
        taken = np.flatnonzero(inside)
        if len(taken):
            scores = [LogOdds(one.group, one.values[taken]) for one in fitted.stage1]
            batch = _batch_of(rows.batch, taken)
            part = _described(batch, rows.fold[taken], scores, None, fitted, scaling, words, html=html)
            made = np.unique(layout.article[taken])
            parts.append((part, np.full(len(made), has_story), np.zeros(len(made), bool), made))
    features, has_stories, real, article = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = layout.first[article]
    return Examples(features, has_stories, real, rows.fold[first], rows.page[first], article)


def _shortened(rows: Rows) -> Bool:
    """Mark the rows of articles of which all core paragraphs but the first one, two or three are left out.

    An article is left out whole if nothing is shortened, or if the rest has fewer than `SHORT_WORDS` words of story.
    """
    layout = rows.batch.layout
    before = layout.before(rows.core.astype(float))
    kept = ~rows.core | (before < 1 + layout.article % 3)
    words, _ = shape_features(rows.batch.texts)
    enough = layout.total(words * (rows.core & kept)) >= SHORT_WORDS
    return np.asarray(kept & enough & (layout.total((rows.core & ~kept).astype(float)) > 0))


def _batch_of(batch: Batch, taken: Int) -> Batch:
    articles, sizes = np.unique(batch.layout.article[taken], return_counts=True)
    markup = batch.markup
    if markup is not None:
        markup = MarkupColumns(
            [markup.words[row] for row in taken], markup.forest.rows(taken), markup.link_density[taken],
            markup.declared[taken],
        )  # fmt: skip
    return Batch([batch.texts[row] for row in taken], Layout.of(sizes), [batch.titles[one] for one in articles], markup)


def _described(
    batch: Batch, fold: Int, stage1: Sequence[LogOdds], log_odds: Float | None, fitted: Fitted, scaling: PlattScaling,
    words: NgramScorer, *, html: bool,
) -> Float32:  # fmt: skip
    found = []
    for chunk, inside in chunks(batch):
        features = BatchFeatures(chunk, words.idf_of)
        scores = [LogOdds(one.group, one.values[inside]) for one in stage1]
        known = _held_out(features, scores, fold[inside], fitted, html=html) if log_odds is None else log_odds[inside]
        found.append(article_features(scaling.probabilities(known), scores[-1].values, features, html=html))
    return np.concatenate(found)


def _held_out(features: BatchFeatures, stage1: Sequence[LogOdds], fold: Int, fitted: Fitted, *, html: bool) -> Float:
    log_odds: Float | None = None
    layout = features.layout
    for networks in fitted.by_fold:
        matrix = stage2_features(features, stage1, log_odds, html=html).matrix()
        log_odds = np.zeros(len(fold))
        for number in np.unique(fold):
            inside = fold == number
            log_odds[inside] = networks[number].log_odds(matrix[inside], Layout.of(layout.sizes[inside[layout.first]]))
    assert log_odds is not None  # noqa: S101 -- there is a round
    return log_odds
