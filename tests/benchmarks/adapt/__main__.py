"""``python -m tests.benchmarks.adapt CORPORA``: measure the learning curve and write it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from corestory.errors import DataError
from corestory.labelling.preparation import prepare_table
from corestory.labelling.table import read_frame
from corestory.model.storage import load_model

from ..accuracy.material import find_sources
from ..terminal import run_command, say, write
from .curve import VIEWS, learning_curve, reduced_models, sites_with_pages, unseen_sites
from .document import curve_markdown

NO_ARTICLES = "wcxb-other"
"""A corpus whose pages are not articles."""


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
    reduced: Annotated[
        int, typer.Option(min=0, metavar="N", help="Also train N smaller models, to measure sites the model has seen.")
    ] = 0,
    work: Annotated[Path, typer.Option(help="A folder to keep these models in.")] = Path("build/adapt"),
    jobs: Annotated[int, typer.Option(help="Processes that label the corpora.")] = 1,
) -> None:
    """Adapt models to a few pages of each site that they have not seen, and measure them on the site's others."""
    frames = [read_frame(path) for path in table or ()]
    if corpora:
        sources = [source for source in find_sources(corpora) if source.name != NO_ARTICLES]
        say(f"Labelling {len(sources)} sources")
        frames.append(prepare_table(sources, views=("page",), jobs=jobs, refuse=lambda error: say(str(error))).frame)
    if not frames:
        raise DataError("no corpora and no table given", expected="pages of sites that the model has not seen")
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[frame["view"].isin(VIEWS) & (frame["source"] != NO_ARTICLES)].reset_index(drop=True)
    pages = frame[frame["view"] == "page"].reset_index(drop=True)
    tagger = load_model(model)
    unseen = unseen_sites(pages, tagger)
    points = list(learning_curve(tagger, pages, unseen, draws=draws, seed=seed, say=say))
    name = "The default model" if model is None else "A model"
    trained = 0 if tagger.manifest is None else sum(part.articles for part in tagger.manifest.trained_on)
    base = f"{name} (trained on {trained:,} inputs) was measured on {len(unseen)} sites."
    if reduced:
        seen = set(sites_with_pages(pages)) - set(unseen)
        for smaller, left_out in reduced_models(frame, seen, count=reduced, work=work, say=say):
            points += learning_curve(smaller, pages, left_out, draws=draws, seed=seed, say=say)
        base += (
            f" {reduced} smaller models were measured on the {len(seen)} sites from which it has learned: each was "
            "trained without a part of them, on whole pages alone, with one network a stage, and is less accurate."
        )
    if not points:
        raise DataError(
            "no site with four pages or more is new to the model", expected="other corpora, or another model"
        )
    document = curve_markdown(points, base=base, draws=draws)
    write(output, document)
    sys.stdout.write(document)


if __name__ == "__main__":
    run_command(main)
