"""Models and site memories by the name that the user gives on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from corestory.errors import ModelError

if TYPE_CHECKING:
    from corestory.model.site_memory import SiteMemory
    from corestory.model.tagger import Tagger

MODELS = Path("models")
DEFAULT = "default"
SHOWN_CHARACTERS = 200

_MARKER = "manifest.json"


def open_model(name: str, *, kinds: bool = False) -> Tagger:
    """Load a model by its name or path.

    Parameters
    ----------
    name
        A model's folder, or the name of a folder in `MODELS`. ``default`` and the empty name mean the default model,
        unless ``models/default`` exists here.
    kinds
        Whether it must tell kinds.

    Raises
    ------
    ModelError
        If there is no such model, or it cannot be used. The message lists the models in `MODELS`.
    """
    from corestory.model.storage import load_model

    tagger = load_model(model_folder(name))
    if kinds and tagger.weights.kinds is None:
        raise ModelError(
            "cannot tell kinds, because it was trained on a table without them",
            where=name or DEFAULT,
            hint="Prepare the table again and train a new model, or leave out --kinds, --drop-kinds and --keep-kinds.",
        )
    return tagger


def open_memory(name: str) -> SiteMemory | None:
    """Load a site memory; None for no name.

    Raises
    ------
    InputError
        It cannot be read, or is no site memory.
    """
    from corestory.model.storage import load_memory

    return load_memory(name) if name else None


def model_folder(name: str) -> Path | None:
    """Return the folder of a model; None for the default model.

    Raises
    ------
    ModelError
        If there is no such model.

    Examples
    --------
    >>> model_folder("") is None
    True
    """
    if not name:
        return None
    path, named = Path(name), MODELS / name
    # Another folder here may have the name of a model in models/. A folder that holds a model goes first.
    for folder in (path, named):
        if _exists(folder / _MARKER):
            return folder
    if name == DEFAULT:
        return None
    for folder in (path, named):
        if _exists(folder):
            return folder  # loading it gives the message
    here = sorted(folder.parent.name for folder in MODELS.glob(f"*/{_MARKER}"))
    raise ModelError(
        "no such model",
        where=name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…",
        expected=f"a model's folder, or the name of one in {MODELS}/",
        hint=f"There are: {', '.join(here)}." if here else "Make one with: corestory train DATA --output models/NAME",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def model_names(models: list[str]) -> list[str]:
    """Return a distinct name for each model that the user gave.

    Raises
    ------
    ModelError
        If there is no such model.
    typer.BadParameter
        If a model is given twice.

    Examples
    --------
    >>> model_names([""])
    ['default']
    """
    from corestory.reading.text import storable

    folders = [model_folder(model) for model in models]
    found = [folder.resolve() if folder else None for folder in folders]
    if len(set(found)) < len(found):
        raise typer.BadParameter("the same model is given twice.", param_hint="--model")
    short = [folder.name if folder else DEFAULT for folder in found]
    # Two folders may have the same name; then their paths tell them apart.
    long = [str(folder) if folder else DEFAULT for folder in found]
    return [storable(name if short.count(name) == 1 else path) for name, path in zip(short, long, strict=True)]
