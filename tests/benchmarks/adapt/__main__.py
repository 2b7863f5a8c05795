"""``python -m tests.benchmarks.adapt CORPORA``: measure the learning curve and write it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from corestory.atomic import atomic_path
from corestory.errors import DataError
from corestory.labelling.preparation import prepare_table
from corestory.labelling.table import read_frame
from corestory.model.storage import load_model

from ..accuracy.material import find_sources
from ..terminal import run_command, say
from .curve import learning_curve
from .document import curve_markdown

UNCOUNTED = ("verified", "postlight", "wcxb-other")
"""Corpora whose gold text is that of a program, or whose pages are no articles."""


def main(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Corpora, or a folder of corpora.", show_default=False)
    ] = None,
    table: Annotated[
        list[Path] | None,
        typer.Option(help="Tables of whole pages that `corestory prepare` wrote.", show_default=False),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="The model's folder; else the default model.", show_default=False)
    ] = None,
    output: Annotated[Path, typer.Option(help="The page to write.")] = Path("reports/adapting.md"),
    draws: Annotated[int, typer.Option(min=1, help="Draws of pages for each number of pages.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes that label the corpora.")] = 1,
) -> None:
    """Adapt a model to a few pages of each site that it has not seen, and measure it on the site's others."""
    frames = [read_frame(path) for path in table or ()]
    if corpora:
        sources = [source for source in find_sources(corpora) if source.name not in UNCOUNTED]
        say(f"Labelling {len(sources)} sources")
        frames.append(prepare_table(sources, views=("page",), jobs=jobs, refuse=lambda error: say(str(error))).frame)
    if not frames:
        raise DataError("no corpora and no table given", expected="pages of sites that the model has not seen")
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[(frame["view"] == "page") & ~frame["source"].isin(UNCOUNTED)].reset_index(drop=True)
    tagger = load_model(model)
    points = list(learning_curve(tagger, frame, draws=draws, seed=seed, say=say))
    if not points:
        raise DataError(
            "no site with four pages or more is new to the model", expected="other corpora, or another model"
        )
    name = "The default model" if model is None else "A model"
    if tagger.manifest is not None:
        trained = sum(part.articles for part in tagger.manifest.trained_on)
        name += f" (trained on {trained:,} inputs)"
    document = curve_markdown(points, base=name, draws=draws)
    with atomic_path(output, force=True) as path:
        path.write_text(document, encoding="utf-8")
    sys.stdout.write(document)


if __name__ == "__main__":
    run_command(main)
