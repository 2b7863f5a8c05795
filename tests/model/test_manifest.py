import hashlib
import json
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
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
from corestory.model.settings import Settings
from corestory.model.tagger import Tagger

FILE = StoredFile(bytes=5, sha256="ab" * 32)


@pytest.fixture
def stored(seeded_tagger: Tagger) -> Stored[Settings]:
    assert seeded_tagger.manifest is not None
    return Stored(seeded_tagger.manifest, seeded_tagger.settings, FILE)


@pytest.fixture
def document(stored: Stored[Settings]) -> dict[str, Any]:
    return dict(json.loads(manifest_bytes(stored, where="")))


def signed(document: dict[str, Any]) -> bytes:
    """The document with the hash that a careful forger would give it."""
    rest = {name: value for name, value in document.items() if name != "sha256"}
    compact = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(compact.encode("utf-8", "backslashreplace")).hexdigest()
    return json.dumps(rest | {"sha256": digest}).encode()


def refused(data: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        read_manifest(data, Settings, where="manifest.json")
    assert str(caught.value).startswith("manifest.json: ")
    return str(caught.value)


def test_a_manifest_comes_back_equal(stored: Stored[Settings]) -> None:
    assert read_manifest(manifest_bytes(stored, where=""), Settings, where="") == stored


def test_a_manifest_reads_well(stored: Stored[Settings]) -> None:
    text = manifest_bytes(stored, where="").decode()
    assert text.startswith('{\n  "format_version": 1,\n  "corestory": "0.1.0",\n')
    assert "Prażmów" in text


def test_white_space_and_the_order_of_keys_do_not_matter(document: dict[str, Any], stored: Stored[Settings]) -> None:
    turned = json.dumps(dict(reversed(document.items())), indent=7).encode()
    assert read_manifest(turned, Settings, where="") == stored


@pytest.mark.parametrize(
    ("found", "maker", "mend"),
    [
        (FORMAT_VERSION + 1, "3.2.1", "Install corestory 3.2.1 or newer."),
        (FORMAT_VERSION + 1, "evil\x1b[2J", "Install the newest corestory."),
        (FORMAT_VERSION + 1, None, "Install the newest corestory."),
        (FORMAT_VERSION - 1, "0.0.9", "Train the model anew with: corestory train, or install corestory 0.0.9"),
        (-1, "", "Train the model anew"),
    ],
)
def test_another_format_version_is_refused_with_what_it_needs(found: int, maker: object, mend: str) -> None:
    # Nothing else is looked at: what another version holds, this one cannot know.
    message = refused(json.dumps({"format_version": found, "corestory": maker, "unheard": "of"}).encode())
    assert f"has format version {found}; expected {FORMAT_VERSION}. {mend}" in message
    assert "\x1b" not in message


def test_a_format_version_of_a_thousand_digits_is_not_printed() -> None:
    assert "has format version of many digits; expected 1" in refused(b'{"format_version": ' + b"9" * 1_000 + b"}")


@pytest.mark.parametrize("found", [None, "1", 1.0, True, [1]])
def test_a_manifest_without_a_format_version_is_none(document: dict[str, Any], found: object) -> None:
    assert "has no format version" in refused(signed(document | {"format_version": found}))


def test_a_manifest_edited_by_hand_is_refused(document: dict[str, Any]) -> None:
    document["settings"]["cut"] = 0.9
    assert "was changed after it was written, or damaged" in refused(json.dumps(document).encode())
    del document["sha256"]
    assert "was changed after it was written" in refused(json.dumps(document).encode())


@settings(deadline=None)
@given(data=st.data())
def test_a_manifest_with_any_byte_changed_says_the_same_or_is_refused(
    data: st.DataObject, seeded_tagger: Tagger
) -> None:
    assert seeded_tagger.manifest is not None
    stored = Stored(seeded_tagger.manifest, seeded_tagger.settings, FILE)
    spoilt = bytearray(manifest_bytes(stored, where=""))
    for _ in range(data.draw(st.integers(1, 3))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_manifest(bytes(spoilt), Settings, where="")
    except ModelError:
        return
    assert found == stored


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"arrays": None}, "'arrays' is null; expected an object"),
        ({"arrays": {"bytes": -1, "sha256": "ab" * 32}}, "'arrays' is refused: no size"),
        ({"arrays": {"bytes": 1, "sha256": "AB" * 32}}, "'arrays' is refused"),
        ({"settings": {}}, "'settings' lacks cut"),
        ({"created": 5}, "'created' is 5; expected a text"),
        ({"splits": "train"}, "'splits' is \"train\"; expected a list"),
        ({"data_sha256": "none"}, "data_sha256 is no SHA-256"),
        ({"scores": {"all": {"macro_f1": "high"}}}, "'scores.all.macro_f1' is \"high\"; expected a number"),
        ({"unheard": "of"}, 'has the unknown ["unheard"]'),
        ({"trained_on": [{"source": "a", "sites": 1, "articles": -1, "paragraphs": 0, "core": 0}]}, "counts below 0"),
        ({"trained_on": [{"source": "a", "sites": 1, "articles": 1, "paragraphs": 2, "core": 3}]}, "more core"),
    ],
)
def test_a_forged_manifest_must_still_be_one(document: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    assert reason in refused(signed(document | change))


def test_a_missing_entry_is_named(document: dict[str, Any]) -> None:
    for name in set(document) - {"format_version", "sha256"}:
        assert name in refused(signed({other: value for other, value in document.items() if other != name}))


def test_a_score_that_is_nan_is_not_written(stored: Stored[Settings]) -> None:
    spoilt = replace(stored, manifest=replace(stored.manifest, scores={"all": {"f1": float("nan")}}))
    with pytest.raises(ModelError, match=r"models/a: cannot be written as JSON"):
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
