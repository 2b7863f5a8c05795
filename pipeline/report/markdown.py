"""An evaluation as Markdown, for a pull request or a model's folder."""

import re
from collections.abc import Sequence

from pipeline.evaluation.results import Evaluation
from pipeline.report.content import Table, evaluation_content

_SPECIAL = re.compile(r"[\\`*_\[\]<>|#~&]")


def evaluation_markdown(
    evaluation: Evaluation,
    *,
    title: str = "Evaluation",
    about: Sequence[tuple[str, str]] = (),
    sites: int = 50,
) -> str:
    """Write an evaluation as Markdown with tables, as GitHub shows it.

    Parameters
    ----------
    evaluation
        What was measured.
    title
        The first heading.
    about
        Lines on data and model for the end, such as ``("model", "models/default")``.
    sites
        How many sites are shown, the worst.

    Examples
    --------
    >>> import pandas as pd
    >>> from pipeline.evaluation.evaluation import evaluate_frame
    >>> frame = pd.DataFrame({
    ...     "article_id": ["a", "a", "b", "b"], "text": ["It rained.", "Share", "It snowed.", "Next"],
    ...     "label": ["core", "filler"] * 2, "score": [0.9, 0.2, 0.8, 0.6]})
    >>> print(evaluation_markdown(evaluate_frame(frame, resamples=0), title="Weather").splitlines()[0])
    # Weather
    """
    content = evaluation_content(evaluation, sites=sites)
    parts = [f"# {_escaped(title)}", f"**{_escaped(content.headline)}**", _escaped(content.basis)]
    for table in content.tables:
        parts += [f"## {_escaped(table.title)}", _laid_out(table)]
        if table.note:
            parts.append(_escaped(table.note))
    if about:
        parts += ["## Data and model", "\n".join(f"- {_escaped(name)}: {_escaped(value)}" for name, value in about)]
    return "\n\n".join(parts) + "\n"


def _laid_out(table: Table) -> str:
    rule = ["---", *("---:" for _ in table.columns[1:])]
    rows = (table.columns, rule, *table.rows)
    return "\n".join(f"| {' | '.join(cell if row is rule else _escaped(cell) for cell in row)} |" for row in rows)


def _escaped(text: str) -> str:
    # A line break would end the table, a bar the cell; the rest would turn a name into formatting.
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
