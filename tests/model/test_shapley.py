from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.model.breakdown import MAX_PLAYERS, shapley_values

NUMBERS = st.floats(-100, 100)


def a_game(results):
    """A game given by its result for each coalition, which is a number in binary."""

    def value(present):
        number = int((present * 2 ** np.arange(len(present))).sum())
        return np.array([results[number]])

    return value


@given(st.integers(1, 4).flatmap(lambda players: st.lists(NUMBERS, min_size=2**players, max_size=2**players)))
def test_base_and_shares_add_up_to_the_result_of_all(results):
    base, shares = shapley_values(a_game(results), len(results).bit_length() - 1)
    assert base[0] == results[0]
    assert base[0] + shares.sum() == pytest.approx(results[-1], abs=1e-9)


@given(st.lists(NUMBERS, min_size=8, max_size=8))
def test_a_share_is_the_mean_of_what_the_player_adds_over_all_orders_of_joining(results):
    value = a_game(results)
    added = np.zeros(3)
    for order in permutations(range(3)):
        present = np.zeros(3, bool)
        for player in order:
            before = value(present)[0]
            present[player] = True
            added[player] += (value(present)[0] - before) / 6
    _, shares = shapley_values(value, 3)
    assert shares[:, 0] == pytest.approx(added, abs=1e-9)


@given(st.lists(NUMBERS, min_size=4, max_size=4))
def test_who_never_adds_anything_has_no_share(results):
    _, shares = shapley_values(lambda present: a_game(results)(present[:2]), 3)
    assert shares[2, 0] == pytest.approx(0, abs=1e-9)


@given(st.lists(NUMBERS, min_size=4, max_size=4))
def test_players_that_always_add_the_same_have_the_same_share(results):
    _, shares = shapley_values(lambda present: np.array([results[int(present.sum())]]), 3)
    assert shares[:, 0] == pytest.approx(np.full(3, shares[0, 0]), abs=1e-9)


def test_many_games_are_divided_at_once():
    weights = np.array([[1.0, 10.0], [2.0, 20.0]])
    base, shares = shapley_values(lambda present: 5.0 + present @ weights, 2)
    assert base.tolist() == [5.0, 5.0]
    np.testing.assert_allclose(shares, weights)


def test_without_players_all_is_base():
    base, shares = shapley_values(lambda _: np.array([3.0]), 0)
    assert base.tolist() == [3.0]
    assert shares.shape == (0, 1)


def test_more_players_than_can_be_played_through_are_refused():
    with pytest.raises(ValueError, match="expected 0 to"):
        shapley_values(lambda _: np.zeros(1), MAX_PLAYERS + 1)
