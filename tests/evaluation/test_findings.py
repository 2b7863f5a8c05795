import json

import numpy as np
import pandas as pd
import pytest

from corestory.evaluation.evaluation import evaluate_rows
from corestory.evaluation.findings import CURVE_POINTS, report_findings
from corestory.evaluation.labelled_rows import labelled_rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tagged(boat_tagger, boat_frame):
    return boat_tagger.score_frame(boat_frame)


@pytest.fixture(scope="module")
def findings(boat_tagger, tagged):
    return report_findings(
        tagged, tagger=boat_tagger, others={"words alone": tagged.assign(score=tagged["stage1"])}, resamples=20
    )


def test_every_part_of_the_report_is_there(findings):
    assert findings.learned.vocabulary.core
    assert findings.learned.importance
    assert findings.stage1_tradeoff is not None
    assert [one.second for one in findings.comparisons] == ["words alone"]
    assert sum(group.paragraphs.confusion.total for group in findings.regions) == 150


def test_metrics_hold_the_evaluations_keys_as_they_were_and_keys_of_their_own(findings, tagged):
    found = json.loads(json.dumps(findings.to_metrics(), allow_nan=False))
    before = evaluate_rows(labelled_rows(tagged), resamples=20).to_metrics()

    assert found.keys() - before.keys() == {
        "thresholds", "lengths", "places", "in_story", "histogram", "mistakes", "ngrams", "importance", "comparisons"
    }  # fmt: skip
    assert {name: found[name] for name in ("counts", "tagger", "sites")} == {
        name: before[name] for name in ("counts", "tagger", "sites")
    }
    assert found["thresholds"][0].keys() == {"threshold", "paragraphs", "words"}
    assert found["ngrams"]["filler"][0].keys() == {"name", "pull", "articles", "paragraphs"}
    assert found["importance"][0]["effects"][0].keys() == {"group", "meaning", "loss", "low", "high"}
    changes = {"core_gained", "core_lost", "filler_gained", "filler_lost"}
    assert found["comparisons"]["words alone"].keys() == changes


def test_without_a_model_there_is_nothing_on_what_it_learned(tagged):
    found = report_findings(tagged, resamples=0)

    assert found.learned is None
    assert found.to_metrics()["ngrams"] is None


def test_curves_have_few_points_and_keep_both_ends():
    generator = np.random.default_rng(0)
    label = np.where(generator.random(20_000) < 0.6, "core", "filler")
    frame = pd.DataFrame({"article_id": "a", "text": "x", "label": label, "score": generator.random(20_000)})
    found = report_findings(frame, resamples=0).core_curve

    assert len(found.recall) <= CURVE_POINTS
    assert (found.recall[0], found.recall[-1]) == (1.0, 0.0)


@pytest.mark.parametrize("label", ["core", "filler"])
def test_one_class_alone_is_found_as_far_as_it_goes(tagged, boat_tagger, label):
    found = report_findings(tagged[tagged["label"] == label], tagger=boat_tagger, resamples=10)

    assert (found.core_curve is None) == (label == "filler")
    assert (found.filler_curve is None) == (label == "core")
    assert found.learned.importance == ()
    json.dumps(found.to_metrics(), allow_nan=False)
