import math
from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
)

from corestory.evaluation.findings import report_findings
from corestory.evaluation.labelled_rows import score_in_pieces
from corestory.evaluation.metrics import (
    METRIC_NAMES,
    PREDICTED,
    RATE_NAMES,
    Confusion,
    Metrics,
    calibration,
    confusion,
    kind_result,
    measure,
    rates,
)
from corestory.labelling.labelled import KINDS
from corestory.model.kinds import KindHead
from corestory.model.tagger import Tagger
from corestory.report.page import report_markdown, report_page
from corestory.report.sections import basis

ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.floats(0, 1).map(lambda score: round(score, 3)),
        st.booleans(),
        st.integers(0, 40).map(float),
    ),
    min_size=1,
    max_size=40,
)


def columns(rows):
    core, score, decided, weight = (np.array(column) for column in zip(*rows, strict=True))
    return core, score, decided, weight


@settings(max_examples=8)
@given(ROWS)
def test_every_measure_is_scikit_learns(rows):
    core, score, decided, weight = columns(rows)
    counted = weight > 0
    assume(len(set(core[counted].tolist())) == 2)

    found = measure(core, score, decided, weights=weight)

    options = {"sample_weight": weight, "zero_division": np.nan}
    expected = Metrics(
        precision_score(core, decided, **options),
        recall_score(core, decided, **options),
        f1_score(core, decided, **options),
        precision_score(~core, ~decided, **options),
        recall_score(~core, ~decided, **options),
        f1_score(~core, ~decided, **options),
        f1_score(core, decided, average="macro", **options),
        balanced_accuracy_score(core, decided, sample_weight=weight),
        average_precision_score(core, score, sample_weight=weight),
        average_precision_score(~core, 1 - score, sample_weight=weight),
        brier_score_loss(core, score, sample_weight=weight),
    )
    np.testing.assert_allclose(astuple(found), astuple(expected), atol=1e-12)


@given(ROWS)
def test_a_paragraph_of_three_words_counts_as_three_of_one_word(rows):
    core, score, decided, weight = columns(rows)
    assume(weight.sum() > 0)
    often = weight.astype(int)

    weighted = measure(core, score, decided, weights=weight)
    repeated = measure(np.repeat(core, often), np.repeat(score, often), np.repeat(decided, often))

    np.testing.assert_allclose(astuple(weighted), astuple(repeated), atol=1e-12)


@given(ROWS)
def test_core_and_filler_are_measured_alike(rows):
    core, score, decided, weight = columns(rows)

    found = measure(core, score, decided, weights=weight)
    mirrored = measure(~core, 1 - score, ~decided, weights=weight)

    for name in ("precision", "recall", "f1", "average_precision"):
        assert getattr(found, f"core_{name}") == pytest.approx(getattr(mirrored, f"filler_{name}"), nan_ok=True)
    for name in ("macro_f1", "balanced_accuracy", "brier"):
        assert getattr(found, name) == pytest.approx(getattr(mirrored, name), nan_ok=True)


def test_what_has_nothing_to_measure_by_is_nan_and_nothing_warns():
    found = measure([True, True], [0.9, 0.8], [True, True])

    assert found.core_recall == found.macro_f1 == found.balanced_accuracy == 1.0
    assert math.isnan(found.filler_recall)
    assert math.isnan(found.filler_f1)
    assert math.isnan(found.filler_average_precision)
    assert not math.isnan(found.brier)


def test_no_rows_and_rows_without_words_have_no_measure_at_all():
    assert all(map(math.isnan, astuple(measure([], [], []))))
    assert all(map(math.isnan, astuple(measure([True, False], [0.9, 0.1], [True, False], weights=[0, 0]))))


def test_rates_of_many_confusions_are_those_of_each():
    counts = np.array([[[8, 2, 1, 9], [0, 3, 0, 4]], [[5, 0, 5, 0], [0, 0, 0, 0]]])

    found = rates(counts)

    assert found.shape == (2, 2, len(RATE_NAMES))
    for index in np.ndindex(2, 2):
        np.testing.assert_array_equal(found[index], rates(counts[index]))


def test_metrics_are_the_rates_and_what_follows_from_scores():
    assert METRIC_NAMES[: len(RATE_NAMES)] == RATE_NAMES


@given(ROWS)
def test_a_confusion_loses_no_paragraph_and_no_word(rows):
    core, _, decided, weight = columns(rows)

    assert confusion(core, decided).total == len(rows)
    assert confusion(core, decided, weights=weight).total == weight.sum()


def test_a_confusion_tells_the_four_cases_apart():
    found = confusion([True, True, False, False], [True, False, True, False], weights=[1, 2, 4, 8])

    assert found == Confusion(core_kept=1, core_lost=2, filler_kept=4, filler_removed=8)


@given(ROWS)
def test_calibration_bins_hold_every_paragraph_once(rows):
    core, score, _, _ = columns(rows)

    found = calibration(core, score)

    assert len(found.bins) == 10
    assert sum(step.count for step in found.bins) == len(rows)
    for step in found.bins:
        inside = (score >= step.low) & ((score < step.high) | (step.high == 1))
        # The bins' edges are not exact in binary: a score that is one may fall to either side.
        if not np.isclose(score * 10, np.round(score * 10)).any():
            assert step.count == inside.sum()
    assert 0 <= found.expected_error <= 1


def test_scores_that_are_the_share_of_core_are_calibrated():
    core = [True] * 8 + [False] * 2

    assert calibration(core, [0.8] * 10).expected_error == pytest.approx(0)
    assert calibration(core, [0.6] * 10).expected_error == pytest.approx(0.2)


def test_the_extreme_scores_have_a_bin_and_an_empty_bin_has_no_mean():
    found = calibration([False, True], [0.0, 1.0])

    assert (found.bins[0].count, found.bins[9].count) == (1, 1)
    assert math.isnan(found.bins[5].mean_score)


NAMES = st.sampled_from(KINDS[:4])


def frame_of(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"label": "filler", "kind": [kind for kind, _ in pairs], "role": None, PREDICTED: [told for _, told in pairs]}
    )


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30))
def test_measures_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    found = kind_result(frame_of(pairs))
    known, told = zip(*pairs, strict=True)
    names = [name for name in KINDS if name in known]
    assert found is not None
    assert [one.name for one in found.kinds] == names
    assert found.macro_f1 == pytest.approx(f1_score(known, told, labels=names, average="macro", zero_division=0))
    whole = confusion_matrix(known, told, labels=list(KINDS))
    at = [KINDS.index(name) for name in names]
    assert np.array_equal(found.matrix, whole[np.ix_(at, at)])


def test_rows_without_a_kind_enter_nothing() -> None:
    frame = frame_of([("date", "date"), ("legal", "legal")])
    more = pd.DataFrame(
        {"label": ["filler", "core"], "kind": None, "role": [None, "body"], PREDICTED: ["date", "body"]}
    )
    found = kind_result(pd.concat([frame, more], ignore_index=True))
    assert found is not None
    assert found.macro_f1 == 1.0
    assert [one.name for one in found.roles] == ["body"]
    assert kind_result(more) is None
    assert kind_result(frame.drop(columns=PREDICTED)) is None


def test_precision_of_a_kind_that_is_never_told_is_undefined() -> None:
    found = kind_result(frame_of([("date", "legal"), ("legal", "legal")]))
    assert found is not None
    assert math.isnan(found.kinds[0].precision)
    assert found.kinds[0].f1 == 0.0


@pytest.mark.slow
@pytest.mark.usefixtures("without_figures")
def test_report_shows_the_kinds_of_a_table_that_has_some(
    seeded_tagger: Tagger, sample_head: KindHead, sample_frame: pd.DataFrame
) -> None:
    frame = sample_frame[pd.factorize(sample_frame["site"])[0] % 4 == 0].reset_index(drop=True).assign(split="test")
    tagger = replace(seeded_tagger, weights=replace(seeded_tagger.weights, kinds=sample_head))
    findings = report_findings(score_in_pieces(tagger, frame, threshold=0.5, progress=lambda _: None), resamples=0)
    kinds = findings.evaluation.kinds
    assert kinds is not None
    assert kinds.macro_f1 > 0.3
    assert f"kinds of filler: {kinds.macro_f1:.3f}" in basis(findings.evaluation)
    for shown in (report_page(findings), report_markdown(findings, title="Kinds", about=())):
        assert "Kinds of filler" in shown
        assert "Which kind was taken for which" in shown
    assert findings.to_metrics()["kinds"]["macro_f1"] == pytest.approx(kinds.macro_f1)
    plain = report_findings(score_in_pieces(seeded_tagger, frame, threshold=0.5, progress=lambda _: None), resamples=0)
    assert plain.evaluation.kinds is None
    assert "Kinds of filler" not in report_page(plain)
