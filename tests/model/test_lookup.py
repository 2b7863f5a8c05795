import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.model import lookup as module
from corestory.model.lookup import Lookup

# Some far apart, some in one bucket, the least and the largest.
HASHES = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 9), st.integers(2**64 - 9, 2**64 - 1))


def array(values):
    return np.array(values, np.uint64)


@pytest.fixture(params=["searched", "table"], autouse=True)
def way(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "table":
            patch.setattr(module, "FEW", 0)
        yield


@given(st.sets(HASHES, max_size=40), st.lists(HASHES, max_size=40), st.data())
def test_a_hash_is_found_where_it_stands_among_the_known(known, hashes, data):
    known = sorted(known)
    chosen = data.draw(st.none() | st.lists(st.booleans(), min_size=len(hashes), max_size=len(hashes)))

    at, place = Lookup(array(known)).find(array(hashes), chosen if chosen is None else np.array(chosen, bool))

    expected = [
        (number, known.index(one))
        for number, one in enumerate(hashes)
        if one in known and (chosen is None or chosen[number])
    ]
    assert list(zip(at.tolist(), place.tolist(), strict=True)) == expected


@pytest.mark.parametrize("step", [1, 2**40, 2**48])
def test_hashes_that_are_not_spread_evenly_are_found_too(step):
    known = array(range(0, 1000 * step, step))
    order = np.random.default_rng(0).permutation(1000)

    at, place = Lookup(known).find(known[order])

    assert (at.tolist(), place.tolist()) == (list(range(1000)), order.tolist())
    assert len(Lookup(known).find(known + np.uint64(step * 1000))[0]) == 0


def test_whether_a_table_was_made_yet_does_not_matter(monkeypatch):
    known = np.sort(np.random.default_rng(1).integers(0, 2**64, 500, dtype=np.uint64))
    asked = np.concatenate([known[::7], known[::3] ^ np.uint64(1)])
    monkeypatch.setattr(module, "FEW", 2 * len(asked))
    lookup = Lookup(known)

    (first, *others) = [tuple(map(np.ndarray.tolist, lookup.find(asked))) for _ in range(4)]

    assert others == [first] * 3
