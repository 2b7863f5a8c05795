"""The files of a report: the page, the same as Markdown, and the numbers for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from corestory.evaluation.findings import Findings
from corestory.report.markdown import report_markdown
from corestory.report.page import report_page

PAGE_NAME = "report.html"
MARKDOWN_NAME = "report.md"
METRICS_NAME = "metrics.json"


def write_report(folder: Path, findings: Findings, *, title: str, about: Sequence[tuple[str, str]]) -> None:
    """Write a report's files.

    Parameters
    ----------
    folder
        Where; it exists.
    findings
        What was found.
    title
        The heading.
    about
        Lines on data and model: the names are keys of ``about`` in ``metrics.json``.
    """
    metrics = findings.to_metrics() | {"about": dict(about)}
    text = json.dumps(metrics, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / METRICS_NAME).write_text(f"{text}\n", encoding="utf-8")
    (folder / MARKDOWN_NAME).write_text(report_markdown(findings, title=title, about=about), encoding="utf-8")
    (folder / PAGE_NAME).write_text(report_page(findings, title=title, about=about), encoding="utf-8")
