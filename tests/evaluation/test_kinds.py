import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from corestory.evaluation.findings import find
from corestory.evaluation.kinds import TOLD, kind_result
from corestory.evaluation.scored_rows import score_in_pieces
from corestory.labelling.labelled import KINDS
from corestory.model.kinds import KindHead
from corestory.model.tagger import Tagger
from corestory.report.page import report_markdown, report_page
from corestory.report.sections import basis

NAMES = st.sampled_from(KINDS[:4])


def frame_of(pairs: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"label": "filler", "kind": [kind for kind, _ in pairs], "role": None, TOLD: [told for _, told in pairs]}
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
    more = pd.DataFrame({"label": ["filler", "core"], "kind": None, "role": [None, "body"], TOLD: ["date", "body"]})
    found = kind_result(pd.concat([frame, more], ignore_index=True))
    assert found is not None
    assert found.macro_f1 == 1.0
    assert [one.name for one in found.roles] == ["body"]
    assert kind_result(more) is None
    assert kind_result(frame.drop(columns=TOLD)) is None


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
    findings = find(score_in_pieces(tagger, frame, threshold=0.5, advance=lambda _: None), resamples=0)
    kinds = findings.evaluation.kinds
    assert kinds is not None
    assert kinds.macro_f1 > 0.3
    assert f"kinds of filler: {kinds.macro_f1:.3f}" in basis(findings.evaluation)
    for shown in (report_page(findings), report_markdown(findings, title="Kinds", about=())):
        assert "Kinds of filler" in shown
        assert "Which kind was taken for which" in shown
    assert findings.to_metrics()["kinds"]["macro_f1"] == pytest.approx(kinds.macro_f1)
    plain = find(score_in_pieces(seeded_tagger, frame, threshold=0.5, advance=lambda _: None), resamples=0)
    assert plain.evaluation.kinds is None
    assert "Kinds of filler" not in report_page(plain)
