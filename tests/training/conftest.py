from collections.abc import Callable

import pandas as pd
import pytest

from corestory.training.estimator import ParagraphClassifier


@pytest.fixture(scope="session")
def quick() -> dict[str, object]:
    """Parameters with which a fit on the short articles of boats takes a fraction of a second and learns them."""
    return {
        "members": 1, "text_hidden": (8, 4), "html_hidden": (8, 4), "text_blocks": 2, "steps": 150, "least_trust": 0.0,
        "text_epochs": 6, "html_epochs": 6, "folds": 3,
    }  # fmt: skip


@pytest.fixture(scope="session")
def quick_classifier(quick: dict[str, object], make_frame: Callable[..., pd.DataFrame]) -> ParagraphClassifier:
    """An estimator with these parameters, fitted on the short articles; do not refit it."""
    return ParagraphClassifier(**quick).fit(make_frame())
