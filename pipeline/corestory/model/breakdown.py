"""A score taken apart: a base and what moved it, which add up to its log-odds."""

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
    """By how much something moved the log-odds: up for core, down for filler."""

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
        What moved them from there.

    Examples
    --------
    >>> Breakdown(0.5, (Effect("read more", -2.0), Effect("more", -0.5))).log_odds
    -2.0
    """

    base: float
    effects: tuple[Effect, ...]

    @property
    def log_odds(self) -> float:
        """The sum: above 0 speaks for core, below for filler."""
        return self.base + sum(effect.log_odds for effect in self.effects)

    def strongest(self, count: int) -> tuple[Effect, ...]:
        """Return the effects that moved most, up or down."""
        return tuple(sorted(self.effects, key=lambda effect: -abs(effect.log_odds))[:count])


def ngram_breakdowns(texts: Sequence[str], scorer: NgramScorer) -> tuple[Breakdown, ...]:
    """Take a linear stage's log-odds apart by n-gram.

    The stage is linear in TF-IDF, so an n-gram's effect is its value times its weight: nothing is estimated. Words that
    the model does not know have no effect, and are left out.

    Parameters
    ----------
    texts
        The paragraphs, or their markup words.
    scorer
        The linear stage.

    Returns
    -------
    tuple of Breakdown
        One a text; its effects are words, then pairs of words, in the text's order and as they are written there.

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
    """Hashes of a text's n-grams with their names, where one comes twice as it is first written."""
    words = _words(text, len(hashes))
    single = Tokens(np.zeros(len(hashes), np.int64), hashes, 1)
    pairs = zip(single.pairs().hashes.tolist(), [f"{one} {two}" for one, two in pairwise(words)], strict=True)
    first: dict[int, str] = {}
    for key, name in [*zip(hashes.tolist(), words, strict=True), *pairs]:
        first.setdefault(key, name)
    return list(first.items())


def _words(text: str, count: int) -> list[str]:
    written, normal = _TOKEN.findall(text), _TOKEN.findall(normalise(text))
    if [normalise(word) for word in written] == normal and len(normal) == count:
        return written
    # A few letters fall apart when they are lowered, as the Turkish İ: then words are named as the model reads them.
    return normal if len(normal) == count else ["(?)"] * count


MAX_PLAYERS = 12
"""More players than this have too many coalitions for all of them to be played."""


def shapley_values(value: Callable[[Bool], Float], players: int) -> tuple[Float, Float]:
    """Divide a result among players, exactly: over all their coalitions, not a sample of them.

    The base and the shares add up to the result of all players together. Two players that always add the same have the
    same share, and one that never adds anything has none.

    Parameters
    ----------
    value
        Gets which players take part, shape (players,), and gives the results of so many games at once, shape (games,).
        It is called once for each of the ``2 ** players`` coalitions.
    players
        How many there are, at most `MAX_PLAYERS`.

    Returns
    -------
    base : numpy.ndarray
        The results without any player, shape (games,).
    shares : numpy.ndarray
        What each player adds, shape (players, games).

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
        # The share of the orders of joining in which a present player completes this coalition, or an absent is next.
        if size:
            shares[present] += factorial(size - 1) * factorial(players - size) / orders * result
        if size < players:
            shares[~present] -= factorial(size) * factorial(players - size - 1) / orders * result
    return base, shares
