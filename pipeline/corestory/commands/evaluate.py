"""``corestory evaluate``: how accurate a model is on labelled paragraphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.thresholds import check_threshold
from corestory.evaluation.scored_rows import SCORED
from corestory.report.about import report_about

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

REPORTS = Path("reports")

# Of the labelled table, what tells a person which paragraph it is; the markup is in the table itself.
PREDICTED = [
    *("article_id", "page", "view", "site", "url", "language", "position", "text", "label", "source", "split"),
    *SCORED,
]


def evaluate(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A table that `corestory prepare` wrote.")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A model's folder, or its name in models/. Given again, others are compared with the first.",
            show_default="the one that came along",
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
    threshold: Annotated[
        float | None,
        typer.Option(help="Least score of core, 0 to 1.", show_default="the model's choice for each article"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Measure a model on labelled paragraphs, beside what it must beat.

    The intervals are by bootstrap over articles.
    On sites that the model was trained on the numbers flatter it: keep to test.

    Example: corestory evaluate paragraphs.parquet --model mine --output reports/mine
    """
    from rich.console import Console

    from corestory.atomic import atomic_folder
    from corestory.commands.models import open_model
    from corestory.commands.screen import say
    from corestory.evaluation.findings import find
    from corestory.evaluation.scored_rows import chosen_rows, seen_splits
    from corestory.labelling.table import read_frame
    from corestory.model.manifest import Manifest, data_sha256
    from corestory.reading.text import storable
    from corestory.report.page import write_report
    from corestory.report.terminal import EvaluationView

    check_threshold(threshold)
    models = model or [""]
    names = model_names(models)
    name = names[0]
    taggers = [open_model(one) for one in models]
    output = REPORTS / name if output is None else output
    # The output is opened first: whether it may be written is better known before the work than after it.
    with atomic_folder(output, force=force, marker="metrics.json") as temporary:
        table = read_frame(data)
        frame = chosen_rows(table, split, where=str(data))
        digest = data_sha256(table)
        splits = {str(name): int(count) for name, count in table["split"].value_counts().items()}
        del table
        manifests = [tagger.manifest or Manifest() for tagger in taggers]
        seen = {
            one: seen_splits(frame, manifest) if digest == manifest.data_sha256 else []
            for one, manifest in zip(names, manifests, strict=True)
        }
        for one, which in seen.items():
            if which:
                trained = "The model" if len(taggers) == 1 else f"The model {one}"
                say(f"{trained} was trained on these very rows ({', '.join(which)}): the numbers flatter it.")
        scored, *rest = [score_with_progress(tagger, frame, threshold=threshold) for tagger in taggers]
        others = dict(zip(names[1:], rest, strict=True))
        shown = taggers[0].settings.threshold if threshold is None else threshold
        findings = find(scored, tagger=taggers[0], others=others, threshold=shown, name=name, where=str(data))
        about = report_about(
            taggers[0],
            data=str(data),
            digest=digest,
            splits=splits,
            split=split,
            seen=seen[name],
            models=models,
            output=output,
            threshold=threshold,
        )
        with (temporary / "predictions.parquet").open("wb") as stream:  # pyarrow opens no name that is not UTF-8
            _predictions(scored, others).to_parquet(stream, index=False, compression="zstd")
        write_report(temporary, findings, title=storable(f"{name} on {data.name}, {split}"), about=about)
    # Only now, for who reads it may close the pipe.
    Console().print(EvaluationView(findings.evaluation))
    say(f"report.html, report.md, metrics.json and predictions.parquet are in {output}")


def model_names(models: list[str]) -> list[str]:
    """Name each of the models that were asked for, so that no two have one name.

    Raises
    ------
    ModelError
        If there is no such model.
    typer.BadParameter
        If one is given twice.

    Examples
    --------
    >>> model_names([""])
    ['default']
    """
    from corestory.commands.models import DEFAULT, model_folder
    from corestory.reading.text import storable

    folders = [model_folder(model) for model in models]
    found = [folder.resolve() if folder else None for folder in folders]
    if len(set(found)) < len(found):
        raise typer.BadParameter("the same model is given twice.", param_hint="--model")
    short = [folder.name if folder else DEFAULT for folder in found]
    # Two folders may have one name; their paths differ.
    long = [str(folder) if folder else DEFAULT for folder in found]
    return [storable(short[place] if short.count(short[place]) == 1 else long[place]) for place in range(len(found))]


def _predictions(scored: pd.DataFrame, others: dict[str, pd.DataFrame]) -> pd.DataFrame:
    columns = {f"{column}@{name}": other[column] for name, other in others.items() for column in ("score", "tagged")}
    return scored[PREDICTED].assign(**columns)


def score_with_progress(tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None) -> pd.DataFrame:
    """Score a frame as `score_in_pieces` does, with a bar on the standard error if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from corestory.evaluation.scored_rows import score_in_pieces

    console = Console(stderr=True)
    columns = (TextColumn("paragraphs scored"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(frame))

        def advance(rows: int) -> None:
            bar.advance(task, rows)

        return score_in_pieces(tagger, frame, threshold=threshold, advance=advance)
