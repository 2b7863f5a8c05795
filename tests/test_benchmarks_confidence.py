import numpy as np
import pandas as pd
import pytest

from benchmarks.confidence import bands_markdown, confidence_bands
from corestory.model.estimator import ParagraphClassifier

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frame():
    """Articles of six sites in two views, one text line of each unlabelled."""
    lines = [
        "The ferry left the quay at {n} on Monday, she said.",
        "Read more: Ferry {n} sold",
        "Share",
        "It rained {n}.",
    ]
    labels = ["core", "filler", None, "core"]
    parts = []
    for number in range(24):
        for view in ("page", "lines"):
            parts.append(
                pd.DataFrame(
                    {
                        "article_id": f"{number}@{view}",
                        "page": f"{number}",
                        "view": view,
                        "site": f"s{number % 6}.example",
                        "position": range(4),
                        "label": labels,
                        "text": [line.format(n=number) for line in lines],
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def tagger(frame):
    return ParagraphClassifier(members=1, text_hidden=(8, 8), html_hidden=(8, 8), steps=100, folds=2).fit(frame).tagger_


def test_every_article_of_a_view_is_in_one_band_and_has_one_reason_or_none(tagger, frame):
    by_confidence, by_doubt = confidence_bands(tagger, frame, views=("page", "lines", "trafilatura"))

    for bands in (by_confidence, by_doubt):
        assert {view: sum(band.articles for band in bands if band.view == view) for view in ("page", "lines")} == {
            "page": 24, "lines": 24,
        }  # fmt: skip
        assert all(0 <= band.worst_tenth <= 1 and 0 <= band.word_f1 <= 1 for band in bands)
        assert "trafilatura" not in {band.view for band in bands}


def test_word_f1_is_measured_on_labelled_paragraphs_alone(tagger, frame):
    labelled = tagger.score_frame(frame)
    right = labelled[labelled["label"].notna()]
    by_confidence, _ = confidence_bands(tagger, frame)

    assert (right["label"] == right["tagged"]).all()
    assert [band.word_f1 for band in by_confidence] == pytest.approx(np.ones(len(by_confidence)))


def test_the_tables_are_markdown_with_a_row_a_band(tagger, frame):
    by_confidence, _ = confidence_bands(tagger, frame)
    table = bands_markdown(by_confidence, name="confidence").splitlines()

    assert len(table) == len(by_confidence) + 2
    assert all(line.startswith("| ") and line.endswith(" |") for line in (table[0], *table[2:]))
