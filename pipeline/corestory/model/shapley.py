"""Shapley values: what each of a few players adds to a joint result, fairly divided among them (Shapley, 1953)."""

from collections.abc import Callable
from math import factorial

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

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
