"""The tagger of a process: loaded once, and scoring on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import ModelError
from corestory.jobs.job import model_sha256

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

    from corestory.model.tagger import Tagger


@lru_cache(maxsize=2)
def tagger_of(model: Path, sha256: str) -> Tagger:
    """Load a model, once a process: it is sent nowhere, its folder is named.

    Raises
    ------
    ModelError
        It cannot be used, or is not the one with this `model_sha256`.
    """
    from corestory.model.storage import load_model

    tagger = load_model(model)
    if model_sha256(model) != sha256:
        raise ModelError("has changed since the run began", where=str(model), mend="Run it again.")
    return tagger


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products run on one thread: several for each process would be in each other's way."""
    with _controller().limit(limits=1):
        yield


def stay_on_one_thread() -> None:
    """Let this process's matrix products run on one thread from now on, whatever else runs beside them."""
    _controller().limit(limits=1)


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
