"""The scorer of lines that separates pages without a story from briefs: its fit, whole and by fold.

A page of two sentences may be a brief or an error message, and its scores by stage 1 and stage 2 are much the same. So
a small scorer of n-grams learns lines of pages without a story against lines of articles, as the scorers of lines of
the second look learn plugs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.batch_features import BatchFeatures
from corestory.features.shapes import shape_features, unmarked
from corestory.model.ngrams import NgramScorer, fit_ngrams
from corestory.model.pages import (
    WORD_FEATURES,
    first_words,
    word_features,
)
from corestory.training.training_rows import TrainingRows
from corestory.types import Bool, Float, Int

LEAST_WITH_NGRAM, MOST_NGRAMS = 2, 10_000
"""The fewest pages in which an n-gram must occur, and the most n-grams that the scorer knows."""
MOST_FILLER, FILLER_WEIGHT = 40_000, 0.3
"""The most filler lines of articles that are learned, and their weight against that of a story line."""
BALANCE = 0.5
"""The share of the weight of articles' lines that each language gets as it has lines of pages without a story."""


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """The scorer of all lines, and those that have not seen the lines of one fold."""

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
    """Fit the scorers on the lines of pages without a story, and of articles.

    Parameters
    ----------
    rows
        All rows without their markup.
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
    """Let the lines of articles weigh as much as the others: in all, and by a share in each language.

    Else the common words of a language with few articles, and some pages without a story, would tell such a page.
    """
    others = np.where(of_article, 0.0, weights)
    total, of_language = others.sum(), np.bincount(language, others)
    own = np.where(of_article, weights, 0.0)
    least = np.finfo(float).tiny
    by_language = own * (of_language / np.maximum(np.bincount(language, own), least))[language]
    balanced = BALANCE * by_language + (1 - BALANCE) * own * total / max(own.sum(), least) + others
    return np.asarray(balanced / balanced.mean())
