from pathlib import Path

import numpy as np
import pytest

from corestory.features.batch_features import column_groups
from corestory.model.calibration import Settings
from corestory.model.network import Network
from corestory.model.network_fit import Shape, first_weights
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import Weights
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    """A tagger of seeded numbers: what it says of a text means nothing, but it always says the same."""
    rng = np.random.default_rng(5)

    def scorer() -> NgramScorer:
        hashes = np.unique(rng.integers(0, 2**64, 50, dtype=np.uint64))
        idf, weights = (rng.uniform(1, 5, len(hashes)).astype(np.float32) for _ in range(2))
        return NgramScorer(hashes, idf, weights, np.array(0.3, np.float32), np.array(6.0, np.float32))

    def network(features: int) -> Network:
        member = first_weights(features, Shape(width=8, blocks=1, hidden=4), rng)
        return Network(np.zeros(features, np.float32), np.ones(features, np.float32), (member,))

    text, html = (len(column_groups(html=html, later=False)) for html in (False, True))
    return Tagger(Weights(scorer(), (network(text),), scorer(), (network(html),)), Settings())


@pytest.fixture(scope="session")
def model(tagger: Tagger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder; read-only."""
    folder = tmp_path_factory.mktemp("models") / "seeded"
    save_model(tagger, folder, card="# Seeded")
    return folder
