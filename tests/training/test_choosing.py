from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import Batch
from corestory.features.layout import Layout
from corestory.model.calibration import fit_platt
from corestory.model.decision import decide, is_clean
from corestory.training.choosing import (
    CUTOFF_SHARES,
    DEFAULT_SHARE,
    LEAST_ARTICLES,
    choose_settings,
    confidence_curve,
    measured_f1,
)
from corestory.training.fitting import FittedPath
from corestory.training.training_rows import TrainingRows

RNG = np.random.default_rng(8)


def rows_of(core, *, sizes=None, labelled=None, texts=None):
    core = np.asarray(core, bool)
    count = len(core)
    layout = Layout.of(sizes or [count])
    batch = Batch(texts or ["word " * 10] * count, layout, [""] * len(layout.sizes), None)
    known = np.ones(count, bool) if labelled is None else np.asarray(labelled, bool)
    nothing = np.zeros(count, np.int64)
    return TrainingRows(batch, core, known, nothing, nothing, np.ones(count), known)


def path_of(rows, log_odds, *, html=False):
    numbers = np.arange(len(log_odds))
    return FittedPath(rows, numbers, numbers, html, None, log_odds, (), ())


def noisy(count=8000, slope=1.0):
    """Log-odds that are `slope` times too modest, and what they were of; every other article is mostly filler."""
    honest = RNG.normal(np.where(np.arange(count) // 40 % 2 > 0, -3, 0), 2)
    return honest / slope, rows_of(RNG.uniform(size=count) < 1 / (1 + np.exp(-honest)), sizes=[40] * (count // 40))


@given(
    st.lists(
        st.lists(st.tuples(*[st.booleans()] * 3, st.integers(0, 9)), min_size=1, max_size=4), min_size=1, max_size=4
    )
)
def test_measured_f1_is_of_the_words_of_each_articles_labelled_paragraphs(articles):
    flat = [row for article in articles for row in article]
    kept, core, labelled, words = np.array(flat, int).reshape(-1, 4).T
    rows = rows_of(core, sizes=[len(article) for article in articles], labelled=labelled)

    expected = []
    for article in articles:
        both = sum(n for chosen, true, known, n in article if chosen and true and known)
        some = sum(n * (chosen + true) for chosen, true, known, n in article if known)
        expected.append(2 * both / some if some else 1.0)
    assert measured_f1(kept > 0, words.astype(float), rows).tolist() == pytest.approx(expected)


@given(st.lists(st.tuples(*[st.integers(0, 100).map(lambda share: share / 100)] * 2), min_size=1, max_size=30))
def test_confidence_rises_with_what_was_expected_and_covers_all_there_is(pairs):
    knots, values = confidence_curve(*np.array(pairs, float).T)

    assert (knots[0], knots[-1]) == (0, 1)
    assert all(low < high for low, high in pairwise(knots))
    assert all(0 <= low <= high <= 1 for low, high in pairwise(values))


def test_confidence_is_what_was_measured_where_as_much_was_expected():
    expected = np.repeat([0.2, 0.6, 0.9], 50)
    knots, values = confidence_curve(expected, np.repeat([0.1, 0.5, 0.95], 50))

    assert np.interp([0.2, 0.6, 0.9], knots, values) == pytest.approx([0.1, 0.5, 0.95])


def test_of_articles_unlike_all_that_were_measured_confidence_falls_with_what_is_expected():
    knots, values = confidence_curve(np.repeat([0.6, 0.9], 50), np.repeat([0.8, 0.95], 50))

    assert np.interp([0.0, 0.3, 0.6], knots, values) == pytest.approx([0.0, 0.4, 0.8])


def reached(share, rows, scores, *, clean):
    words = np.full(len(scores), 10.0)
    inside = is_clean(scores, rows.batch.layout) == clean
    return measured_f1(decide(scores, words, rows.batch.layout, cutoff_share=share)[0], words, rows)[inside].sum()


def test_each_cutoff_share_is_that_which_serves_its_articles_best():
    log_odds, rows = noisy(slope=2.0)
    chosen = choose_settings([path_of(rows, log_odds)])
    scores = fit_platt(log_odds, rows.core).probabilities(log_odds)
    words, layout = np.full(len(scores), 10.0), rows.batch.layout
    clean = is_clean(scores, layout)

    share, clean_share = (
        max(CUTOFF_SHARES, key=lambda share: reached(share, rows, scores, clean=kind))
        if (clean == kind).sum() >= LEAST_ARTICLES
        else DEFAULT_SHARE
        for kind in (False, True)
    )
    assert (~clean).sum() >= LEAST_ARTICLES
    assert (chosen.settings.cutoff_share, chosen.settings.clean_cutoff_share) == (share, clean_share)
    assert [of_path.tolist() for of_path in chosen.scores] == [scores.tolist()]
    core, _ = decide(scores, words, layout, cutoff_share=share, clean_cutoff_share=clean_share)
    assert [of_path.tolist() for of_path in chosen.core] == [core.tolist()]


def test_text_and_html_are_calibrated_apart_and_decided_alike():
    (log_odds, rows), (modest, html_rows) = noisy(slope=1.0), noisy(slope=3.0)
    chosen = choose_settings([path_of(rows, log_odds), path_of(html_rows, modest, html=True)])
    settings = chosen.settings

    assert settings.text_slope == pytest.approx(1, abs=0.3)
    assert settings.html_slope == pytest.approx(3, abs=0.9)
    assert settings.platt_scaling(html=True).probabilities(modest).tolist() == chosen.scores[1].tolist()
    paths = list(zip((rows, html_rows), chosen.scores, strict=True))
    assert settings.cutoff_share == max(
        CUTOFF_SHARES, key=lambda share: sum(reached(share, *path, clean=False) for path in paths)
    )
