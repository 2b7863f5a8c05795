"""``corestory evaluate``, ``threshold`` and ``audit``: measure models, choose thresholds, list suspect labels."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.atomic import atomic_folder, atomic_path, check_folder
from corestory.commands.destinations import check_ending
from corestory.commands.messages import progress_bar, say, score_with_progress
from corestory.commands.options import (
    MODELS,
    Force,
    Jobs,
    LabelledTable,
    Model,
    Seed,
    Threshold,
    Verbose,
    check_given,
    model_folder,
    model_names,
    open_model,
)
from corestory.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    from corestory.evaluation.thresholds import Goal
    from corestory.model.tagger import Tagger


REPORTS = Path("reports")

# The columns of the labelled table that are copied to the predictions; the markup is not copied.
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
            callback=check_given,
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="The rows to measure on: train, validation, test or all.")] = "test",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A folder for report.html, report.md, metrics.json and predictions.parquet.",
            show_default="reports/MODEL, or reports/MODEL-SPLIT if the split is not test",
        ),
    ] = None,
    threshold: Threshold = None,
    verbose: Verbose = False,
    force: Force = False,
) -> None:
    """Measure a model on labelled paragraphs, and compare it with simple baselines.

    The intervals are from a bootstrap over articles.
    Measure on the test split: on sites that the model was trained on, its scores are too optimistic.

    Example: corestory evaluate paragraphs.parquet --model mine --output reports/mine
    """
    from rich.console import Console

    from corestory.evaluation.evaluation import cautions
    from corestory.evaluation.findings import report_findings
    from corestory.evaluation.labelled_rows import chosen_rows
    from corestory.labelling.table import is_split_by_article, read_frame
    from corestory.model.manifest import Manifest, data_sha256
    from corestory.reading.text import storable
    from corestory.report.page import report_about, write_report
    from corestory.report.terminal import EvaluationView

    models = model or [""]
    names = model_names(models)
    taggers = [open_model(model) for model in models]
    table = read_frame(data)
    frame = chosen_rows(table, split, where=str(data))
    if output is None:
        output = _report_folder(names[0], split, force=force)
    # Open the output before the work, so that a fault in it is reported at once.
    with atomic_folder(output, force=force, marker="metrics.json") as temporary:
        digest, by_article, splits = data_sha256(table), is_split_by_article(table), Counter(table["split"].dropna())
        del table
        about = report_about(
            taggers[0], frame, data=str(data), digest=digest, splits=splits, split=split, models=models, output=output,
            threshold=threshold,
        )  # fmt: skip
        manifests = {name: tagger.manifest or Manifest() for name, tagger in zip(names, taggers, strict=True)}
        found = cautions(frame, manifests, digest=digest, by_article=by_article)
        scored, *rest = [score_with_progress(tagger, frame, threshold=threshold) for tagger in taggers]
        others = dict(zip(names[1:], rest, strict=True))
        shown = taggers[0].settings.threshold if threshold is None else threshold
        findings = report_findings(
            scored, tagger=taggers[0], others=others, threshold=shown, name=names[0], cautions=found, where=str(data)
        )
        with (temporary / "predictions.parquet").open("wb") as stream:  # pyarrow cannot open names that are not UTF-8
            _predictions(scored, others).to_parquet(stream, index=False, compression="zstd")
        write_report(temporary, findings, title=storable(f"{names[0]} on {data.name}, {split}"), about=about)
    # Print after the report is written, because the reader of a pipe may close it early.
    Console().print(EvaluationView(findings.evaluation, full=verbose))
    say(f"report.html, report.md, metrics.json and predictions.parquet are in {output}")


def _report_folder(name: str, split: str, *, force: bool) -> Path:
    folder = REPORTS / (name if split == "test" else f"{name}-{split.replace(',', '-')}")
    if folder.exists() and not force:
        hint = "Give --output FOLDER, or --force to replace it."
        raise OutputError("exists already", where=str(folder), hint=hint)
    return folder


def _predictions(scored: pd.DataFrame, others: dict[str, pd.DataFrame]) -> pd.DataFrame:
    from corestory.evaluation.labelled_rows import SCORED

    columns = {f"{column}@{name}": other[column] for name, other in others.items() for column in ("score", "tagged")}
    return scored[[*IDENTIFYING, *SCORED]].assign(**columns)


SPLIT = "validation"
"""The split on which a threshold is chosen. The test split could not measure a threshold that was chosen on it."""

TINY = 1e-9


def threshold(
    data: LabelledTable,
    model: Model = "",
    min_core_recall: Annotated[
        float | None, typer.Option(min=0, max=1, help="Keep at least this share of the core paragraphs.")
    ] = None,
    min_filler_precision: Annotated[
        float | None, typer.Option(min=0, max=1, help="At least this share of the removed paragraphs is filler.")
    ] = None,
    max_words_lost: Annotated[
        float | None, typer.Option(min=0, max=100, help="Remove at most this many of 100 words of story.")
    ] = None,
    max_story_lines_lost: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=100,
            help="Instead of a threshold, choose the cutoffs of the second look, which removes plugs inside the story. "
            "It may remove at most this many of 100 short story lines, besides those that the first decision removes.",
        ),
    ] = None,
    best_f1: Annotated[bool, typer.Option("--best-f1", help="Reach the best F1 of core paragraphs.")] = False,
    save: Annotated[
        Path | None,
        typer.Option(help="Write a model with this threshold: a folder, or a name in models/.", show_default=False),
    ] = None,
    seed: Seed = 0,
    force: Force = False,
) -> None:
    """Choose one threshold for all articles, or the cutoffs of the second look, and show the cost.

    Give one goal. Among the thresholds that reach it, the command chooses the threshold that removes most filler.
    It uses the validation split only; measure the threshold with `corestory evaluate` on the test split.

    Example: corestory threshold paragraphs.parquet --model mine --min-core-recall 0.99 --save careful
    """
    goals = _goals(min_core_recall, min_filler_precision, max_words_lost, best_f1=best_f1)
    if len(goals) + (max_story_lines_lost is not None) != 1:
        raise typer.BadParameter(
            f"{len(goals) + (max_story_lines_lost is not None)} goals given; give one of --min-core-recall, "
            "--min-filler-precision, --max-words-lost, --max-story-lines-lost and --best-f1."
        )

    import msgspec

    from corestory.evaluation.labelled_rows import chosen_rows, seen_splits
    from corestory.labelling.table import read_frame
    from corestory.model.manifest import data_sha256
    from corestory.model.storage import MANIFEST_NAME, save_model

    tagger = open_model(model)
    folder = _new_folder(save) if save is not None else None
    if folder is not None:
        # Check the output before the work, so that a fault in it is reported at once.
        check_folder(folder, force=force, marker=MANIFEST_NAME)
    table = read_frame(data)
    frame = chosen_rows(table, SPLIT, where=str(data))
    manifest = tagger.manifest
    if manifest is not None and seen_splits(frame, manifest, digest=data_sha256(table)):
        say(f"The model was trained on these rows ({SPLIT}), so its measures below are too optimistic for new data.")
    del table
    if max_story_lines_lost is None:
        text, changed = _threshold_for(goals[0], tagger, frame, seed=seed, where=str(data))
    else:
        text, changed = _second_look_for(max_story_lines_lost / 100, tagger, frame, where=str(data))
    if folder is not None:
        fixed = replace(tagger, settings=msgspec.structs.replace(tagger.settings, **changed))
        save_model(fixed, folder, card=_card(model, text), force=force)
    typer.echo(text)
    if folder is not None:
        say(f"The model with this {'threshold' if 'threshold' in changed else 'second look'} is in {folder}")


def _threshold_for(
    goal: Goal, tagger: Tagger, frame: pd.DataFrame, *, seed: int, where: str
) -> tuple[str, dict[str, float]]:
    """Choose a threshold; return its description and the changed settings."""
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.evaluation.results import EvaluationSettings
    from corestory.evaluation.thresholds import choose_threshold
    from corestory.report.terminal import operating_point_text

    rows = labelled_rows(score_with_progress(tagger, frame, threshold=None), where=where)
    point = choose_threshold(rows, goal, settings=EvaluationSettings(None, seed=seed))
    return operating_point_text(point, split=SPLIT), {"threshold": point.threshold}


def _second_look_for(
    max_lost: float, tagger: Tagger, frame: pd.DataFrame, *, where: str
) -> tuple[str, dict[str, float]]:
    """Choose the cutoffs of the second look; return their description and the changed settings."""
    import msgspec

    from corestory.evaluation.in_story import FORMS, choose_second_look, cutoff_name
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.report.terminal import second_look_text

    # With a cutoff of 0, the second look would read nothing.
    least = {name: max(getattr(tagger.settings, name), TINY) for name in map(cutoff_name, FORMS)}
    looking = replace(tagger, settings=msgspec.structs.replace(tagger.settings, **least))
    rows = labelled_rows(score_with_progress(looking, frame, threshold=None), where=where)
    chosen = choose_second_look(rows, max_lost)
    text = second_look_text(chosen, max_lost, split=SPLIT)
    return text, {cutoff_name(curve.form): curve.cutoffs[index] for curve, index in chosen}


def _goals(
    min_core_recall: float | None, min_filler_precision: float | None, max_words_lost: float | None, *, best_f1: bool
) -> list[Goal]:
    from corestory.evaluation.thresholds import Aim, Goal

    given = [
        Goal(aim, bound)
        for aim, bound in (
            (Aim.CORE_RECALL, min_core_recall),
            (Aim.FILLER_PRECISION, min_filler_precision),
            (Aim.WORDS_LOST, max_words_lost),
            (Aim.BEST_F1, 0.0 if best_f1 else None),
        )
        if bound is not None
    ]
    if any(math.isnan(goal.bound) for goal in given):
        raise typer.BadParameter("nan is not a number.")
    return given


def _new_folder(path: Path) -> Path:
    return path if path.is_absolute() or len(path.parts) > 1 else MODELS / path


def _card(model: str, text: str) -> str:
    """Return the card of the model, with a section on the threshold added."""
    from corestory.model.storage import CARD_NAME, default_model

    file = (model_folder(model) or default_model()) / CARD_NAME
    try:
        card = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        card = "# A corestory model\n\nThe original model has no card.\n"
    block = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
    return (
        f"{card.rstrip()}\n\n## Chosen for a goal\n\n"
        f"Chosen by `corestory threshold`. The measures above are of the model before this change.\n\n{block}\n"
    )


def audit(
    data: LabelledTable,
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV file to write.")] = Path("suspects.csv"),
    share: Annotated[
        float, typer.Option(help="The share of the labels to list, above 0 and up to 1; the most suspect come first.")
    ] = 0.1,
    split: Annotated[str, typer.Option(help="The rows to check: train, validation, test or all.")] = "all",
    seed: Seed = 0,
    jobs: Jobs = 1,
    force: Force = False,
) -> None:
    """List the labels that are most likely wrong, for a person to check.

    Each label is compared with the scores of models that were not trained on it.
    If a label is wrong, write core, filler or unlabelled into the column `correction`.
    Then give the file back: corestory prepare SOURCE --corrections suspects.csv

    Example: corestory audit paragraphs.parquet --output suspects.csv
    """
    if not 0 < share <= 1:
        raise typer.BadParameter(f"{share} is not a number above 0 and up to 1.", param_hint="--share")
    check_ending(output, ".csv")

    from corestory.evaluation.audit import audit_labels
    from corestory.evaluation.labelled_rows import chosen_rows
    from corestory.labelling.table import read_frame
    from corestory.review.shown_articles import write_suspects

    # Open the output before the work, so that a fault in it is reported at once.
    with atomic_path(output, force=force) as temporary:
        frame = chosen_rows(read_frame(data), split, where=str(data))
        with progress_bar() as bar:
            progress = partial(bar.update, "fitting models")
            found = audit_labels(frame, share=share, seed=seed, jobs=jobs, progress=progress, where=str(data))
        write_suspects(found.suspects, temporary)
    say(
        f"{len(found.suspects):,} of {found.labelled:,} labels are in {output}, the most suspect first. "
        f"Confident learning finds {found.issues:,} labels that are probably wrong."
    )
