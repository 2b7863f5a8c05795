"""Reduced models: each trained without some of the sites, so that it can adapt to sites of the corpora as to new ones.

They are smaller than the default model: they learn from one view of a page, and are one network a stage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corestory.model.manifest import data_sha256, new_manifest
from corestory.model.overlap import training_hashes
from corestory.model.storage import MANIFEST_NAME, load_model, save_model
from corestory.training.estimator import ParagraphClassifier

from ..accuracy.material import Say
from .curve import MEASURED_ONLY

if TYPE_CHECKING:
    import pandas as pd

    from corestory.model.tagger import Tagger

VIEWS = ("page", "text")
"""The views that a reduced model learns from: whole pages and texts."""
SMALL: Mapping[str, object] = {"members": 1, "folds": 2, "least_trust": 0.0, "text_epochs": 3, "html_epochs": 5}
"""Parameters of `ParagraphClassifier` with which a model trains in two minutes."""


def reduced_models(
    frame: pd.DataFrame,
    sites: Collection[str],
    *,
    count: int,
    work: Path,
    say: Say,
    parameters: Mapping[str, object] = SMALL,
) -> Iterator[tuple[Tagger, list[str]]]:
    """Train models without some sites each, or load those that were trained on the same rows before.

    Parameters
    ----------
    frame
        Labelled pages.
    sites
        The sites that one of the models is not to have seen.
    count
        How many models.
    work
        A folder to keep them in.
    say
        Told what is being trained.
    parameters
        Of the classifier.

    Yields
    ------
    tagger : Tagger
    left_out : list of str
        The sites that it has not seen.
    """
    rows = frame[frame["view"].isin(VIEWS) & (frame["source"] != MEASURED_ONLY)]
    rows = rows.drop(columns=["kind", "role"], errors="ignore")  # no kinds are measured
    for number in range(count):
        left_out = sorted(sites)[number::count]
        learned = rows[~rows["site"].isin(left_out)].reset_index(drop=True)
        digest = data_sha256(learned)
        folder = work / f"reduced-{digest[:12]}"
        if not (folder / MANIFEST_NAME).is_file():
            say(f"Training model {number + 1} of {count}, without {len(left_out)} sites")
            classifier = ParagraphClassifier(**parameters).fit(learned)
            manifest = new_manifest((), splits=(), data_sha256=digest, training=training_hashes(learned))
            save_model(replace(classifier.tagger_, manifest=manifest), folder, card="")
        yield load_model(folder), left_out
