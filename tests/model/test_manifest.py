import json
from importlib.metadata import version
from typing import Any

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import ModelError
from corestory.model.manifest import (
    FORMAT_VERSION,
    Manifest,
    Stored,
    StoredFile,
    TrainedOn,
    data_sha256,
    manifest_bytes,
    new_manifest,
    read_manifest,
)
from corestory.model.tagger import Tagger

FILE = StoredFile(bytes=5, sha256="ab" * 32)
COUNTS = {"source": "a", "sites": 1, "articles": 1, "paragraphs": 2, "core": 1}


def stored_of(tagger: Tagger) -> Stored:
    assert tagger.manifest is not None
    return Stored(FORMAT_VERSION, tagger.manifest.corestory, tagger.manifest, tagger.settings, FILE)


@pytest.fixture
def stored(seeded_tagger: Tagger) -> Stored:
    return stored_of(seeded_tagger)


@pytest.fixture
def document(stored: Stored) -> dict[str, Any]:
    return dict(json.loads(manifest_bytes(stored, where="")))


def refused(data: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        read_manifest(data, where="manifest.json")
    assert str(caught.value).startswith("manifest.json: ")
    return str(caught.value)


def test_a_manifest_comes_back_equal(stored: Stored) -> None:
    assert read_manifest(manifest_bytes(stored, where=""), where="") == stored


def test_a_manifest_reads_well(stored: Stored) -> None:
    text = manifest_bytes(stored, where="").decode()
    assert text.startswith('{\n  "format_version": 2,\n  "corestory": "0.1.0",\n')
    assert "Prażmów" in text


def test_white_space_and_the_order_of_keys_do_not_matter(document: dict[str, Any], stored: Stored) -> None:
    turned = json.dumps(dict(reversed(document.items())), indent=7).encode()
    assert read_manifest(turned, where="") == stored


@pytest.mark.parametrize(
    ("found", "maker", "hint"),
    [
        (FORMAT_VERSION + 1, "3.2.1", "Install corestory 3.2.1 or newer."),
        (FORMAT_VERSION + 1, "evil\x1b[2J", "Install the newest version of corestory."),
        (
            FORMAT_VERSION - 1,
            "0.0.9",
            "Train the model again: corestory train DATA --output FOLDER, or",
        ),
        (-1, "", "Train the model again"),
    ],
)
def test_another_format_version_is_refused_with_what_it_needs(found: int, maker: object, hint: str) -> None:
    # Nothing else is looked at: what another version holds, this one cannot know.
    message = refused(json.dumps({"format_version": found, "corestory": maker, "unheard": "of"}).encode())
    assert f"has format version {found}; expected {FORMAT_VERSION}. {hint}" in message
    assert "\x1b" not in message


@pytest.mark.parametrize("found", [b"null", b'"1"', b"1.5", b"true", b"[1]"])
def test_a_manifest_without_a_format_version_is_refused(found: bytes) -> None:
    message = refused(b'{"format_version": ' + found + b"}")
    assert "cannot be read" in message
    assert len(message) < 300


def test_a_format_version_of_a_thousand_digits_is_not_printed() -> None:
    assert len(refused(b'{"format_version": ' + b"9" * 1_000 + b"}")) < 300


@given(data=st.data())
def test_a_manifest_with_any_byte_changed_is_read_or_refused(data: st.DataObject, seeded_tagger: Tagger) -> None:
    spoilt = bytearray(manifest_bytes(stored_of(seeded_tagger), where=""))
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_manifest(bytes(spoilt), where="")
    except ModelError:
        return
    # A manifest that is read can be written again, so all its values are in range.
    assert read_manifest(manifest_bytes(found, where=""), where="") == found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weights": None}, "Expected `object`, got `null` - at `$.weights`"),
        ({"weights": {"bytes": -1, "sha256": "ab" * 32}}, "`$.weights.bytes`"),
        ({"weights": {"bytes": 1, "sha256": "AB" * 32}}, "`$.weights.sha256`"),
        ({"settings": {"unheard": 1}}, "unknown field `unheard` - at `$.settings`"),
        ({"manifest": {"created": 5}}, "Expected `str`, got `int` - at `$.manifest.created`"),
        ({"manifest": {"splits": "train"}}, "`$.manifest.splits`"),
        ({"manifest": {"data_sha256": "none"}}, "`$.manifest.data_sha256`"),
        ({"manifest": {"scores": {"all": {"macro_f1": "high"}}}}, "`$.manifest.scores[...][...]`"),
        ({"unheard": "of"}, "unknown field `unheard`"),
        ({"manifest": {"trained_on": [COUNTS | {"articles": -1}]}}, "`$.manifest.trained_on[0].articles`"),
        ({"manifest": {"trained_on": [COUNTS | {"core": 3}]}}, "more core paragraphs than paragraphs"),
        ({"manifest": {"training": {"key": "", "articles": "AAAA", "sites": ""}}}, "8 bytes each"),
    ],
)
def test_a_forged_manifest_must_still_be_one(document: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    assert reason in refused(json.dumps(document | change).encode())


def test_a_missing_entry_is_named(document: dict[str, Any]) -> None:
    for name in set(document) - {"format_version"}:
        rest = {other: value for other, value in document.items() if other != name}
        assert name in refused(json.dumps(rest).encode())


@pytest.mark.parametrize(
    "change", [{"scores": {"all": {"f1": float("nan")}}}, {"created": "\ud800"}, {"splits": ["train"]}, {"seed": "x"}]
)
def test_a_value_that_json_cannot_hold_is_not_written(stored: Stored, change: dict[str, Any]) -> None:
    spoilt = msgspec.structs.replace(stored, manifest=msgspec.structs.replace(stored.manifest, **change))
    with pytest.raises(ModelError, match=r"models/a: "):
        manifest_bytes(spoilt, where="models/a")


def test_a_new_manifest_knows_when_and_with_what() -> None:
    manifest = new_manifest((TrainedOn("a", 1, 1, 2, 1),), splits=("train",), data_sha256="0" * 64, seed=4)
    assert manifest.libraries["numpy"] == version("numpy")
    assert manifest.created.endswith("+00:00")
    assert manifest.corestory
    assert Manifest() == Manifest(scores={}, libraries={})


def test_the_hash_of_the_data_is_of_its_rows_and_not_of_its_file() -> None:
    rows = {"article_id": ["a", "a"], "position": [0, 1], "text": ["x\udc80", ""], "label": ["core", None]}
    frame = pd.DataFrame(rows | {"split": ["train", "train"]}, dtype=object)
    same = frame.assign(position=frame["position"].astype("int32"), source="other", label=["core", float("nan")])
    assert data_sha256(frame) == data_sha256(same.set_index([["u", "v"]]))
    others = [
        frame.iloc[::-1],
        frame.iloc[:1],
        frame.iloc[:0],
        frame.assign(label=["core", "filler"]),
        frame.assign(split=["train", "test"]),
        frame.assign(text=pd.Series(["", "x\udc80"], dtype=object)),
    ]
    assert len({data_sha256(other) for other in [frame, *others]}) == len(others) + 1
