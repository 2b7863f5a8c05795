"""The fit of the network that recognises pages without a story: examples, weights and cutoffs.

Real pages without a story are rare in labelled data, so more examples are made from real articles. The filler of an
article alone resembles a section page, and is an example of a page without a story. The filler with only the first
paragraphs of the story is an example of a short article. These paragraphs, alone or with a few lines around them, are
examples of news briefs. The scorer of lines whose log-odds the network reads (`corestory.model.pages`) is also fitted
here, on all rows and for each fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.batch import Batch, batch_of_rows
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import LogOdds
from corestory.features.layout import Layout, sums
from corestory.features.shapes import shape_features, unmarked
from corestory.model.calibration import PlattScaling
from corestory.model.decision import SURE_ARTICLE, expected_f1
from corestory.model.network import Network, joined
from corestory.model.ngrams import NgramScorer, fit_ngrams
from corestory.model.pages import (
    WORD_FEATURES,
    article_features,
    article_probabilities,
    first_words,
    with_words,
    word_features,
)
from corestory.training.fitting import FittedPath, held_out_log_odds, scored_chunks, scores_of
from corestory.training.network_fit import Shape, fit_network
from corestory.training.planting import row_languages
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Float, Float32, Int

LEAST_WITH_NGRAM, MOST_NGRAMS = 2, 10_000
"""The fewest pages in which an n-gram must occur, and the most n-grams that the scorer knows."""
MOST_FILLER, FILLER_WEIGHT = 40_000, 0.3
"""The most filler lines of articles that the scorer learns from, and their weight relative to a story line."""
BALANCE = 0.5
"""The share of the weight of articles' lines that is divided among languages as the lines of pages without a story are.
"""


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """The scorer that was fitted on all lines, and for each fold a scorer that has not seen its lines."""

    scorer: NgramScorer
    by_fold: Mapping[int, NgramScorer]

    def held_out(self, scores: Float, features: BatchFeatures, fold: Int) -> Float:
        """Return `word_features` of articles, each by the scorer that has not seen the article's fold."""
        found = np.zeros((len(fold), len(WORD_FEATURES)))
        for number in np.unique(fold):
            inside = fold == number
            found[inside] = word_features(scores, features, self.by_fold[int(number)])[inside]
        return found


def fit_article_words(rows: TrainingRows, without: Int, languages: Sequence[str]) -> ArticleWords:
    """Fit the scorers on lines of articles and of pages without a story.

    Parameters
    ----------
    rows
        All rows, without their markup.
    without
        The pages without a story, of at least two folds.
    languages
        The language of each row.
    """
    of_no_article = np.isin(rows.page, without)
    known = rows.labelled & rows.first_view
    filler = np.flatnonzero(known & ~rows.core & ~of_no_article)
    filler = filler[np.linspace(0, len(filler) - 1, min(MOST_FILLER, len(filler))).astype(np.int64)]
    learned = known & (rows.core | of_no_article)
    learned[filler] = True
    chosen = np.flatnonzero(learned)
    texts, _ = unmarked([rows.batch.texts[row] for row in chosen.tolist()])
    words, _ = shape_features(texts)
    weights = np.log1p(words) * np.where(rows.core[chosen] | of_no_article[chosen], 1.0, FILLER_WEIGHT)
    of_article = ~of_no_article[chosen]
    _, language = np.unique(np.array(languages)[chosen], return_inverse=True)
    weights = _balanced(weights, of_article, language)

    def fit(inside: Bool) -> NgramScorer:
        return fit_ngrams(
            [text for text, used in zip(texts, inside, strict=True) if used], of_article[inside],
            groups=rows.page[chosen][inside], weights=weights[inside], min_groups=LEAST_WITH_NGRAM, most=MOST_NGRAMS,
            read=first_words,
        )  # fmt: skip

    fold = rows.fold[chosen]
    return ArticleWords(
        fit(np.ones(len(chosen), bool)), {number: fit(fold != number) for number in np.unique(rows.fold).tolist()}
    )


def _balanced(weights: Float, of_article: Bool, language: Int) -> Float:
    """Give lines of articles the same total weight as the other lines, and `BALANCE` of it by language.

    Otherwise the common words of a language with few articles would be evidence of a page without a story.
    """
    others = np.where(of_article, 0.0, weights)
    total, of_language = others.sum(), np.bincount(language, others)
    own = np.where(of_article, weights, 0.0)
    least = np.finfo(float).tiny
    by_language = own * (of_language / np.maximum(np.bincount(language, own), least))[language]
    balanced = BALANCE * by_language + (1 - BALANCE) * own * total / max(own.sum(), least) + others
    return np.asarray(balanced / balanced.mean())


LEAST_FILLER = 3
"""The fewest filler paragraphs of an article from which examples are made."""

AROUND = 6
"""The number of rows before and after a brief that count as lines around it."""

SHORT_WORDS = 20
"""The fewest words of the first paragraphs of a story that make an example of a short article."""

EXAMPLES = 3000
"""The most articles of a path from whose filler and first paragraphs examples are made."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Articles and pages without a story.

    Attributes
    ----------
    features
        As in `article_features`, then the features of words if there are scorers of lines; shape (examples, features).
    has_story, real
        Whether each example has a story, and whether it is a whole article of the training data.
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


def _examples_of(path: FittedPath, words: NgramScorer, lines: ArticleWords | None, *, briefs: bool) -> Examples:
    """Make the examples of one path; without scorers of lines they have no features of words."""
    rows, layout = path.rows, path.rows.batch.layout
    count = len(layout.sizes)
    core, filler = (sums(layout.article, of_label, count) for of_label in (rows.core, rows.labelled & ~rows.core))
    known = np.flatnonzero(core + filler > 0)
    describe = _Description(path, path.rows.scaling(path.out_of_fold), words, lines)
    whole = describe.articles(rows.batch, rows.fold, path.stage1, path.out_of_fold)
    parts = [(whole[known], core[known] > 0, np.ones(len(known), bool), known)]
    source = np.flatnonzero((core > 0) & (filler >= LEAST_FILLER))
    source = source[np.linspace(0, len(source) - 1, min(EXAMPLES, len(source))).astype(np.int64)]
    chosen = np.isin(layout.article, source)
    short = chosen & _shortened(rows)
    made_of = [(False, chosen & rows.labelled & ~rows.core), (True, short)]
    if briefs:
        made_of += [(True, short & rows.core), (True, short & (rows.core | _around(rows, short & rows.core)))]
    for has_story, inside in made_of:
        taken = np.flatnonzero(inside)
        if len(taken):
            scores = scores_of(path.stage1, taken)
            part = describe.articles(batch_of_rows(rows.batch, taken), rows.fold[taken], scores)
            made = np.unique(layout.article[taken])
            parts.append((part, np.full(len(made), has_story), np.zeros(len(made), bool), made))
    features, has_stories, real, article = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = layout.first[article]
    return Examples(features, has_stories, real, rows.fold[first], rows.page[first], article)


def _shortened(rows: TrainingRows) -> Bool:
    """Mark the rows of shortened articles: all filler, and the first one, two or three core paragraphs.

    No row of an article is marked if it has no further core paragraphs, or if the marked ones have fewer than
    `SHORT_WORDS` words.
    """
    layout = rows.batch.layout
    before = layout.before(rows.core.astype(float))
    kept = ~rows.core | (before < 1 + layout.article % 3)
    words, _ = shape_features(rows.batch.texts)
    enough = layout.total(words * (rows.core & kept)) >= SHORT_WORDS
    return np.asarray(kept & enough & (layout.total((rows.core & ~kept).astype(float)) > 0))


def _around(rows: TrainingRows, core: Bool) -> Bool:
    """Mark the rows from `AROUND` rows before the first to `AROUND` rows after the last given row of each article."""
    layout = rows.batch.layout
    row = np.arange(len(core))
    first = np.minimum.reduceat(np.where(core, row, len(core)), layout.first)[layout.article]
    last = np.maximum.reduceat(np.where(core, row, -1), layout.first)[layout.article]
    return np.asarray((row >= first - AROUND) & (row <= last + AROUND))


@dataclass(frozen=True, slots=True)
class _Description:
    """Computes the features of a path's articles; without scorers of lines, no features of words."""

    path: FittedPath
    scaling: PlattScaling
    words: NgramScorer
    lines: ArticleWords | None

    def articles(self, batch: Batch, fold: Int, stage1: Sequence[LogOdds], known: Float | None = None) -> Float32:
        """Return the features of articles; if their log-odds are not given, they are computed out of fold."""
        found = []
        for features, scores, inside in scored_chunks(batch, stage1, self.words):
            log_odds = held_out_log_odds(features, scores, fold[inside], self.path) if known is None else known[inside]
            own = self.scaling.probabilities(log_odds)
            expected = expected_f1(own, features.words, features.layout)
            described = article_features(own, scores[-1].values, expected, features, html=self.path.html)
            if self.lines is not None:
                of_article = fold[inside][features.layout.first]
                described = with_words(described, self.lines.held_out(own, features, of_article))
            found.append(described)
        return np.concatenate(found)


LEAST_PAGES, ENOUGH = 10, 5
"""The fewest real pages without a story for a fit, and a factor. With `ENOUGH` times `LEAST_PAGES` pages, examples of
briefs are made and words are learned, because the briefs then do not outweigh the pages. Shortened articles limit a
cutoff only if there are `ENOUGH` times `LOST_SHORT` of them."""

LOST, LOST_SHORT = 500, 100
"""Out of fold, at most one in 500 real articles and one in 100 shortened articles or briefs is below the cutoff."""
SHARES = {(True, True): 1.0, (False, True): 0.25, (True, False): 0.5, (False, False): 0.5}
"""The total weight of the examples, by whether they are real and whether they have a story."""

MEMBERS, SHAPE = 6, Shape(32, 0, 16)
EPOCHS, STEPS, ROWS_A_STEP, PENALTY = 20, 3000, 512, 1e-2


@dataclass(frozen=True, slots=True)
class FittedArticleNetwork:
    """The fitted network.

    Attributes
    ----------
    network
        The network, fitted on all examples.
    words
        The scorer of lines whose log-odds the network reads; None if it reads no words.
    out_of_fold
        For each path, the out-of-fold probability that each page is an article; 1 for pages without labels.
    cutoffs
        The cutoff of each path.
    """

    network: Network
    words: NgramScorer | None
    out_of_fold: tuple[Float, ...]
    cutoffs: tuple[float, ...]


def fit_article_network(
    paths: Sequence[FittedPath], *, words: NgramScorer, languages: Sequence[object], seed: int
) -> FittedArticleNetwork | None:
    """Fit the network on the examples of all paths.

    Parameters
    ----------
    paths
        The path of all rows as texts, then the path of the rows with markup, if there are any.
    words
        The stage-1 scorer of words.
    languages
        The language of each row where known.
    seed
        The seed of the first weights and of the order of the examples.

    Returns
    -------
    FittedArticleNetwork or None
        None if fewer than `LEAST_PAGES` pages have only filler, or all of these are in one fold.
    """
    rows = paths[0].rows
    without = np.setdiff1d(rows.page[rows.labelled], rows.page[rows.core])  # no core label in any view
    if len(without) < LEAST_PAGES or len(np.unique(rows.fold[np.isin(rows.page, without)])) < 2:
        return None
    many = len(without) >= ENOUGH * LEAST_PAGES
    lines = fit_article_words(rows, without, row_languages(rows, languages)) if many else None
    examples = [_examples_of(path, words, lines, briefs=many) for path in paths]
    network, held_out = _fit(examples, seed=seed)
    found = []
    for path, made, probabilities in zip(paths, examples, held_out, strict=True):
        of_articles = np.ones(len(path.rows.batch.layout.sizes))
        of_articles[made.article[made.real]] = probabilities[made.real]
        found.append(of_articles)
    cutoffs = tuple(map(_cutoff, examples, held_out))
    return FittedArticleNetwork(network, None if lines is None else lines.scorer, tuple(found), cutoffs)


def _fit(paths: Sequence[Examples], *, seed: int) -> tuple[Network, list[Float]]:
    features = np.concatenate([path.features for path in paths])
    has_story = np.concatenate([path.has_story for path in paths])
    fold = np.concatenate([path.fold for path in paths])
    weights = np.concatenate([_weights(path) for path in paths])

    def fit(inside: Bool) -> Network:
        layout = Layout.of(np.ones(int(inside.sum()), np.int64))
        return joined(
            [
                fit_network(
                    features[inside], has_story[inside], layout, weights=weights[inside], shape=SHAPE, epochs=EPOCHS,
                    penalty=PENALTY, steps=STEPS, seed=seed + member, batch=ROWS_A_STEP,
                )
                for member in range(MEMBERS)
            ]
        )  # fmt: skip

    held_out = np.zeros(len(fold))
    for number in np.unique(fold):
        inside = fold == number
        held_out[inside] = article_probabilities(fit(~inside), features[inside])
    ends = np.cumsum([len(path.fold) for path in paths])[:-1]
    return fit(np.ones(len(fold), bool)), np.split(held_out, ends)


def _weights(path: Examples) -> Float:
    """Weight the examples so that each sort has its total weight by `SHARES`, and the views of a page count as one."""
    _, which, count = np.unique(path.page, return_inverse=True, return_counts=True)
    weight = 1 / count[which]
    for (real, has_story), share in SHARES.items():
        inside = (path.real == real) & (path.has_story == has_story)
        if inside.any():
            weight[inside] *= share / weight[inside].sum()
    return np.asarray(weight * len(weight))


def _cutoff(examples: Examples, probabilities: Float) -> float:
    """Return the greatest cutoff that keeps the bounds `LOST` for real and `LOST_SHORT` for shortened articles."""
    real = np.sort(probabilities[examples.has_story & examples.real])
    short = np.sort(probabilities[examples.has_story & ~examples.real])
    limits = [SURE_ARTICLE, real[len(real) // LOST]]
    # With fewer articles, the smallest probabilities are due to chance.
    if len(short) >= ENOUGH * LOST_SHORT:
        limits.append(short[len(short) // LOST_SHORT])
    return float(min(limits))
