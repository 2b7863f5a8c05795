import json

from corestory.report.folder import write_report


def test_a_report_is_a_page_the_same_as_markdown_and_the_numbers(findings, tmp_path):
    write_report(tmp_path, findings, title="Ferries", about=(("data", "ferries.parquet"),))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "report.html", "report.md"]
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["about"] == {"data": "ferries.parquet"}
    for name in ("report.html", "report.md"):
        assert "Ferries" in (tmp_path / name).read_text(encoding="utf-8")
