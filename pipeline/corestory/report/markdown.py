"""A report as Markdown, for a pull request or a model's folder."""

import re
from collections.abc import Sequence

from corestory.evaluation.findings import Findings
from corestory.numbers import rounded
from corestory.report.sections import Beside, Folded, MistakeList, Part, basis, headline, report_sections
from corestory.report.tables import ReportTable

_SPECIAL = re.compile(r"[\\`*_\[\]<>|#~&]")
_LONGEST = 300


def report_markdown(
    findings: Findings,
    *,
    title: str = "Evaluation",
    about: Sequence[tuple[str, str]] = (),
    sites: int = 50,
) -> str:
    """Write a report as Markdown with tables, as GitHub shows it.

    It says what the page says, but for the figures, whose numbers are in its tables, and the articles around the
    mistakes.

    Parameters
    ----------
    findings
        What was found.
    title
        The first heading.
    about
        Lines on data and model for the end, such as ``("model", "models/default")``.
    sites
        How many sites are shown, the worst.

    Examples
    --------
    >>> import pandas as pd
    >>> from corestory.evaluation.findings import find
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> print(report_markdown(find(frame, resamples=0), title="Weather").splitlines()[0])
    # Weather
    """
    evaluation = findings.evaluation
    cautions = [f"> **Caution: {_escaped(caution)}**" for caution in evaluation.cautions]
    parts = [f"# {_escaped(title)}", *cautions, f"**{_escaped(headline(evaluation))}**", _escaped(basis(evaluation))]
    for section in report_sections(findings, about=about, sites=sites):
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
        return [text for one in part.parts for text in _laid_out(one)]
    return []


def _table(table: ReportTable) -> str:
    rule = ["---", *("---" if column in table.prose else "---:" for column in table.columns[1:])]
    rows = (table.columns, rule, *table.rows)
    return "\n".join(f"| {' | '.join(cell if row is rule else _escaped(cell) for cell in row)} |" for row in rows)


def _mistakes(part: MistakeList) -> str:
    lines = []
    for found in part.mistakes:
        text = found.paragraph.text
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        where = f"{found.article_id}, paragraph {found.position + 1}"
        lines.append(f"- score {rounded(found.score, digits=2)}, {_escaped(where)}: {_escaped(text)}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    # A line break would end the table, a bar the cell; the rest would turn a name into formatting.
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
