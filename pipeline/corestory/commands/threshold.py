"""``corestory threshold``: choose one threshold for all articles on the validation split, for a goal."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, LabelledTable, Model, Seed

if TYPE_CHECKING:
    from corestory.evaluation.thresholds import Goal

SPLIT = "validation"
"""The only split on which a threshold is chosen. The test split could no longer measure a threshold chosen on it."""

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
            help="Choose the cutoffs of the second look instead, which removes plugs inside the story: let it lose at "
            "most this many of 100 short story lines.",
        ),
    ] = None,
    best_f1: Annotated[bool, typer.Option("--best-f1", help="Reach the best F1 of core paragraphs.")] = False,
    save: Annotated[
        str, typer.Option(help="Write a model with this threshold: a folder, or a name in models/.", show_default=False)
    ] = "",
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

    from corestory.atomic import check_folder
    from corestory.commands.messages import say, score_with_progress
    from corestory.commands.models import open_model
    from corestory.evaluation.in_story import FORMS, choose_second_look, cutoff_name
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.evaluation.results import EvaluationSettings
    from corestory.evaluation.scored_rows import chosen_rows, seen_splits
    from corestory.evaluation.thresholds import choose_threshold
    from corestory.labelling.table import read_frame
    from corestory.model.manifest import data_sha256
    from corestory.model.storage import MANIFEST_NAME, save_model
    from corestory.report.terminal import operating_point_text, second_look_text

    tagger = open_model(model)
    folder = _new_folder(save) if save else None
    if folder is not None:
        # Checked before the work, so that a fault in the output is reported at once.
        check_folder(folder, force=force, marker=MANIFEST_NAME)
    table = read_frame(data)
    frame = chosen_rows(table, SPLIT, where=str(data))
    manifest = tagger.manifest
    if manifest is not None and data_sha256(table) == manifest.data_sha256 and seen_splits(frame, manifest):
        say(f"The model was trained on these rows ({SPLIT}), so the threshold is too optimistic for new data.")
    del table
    looking = tagger
    if max_story_lines_lost is not None:
        # A second look whose cutoff is 0 does not look.
        least = {name: max(getattr(tagger.settings, name), TINY) for name in map(cutoff_name, FORMS)}
        looking = replace(tagger, settings=msgspec.structs.replace(tagger.settings, **least))
    rows = labelled_rows(score_with_progress(looking, frame, threshold=None), where=str(data))
    if max_story_lines_lost is not None:
        chosen = choose_second_look(rows, max_story_lines_lost / 100, where=str(data))
        text = second_look_text(chosen, max_story_lines_lost / 100, split=SPLIT)
        changed = {cutoff_name(curve.form): curve.cutoffs[index] for curve, index in chosen}
    else:
        settings = EvaluationSettings(None, seed=seed)
        point = choose_threshold(rows, *goals, settings=settings, where=str(data))
        text = operating_point_text(point, split=SPLIT)
        changed = {"threshold": point.threshold}
    if folder is not None:
        fixed = replace(tagger, settings=msgspec.structs.replace(tagger.settings, **changed))
        save_model(fixed, folder, card=_card(model, text), force=force)
    typer.echo(text)
    if folder is not None:
        say(f"The model with this {'threshold' if 'threshold' in changed else 'second look'} is in {folder}")


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


def _new_folder(name: str) -> Path:
    from corestory.commands.models import MODELS

    path = Path(name)
    return path if path.is_absolute() or len(path.parts) > 1 else MODELS / path


def _card(model: str, text: str) -> str:
    """Return the card of the model, with a section on the threshold added."""
    from corestory.commands.models import model_folder
    from corestory.model.storage import CARD_NAME, default_model

    file = (model_folder(model) or default_model()) / CARD_NAME
    try:
        card = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        card = "# A corestory model\n\nThe original model has no card.\n"
    block = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
    return (
        f"{card.rstrip()}\n\n## Chosen for a goal\n\n"
        f"Set by `corestory threshold`; the measures above are those of the model before.\n\n{block}\n"
    )
