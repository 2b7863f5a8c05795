"""The strongest n-grams of a model for each class, and the importance of each feature group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from corestory.evaluation.metrics import Rates, confusion, rates
from corestory.features.batch import Batch, batch_of_frame, has_markup
from corestory.features.batch_features import BatchFeatures
from corestory.features.context import GROUPS, MARKUP
from corestory.features.tokens import normalise, tokenise
from corestory.model.breakdown import ngram_breakdowns
from corestory.model.decision import decide
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import stage1_log_odds
from corestory.types import Bool, Int

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger


SHUFFLES = 3
MOST_ROWS = 6_000
"""The most paragraphs that are measured, in whole articles drawn at random. More would take minutes."""


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The loss by shuffling one feature group.

    Attributes
    ----------
    group, meaning
        A feature group and its meaning, from `corestory.features.context.GROUPS`.
    loss, low, high
        The loss of macro F1: the mean over the shuffles, the least and the greatest.
    """

    group: str
    meaning: str
    loss: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Importance:
    """The importance of the feature groups, for articles without markup or with markup.

    Attributes
    ----------
    html
        Whether the articles have markup.
    articles, paragraphs
        The size of the sample; only labelled paragraphs count.
    macro_f1
        Macro F1 of the sample with nothing shuffled.
    effects
        The effect of each group, the greatest loss first.
    """

    html: bool
    articles: int
    paragraphs: int
    macro_f1: float
    effects: tuple[GroupEffect, ...]


def group_importance(
    tagger: Tagger,
    frame: pd.DataFrame,
    *,
    threshold: float | None = None,
    most_rows: int = MOST_ROWS,
    seed: int = 0,
) -> tuple[Importance, ...]:
    """Measure the loss of macro F1 by shuffling each feature group.

    Parameters
    ----------
    tagger
        The model.
    frame
        Labelled paragraphs from which the model has not learned, with the columns of the labelled table.
    threshold
        The least score of core; None for the model's own decision.
    most_rows
        The most paragraphs that are measured, without markup and again with markup.
    seed
        The seed of the choice of articles and of the shuffles.

    Returns
    -------
    tuple of Importance
        One for the articles without markup and one for those with markup; each only if it has labels of both classes.
    """
    generator = np.random.default_rng(seed)
    with_markup = has_markup(frame) & (tagger.weights.html is not None)
    found = []
    for html in (False, True):
        part = _some_articles(frame[with_markup == html], generator, most_rows)
        if part["label"].nunique() == 2:
            found.append(_importance(tagger, part, generator, html=html, threshold=threshold))
    return tuple(found)


def _some_articles(frame: pd.DataFrame, generator: np.random.Generator, most_rows: int) -> pd.DataFrame:
    import pandas as pd

    codes, names = pd.factorize(frame["article_id"])
    order = generator.permutation(len(names))
    taken = order[np.cumsum(np.bincount(codes, minlength=len(names))[order]) <= most_rows]
    # The first article may have more rows than `most_rows`; then only this article is taken.
    return frame[np.isin(codes, taken if len(taken) else order[:1])]


def _importance(
    tagger: Tagger,
    frame: pd.DataFrame,
    generator: np.random.Generator,
    *,
    html: bool,
    threshold: float | None,
) -> Importance:
    batch, rows = batch_of_frame(frame, markup=html)
    ordered = frame.iloc[rows]
    labelled = np.flatnonzero(ordered["label"].notna().to_numpy())
    core = (ordered["label"].iloc[labelled] == "core").to_numpy(bool)
    decided = _shuffled_decisions(tagger, batch, html=html, threshold=threshold)

    def macro_f1(group: str, order: Int) -> float:
        cells = confusion(core, decided(group, order)[labelled])
        return Rates(*rates(astuple(cells)).tolist()).macro_f1

    whole = macro_f1("", np.arange(len(frame)))
    orders = [generator.permutation(len(frame)) for _ in range(SHUFFLES)]
    effects = []
    for group, meaning in GROUPS.items():
        if html or group != MARKUP:
            losses = np.array([whole - macro_f1(group, order) for order in orders])
            effects.append(GroupEffect(group, meaning, float(losses.mean()), float(losses.min()), float(losses.max())))
    effects.sort(key=lambda effect: -effect.loss)
    return Importance(html, len(batch.layout.sizes), len(labelled), whole, tuple(effects))


def _shuffled_decisions(
    tagger: Tagger, batch: Batch, *, html: bool, threshold: float | None
) -> Callable[[str, Int], Bool]:
    """Return a function that takes a group and an order, and decides with that group's features in that order."""
    weights, settings = tagger.weights, tagger.settings
    features, scaling = BatchFeatures(batch, weights.words.idf_of), settings.platt_scaling(html=html)
    columns, network = features.columns(stage1_log_odds(features, weights), html=html), weights.network(html=html)
    matrix, groups = columns.matrix(), np.array(columns.groups)
    least = settings.threshold if threshold is None else threshold
    shares = {"cutoff_share": settings.cutoff_share, "clean_cutoff_share": settings.clean_cutoff_share}

    def decided(group: str, order: Int) -> Bool:
        shuffled = np.where(groups == group, matrix[order], matrix)
        scores = scaling.probabilities(network.log_odds(shuffled, features.layout))
        return scores >= least if least is not None else decide(scores, features.words, features.layout, **shares)[0]

    return decided


EACH = 30
"""The number of n-grams that are named for each class."""


@dataclass(frozen=True, slots=True)
class Ngram:
    """A word or a pair of words.

    Attributes
    ----------
    name
        The words as the model reads them: in lower case, every digit as 0.
    pull
        Its weight times its inverse document frequency: its effect on the log-odds of a paragraph without other
        n-grams; positive for core.
    articles, paragraphs
        The numbers of evaluated articles and paragraphs in which it occurs.
    """

    name: str
    pull: float
    articles: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams with the strongest effects for each class, the strongest first."""

    core: tuple[Ngram, ...]
    filler: tuple[Ngram, ...]


def strongest_ngrams(
    scorer: NgramScorer, texts: Sequence[str], articles: Int, *, each: int = EACH, min_articles: int = 3
) -> Vocabulary:
    """Return the strongest n-grams of a model among those that occur in some texts.

    Parameters
    ----------
    scorer
        The stage-1 scorer of words.
    texts
        The paragraphs.
    articles
        The article of each paragraph, as a number from 0.
    each
        The number of n-grams for each class.
    min_articles
        The fewest articles in which an n-gram must occur, because n-grams of a single page say little about the model.

    Examples
    --------
    >>> from corestory.features.tokens import hash_token
    >>> one = np.ones(1, np.float32)
    >>> known = NgramScorer(np.array([hash_token("read more")], np.uint64), one, -2 * one, one[0], one[0])
    >>> strongest_ngrams(known, ["Read more: ferry", "READ MORE"], np.array([0, 1]), min_articles=2).filler
    (Ngram(name='read more', pull=-2.0, articles=2, paragraphs=2),)
    """
    tokens = tokenise(texts)
    row, term, _ = scorer.entries(tokens)
    size = len(scorer.hashes)
    paragraphs = np.bincount(term, minlength=size)
    # Keep one entry for each article and n-gram.
    pairs = np.unique(articles[row] * np.int64(max(size, 1)) + term)
    in_articles = np.bincount(pairs % max(size, 1), minlength=size)
    pull = scorer.weights.astype(np.float64) * scorer.idf.astype(np.float64)
    frequent = in_articles >= min_articles
    found = []
    for sign in (1, -1):
        candidates = np.flatnonzero(frequent & (sign * pull > 0))
        chosen = candidates[np.argsort(-sign * pull[candidates], kind="stable")][:each]
        names = _names(scorer, chosen, row, term, texts)
        columns = (column[chosen].tolist() for column in (pull, in_articles, paragraphs))
        found.append(tuple(Ngram(*values) for values in zip(names, *columns, strict=True)))
    return Vocabulary(*found)


def _names(
    scorer: NgramScorer,
    chosen: Int,
    row: Int,
    term: Int,
    texts: Sequence[str],
) -> list[str]:
    order = np.argsort(term, kind="stable")
    first = order[np.searchsorted(term[order], chosen)]
    names = []
    for number, entry in zip(chosen.tolist(), first.tolist(), strict=True):
        # The breakdown of a scorer that knows only this n-gram gives its name in the paragraph.
        chosen_alone = [number]
        alone = NgramScorer(
            scorer.hashes[chosen_alone],
            scorer.idf[chosen_alone],
            scorer.weights[chosen_alone],
            scorer.intercept,
            scorer.unknown_idf,
        )
        (found,) = ngram_breakdowns([texts[int(row[entry])]], alone)
        names.append(normalise(found.effects[0].name))
    return names
