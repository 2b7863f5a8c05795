"""The files of a report: an HTML page that loads nothing and needs no JavaScript, Markdown, and the numbers as JSON."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.evaluation.findings import Findings
from corestory.evaluation.metrics import Metrics
from corestory.evaluation.results import Measured
from corestory.rendering import NOTHING, link_to, markdown_table, percent, render, rounded
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
    import pandas as pd
    from markupsafe import Markup

    from corestory.model.tagger import Tagger


_SPECIAL = re.compile(r"[\\`*_\[\]<>|#~&]")
_LONGEST = 300
MARKDOWN_SITES = 50


def report_markdown(
    findings: Findings,
    *,
    title: str = "Evaluation",
    about: Sequence[tuple[str, str]] = (),
) -> str:
    """Return a report as Markdown with GitHub's tables.

    It has everything that the page has except the figures, whose numbers are in its tables, and the articles of the
    mistakes.

    Parameters
    ----------
    findings
        The findings.
    title
        The first heading.
    about
        Names and values for the last section, about data and model, such as ``("model", "models/default")``.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.findings import report_findings
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> print(report_markdown(report_findings(frame, resamples=0), title="Weather").splitlines()[0])
    # Weather
    """
    evaluation = findings.evaluation
    cautions = [f"> **Caution: {_escaped(caution)}**" for caution in evaluation.cautions]
    parts = [f"# {_escaped(title)}", *cautions, f"**{_escaped(headline(evaluation))}**", _escaped(basis(evaluation))]
    for section in report_sections(findings, about=about, sites=MARKDOWN_SITES):
        parts.append(f"## {_escaped(section.title)}")
        if section.text:
            parts.append(_escaped(section.text))
        for part in section.parts:
            parts += _laid_out(part)
    return "\n\n".join(parts) + "\n"


def _laid_out(part: Part) -> list[str]:
    if isinstance(part, ReportTable):
        found = [f"### {_escaped(part.title)}", _table(part)]
        return [*found, _escaped(part.note)] if part.note else found
    if isinstance(part, MistakeList):
        return [f"### {_escaped(part.title)}", _mistakes(part)]
    if isinstance(part, Folded):
        return [text for table in part.tables for text in _laid_out(table)]
    if isinstance(part, Beside):
        return [text for inner in part.parts for text in _laid_out(inner)]
    return []


def _table(table: ReportTable) -> str:
    columns, *rows = ([_escaped(cell) for cell in row] for row in (table.columns, *table.rows))
    return markdown_table(columns, rows, texts=[0, *map(table.columns.index, table.prose)])


def _mistakes(part: MistakeList) -> str:
    lines = []
    for found in part.mistakes:
        text = found.paragraph.text
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        where = f"{found.article_id}, paragraph {found.position + 1}"
        lines.append(f"- score {rounded(found.score, digits=2)}, {_escaped(where)}: {_escaped(text)}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    # A line end would end the table, a bar would end the cell, and the other characters would be formatting.
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


OPEN = 2
"""The number of mistakes of each sort that are open at first."""


PAGE_NAME = "report.html"
MARKDOWN_NAME = "report.md"
METRICS_NAME = "metrics.json"


def write_report(folder: Path, findings: Findings, *, title: str, about: Sequence[tuple[str, str]]) -> None:
    """Write the files of a report.

    Parameters
    ----------
    folder
        The folder to write to, which exists.
    findings
        The findings.
    title
        The heading.
    about
        Names and values about data and model; the names are keys of ``about`` in ``metrics.json``.
    """
    metrics = findings.to_metrics() | {"about": dict(about)}
    text = json.dumps(metrics, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / METRICS_NAME).write_text(f"{text}\n", encoding="utf-8")
    (folder / MARKDOWN_NAME).write_text(report_markdown(findings, title=title, about=about), encoding="utf-8")
    (folder / PAGE_NAME).write_text(report_page(findings, title=title, about=about), encoding="utf-8")


def report_page(findings: Findings, *, title: str = "Evaluation", about: Sequence[tuple[str, str]] = ()) -> str:
    """Return a report as an HTML page.

    Parameters
    ----------
    findings
        The findings.
    title
        The heading of the page.
    about
        As in `report_markdown`.

    Returns
    -------
    str
        One file, under 5 MB for any data, because all its parts are bounded in number and length.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.findings import report_findings
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "<script>"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6], "tagged": ["core", "filler"] * 2})
    >>> report_page(report_findings(frame, resamples=0), title="Weather").startswith("<!doctype html>")
    True
    """
    from markupsafe import Markup

    from corestory.report.figures import draw

    def drawn(part: Figure) -> Markup:
        return Markup(draw(part, findings))  # noqa: S704 -- our own drawing; matplotlib escapes its texts

    words = findings.evaluation.tagger.words
    answers = [
        _answer(words, "core_recall", "of 100 words of story,", "are kept", ";"),
        _answer(words, "filler_recall", "of 100 words of filler,", "are removed", "."),
    ]
    too_few = findings.evaluation.counts.articles < FEWEST_ARTICLES
    values = {
        "title": title,
        "cautions": findings.evaluation.cautions,
        "headline": headline(findings.evaluation),
        "model": findings.evaluation.tagger.name,
        "basis": basis(findings.evaluation),
        "answers": [] if too_few or any(answer["value"] == NOTHING for answer in answers) else answers,
        "sections": report_sections(findings, about=about),
        "kind": lambda part: type(part).__name__,
        "draw": drawn,
        "address": link_to,
        "open": OPEN,
    }
    return render("report.html.j2", style="report.css", script="report.js", values=values)


def _answer(words: Measured[Metrics], name: str, before: str, after: str, stop: str) -> dict[str, str]:
    """Return one of the two main numbers of a report, with the words around it."""
    value, low, high = (percent(getattr(rates, name)) for rates in (words.value, words.low, words.high))
    interval = "" if NOTHING in (value, low, high) else f"{low} to {high}"
    return {"value": value, "interval": interval, "before": before, "after": after, "stop": stop}


def report_about(
    tagger: Tagger,
    rows: pd.DataFrame,
    *,
    data: str,
    digest: str,
    splits: Mapping[str, int],
    split: str,
    models: Sequence[str],
    output: Path,
    threshold: float | None,
) -> list[tuple[str, str]]:
    """Return the origin of the numbers as names and values; the names are keys of ``about`` in ``metrics.json``.

    Parameters
    ----------
    tagger
        The first model.
    rows
        The measured rows.
    data, digest, splits
        The name of their table, its hash, and the number of rows of each split.
    split
        The measured split.
    models
        The names of the models as the user gave them; an empty name means the default model.
    output, threshold
        The options as the user gave them.

    Returns
    -------
    list of tuple
        Names and values.
    """
    import msgspec

    from corestory.evaluation.labelled_rows import seen_splits
    from corestory.model.manifest import Manifest, new_manifest
    from corestory.reading.text import storable

    manifest = tagger.manifest or Manifest()
    here = new_manifest((), splits=(), data_sha256="")
    command = ["corestory", "evaluate", data]
    for model in models:
        command += ["--model", model] if model else []
    command += ["--split", split, "--output", str(output)]
    command += [] if threshold is None else ["--threshold", f"{threshold:g}"]
    settings = {
        name: value for name, value in msgspec.structs.asdict(tagger.settings).items() if isinstance(value, int | float)
    }
    sources = [
        f"{origin.source}: {origin.articles:,} articles of {origin.sites:,} sites, {origin.paragraphs:,} paragraphs"
        for origin in manifest.trained_on
    ]
    about = [
        ("data", data),
        ("data_sha256", digest),
        ("splits", ", ".join(f"{name} {count:,} rows" for name, count in sorted(splits.items()))),
        ("split", split),
        ("trained_on_these_rows", ", ".join(seen_splits(rows, manifest, digest=digest)) or "no"),
        ("model", models[0] or "default"),
        ("models", ", ".join(model or "default" for model in models)),
        ("model_created", manifest.created),
        ("model_corestory", manifest.corestory),
        ("model_data_sha256", manifest.data_sha256),
        ("model_trained_on", "; ".join(sources)),
        ("model_libraries", _versions(manifest.libraries)),
        ("model_settings", ", ".join(f"{name} {value:g}" for name, value in settings.items())),
        ("corestory", here.corestory),
        ("libraries", _versions(here.libraries)),
        ("command", shlex.join(command)),
    ]
    return [(name, storable(value)) for name, value in about]


def _versions(libraries: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in libraries.items())
