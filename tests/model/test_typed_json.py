import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corestory.errors import ModelError
from corestory.model.typed_json import build, from_json, to_json


@dataclass(frozen=True)
class Inner:
    name: str
    count: int


@dataclass(frozen=True)
class Outer:
    share: float
    flag: bool
    inner: Inner
    note: str | None = None
    rows: tuple[Inner, ...] = ()
    table: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.share == 13:
            raise ValueError("thirteen")


# Lone surrogates come in with file names that are no UTF-8.
texts = st.text(st.characters(codec="utf-8") | st.characters(categories=["Cs"]), max_size=5)
floats = st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: value != 13)
inners = st.builds(Inner, texts, st.integers())
outers = st.builds(
    Outer, floats, st.booleans(), inners, st.none() | texts, st.lists(inners, max_size=3).map(tuple),
    st.dictionaries(texts, st.dictionaries(texts, floats, max_size=2), max_size=2),
)  # fmt: skip

GOOD: dict[str, Any] = {
    "share": 0.5, "flag": True, "inner": {"name": "a", "count": 1}, "note": None, "rows": [], "table": {},
}  # fmt: skip


def refused(data: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        build(Outer, from_json(data, where="m.json"), where="m.json")
    assert str(caught.value).startswith("m.json: ")
    return str(caught.value)


@settings(deadline=None)
@given(outers, st.booleans())
def test_a_dataclass_comes_back_equal(value: Outer, compact: bool) -> None:
    assert build(Outer, from_json(to_json(asdict(value), where="", compact=compact), where=""), where="") == value


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3)))
def test_equal_documents_have_equal_compact_bytes(document: dict[str, object]) -> None:
    turned = dict(reversed(document.items()))
    assert to_json(document, where="", compact=True) == to_json(turned, where="", compact=True)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_object_are_refused_in_one_way(data: bytes) -> None:
    with suppress(ModelError):
        assert isinstance(from_json(data, where=""), dict)


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, b"bytes", object()])
def test_what_json_does_not_have_is_not_written(value: object) -> None:
    with pytest.raises(ModelError, match="cannot be written as JSON"):
        to_json({"a": value}, where="")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no JSON"),
        (b'{"a": 1', "is no JSON"),
        (b'{"a": "\xff"}', "is no JSON that can be trusted ('utf-8'"),
        (b"[1]", "is JSON but no object"),
        (b"null", "is JSON but no object"),
        (b'{"a": {"b": 1, "b": 2}}', "key 'b' stands twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "is no JSON"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_cannot_be_trusted_is_refused(data: bytes, reason: str) -> None:
    message = refused(data)
    assert reason in message
    assert len(message) < 300


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"share": "0.5"}, "'share' is \"0.5\"; expected a number"),
        ({"share": True}, "'share' is true; expected a number"),
        ({"share": None}, "'share' is null"),
        ({"share": 10**400}, "'share' is 1"),
        ({"flag": 1}, "'flag' is 1; expected true or false"),
        ({"note": 1}, "'note' is 1; expected a text"),
        ({"inner": {"name": "a", "count": 1.0}}, "'inner.count' is 1.0; expected a whole number"),
        ({"inner": {"name": "a", "count": True}}, "'inner.count' is true"),
        ({"inner": {"name": "a"}}, "'inner' lacks count; expected exactly name, count"),
        ({"inner": {"name": "a", "count": 1, "more": 2}}, "'inner' has the unknown [\"more\"]"),
        ({"inner": []}, "'inner' is []; expected an object"),
        ({"rows": {}}, "'rows' is {}; expected a list"),
        ({"rows": [{"name": "a", "count": 1}, 7]}, "'rows[1]' is 7; expected an object"),
        ({"table": {"a": {"b": "c"}}}, "'table.a.b' is \"c\"; expected a number"),
        ({"table": [1] * 1_000}, "'table' is list of 1,000; expected an object"),
        ({"note": ["x" * 500]}, "…; expected a text"),
        ({"more": 1}, 'has the unknown ["more"]; expected exactly share'),
        ({"share": 13}, "is refused: thirteen"),
    ],
)
def test_a_field_of_another_type_is_refused_by_its_name(change: dict[str, object], reason: str) -> None:
    message = refused(json.dumps(GOOD | change).encode())
    assert reason in message
    assert len(message) < 200


def test_a_number_too_large_to_be_finite_is_refused() -> None:
    assert "'share' is Infinity; expected a number" in refused(json.dumps(GOOD).replace("0.5", "1e999").encode())


def test_a_whole_number_stands_for_a_number() -> None:
    made = build(Outer, GOOD | {"share": 2}, where="")
    assert (made.share, type(made.share)) == (2.0, float)


def test_a_type_without_a_rule_is_a_mistake_in_the_code_and_not_in_the_file() -> None:
    @dataclass
    class Odd:
        value: complex

    with pytest.raises(TypeError, match="value: no rule for"):
        build(Odd, {"value": 1}, where="")
