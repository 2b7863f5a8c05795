"""``corestory evaluate``: measure a model on labelled paragraphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, LabelledTable, Threshold, Verbose

if TYPE_CHECKING:
    import pandas as pd

REPORTS = Path("reports")

# The columns of the labelled table that identify a paragraph. The markup stays in the table.
IDENTIFYING = (
    *("article_id", "page", "view", "site", "url", "language", "position", "text", "label", "source", "split"),
)


def evaluate(
    data: LabelledTable,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A model's folder, or its name in models/. Repeat it to compare other models with the first.",
            show_default="the default model",
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="The rows to measure on: train, validation, test or all.")] = "test",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A folder for report.html, report.md, metrics.json and predictions.parquet.",
            show_default="reports/, and the model's name",
        ),
    ] = None,
    threshold: Threshold = None,
    verbose: Verbose = False,
    force: Force = False,
) -> None:
    """Measure a model on labelled paragraphs, beside simple baselines.

    The intervals are from a bootstrap over articles.
    Measure on the test split: on sites that the model was trained on, its scores are too good.

    Example: corestory evaluate paragraphs.parquet --model mine --output reports/mine
    """
    from rich.console import Console

    from corestory.atomic import atomic_folder
    from corestory.commands.messages import say, score_with_progress
    from corestory.commands.models import model_names, open_model
    from corestory.evaluation.findings import find
    from corestory.evaluation.scored_rows import cautions, chosen_rows, seen_splits
    from corestory.labelling.table import is_split_by_article, read_frame
    from corestory.model.manifest import Manifest, data_sha256
    from corestory.reading.text import storable
    from corestory.report.page import report_about, write_report
    from corestory.report.terminal import EvaluationView

    models = model or [""]
    names = model_names(models)
    name = names[0]
    taggers = [open_model(one) for one in models]
    output = REPORTS / name if output is None else output
    # The output is opened before the work, so that a fault in it is reported at once.
    with atomic_folder(output, force=force, marker="metrics.json") as temporary:
        table = read_frame(data)
        frame = chosen_rows(table, split, where=str(data))
        digest = data_sha256(table)
        splits = {str(name): int(count) for name, count in table["split"].value_counts().items()}
        by_article = is_split_by_article(table)
        del table
        manifests = [tagger.manifest or Manifest() for tagger in taggers]
        found = cautions(frame, dict(zip(names, manifests, strict=True)), digest=digest, by_article=by_article)
        scored, *rest = [score_with_progress(tagger, frame, threshold=threshold) for tagger in taggers]
        others = dict(zip(names[1:], rest, strict=True))
        shown = taggers[0].settings.threshold if threshold is None else threshold
        findings = find(
            scored, tagger=taggers[0], others=others, threshold=shown, name=name, cautions=found, where=str(data)
        )
        about = report_about(
            taggers[0],
            data=str(data),
            digest=digest,
            splits=splits,
            split=split,
            seen=seen_splits(frame, manifests[0]) if digest == manifests[0].data_sha256 else [],
            models=models,
            output=output,
            threshold=threshold,
        )
        with (temporary / "predictions.parquet").open("wb") as stream:  # pyarrow opens no name that is not UTF-8
            _predictions(scored, others).to_parquet(stream, index=False, compression="zstd")
        write_report(temporary, findings, title=storable(f"{name} on {data.name}, {split}"), about=about)
    # Printed after the report is written: the reader of a pipe may close it early.
    Console().print(EvaluationView(findings.evaluation, full=verbose))
    say(f"report.html, report.md, metrics.json and predictions.parquet are in {output}")


def _predictions(scored: pd.DataFrame, others: dict[str, pd.DataFrame]) -> pd.DataFrame:
    from corestory.evaluation.scored_rows import SCORED

    columns = {f"{column}@{name}": other[column] for name, other in others.items() for column in ("score", "tagged")}
    return scored[[*IDENTIFYING, *SCORED]].assign(**columns)
