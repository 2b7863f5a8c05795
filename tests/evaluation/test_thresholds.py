import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import Settings
from corestory.evaluation.thresholds import threshold_table, tradeoff

PARAGRAPHS = st.lists(st.tuples(st.booleans(), st.floats(0, 1), st.integers(1, 50)), min_size=1, max_size=60)


@given(PARAGRAPHS)
def test_the_curve_says_what_each_threshold_does(paragraphs):
    core, score, words = (np.array(column) for column in zip(*paragraphs, strict=True))
    found = tradeoff(core, score, words.astype(float))

    for place in range(0, len(found.thresholds), 20):
        kept = score >= found.thresholds[place]
        expected = words[core & kept].sum() / words[core].sum() if core.any() else np.nan
        np.testing.assert_allclose(found.core_kept[place], expected)
        expected = words[~core & ~kept].sum() / words[~core].sum() if not core.all() else np.nan
        np.testing.assert_allclose(found.filler_removed[place], expected, atol=1e-12)


@given(PARAGRAPHS)
def test_a_higher_threshold_never_keeps_more(paragraphs):
    core, score, words = (np.array(column) for column in zip(*paragraphs, strict=True))
    found = tradeoff(core, score, words.astype(float))

    if core.any():
        assert (np.diff(found.core_kept) <= 1e-12).all()
    if not core.all():
        assert (np.diff(found.filler_removed) >= -1e-12).all()


def rows():
    frame = pd.DataFrame(
        {
            "article_id": np.repeat([f"a{number}" for number in range(10)], 2),
            "text": ["It rained all day on the quay.", "Share"] * 10,
            "label": ["core", "filler"] * 10,
            "score": np.linspace(0.05, 0.95, 20),
        }
    )
    return labelled_rows(frame)


def test_the_table_measures_each_threshold_with_an_interval():
    found = threshold_table(rows(), settings=Settings(None, 100, 0, 0.95), thresholds=(0.0, 0.5, 1.0))

    assert [row.threshold for row in found] == [0.0, 0.5, 1.0]
    assert [row.words.value.core_recall for row in found] == [1.0, 0.5, 0.0]
    assert [row.paragraphs.value.filler_recall for row in found] == [0.0, 0.5, 1.0]
    middle = found[1].words
    assert middle.low.core_recall < middle.value.core_recall < middle.high.core_recall
