"""``corestory adapt``: let a model learn from a few labelled articles, without the corpora that it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corestory.commands.options import Model

if TYPE_CHECKING:
    import pandas as pd

    from corestory.commands.messages import ProgressBar
    from corestory.errors import Refuse


def adapt(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA...",
            help="Labelled articles in any form that `corestory prepare` reads: labels that `corestory review` wrote, "
            "folders of NAME.labelled.txt files or of pairs NAME.html + NAME.txt, labelled tables; or a table that "
            "`corestory prepare` wrote.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The adapted model's folder.", show_default=False)],
    model: Model = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output if it exists, and save a model that is not better.")
    ] = False,
) -> None:
    """Adapt a model to your sites by a few labelled articles; five to ten of a site are a good start.

    The model changes on pages that look like the labelled ones, and on no others. Each article is left out once, to
    measure the gain on an article that the model did not learn from. If there is none, nothing is saved, and the exit
    code is 1. An adapted model can be adapted again.

    Example: corestory adapt labels.jsonl --output models/mine
    """
    from corestory.atomic import check_folder
    from corestory.commands.messages import open_refusals, progress_bar, say
    from corestory.commands.models import open_model
    from corestory.model.adaptation import adapt
    from corestory.model.storage import MANIFEST_NAME, save_model
    from corestory.report.card import adapted_card

    # Checked before the work, so that a fault in the output is reported at once.
    check_folder(output, force=force, marker=MANIFEST_NAME)
    tagger = open_model(model)
    with open_refusals(None, force=False, has_option=False) as refusals, progress_bar() as bar:
        frame = _labelled(data, refusals.refuse, bar)
        adaptation = adapt(tagger, frame, progress=bar.update, force=force)
    for form in adaptation.forms:
        typer.echo(form.message)
    if adaptation.helps:
        save_model(adaptation.tagger, output, card=adapted_card(output.resolve().name, adaptation), force=force)
        say(f"The adapted model is in {output}")
    else:
        say("Nothing was saved. Label articles that the model gets wrong, or add --force.")
    if refusals.count or not adaptation.helps:
        raise typer.Exit(1)


def _labelled(data: list[Path], refuse: Refuse, bar: ProgressBar) -> pd.DataFrame:
    from corestory.errors import InputError
    from corestory.labelling.preparation import prepare_table
    from corestory.labelling.table import is_prepared, read_frame

    prepared = [path for path in data if is_prepared(path)]
    if not prepared:
        return prepare_table(data, views=("page",), refuse=refuse, progress=bar.update).frame
    if len(data) > 1:
        raise InputError(
            "is a table that `corestory prepare` wrote, and not the only input", where=str(prepared[0]),
            expected="such a table alone", hint="Or give all that it was made from.",
        )  # fmt: skip
    return read_frame(prepared[0])
