"""Fitting of the network that tells articles from pages without a story, and its cutoffs, out of fold by site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corestory.features.layout import Layout
from corestory.model.article_examples import Examples, examples_of
from corestory.model.decision import SURE_ARTICLE
from corestory.model.fitting import Fitted
from corestory.model.network import Network, joined
from corestory.model.network_fit import Shape, fit_network
from corestory.model.ngrams import NgramScorer
from corestory.model.pages import article_probabilities
from corestory.model.training_rows import Rows
from corestory.types import Bool, Float, Int

LEAST_PAGES = 10
"""From fewer real pages without a story nothing is learned."""

LOST = 500
"""At most one of so many real articles is below the cutoff, out of fold."""

SHARES = {(True, True): 1.0, (False, True): 0.25, (True, False): 0.5, (False, False): 0.5}
"""The total weight of real and of made examples with a story, and of real and of made ones without."""

MEMBERS, SHAPE = 2, Shape(32, 0, 16)
EPOCHS, STEPS, ROWS_A_STEP, PENALTY = 20, 1000, 512, 1e-2


@dataclass(frozen=True, slots=True)
class FittedArticleNetwork:
    """The fitted network.

    Attributes
    ----------
    network
        Fitted on all examples.
    out_of_fold
        For each path the out-of-fold probability of each of its articles; 1 for an article without any label.
    cutoffs
        The cutoff of each path.
    """

    network: Network
    out_of_fold: tuple[Float, ...]
    cutoffs: tuple[float, ...]


def fit_article_network(
    rows: Rows, text: Fitted, html_rows: Rows | None, html: Fitted | None, *, words: NgramScorer, seed: int
) -> FittedArticleNetwork | None:
    """Fit the network on the examples of both paths.

    Parameters
    ----------
    rows, text
        All rows without their markup, and the path fitted on them.
    html_rows, html
        Those with markup and their path, or None.
    words
        The scorer of words.
    seed
        Of the first weights and of the order of the examples.

    Returns
    -------
    FittedArticleNetwork or None
        None if fewer than `LEAST_PAGES` pages have filler only, or all of them are in one fold.
    """
    without = pages_without_story(rows)
    if len(without) < LEAST_PAGES or len(np.unique(rows.fold[np.isin(rows.page, without)])) < 2:
        return None
    paths = [(rows, examples_of(rows, text, words, html=False))]
    if html_rows is not None and html is not None:
        paths.append((html_rows, examples_of(html_rows, html, words, html=True)))
    network, held_out = _fit([examples for _, examples in paths], seed=seed)
    found = []
    for (path, examples), probabilities in zip(paths, held_out, strict=True):
        of_articles = np.ones(len(path.batch.layout.sizes))
        of_articles[examples.article[examples.real]] = probabilities[examples.real]
        found.append(of_articles)
    cutoffs = (
        _cutoff(probabilities[examples.real & examples.has_story])
        for (_, examples), probabilities in zip(paths, held_out, strict=True)
    )
    return FittedArticleNetwork(network, tuple(found), tuple(cutoffs))


def pages_without_story(rows: Rows) -> Int:
    """Give the numbers of the pages that are labelled filler in all their views."""
    return np.setdiff1d(rows.page[rows.labelled], rows.page[rows.core])


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
    """Weigh the examples so that those of a sort have `SHARES` together, and the views of a page count as one."""
    _, which, count = np.unique(path.page, return_inverse=True, return_counts=True)
    weight = 1 / count[which]
    for (real, has_story), share in SHARES.items():
        inside = (path.real == real) & (path.has_story == has_story)
        if inside.any():
            weight[inside] *= share / weight[inside].sum()
    return np.asarray(weight * len(weight))


def _cutoff(probabilities: Float) -> float:
    """Give the greatest cutoff below which at most one of `LOST` real articles is."""
    ordered = np.sort(probabilities)
    return float(min(ordered[len(ordered) // LOST], SURE_ARTICLE)) if len(ordered) else 0.0
