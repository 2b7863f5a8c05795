from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from corestory.model.estimator import ParagraphClassifier
from corestory.model.kinds import KindHead
from corestory.model.storage import save_model
from corestory.model.tagger import Tagger
from fits import shorten_article_network

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


@pytest.fixture
def saved(seeded_tagger: Tagger, tmp_path: Path) -> Path:
    """A model's folder, to be spoilt."""
    folder = tmp_path / "model"
    save_model(seeded_tagger, folder, card="# A card")
    return folder


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


@pytest.fixture(scope="session")
def quick() -> dict[str, object]:
    """Parameters with which a fit on the short articles of boats takes a fraction of a second and learns them."""
    return {
        "members": 1, "text_hidden": (8, 4), "html_hidden": (8, 4), "text_blocks": 2, "steps": 150, "least_trust": 0.0,
        "text_epochs": 6, "html_epochs": 6, "folds": 3,
    }  # fmt: skip


@pytest.fixture(scope="session")
def quick_classifier(quick: dict[str, object]) -> ParagraphClassifier:
    """An estimator with these parameters, fitted on the short articles; do not refit it."""
    return ParagraphClassifier(**quick).fit(story_frame())


@pytest.fixture(scope="session")
def kinds_tagger(seeded_tagger: Tagger, sample_head: KindHead) -> Tagger:
    """The seeded tagger with a head that was fitted on the sample corpus, so it tells kinds but no labels."""
    return replace(seeded_tagger, weights=replace(seeded_tagger.weights, kinds=sample_head))
