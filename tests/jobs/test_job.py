import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.jobs.items import Item, fingerprint
from corestory.jobs.job import Job, model_sha256, refusal_line, refusal_of_line
from corestory.output.formats import RowChoice
from corestory.remote import RemotePath

ITEM = Item(Path("in/a.txt"), "a.txt.jsonl")
JOB = Job(Path("models/newsroom"), "0" * 64, "0.1.0", Path("out"), "jsonl")
CHANGES = {
    "model_sha256": "1" * 64,
    "version": "0.2.0",
    "form": "csv",
    "rows": RowChoice(keep=("x",)),
    "threshold": 0.5,
}


@pytest.mark.parametrize("name", CHANGES)
def test_all_that_decides_on_an_output_is_in_its_mark(name):
    assert replace(JOB, **{name: CHANGES[name]}).made_by(ITEM) != JOB.made_by(ITEM)


def test_the_name_of_the_file_is_in_its_mark_for_it_is_in_the_rows():
    assert JOB.made_by(Item(Path("../in/a.txt"), ITEM.name)) != JOB.made_by(ITEM)
    assert JOB.made_by(Item(Path("in/\udce9.txt"), ITEM.name)) != JOB.made_by(ITEM)


def test_where_the_model_and_the_outputs_are_does_not_matter():
    assert replace(JOB, model=Path("elsewhere"), folder=Path("moved")).made_by(ITEM) == JOB.made_by(ITEM)


def test_a_model_is_told_by_its_manifest(seeded_model, tmp_path):
    assert len(model_sha256(seeded_model)) == 64
    (tmp_path / "manifest.json").write_bytes((seeded_model / "manifest.json").read_bytes() + b"\n")
    assert model_sha256(tmp_path) != model_sha256(seeded_model)


@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_file_with_another_time_matches_if_and_only_if_it_holds_the_same_bytes(tmp_path_factory, before, after):
    path = tmp_path_factory.mktemp("files") / "a"
    path.write_bytes(before)
    os.utime(path, (1, 1))
    taken = fingerprint(path)
    path.write_bytes(after)
    assert taken.matches(path) == (before == after)


def test_a_file_that_has_not_changed_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    taken = fingerprint(path)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("read"))
    assert taken.matches(path)


def test_what_is_missing_matches_nothing(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert not fingerprint(tmp_path / "a").matches(tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        fingerprint(tmp_path / "b")


@pytest.fixture
def told(monkeypatch):
    """What a file system tells of its files beyond their size, instead of when they were made."""
    memory = pytest.importorskip("fsspec.implementations.memory", reason="fsspec is not installed")
    told: dict[str, str] = {}
    info = memory.MemoryFileSystem.info

    def tell(system, path, **options):
        found = {name: value for name, value in info(system, path, **options).items() if name != "created"}
        return found | (told if found["type"] == "file" else {})

    monkeypatch.setattr(memory.MemoryFileSystem, "info", tell)
    return told


@pytest.mark.parametrize(
    "name",
    ["ETag", "md5Hash", "Content-MD5", "Digest", "sha", "mtime", "Last-Modified", "modificationTime", "modify"],
)
def test_whatever_a_file_system_calls_it_another_state_is_noticed(told, name):
    path = RemotePath(f"memory://told/{name}")
    path.write_bytes(b"One.")
    told[name] = "1"
    taken = fingerprint(path)
    assert taken.matches(path)
    told[name] = "2"
    assert not taken.matches(path)


@pytest.mark.usefixtures("told")
def test_what_nothing_is_told_of_never_matches():
    path = RemotePath("memory://told/a")
    path.write_bytes(b"One.")
    assert not fingerprint(path).matches(path)


TEXT = st.text(st.characters())


@given(TEXT, TEXT, TEXT, TEXT)
def test_what_a_line_says_comes_back_in_one_line_that_any_file_can_hold(found, where, expected, hint):
    line = refusal_line(InputError(found, where=where, expected=expected, hint=hint))
    assert line.encode().count(b"\n") == 0
    again = refusal_of_line(line)
    assert refusal_line(again) == line
    assert set(json.loads(line)) == {"where", "reason"}
