"""Which n-grams speak most for core and for filler.

A model keeps its n-grams as hashes, so those are named that occur in the evaluated paragraphs, by their own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corestory.features.tokens import normalise, tokenise
from corestory.model.breakdown import ngram_breakdowns
from corestory.model.ngrams import NgramScorer

EACH = 30
"""N-grams named for each class."""


@dataclass(frozen=True, slots=True)
class Ngram:
    """A word or a pair of words.

    Attributes
    ----------
    name
        As the model reads it: in lower case, every digit as 0.
    pull
        Its weight times its inverse document frequency: by how much it moves the log-odds of a paragraph that is
        nothing else; above 0 speaks for core.
    articles, paragraphs
        In how many of the evaluated ones it is.
    """

    name: str
    pull: float
    articles: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams that speak most for either class, the strongest first."""

    core: tuple[Ngram, ...]
    filler: tuple[Ngram, ...]


def strongest_ngrams(
    scorer: NgramScorer, texts: Sequence[str], articles: NDArray[np.int64], *, each: int = EACH, min_articles: int = 3
) -> Vocabulary:
    """Name the strongest of a model's n-grams that occur in some texts.

    Parameters
    ----------
    scorer
        The model's stage over words.
    texts
        The paragraphs.
    articles
        The article of each, as a number from 0.
    each
        How many are named for each class.
    min_articles
        In how many articles one must occur; what is one page's own says little of the model.

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
    # Entries are sorted by row; one for each article and n-gram is left.
    pairs = np.unique(articles[row] * np.int64(max(size, 1)) + term)
    in_articles = np.bincount(pairs % max(size, 1), minlength=size)
    pull = scorer.weights.astype(np.float64) * scorer.idf.astype(np.float64)
    frequent = in_articles >= min_articles
    found = []
    for sign in (1, -1):
        candidates = np.flatnonzero(frequent & (sign * pull > 0))
        chosen = candidates[np.argsort(-sign * pull[candidates], kind="stable")][:each]
        names = _names(scorer, chosen, row, term, texts)
        found.append(
            tuple(
                Ngram(name, float(pull[number]), int(in_articles[number]), int(paragraphs[number]))
                for number, name in zip(chosen.tolist(), names, strict=True)
            )
        )
    return Vocabulary(*found)


def _names(
    scorer: NgramScorer,
    chosen: NDArray[np.int64],
    row: NDArray[np.int64],
    term: NDArray[np.int64],
    texts: Sequence[str],
) -> list[str]:
    order = np.argsort(term, kind="stable")
    first = order[np.searchsorted(term[order], chosen)]
    names = []
    for number, place in zip(chosen.tolist(), first.tolist(), strict=True):
        # A scorer that knows this n-gram alone finds it in the paragraph, and its name.
        alone = NgramScorer(
            scorer.hashes[[number]],
            scorer.idf[[number]],
            scorer.weights[[number]],
            scorer.intercept,
            scorer.unknown_idf,
        )
        (found,) = ngram_breakdowns([texts[int(row[place])]], alone)
        names.append(normalise(found.effects[0].name))
    return names
