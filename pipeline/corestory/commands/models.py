"""A model by the name that a person gives on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import ModelError

if TYPE_CHECKING:
    from corestory.model.tagger import Tagger

MODELS = Path("models")
DEFAULT = "default"

_MARKER = "manifest.json"


def open_model(name: str) -> Tagger:
    """Load the model of that name or path.

    Parameters
    ----------
    name
        A model's folder, or the name of one in `MODELS`; ``default`` or nothing is the model that came with corestory,
        unless there is a ``models/default`` here.

    Raises
    ------
    ModelError
        If there is none, naming those that there are; or it cannot be used.
    """
    from corestory.model.storage import load_model

    folder = model_folder(name)
    return load_model() if folder is None else load_model(folder)


def model_folder(name: str) -> Path | None:
    """Return where the model of that name is; None for the one that came with corestory.

    Raises
    ------
    ModelError
        If there is none.

    Examples
    --------
    >>> model_folder("") is None
    True
    """
    if not name:
        return None
    path, named = Path(name), MODELS / name
    # A folder beside us may by chance have a model's name; what was written by `train` goes first.
    for folder in (path, named):
        if (folder / _MARKER).is_file():
            return folder
    if name == DEFAULT:
        return None
    for folder in (path, named):
        if folder.exists():
            return folder  # loading says what is wrong with it
    here = sorted(folder.parent.name for folder in MODELS.glob(f"*/{_MARKER}"))
    raise ModelError(
        "no such model",
        where=name,
        expected=f"a model's folder, or the name of one in {MODELS}/",
        mend=f"There are: {', '.join(here)}." if here else "Make one with: corestory train DATA --output models/NAME",
    )
