from collections.abc import Iterator
from pathlib import Path

import pytest

from corestory.jobs.job import Job, model_sha256
from corestory.jobs.ledger import Ledger


@pytest.fixture
def job(seeded_model: Path, tmp_path: Path) -> Iterator[Job]:
    """A job whose folder no other run can write to meanwhile."""
    job = Job(seeded_model, model_sha256(seeded_model), "0", tmp_path / "out", "jsonl")
    with Ledger(job.folder).opened():
        yield job
