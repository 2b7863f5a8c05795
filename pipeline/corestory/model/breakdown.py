"""Breakdowns: log-odds as the sum of a base and of effects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial

import numpy as np

from corestory.features.tokens import TOKEN_PATTERN, Tokens, normalise, tokenise
from corestory.model.ngrams import NgramScorer
from corestory.types import Bool, Float

_TOKEN = re.compile(TOKEN_PATTERN)


@dataclass(frozen=True, slots=True)
class Effect:
    """The contribution of an n-gram or a feature group to the log-odds: positive for core, negative for filler."""

    name: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Log-odds of core as a sum.

    Attributes
    ----------
    base
        The log-odds before anything particular to the paragraph is known.
    effects
        The contributions that are added to the base.

    Examples
    --------
    >>> Breakdown(0.5, (Effect("read more", -2.0), Effect("more", -0.5))).log_odds
    -2.0
    """

    base: float
    effects: tuple[Effect, ...]

    @property
    def log_odds(self) -> float:
        """The sum of the base and all effects: positive for core, negative for filler."""
        return self.base + sum(effect.log_odds for effect in self.effects)

    def strongest(self, count: int) -> tuple[Effect, ...]:
        """Return the effects with the greatest absolute log-odds."""
        return tuple(sorted(self.effects, key=lambda effect: -abs(effect.log_odds))[:count])


def ngram_breakdowns(texts: Sequence[str], scorer: NgramScorer) -> tuple[Breakdown, ...]:
    """Divide the log-odds of a linear stage among n-grams.

    The stage is linear in TF-IDF, so the effect of an n-gram is exactly its value times its weight. N-grams that the
    model does not know have no effect and are left out.

    Parameters
    ----------
    texts
        The paragraphs, or their markup words.
    scorer
        The linear stage.

    Returns
    -------
    tuple of Breakdown
        One for each text. Its effects are words, then pairs of words, in the order and the spelling of the text.

    Examples
    --------
    >>> from corestory.features.tokens import hash_token
    >>> one = np.ones(1, np.float32)
    >>> known = NgramScorer(np.array([hash_token("read more")], np.uint64), one, -2 * one, one[0], one[0])
    >>> ngram_breakdowns(["Read MORE: Ferry sold"], known)
    (Breakdown(base=1.0, effects=(Effect(name='Read MORE', log_odds=-2.0),)),)
    """
    tokens = tokenise(texts)
    row, term, count = scorer.entries(tokens)
    value = (1.0 + np.log(count)) * scorer.idf[term].astype(np.float64)
    size = np.sqrt(np.bincount(row, value**2, len(texts)))
    moved = value / np.where(size > 0, size, 1.0)[row] * scorer.weights[term].astype(np.float64)
    ends = np.searchsorted(row, np.arange(len(texts) + 1))
    token_ends = np.searchsorted(tokens.row, np.arange(len(texts) + 1))
    hashes = scorer.hashes[term] if len(term) else np.zeros(0, np.uint64)
    found = []
    for number, text in enumerate(texts):
        inside = slice(ends[number], ends[number + 1])
        own = tokens.hashes[token_ends[number] : token_ends[number + 1]]
        effects = dict(zip(hashes[inside].tolist(), moved[inside].tolist(), strict=True))
        named = {key: name for key, name in _named(text, own) if key in effects}
        found.append(
            Breakdown(float(scorer.intercept), tuple(Effect(name, effects[key]) for key, name in named.items()))
        )
    return tuple(found)


def _named(text: str, hashes: np.ndarray) -> list[tuple[int, str]]:
    """Return the hashes of a text's n-grams with their names; a repeated n-gram has the spelling of the first one."""
    words = _words(text, len(hashes))
    single = Tokens(np.zeros(len(hashes), np.int64), hashes, 1)
    pairs = zip(single.pairs().hashes.tolist(), [f"{first} {second}" for first, second in pairwise(words)], strict=True)
    first: dict[int, str] = {}
    for key, name in [*zip(hashes.tolist(), words, strict=True), *pairs]:
        first.setdefault(key, name)
    return list(first.items())


def _words(text: str, count: int) -> list[str]:
    written, normal = _TOKEN.findall(text), _TOKEN.findall(normalise(text))
    if [normalise(word) for word in written] == normal and len(normal) == count:
        return written
    # Lower case splits a few letters, such as the Turkish İ. Then the names are the words as the model reads them.
    return normal if len(normal) == count else ["(?)"] * count


MAX_PLAYERS = 12
"""The most players: with more, there are too many coalitions to compute the value of each."""


def shapley_values(value: Callable[[Bool], Float], players: int) -> tuple[Float, Float]:
    """Compute exact Shapley values, over all coalitions of the players.

    The base and the shares add up to the result of all players together. Two players that always add the same have
    equal shares. A player that never adds anything has the share 0.

    Parameters
    ----------
    value
        Takes a mask of the players that take part, shape (players,), and returns the result of each game, shape
        (games,). It is called once for each of the ``2 ** players`` coalitions.
    players
        The number of players, at most `MAX_PLAYERS`.

    Returns
    -------
    base : numpy.ndarray
        The results without any player, shape (games,).
    shares : numpy.ndarray
        The Shapley value of each player, shape (players, games).

    Examples
    --------
    >>> def value(present):
    ...     return np.array([10.0 + 2.0 * present[0] + 4.0 * (present[0] and present[1])])
    >>> base, shares = shapley_values(value, 2)
    >>> base.tolist(), shares.tolist()
    ([10.0], [[4.0], [2.0]])
    """
    if not 0 <= players <= MAX_PLAYERS:
        raise ValueError(f"{players} players; expected 0 to {MAX_PLAYERS}")
    base = np.asarray(value(np.zeros(players, bool)), np.float64)
    shares = np.zeros((players, len(base)))
    orders = factorial(players)
    for number in range(2**players):
        present = (number >> np.arange(players)) % 2 == 1
        size = int(present.sum())
        result = value(present) if size else base
        # Each weight is the share of all orders in which a present player joins last, or an absent player joins next.
        if size:
            shares[present] += factorial(size - 1) * factorial(players - size) / orders * result
        if size < players:
            shares[~present] -= factorial(size) * factorial(players - size - 1) / orders * result
    return base, shares
