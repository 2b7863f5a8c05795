"""``corestory train``: train a model on a table of labelled paragraphs."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Force, Jobs, LabelledTable, Seed, Verbose

if TYPE_CHECKING:
    import pandas as pd

    from corestory.evaluation.results import Evaluation
    from corestory.model.manifest import TrainedOn

RESAMPLES = 400

FEW = 200
"""With fewer articles, adapting a model that has seen more is likely to do better."""


def train(
    data: LabelledTable,
    output: Annotated[Path, typer.Option("--output", "-o", help="The model's folder.", show_default=False)],
    split: Annotated[
        str, typer.Option(help="The rows to train on: names of splits, separated by commas, or all (for a release).")
    ] = "train",
    seed: Seed = 0,
    jobs: Jobs = 1,
    card_extra: Annotated[
        Path | None, typer.Option(help="A Markdown file to add to the model card, such as scores on held-out sites.")
    ] = None,
    verbose: Verbose = False,
    force: Force = False,
) -> None:
    """Train both stages on labelled paragraphs and save the model with its card.

    The printed scores are out of fold: each paragraph is scored by a model that saw none of its site, or none of its
    article if all articles are of one site.

    Example: corestory train data/processed/paragraphs.parquet --output models/mine
    """
    from rich.console import Console

    from corestory.atomic import check_folder
    from corestory.commands.messages import progress_bar, say
    from corestory.evaluation.evaluation import evaluate_rows
    from corestory.evaluation.labelled_rows import labelled_rows
    from corestory.evaluation.scored_rows import chosen_rows, training_cautions
    from corestory.labelling.table import is_split_by_article, read_frame
    from corestory.model.estimator import ParagraphClassifier
    from corestory.model.manifest import data_sha256, new_manifest
    from corestory.model.overlap import training_hashes
    from corestory.model.storage import MANIFEST_NAME, save_model
    from corestory.report.card import few_articles, model_card
    from corestory.report.terminal import EvaluationView

    # Checked before the work, so that a fault in the output is reported at once.
    check_folder(output, force=force, marker=MANIFEST_NAME)
    extra = _read_extra(card_extra)
    table = read_frame(data)
    digest = data_sha256(table)
    frame = chosen_rows(table, split, where=str(data))
    splits = tuple(sorted(frame["split"].dropna().unique()))
    by_article = is_split_by_article(table)
    del table
    classifier = ParagraphClassifier(random_state=seed, n_jobs=jobs)
    with progress_bar() as bar:
        done, total = count(1), classifier.fits(frame)
        bar.update("stage 1", 0, total)
        classifier.fit(frame, progress=lambda stage: bar.update(stage, next(done), total))
    folds = classifier.folds_
    say(f"{folds.count} folds by {folds.by}.")
    scored = frame.assign(**{name: classifier.out_of_fold_[name].to_numpy() for name in ("score", "tagged", "stage1")})
    cautions = training_cautions(folds_by=folds.by, by_article=by_article)
    rows = labelled_rows(scored, where=str(data))
    evaluation = evaluate_rows(rows, resamples=RESAMPLES, seed=seed, cautions=cautions, where=str(data))
    manifest = new_manifest(
        _trained_on(frame),
        splits=splits,
        data_sha256=digest,
        seed=seed,
        scores=_scores(evaluation),
        training=training_hashes(frame),
    )
    tagger = replace(classifier.tagger_, manifest=manifest)
    card = model_card(output.resolve().name, tagger, manifest, evaluation, by=folds.by, extra=extra)
    save_model(tagger, output, force=force, card=card)
    Console().print(EvaluationView(evaluation, full=verbose))
    if found := few_articles(evaluation.counts.articles):
        say(found)
    if evaluation.counts.articles < FEW:
        say(
            f"{evaluation.counts.articles:,} articles teach a new model little. `corestory adapt` starts from the "
            "default model, which has seen more, and may do better."
        )
    where = f"on {evaluation.counts.sites:,} sites" if folds.by == "site" else "by article, on one site"
    say(f"Out of fold, {where}. The model is in {output}, with all scores in its README.md")


def _read_extra(path: Path | None) -> str:
    from corestory.reading.decoding import decode, read_bytes

    return "" if path is None else decode(read_bytes(path), where=str(path))


def _trained_on(frame: pd.DataFrame) -> tuple[TrainedOn, ...]:
    from corestory.model.manifest import TrainedOn
    from corestory.reading.text import storable

    return tuple(
        TrainedOn(
            storable(str(source)),
            int(rows["site"].nunique()),
            int(rows["article_id"].nunique()),
            int(rows["label"].notna().sum()),
            int((rows["label"] == "core").sum()),
        )
        for source, rows in frame.groupby("source", sort=True)
    )


def _scores(evaluation: Evaluation) -> dict[str, dict[str, float]]:
    def measured(part: object) -> dict[str, float]:
        paragraphs, words = part.paragraphs.value, part.words.value  # type: ignore[attr-defined]
        found = {
            "paragraphs_macro_f1": paragraphs.macro_f1,
            "words_core_f1": words.core_f1,
            "words_core_recall": words.core_recall,
            "words_filler_recall": words.filler_recall,
        }
        # A score that could not be measured is NaN, which JSON cannot hold.
        return {name: round(value, 6) for name, value in found.items() if value == value}

    return {"all": measured(evaluation.tagger)} | {group.name: measured(group) for group in evaluation.sources}
