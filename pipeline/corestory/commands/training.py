"""``corestory prepare`` and ``train``: make a table of labelled paragraphs, and train a model on it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.atomic import atomic_path, check_folder
from corestory.commands.destinations import check_ending
from corestory.commands.messages import listed_refusals, progress_bar, say
from corestory.commands.options import Force, Jobs, LabelledTable, Seed, Verbose
from corestory.rendering import printable

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from corestory.evaluation.results import Evaluation
    from corestory.labelling.preparation import PreparationReport
    from corestory.model.manifest import TrainedOn
    from corestory.training.estimator import ParagraphClassifier


DEFAULT_OUTPUT = Path("data/processed/paragraphs.parquet")

SPLIT_BY_ARTICLE = (
    "Split by article, not by site: there are fewer than three sites, so the same site is in train, validation and "
    "test. Scores on test will be too optimistic for other sites. Add articles of other sites if you can."
)


def prepare(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help="A corpus folder (WCXB, newspaper4k), a folder of pairs NAME.html + NAME.txt, a folder of "
            "NAME.labelled.txt files, a labelled table (.csv .tsv .jsonl .parquet, also .gz), the labels of "
            "`corestory review`, or an export of Label Studio, doccano, Prodigy or Argilla (.json .jsonl).",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The table to write, as Parquet.")] = DEFAULT_OUTPUT,
    views: Annotated[
        str,
        typer.Option(
            help="Ways to cut HTML pages into paragraphs, separated by commas: page, lines, p, container, and "
            "the installed ones of beautifulsoup, inscriptis, html2text, resiliparse-page, trafilatura, readability, "
            "resiliparse, justext, boilerpy3; or all.",
        ),
    ] = "page,lines,p,container",
    seed: Annotated[int, typer.Option(help="Seed of the split by site into train, validation and test.")] = 0,
    jobs: Jobs = 1,
    force: Force = False,
    core_label: Annotated[
        str, typer.Option(help="Value in tables that means core.", show_default="core, 1, true")
    ] = "",
    filler_label: Annotated[
        str, typer.Option(help="Value in tables that means filler.", show_default="filler, 0, false")
    ] = "",
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="A file of `corestory audit` in which a person has filled the column correction, or the labels of "
            "`corestory review --suspects`."
        ),
    ] = None,
) -> None:
    """Make one table of labelled paragraphs, split by site.

    HTML pages are cut into paragraphs, and each paragraph is labelled by aligning it with the page's gold text.
    Exact duplicates of an article are dropped. The exit code is 1 if something could not be read and was left out.

    Example: corestory prepare corpora/wcxb my-pairs labels.csv --output paragraphs.parquet
    """
    from rich.console import Console

    from corestory.labelling.corrections import read_corrections
    from corestory.labelling.preparation import prepare_table
    from corestory.labelling.table import write_frame
    from corestory.labelling.table_files import LabelNames
    from corestory.labelling.views import chosen_views

    check_ending(output, ".parquet")
    names, wanted = LabelNames(core=core_label, filler=filler_label), chosen_views(views)
    corrected = read_corrections(corrections) if corrections is not None else ()
    # Open the output before the work, so that a fault in it is reported at once.
    with atomic_path(output, force=force) as temporary, listed_refusals() as refusals:
        with progress_bar() as bar:
            prepared = prepare_table(
                sources,
                seed=seed,
                views=wanted,
                jobs=jobs,
                names=names,
                corrections=corrected,
                refuse=refusals.refuse,
                note=say,
                progress=bar.update,
            )
        write_frame(prepared.frame, temporary)
    _print_report(prepared.report, Console(stderr=True))
    say(f"{len(prepared.frame):,} paragraphs in {output}")
    if refusals.count:
        raise typer.Exit(1)


def _print_report(report: PreparationReport, console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    read = Table("source", "kind", title="What was read")
    for heading in ("read", "refused", "kept"):
        read.add_column(heading, justify="right")
    read.add_column("dropped")
    for source in report.sources:
        dropped = "\n".join(f"{count:,} × {reason}" for reason, count in source.dropped)
        counts = (f"{count:,}" for count in (source.read, source.refused, source.kept))
        read.add_row(Text(printable(source.source)), source.kind, *counts, dropped)
    console.print(read)

    balance = Table("source", "split", title="Paragraphs of each class")
    for heading in ("pages", "core", "filler", "unlabelled", "core %"):
        balance.add_column(heading, justify="right")
    for row in report.balance:
        counts = (f"{count:,}" for count in (row.pages, row.core, row.filler, row.unlabelled))
        labelled = row.core + row.filler
        balance.add_row(
            Text(printable(row.source)), row.split, *counts, f"{100 * row.core / labelled:.1f}" if labelled else "-"
        )
    console.print(balance)
    views = ", ".join(f"{view} {count:,}" for view, count in report.views)
    console.print(f"Articles by view: {views}", highlight=False)
    if report.corrected:
        console.print(f"Labels corrected: {report.corrected:,}", highlight=False)
    if report.split_by_article:
        console.print(SPLIT_BY_ARTICLE, style="bold yellow", highlight=False, soft_wrap=True)


RESAMPLES = 400

FEW = 200
"""With fewer articles than this, adapting the default model is probably better."""


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

    from corestory.evaluation.evaluation import evaluate_rows, training_cautions
    from corestory.evaluation.in_story import measure_in_story
    from corestory.evaluation.labelled_rows import chosen_rows, labelled_rows
    from corestory.labelling.table import is_split_by_article, read_frame
    from corestory.model.manifest import data_sha256, new_manifest
    from corestory.model.overlap import training_hashes
    from corestory.model.storage import MANIFEST_NAME, save_model
    from corestory.report.card import model_card
    from corestory.report.terminal import EvaluationView
    from corestory.training.estimator import ParagraphClassifier

    # Check the output before the work, so that a fault in it is reported at once.
    check_folder(output, force=force, marker=MANIFEST_NAME)
    extra = _read_extra(card_extra)
    table = read_frame(data)
    digest = data_sha256(table)
    frame = chosen_rows(table, split, where=str(data))
    splits = tuple(sorted(frame["split"].dropna().unique()))
    by_article = is_split_by_article(table)
    del table
    classifier = _fitted(ParagraphClassifier(random_state=seed, n_jobs=jobs), frame)
    folds = classifier.folds_
    say(f"The training data has {folds.count} folds, split by {folds.by}.")
    scored = frame.join(classifier.out_of_fold_)
    cautions = training_cautions(folds_by=folds.by, by_article=by_article)
    rows = labelled_rows(scored, where=str(data))
    evaluation = evaluate_rows(rows, resamples=RESAMPLES, seed=seed, cautions=cautions)
    manifest = new_manifest(
        _trained_on(frame), splits=splits, data_sha256=digest, seed=seed, scores=_scores(evaluation),
        training=training_hashes(frame),
    )  # fmt: skip
    tagger = replace(classifier.tagger_, manifest=manifest)
    in_story = measure_in_story(rows, settings=replace(evaluation.settings, resamples=0))
    card = model_card(output.resolve().name, tagger, manifest, evaluation, in_story=in_story, by=folds.by, extra=extra)
    save_model(tagger, output, force=force, card=card)
    Console().print(EvaluationView(evaluation, full=verbose))
    _say_how_sure(evaluation, scored)
    where = f"on {evaluation.counts.sites:,} sites" if folds.by == "site" else "by article, on one site"
    say(f"The scores are out of fold, {where}. The model is in {output}; its README.md has all scores.")


def _fitted(classifier: ParagraphClassifier, frame: pd.DataFrame) -> ParagraphClassifier:
    """Fit a classifier with a progress bar."""
    with progress_bar() as bar:
        done, total = count(1), classifier.fits(frame)
        bar.update("stage 1", 0, total)
        return classifier.fit(frame, progress=lambda stage: bar.update(stage, next(done), total))


def _say_how_sure(evaluation: Evaluation, scored: pd.DataFrame) -> None:
    """Print a warning about scores on few articles, and a comparison with the default model on them."""
    from corestory.evaluation.evaluation import beside_default
    from corestory.model.storage import load_model
    from corestory.report.card import few_articles

    articles = evaluation.counts.articles
    if found := few_articles(articles):
        say(found)
    if articles < FEW:
        say(
            f"A new model learns little from {articles:,} articles. {beside_default(scored, load_model())} "
            "To start from the default model, run corestory adapt."
        )


def _read_extra(path: Path | None) -> str:
    from corestory.reading.decoding import decode
    from corestory.reading.streams import read_bytes

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
        # Undefined scores are NaN, which JSON cannot hold.
        return {name: round(value, 6) for name, value in found.items() if value == value}

    return {"all": measured(evaluation.tagger)} | {group.name: measured(group) for group in evaluation.sources}
