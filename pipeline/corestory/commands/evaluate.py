"""``corestory evaluate``: how accurate a model is on labelled paragraphs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.about import report_about
from corestory.commands.thresholds import check_threshold
from corestory.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger

REPORTS = Path("reports")
ALL_SPLITS = "all"
ROWS_AT_ONCE = 20_000

# Of the labelled table, what tells a person which paragraph it is; the markup is in the table itself.
PREDICTED = [
    *("article_id", "page", "view", "site", "url", "language", "position", "text", "label", "source", "split"),
    *("score", "tagged", "stage1", "confidence"),
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
    from corestory.labelling.table import read_frame
    from corestory.model.manifest import Manifest, data_sha256
    from corestory.reading.text import storable
    from corestory.report.folder import write_report
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


def chosen_rows(frame: pd.DataFrame, split: str, *, where: str) -> pd.DataFrame:
    """Return the rows of a split, numbered anew.

    Parameters
    ----------
    frame
        The labelled table.
    split
        A name in its column ``split``, or `ALL_SPLITS`.
    where
        The table's name, for errors.

    Raises
    ------
    DataError
        If there are none, naming the splits that there are.
    """
    chosen = frame if split == ALL_SPLITS else frame[(frame["split"] == split).to_numpy()]
    if len(chosen):
        return chosen.reset_index(drop=True)
    if not len(frame):
        raise DataError("no rows", where=where, expected="labelled paragraphs")
    there = ", ".join(f"{name} ({count:,} rows)" for name, count in frame["split"].value_counts().items())
    raise DataError(
        f"no rows of the split {split!r}",
        where=where,
        expected=f"one of {there}" if there else "a split in some row",
        mend=f"Or measure on all rows: --split {ALL_SPLITS}",
    )


def seen_splits(frame: pd.DataFrame, manifest: Manifest) -> list[str]:
    """Return which of a frame's splits a model has learned from, given that it is of the model's own table."""
    return sorted(set(frame["split"].dropna()) & set(manifest.splits))


def score_in_pieces(
    tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None, advance: Callable[[int], None]
) -> pd.DataFrame:
    """Score a frame some thousand rows at a time: what is computed on the way there never fills the memory.

    Parameters
    ----------
    tagger
        Its `score_frame` does the work.
    frame
        Rows numbered from 0, in any order; an article is never split.
    threshold
        As of `score_frame`.
    advance
        Is told after each piece how many rows it had.

    Returns
    -------
    pandas.DataFrame
        The frame with the columns that `score_frame` adds, rows in the order given.
    """
    import numpy as np
    import pandas as pd

    added = PREDICTED[-4:]
    pieces = []
    for rows in _pieces(frame):
        pieces.append(tagger.score_frame(frame.iloc[rows], threshold=threshold)[added].set_axis(rows))
        advance(len(rows))
    found = pd.concat(pieces).loc[np.arange(len(frame))]
    return frame.assign(**{name: found[name].to_numpy() for name in added})


def _pieces(frame: pd.DataFrame) -> Iterator[npt.NDArray[np.int64]]:
    import numpy as np
    import pandas as pd

    article = pd.factorize(frame["article_id"])[0]
    order = np.argsort(article, kind="stable")
    starts = np.flatnonzero(np.diff(article[order], prepend=-1))
    begin = 0
    for start, end in pairwise([*starts.tolist(), len(order)]):
        if end - begin > ROWS_AT_ONCE and start > begin:
            yield order[begin:start]
            begin = start
    yield order[begin:]


def score_with_progress(tagger: Tagger, frame: pd.DataFrame, *, threshold: float | None) -> pd.DataFrame:
    """Score a frame as `score_in_pieces` does, with a bar on the standard error if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("paragraphs scored"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(frame))

        def advance(rows: int) -> None:
            bar.advance(task, rows)

        return score_in_pieces(tagger, frame, threshold=threshold, advance=advance)
