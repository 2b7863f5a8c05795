from dataclasses import replace
from pathlib import Path

import pytest

from corestory.model.kinds import KindHead
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger


@pytest.fixture
def saved(seeded_tagger: Tagger, tmp_path: Path) -> Path:
    """A model's folder, to be spoilt."""
    folder = tmp_path / "model"
    save_model(seeded_tagger, folder, card="# A card")
    return folder


@pytest.fixture(scope="session")
def kinds_tagger(seeded_tagger: Tagger, sample_head: KindHead) -> Tagger:
    """The seeded tagger with a head that was fitted on the sample corpus, so it tells kinds but no labels."""
    return replace(seeded_tagger, weights=replace(seeded_tagger.weights, kinds=sample_head))
