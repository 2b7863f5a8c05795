"""Fixtures that tests of several folders share."""

import fcntl
import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from corestory.features.batch_features import column_groups
from corestory.labelling.origins import read_samples
from corestory.labelling.table import articles_frame
from corestory.model.calibration import Settings
from corestory.model.kinds import KindHead
from corestory.model.manifest import Manifest, TrainedOn
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import SecondLook, Weights
from corestory.model.second_look import second_look_width
from corestory.model.storage import load_model, save_model
from corestory.model.tagger import Tagger
from corestory.training.estimator import ParagraphClassifier
from corestory.training.kinds_fit import fit_kinds
from corestory.training.network_fit import Shape, first_weights
from fits import shorten_article_network

# The time of an example depends on the load of the machine, so it has no limit.
settings.register_profile("corestory", deadline=None, max_examples=int(os.environ.get("CORESTORY_EXAMPLES", "15")))
settings.load_profile("corestory")


def pytest_configure() -> None:
    """Let the processes that tests start be interrupted, where the tests themselves run in the background of a shell.

    A shell has its background jobs ignore Ctrl-C, and what ignores a signal passes that on.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


HANGS = 600
"""Seconds after which a test is taken to hang, as one on a cluster does whose workers are gone for good."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """Fail a test that hangs, so that the run goes on and ends."""

    def fail(_: int, __: FrameType | None) -> None:
        pytest.fail(f"not done after {HANGS} seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(HANGS)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def seeded_weights(*, markup: bool = True) -> Weights:
    """Weights of the right shapes with seeded random numbers; their scores mean nothing.

    Without its own cutoff, the second look changes nothing.
    """
    rng = np.random.default_rng(7)

    def scorer(count: int) -> NgramScorer:
        hashes = np.unique(rng.integers(0, 2**64, count, dtype=np.uint64))
        idf, weights = (draw(1, 5, len(hashes)).astype(np.float32) for draw in (rng.uniform, rng.normal))
        return NgramScorer(hashes, idf, weights, np.array(0.25, np.float32), np.array(7.5, np.float32))

    def network(features: int) -> Network:
        members = tuple(first_weights(features, Shape(width=6, blocks=2, hidden=4), rng) for _ in range(2))
        return Network(np.zeros(features, np.float32), np.full(features, 0.5, np.float32), members)

    return Weights(
        scorer(300),
        network(len(column_groups(html=False))),
        scorer(40) if markup else None,
        network(len(column_groups(html=True))) if markup else None,
        second_look=SecondLook(scorer(100), scorer(100), network(second_look_width())),
    )


@pytest.fixture(scope="session")
def make_weights() -> Callable[..., Weights]:
    return seeded_weights


@pytest.fixture(scope="session")
def seeded_tagger() -> Tagger:
    manifest = Manifest(
        corestory="0.1.0",
        created="2026-01-02T03:04:05+00:00",
        trained_on=(TrainedOn("harbour", 3, 20, 400, 300), TrainedOn("Prażmów", 1, 2, 3, 0)),
        splits=("train",),
        data_sha256="0123456789abcdef" * 4,
        seed=3,
        scores={"all": {"macro_f1": 0.9123456789012345}, "harbour": {}},
        libraries={"numpy": "2.0.0"},
    )
    settings = Settings(
        cutoff_share=0.45,
        text_slope=1.5,
        text_offset=-0.1,
        confidence_expected=(0.0, 0.5),
        confidence_measured=(0.1, 0.9),
    )
    return Tagger(seeded_weights(), settings, manifest)


@pytest.fixture(scope="session")
def seeded_model(seeded_tagger: Tagger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder; read-only."""
    folder = tmp_path_factory.mktemp("models") / "seeded"
    save_model(seeded_tagger, folder, card="# Seeded")
    return folder


@pytest.fixture(scope="session")
def default_tagger() -> Tagger:
    """The model that ships."""
    return load_model()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[], Any]], Any]:
    """Make an object once for all processes of a test run: the first that needs it writes it to a file."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def once(name: str, make: Callable[[], Any]) -> Any:
        file = folder / f"{name}.joblib"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                joblib.dump(make(), file)
            return joblib.load(file)

    return once


@pytest.fixture
def brief_fits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each fit short, for a test that does not say how well the default parameters learn; by default 50 steps."""
    defaults = ParagraphClassifier.__init__.__kwdefaults__
    small = {
        "steps": getattr(request, "param", 50),
        "members": 1,
        "text_hidden": (8, 4),
        "html_hidden": (8, 4),
        "text_blocks": 2,
    }
    monkeypatch.setattr(ParagraphClassifier.__init__, "__kwdefaults__", {**defaults, **small})
    shorten_article_network(monkeypatch)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tag each file of several parts in parts, however small they are."""
    monkeypatch.setattr("corestory.reading.parts.PART_BYTES", 1)


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the figures out of reports, for a test of other things: to draw them takes most of a report's time."""
    monkeypatch.setattr("corestory.report.figures.draw", lambda *_: "")


@pytest.fixture(scope="session")
def sample_frame() -> pd.DataFrame:
    """The sample corpus as a labelled table; read-only."""
    folder = Path(__file__).parents[1] / "data" / "sample"
    return articles_frame(read_samples(folder, source="sample", refuse=pytest.fail))


@pytest.fixture(scope="session")
def sample_head(
    sample_frame: pd.DataFrame, seeded_tagger: Tagger, once: Callable[[str, Callable[[], Any]], Any]
) -> KindHead:
    """A head for kinds that was fitted on the sample corpus."""
    core = (sample_frame["label"] == "core").to_numpy()
    fold = pd.factorize(sample_frame["site"])[0] % 5
    idf_of = seeded_tagger.weights.words.idf_of
    head: KindHead = once("sample head", lambda: fit_kinds(sample_frame, core, fold, idf_of=idf_of, seed=0))
    return head


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare with a golden file; CORESTORY_RENEW_GOLDEN=1 writes it anew, to be read before it is committed."""

    folder = request.path.parent / "golden"

    def compare(name: str, found: str) -> None:
        # Blanks at the end of a line on a terminal are padding.
        found = "".join(f"{line.rstrip()}\n" for line in found.splitlines())
        if os.environ.get("CORESTORY_RENEW_GOLDEN"):
            (folder / name).write_text(found, encoding="utf-8")
        assert found == (folder / name).read_text(encoding="utf-8")

    return compare


BOATS = ("ferry", "steamer", "lugger", "barge", "tug")
LINES = (
    ("The {name} left the quay at noon on Monday with {n} passengers, she said.", "core"),
    ("Read more: {name} sold", "filler"),
    ("It will come back on Friday if the {name} is mended by then.", "core"),
    ("Share this", "filler"),
)


def story_frame(*, sites: int = 6, articles: int = 4) -> pd.DataFrame:
    """Short articles of boats, as unlike each other as these words allow."""
    return pd.DataFrame(
        [
            (
                f"{site}/{number}",
                f"site-{site}.example",
                place,
                text.format(name=BOATS[number % 5], n=number + 7),
                label,
            )
            for site in range(sites)
            for number in range(articles)
            for place, (text, label) in enumerate(LINES)
        ],
        columns=["article_id", "site", "position", "text", "label"],
    )


@pytest.fixture(scope="session")
def make_frame() -> Callable[..., pd.DataFrame]:
    return story_frame


@pytest.fixture(scope="session")
def sample_classifier(
    sample_frame: pd.DataFrame, once: Callable[[str, Callable[[], ParagraphClassifier]], ParagraphClassifier]
) -> ParagraphClassifier:
    """An estimator fitted on the sample corpus with default parameters, but by fewer fits; do not refit it."""

    def fitted() -> ParagraphClassifier:
        with pytest.MonkeyPatch.context() as patch:
            shorten_article_network(patch, members=2, steps=200)
            return ParagraphClassifier(folds=2, steps=200).fit(sample_frame)

    classifier: ParagraphClassifier = once("sample classifier", fitted)
    return classifier
