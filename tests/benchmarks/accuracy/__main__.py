"""``python -m tests.benchmarks.accuracy CORPORA``: measure, write the tables, and check the floor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corestory.errors import DataError

from ..terminal import run_command, say, write
from .document import result_markdown
from .floor import Floor, measured_floor, raised_floor, read_floor, shortfalls, write_floor
from .result import Result, result_json
from .run import Options, page_frame, run

FLOOR = Path(__file__).parents[1] / "accuracy_floor.json"
SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def main(
    corpora: Annotated[list[Path], typer.Argument(help="Corpora, or a folder of corpora.", show_default=False)],
    output: Annotated[Path, typer.Option(help="Folder for accuracy.md, accuracy.json, pages.csv.")] = Path(
        "reports/accuracy"
    ),
    work: Annotated[Path, typer.Option(help="Folder for what is kept between runs.")] = Path("build/accuracy"),
    table: Annotated[Path | None, typer.Option(help="A table of the same sources in all views, made before.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="A model trained on train,validation; else one is trained.")
    ] = None,
    uncounted: Annotated[str, typer.Option(help="Corpora shown but not counted, by commas.")] = "verified",
    limit: Annotated[int | None, typer.Option(min=2, help="Pages a corpus, for a trial; no floor is held.")] = None,
    ablations: Annotated[bool, typer.Option("--ablations", help="Also measure without each part.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes and fits at once.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the training.")] = 0,
    update_floor: Annotated[bool, typer.Option("--update-floor", help="Set the floor to this run's scores.")] = False,
    allow_lower: Annotated[bool, typer.Option("--allow-lower", help="Let --update-floor lower scores.")] = False,
) -> None:
    """Measure corestory and every extractor on held-out sites; exit with 1 below the floor, with 2 if it cannot run."""
    if update_floor and limit is not None:
        raise DataError("--update-floor with --limit", expected="a floor from all held-out pages")
    floor = read_floor(FLOOR)
    options = Options(
        corpora=tuple(corpora), also=(SAMPLE,), work=work, table=table, model=model, limit=limit,
        uncounted=tuple(name.strip() for name in uncounted.split(",")), ablations=ablations, seed=seed, jobs=jobs,
    )  # fmt: skip
    measured = run(options, say=say)
    output.mkdir(parents=True, exist_ok=True)
    document = result_markdown(measured.result)
    for name, text in (
        ("accuracy.json", result_json(measured.result)),
        ("accuracy.md", document),
        ("pages.csv", page_frame(measured).to_csv(index=False)),
    ):
        write(output / name, text)
    typer.echo(document)
    if limit is None:
        _hold(floor, measured.result, update=update_floor, allow_lower=allow_lower)


def _hold(floor: Floor, result: Result, *, update: bool, allow_lower: bool) -> None:
    reached = measured_floor(result.sets, tolerance=floor.tolerance, date=result.date)
    if update:
        write_floor(raised_floor(floor, reached, allow_lower=allow_lower), FLOOR)
        say(f"The floor is now this run's scores: {FLOOR.name}")
        return
    for name in sorted(reached.sets.keys() - floor.sets.keys()):
        say(f"{name} has no floor yet; set it with --update-floor")
    found = shortfalls(floor, reached)
    for short in found:
        say(f"Below the floor: {short}")
    if found:
        raise typer.Exit(1)


if __name__ == "__main__":
    run_command(main)
