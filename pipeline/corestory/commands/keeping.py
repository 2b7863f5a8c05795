"""The option ``--keep``: columns of the input that are carried through."""

from __future__ import annotations

from collections.abc import Sequence

import typer


def check_keep(keep: Sequence[str], form: str | None) -> None:
    """Refuse what the output has no place for.

    Parameters
    ----------
    keep
        The columns' names.
    form
        The output's form; None is the annotated article.

    Examples
    --------
    >>> check_keep(["desk"], "csv")
    >>> try:
    ...     check_keep(["score"], "csv")
    ... except typer.BadParameter as error:
    ...     print(error)
    the output has a column 'score' of its own
    """
    if not keep:
        return
    from corestory.output.rows import COLUMNS

    if form not in ("jsonl", "csv", "parquet"):
        raise typer.BadParameter("text has no columns; give --format jsonl, csv or parquet", param_hint="--keep")
    seen: set[str] = set()
    for name in keep:
        folded = name.strip().lower()
        if folded in COLUMNS:
            raise typer.BadParameter(f"the output has a column {name!r} of its own", param_hint="--keep")
        if not folded or folded in seen:
            raise typer.BadParameter(f"{name!r} is empty or given twice", param_hint="--keep")
        seen.add(folded)
