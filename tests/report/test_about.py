from dataclasses import replace
from pathlib import Path

from corestory.report.page import report_about


def about(tagger, **options):
    given = {
        "data": "p.parquet",
        "digest": "0" * 64,
        "splits": {"train": 1200, "test": 30},
        "split": "test",
        "seen": [],
        "models": [""],
        "output": Path("reports/default"),
        "threshold": None,
    }
    return dict(report_about(tagger, **given | options))


def test_the_command_line_repeats_what_was_asked_for(seeded_tagger):
    found = about(seeded_tagger, data="my data.parquet", models=["a", "b"], threshold=0.3)

    assert found["command"] == (
        "corestory evaluate 'my data.parquet' --model a --model b --split test --output reports/default --threshold 0.3"
    )
    assert "--model" not in about(seeded_tagger)["command"]


def test_sizes_settings_and_versions_are_said(seeded_tagger):
    found = about(seeded_tagger, seen=["test"])

    assert found["splits"] == "test 30 rows, train 1,200 rows"
    assert found["trained_on_these_rows"] == "test"
    assert "cutoff_share 0." in found["model_settings"]
    assert "numpy" in found["libraries"]
    assert found["model_libraries"] == "numpy 2.0.0"


def test_a_model_without_a_manifest_leaves_its_origin_empty(seeded_tagger):
    found = about(replace(seeded_tagger, manifest=None))

    assert (found["model_created"], found["model_trained_on"]) == ("", "")


def test_names_that_are_no_utf_8_can_be_stored(seeded_tagger):
    assert about(seeded_tagger, data="p\udcff.parquet")["data"] == "p\ufffd.parquet"
