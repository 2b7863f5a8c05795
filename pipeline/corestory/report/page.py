"""The report's files, and its page for a browser, which loads nothing and reads without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.evaluation.findings import Findings
from corestory.evaluation.metrics import Metrics
from corestory.evaluation.results import Measured
from corestory.numbers import NOTHING, percent
from corestory.report.markdown import report_markdown
from corestory.report.sections import (
    FEWEST_ARTICLES,
    Beside,
    Figure,
    Folded,
    MistakeList,
    Part,
    basis,
    headline,
    report_sections,
)
from corestory.report.tables import ReportTable

if TYPE_CHECKING:
    from markupsafe import Markup

# What may be followed from a page; a "javascript:" in somebody's data may not.
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
OPEN = 2
"""How many mistakes of a kind are unfolded at first."""


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


def report_page(
    findings: Findings, *, title: str = "Evaluation", about: Sequence[tuple[str, str]] = (), sites: int = 200
) -> str:
    """Write a report as HTML.

    Parameters
    ----------
    findings
        What was found.
    title
        The page's heading.
    about
        Lines on data and model for the end.
    sites
        How many sites are shown, the worst.

    Returns
    -------
    str
        One file: under 5 MB whatever the data, for everything in it is bounded in number and length.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.findings import find
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "<script>"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6], "tagged": ["core", "filler"] * 2})
    >>> report_page(find(frame, resamples=0), title="Weather").startswith("<!doctype html>")
    True
    """
    from markupsafe import Markup

    from corestory.report.figures import draw
    from corestory.templating import render

    def drawn(part: Figure) -> Markup:
        return Markup(draw(part, findings))  # noqa: S704 -- drawn by us; matplotlib escapes what stands in it

    words = findings.evaluation.tagger.words
    answers = [
        _Answer(words, "core_recall", "of 100 words of story,", "survive", ";"),
        _Answer(words, "filler_recall", "of 100 words of filler,", "are removed", "."),
    ]
    too_few = findings.evaluation.counts.articles < FEWEST_ARTICLES
    values = {
        "title": title,
        "cautions": findings.evaluation.cautions,
        "headline": headline(findings.evaluation),
        "model": findings.evaluation.tagger.name,
        "basis": basis(findings.evaluation),
        "answers": [] if too_few or any(answer.value == NOTHING for answer in answers) else answers,
        "sections": report_sections(findings, about=about, sites=sites),
        "kind": _kind,
        "draw": drawn,
        "address": _address,
        "open": OPEN,
    }
    return render("report.html.j2", style="report.css", script="report.js", values=values)


class _Answer:
    """One of the two numbers that everything is about."""

    def __init__(self, words: Measured[Metrics], name: str, before: str, after: str, stop: str) -> None:
        self.value, low, high = (percent(getattr(rates, name)) for rates in (words.value, words.low, words.high))
        self.interval = "" if NOTHING in (self.value, low, high) else f"{low} to {high}"
        self.before, self.after, self.stop = before, after, stop


def _kind(part: Part) -> str:
    names: dict[type[Part], str] = {
        ReportTable: "table",
        Figure: "figure",
        MistakeList: "mistakes",
        Folded: "folded",
        Beside: "beside",
    }
    return names[type(part)]


def _address(url: str) -> str:
    """Give back an address that a link may have; empty for anything else."""
    return url if _ADDRESS.fullmatch(url) else ""
