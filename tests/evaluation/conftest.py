import numpy as np
import pandas as pd
import pytest

from corestory.model.tagger import Tagger
from corestory.training.estimator import ParagraphClassifier

STORY = "The {boat} left the quay at noon on Monday with {number} passengers, the harbour master said."
PLUG = "READ MORE: {boat} sold"


def boats(*, markup: bool) -> pd.DataFrame:
    """Thirty short articles of six sites, told from their surroundings by words, by form and by place."""
    rows = []
    for number in range(30):
        texts = [(PLUG, "filler"), (STORY, "core"), (STORY, "core"), (PLUG, "filler"), ("Share this", "filler")]
        for position, (text, label) in enumerate(texts):
            words = text.format(boat=("ferry", "lugger", "barge")[number % 3], number=number)
            rows.append((f"a{number}", f"site-{number % 6}.example", position, words, label))
    frame = pd.DataFrame(rows, columns=["article_id", "site", "position", "text", "label"])
    if not markup:
        return frame
    core = frame["label"] == "core"
    return frame.assign(
        article_id=frame["article_id"] + "@page",
        page=frame["article_id"],
        markup=np.where(core, "own_p c0story", "own_div c0promo"),
        elements=[[0, 1] if is_core else [0, 2] for is_core in core],
        repeats=[[1, 1]] * len(frame),
        link_density=np.where(core, 0.0, 1.0),
        declared=-1.0,
    )


@pytest.fixture(scope="session")
def boat_frame() -> pd.DataFrame:
    """The articles as text; read-only."""
    return boats(markup=False)


@pytest.fixture(scope="session")
def page_frame() -> pd.DataFrame:
    """The articles as pages; read-only."""
    return boats(markup=True)


@pytest.fixture(scope="session")
def boat_tagger(boat_frame: pd.DataFrame, page_frame: pd.DataFrame) -> Tagger:
    """A small tagger that has learned them, with and without markup."""
    both = pd.concat([boat_frame.assign(page=boat_frame["article_id"]), page_frame], ignore_index=True)
    model = ParagraphClassifier(
        text_hidden=(8, 4), html_hidden=(8, 4), text_blocks=2, members=1, folds=2, steps=100,
        text_epochs=30, html_epochs=30, least_trust=0,
    )  # fmt: skip
    return model.fit(both).tagger_
