"""``corestory audit``: the labelled paragraphs whose label is most likely wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def audit(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A table that `corestory prepare` wrote.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV file to write.")] = Path("suspects.csv"),
    share: Annotated[float, typer.Option(help="Share of the labels to list, the likeliest wrong first.")] = 0.1,
    split: Annotated[str, typer.Option(help="The rows to look at: train, validation, test or all.")] = "all",
    seed: Annotated[int, typer.Option(min=0, help="The same data and seed give the same list.")] = 0,
    jobs: Annotated[int, typer.Option(help="Fits at once; -1 is one a core.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """List the labels that are most likely wrong, for a person to look at.

    Each label is held against models that have not seen it.
    Where one is wrong, write core, filler or unlabelled into the column `correction`.
    Then give the file back: corestory prepare SOURCE --corrections suspects.csv

    Example: corestory audit paragraphs.parquet --output suspects.csv
    """
    if not 0 < share <= 1:
        raise typer.BadParameter(f"{share} is not a share above 0, up to 1.", param_hint="--share")

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from corestory.atomic import atomic_path
    from corestory.commands.screen import say
    from corestory.evaluation.audit import audit_labels
    from corestory.evaluation.scored_rows import chosen_rows
    from corestory.labelling.table import read_frame
    from corestory.report.suspects import write_suspects

    console = Console(stderr=True)
    columns = (TextColumn("models fitted"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # The output is opened first: whether it may be written is better known before the work than after it.
    with atomic_path(output, force=force) as temporary:
        frame = chosen_rows(read_frame(data), split, where=str(data))
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("", total=None)

            def advance(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            found = audit_labels(frame, share=share, seed=seed, jobs=jobs, progress=advance, where=str(data))
        write_suspects(found.suspects, temporary)
    say(
        f"{len(found.suspects):,} of {found.labelled:,} labels are in {output}, the likeliest wrong first; "
        f"confident learning takes {found.issues:,} of all for wrong."
    )
