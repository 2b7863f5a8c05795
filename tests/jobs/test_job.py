from dataclasses import replace
from pathlib import Path

import pytest

from corestory.jobs.items import Item
from corestory.jobs.job import Job, model_sha256

ITEM = Item(Path("in/a.txt"), "a.txt.jsonl")
JOB = Job(Path("models/newsroom"), "0" * 64, "0.1.0", Path("out"), "jsonl")
CHANGES = {
    "model_sha256": "1" * 64,
    "version": "0.2.0",
    "form": "csv",
    "only": "core",
    "threshold": 0.5,
    "keep": ("x",),
}


@pytest.mark.parametrize("name", CHANGES)
def test_all_that_decides_on_an_output_is_in_its_mark(name):
    assert replace(JOB, **{name: CHANGES[name]}).made_by(ITEM) != JOB.made_by(ITEM)


def test_the_name_of_the_file_is_in_its_mark_for_it_is_in_the_rows():
    assert JOB.made_by(Item(Path("../in/a.txt"), ITEM.name)) != JOB.made_by(ITEM)
    assert JOB.made_by(Item(Path("in/\udce9.txt"), ITEM.name)) != JOB.made_by(ITEM)


def test_where_the_model_and_the_outputs_are_does_not_matter():
    assert replace(JOB, model=Path("elsewhere"), folder=Path("moved")).made_by(ITEM) == JOB.made_by(ITEM)


def test_a_model_is_told_by_its_manifest(model, tmp_path):
    assert len(model_sha256(model)) == 64
    (tmp_path / "manifest.json").write_bytes((model / "manifest.json").read_bytes() + b"\n")
    assert model_sha256(tmp_path) != model_sha256(model)
