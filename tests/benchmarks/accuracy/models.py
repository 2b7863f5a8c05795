"""The model that is measured: trained here on the sites that are not held out, or loaded if it was trained so."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.errors import ModelError
from corestory.model.storage import load_model
from corestory.training.estimator import ParagraphClassifier

from .material import SEEN, Say

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.manifest import Manifest
    from corestory.model.tagger import Tagger


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The training data of the measured model.

    Attributes
    ----------
    origin
        ``"trained in this run"``, or the name of the folder from which it was loaded.
    pages, sites, rows
        The numbers in the splits from which it learned. A page counts once, but all its views have rows.
    """

    origin: str
    splits: tuple[str, ...]
    seed: int
    pages: int
    sites: int
    rows: int


def train_model(rows: pd.DataFrame, *, seed: int, jobs: int, say: Say) -> tuple[Tagger, ModelInfo]:
    """Train a model as ``corestory train`` does."""
    model = ParagraphClassifier(random_state=seed, n_jobs=jobs)
    total, done = model.fits(rows), count(1)
    model.fit(rows, progress=lambda stage: say(f"Training: {stage}, fit {next(done)} of {total}"))
    return model.tagger_, _info(rows, origin="trained in this run", seed=seed)


def stored_model(folder: Path, rows: pd.DataFrame) -> tuple[Tagger, ModelInfo]:
    """Load a model that was trained before.

    Raises
    ------
    ModelError
        The model has seen the held-out sites, or its training data is unknown.
    """
    tagger = load_model(folder)
    manifest = checked_manifest(tagger.manifest, where=str(folder))
    return tagger, _info(rows, origin=folder.resolve().name, seed=manifest.seed)


def checked_manifest(manifest: Manifest | None, *, where: str) -> Manifest:
    """Check that a model has not seen the held-out sites, and return its manifest.

    Raises
    ------
    ModelError
        The model was trained on other splits than train and validation, or its splits are unknown.
    """
    splits = manifest.splits if manifest is not None else ()
    if manifest is None or not splits or not set(splits) <= set(SEEN):
        raise ModelError(
            f"trained on the splits {', '.join(splits) or 'unknown'}",
            where=where,
            expected=" and ".join(SEEN),
            hint="Leave --model out, or train one with: corestory train DATA --split train,validation",
        )
    return manifest


def _info(rows: pd.DataFrame, *, origin: str, seed: int) -> ModelInfo:
    return ModelInfo(
        origin, tuple(sorted(rows["split"].unique())), seed, rows["page"].nunique(), rows["site"].nunique(), len(rows)
    )
