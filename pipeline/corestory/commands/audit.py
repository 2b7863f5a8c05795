"""``corestory audit``: list the labelled paragraphs whose label is most likely wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corestory.commands.options import Force, Jobs, LabelledTable, Seed


def audit(
    data: LabelledTable,
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV file to write.")] = Path("suspects.csv"),
    share: Annotated[float, typer.Option(help="Share of the labels to list, the most suspect first.")] = 0.1,
    split: Annotated[str, typer.Option(help="The rows to check: train, validation, test or all.")] = "all",
    seed: Seed = 0,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """List the labels that are most likely wrong, for a person to check.

    Each label is compared with the scores of models that were not trained on it.
    Where a label is wrong, write core, filler or unlabelled into the column `correction`.
    Then give the file back: corestory prepare SOURCE --corrections suspects.csv

    Example: corestory audit paragraphs.parquet --output suspects.csv
    """
    if not 0 < share <= 1:
        raise typer.BadParameter(f"{share} is not a share above 0, up to 1.", param_hint="--share")

    from corestory.atomic import atomic_path
    from corestory.commands.messages import progress_bar, say
    from corestory.evaluation.audit import audit_labels
    from corestory.evaluation.scored_rows import chosen_rows
    from corestory.labelling.table import read_frame
    from corestory.review.suspects import write_suspects

    # The output is opened before the work, so that a fault in it is reported at once.
    with atomic_path(output, force=force) as temporary:
        frame = chosen_rows(read_frame(data), split, where=str(data))
        with progress_bar() as bar:

            def advance(done: int, total: int) -> None:
                bar.update("fitting models", done, total)

            found = audit_labels(frame, share=share, seed=seed, jobs=jobs, progress=advance, where=str(data))
        write_suspects(found.suspects, temporary)
    say(
        f"{len(found.suspects):,} of {found.labelled:,} labels are in {output}, the most suspect first. "
        f"By confident learning, {found.issues:,} labels are likely errors."
    )
