from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from corestory.errors import ModelError
from corestory.model.packing import MAX_LAYERS, MAX_PERCEPTRONS, MAX_ROUNDS, feature_counts, kind_of, pack, unpack
from corestory.model.scoring import Parts

Arrays = dict[str, npt.NDArray[Any]]


@pytest.fixture
def whole(make_parts: Callable[..., Parts]) -> Arrays:
    return pack(make_parts())


def refused(arrays: Arrays) -> str:
    with pytest.raises(ModelError) as caught:
        unpack(arrays, where="arrays.npz")
    assert str(caught.value).startswith("arrays.npz: ")
    return str(caught.value)


def changed(array: npt.NDArray[Any], place: object, value: float) -> npt.NDArray[Any]:
    copy = array.copy()
    copy[place] = value
    return copy


@pytest.mark.parametrize("markup", [True, False])
@pytest.mark.parametrize("rounds", [1, 4])
def test_parts_come_back_whole(make_parts: Callable[..., Parts], markup: bool, rounds: int) -> None:
    arrays = pack(make_parts(markup=markup, rounds=rounds))
    back = unpack(arrays, where="")
    again = pack(back)
    assert (back.markup is not None, len(back.html)) == (markup, rounds if markup else 0)
    assert list(again) == list(arrays)
    assert all(again[name] is array for name, array in arrays.items())
    assert all(kind_of(name) for name in arrays)


@pytest.mark.parametrize(
    "name",
    [
        "words", "words.more", "title.idf", "words.idf.npy", "text.0", "text.mean", f"text.{MAX_ROUNDS}.mean",
        f"text.0.{MAX_PERCEPTRONS}.0.weights", f"text.0.0.{MAX_LAYERS}.weights", "text.0.00.0.weights",
        "text.0.0.weights", "text.0.0.0.scale", "text.-1.mean", "text.0.mean\n", "text.٠.mean", "",
    ],
)  # fmt: skip
def test_a_name_that_no_model_has_is_of_no_kind(name: str) -> None:
    assert kind_of(name) is None


def test_every_array_is_needed(whole: Arrays) -> None:
    for name in whole:
        left = {other: array for other, array in whole.items() if other != name}
        message = refused(left)
        assert f"no array {name!r}" in message or "belongs to no part" in message or "outputs" in message, name


def test_an_array_that_belongs_to_nothing_is_refused(whole: Arrays) -> None:
    for name in ("text.3.mean", "text.0.5.0.weights", "text.0.0.5.biases", "html.2.scale"):
        assert f"{name!r} belongs to no part that is there" in refused(whole | {name: np.ones(3, np.float32)})


def test_markup_without_its_networks_and_networks_without_markup_are_refused(whole: Arrays) -> None:
    assert "no array 'html.0.mean'" in refused({name: a for name, a in whole.items() if not name.startswith("html")})
    assert "belongs to no part" in refused({name: a for name, a in whole.items() if not name.startswith("markup")})


def test_hashes_must_ascend_each_once(whole: Arrays) -> None:
    for name in ("words.hashes", "markup.hashes"):
        assert f"'{name}' is not in ascending order" in refused(whole | {name: whole[name][::-1]})
        assert "ascending" in refused(whole | {name: changed(whole[name], 1, int(whole[name][0]))})


def test_no_known_ngram_at_all_is_a_model_too(whole: Arrays) -> None:
    nothing = {"words.hashes": np.zeros(0, np.uint64)}
    nothing |= {f"words.{part}": np.zeros(0, np.float32) for part in ("idf", "weights")}
    assert len(unpack(whole | nothing, where="").words.hashes) == 0


@pytest.mark.parametrize("name", ["words.idf", "words.weights", "markup.idf", "text.1.0.1.biases", "html.0.1.2.biases"])
def test_arrays_of_one_length_must_be_of_one_length(whole: Arrays, name: str) -> None:
    assert f"{name!r} has shape" in refused(whole | {name: whole[name][:-1]})


@pytest.mark.parametrize("name", ["text.0.1.1.weights", "html.1.0.0.weights", "text.0.0.2.weights"])
def test_a_layer_takes_what_the_one_before_gives(whole: Arrays, name: str) -> None:
    assert f"{name!r} has shape" in refused(whole | {name: whole[name][:-1]})


def test_a_network_ends_in_one_output(whole: Arrays) -> None:
    wide = {"text.0.0.2.weights": np.ones((4, 2), np.float32), "text.0.0.2.biases": np.ones(2, np.float32)}
    assert "text.0.0 ends in 2 outputs; expected 1" in refused(whole | wide)
    empty = {"text.0.0.1.weights": np.ones((6, 0), np.float32), "text.0.0.1.biases": np.ones(0, np.float32)}
    assert "'text.0.0.1.weights' has shape (6, 0)" in refused(whole | empty)


def test_a_network_for_other_features_than_this_version_computes_is_refused(whole: Arrays) -> None:
    (first, _), _ = feature_counts()
    for name in ("text.0.mean", "text.0.scale"):
        longer = np.append(whole[name], np.float32(1))
        assert f"has shape ({first + 1},); expected ({first},): one for each feature" in refused(whole | {name: longer})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_number_may_be_anything_but_finite(whole: Arrays, value: float) -> None:
    for name, array in whole.items():
        if array.dtype == np.float32:
            place = (-1,) * array.ndim
            assert f"{name!r} has values that are not finite" in refused(whole | {name: changed(array, place, value)})


def test_a_number_so_large_that_it_would_overflow_is_refused(whole: Arrays) -> None:
    name = "text.0.0.0.weights"
    assert "beyond ±1,000,000" in refused(whole | {name: changed(whole[name], 0, -3e38)})


@pytest.mark.parametrize("name", ["text.0.scale", "html.1.scale", "words.idf", "markup.unknown_idf"])
@pytest.mark.parametrize("value", [0.0, -1.0, 1e-40])
def test_what_is_divided_by_must_be_above_zero(whole: Arrays, name: str, value: float) -> None:
    place = (0,) * whole[name].ndim
    assert f"{name!r} has values below 1e-06" in refused(whole | {name: changed(whole[name], place, value)})
