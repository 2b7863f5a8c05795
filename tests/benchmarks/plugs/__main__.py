"""``python -m tests.benchmarks.plugs [CORPORA]``: measure, print the tables, and write them if asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from corestory.model.storage import load_model

from ..accuracy.material import HELD_OUT
from ..terminal import run_command, say, write
from .document import plugs_markdown
from .in_story import InStory, held_out_frame, in_story_scores
from .kinds import PredictedKinds, predicted_kinds, with_kinds_by_hand
from .planted import tagged_plugs


def main(
    corpora: Annotated[
        list[Path] | None,
        typer.Argument(help="Corpora, or a folder of corpora, for real filler too.", show_default=False),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="The model's folder; else the default model.", show_default=False)
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Folder for plugs.md and plugs.csv.", show_default=False)] = None,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Cut here instead of by article.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes that label the corpora.")] = 1,
) -> None:
    """Measure the filler inside stories that a model removes, the story lines that it loses, and its kinds."""
    tagger = load_model(model)
    tagged = tagged_plugs(tagger, threshold=threshold)
    in_story: list[InStory] = []
    kinds: list[PredictedKinds] = []
    if corpora:
        if tagger.manifest is None or HELD_OUT in tagger.manifest.splits:
            say("The model has learned from the sites held out here; of real filler its numbers are too good.")
        held_out = held_out_frame(corpora, jobs=jobs, say=say)
        in_story = in_story_scores(tagger, held_out)
        kinds = predicted_kinds(tagger, with_kinds_by_hand(held_out))
    document = plugs_markdown(tagged, in_story, kinds)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in (("plugs.md", document), ("plugs.csv", tagged.round(4).to_csv(index=False))):
            write(output / name, text)
    sys.stdout.write(document)


if __name__ == "__main__":
    run_command(main)
