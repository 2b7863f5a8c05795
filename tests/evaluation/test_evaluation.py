import json
import math
from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from corestory.evaluation.bootstrap import interval, resampled_metrics
from corestory.evaluation.evaluation import beside_default, evaluate_rows
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.metrics import Metrics, measure, word_counts
from corestory.model.manifest import Manifest
from corestory.model.overlap import training_hashes

STORY = "The ferry left the quay at noon with nine passengers and a goat aboard."


def made_frame(articles=12, *, seed=2):
    generator = np.random.default_rng(seed)
    rows = []
    for article in range(articles):
        for position in range(10):
            core = bool(generator.random() < 0.6)
            rows.append(
                {
                    "article_id": f"article {article}",
                    "position": position,
                    "site": f"site{article % 4}.example",
                    "source": ("north", "south")[article % 2],
                    "view": "page",
                    "text": STORY if core else "Read more stories",
                    "label": "core" if core else "filler",
                    "score": float(np.clip(generator.normal(0.75 if core else 0.25, 0.25), 0, 1)),
                    "stage1": float(np.clip(generator.normal(0.6 if core else 0.4, 0.3), 0, 1)),
                }
            )
    frame = pd.DataFrame(rows)
    return frame.assign(tagged=np.where(frame["score"] >= 0.5, "core", "filler"))


def evaluate_frame(frame, *, threshold=None, resamples=0, seed=0):
    return evaluate_rows(labelled_rows(frame, threshold=threshold), resamples=resamples, seed=seed)


def test_the_tagger_is_measured_by_paragraphs_and_by_words():
    frame = made_frame()
    core, decided = (frame["label"] == "core").to_numpy(), (frame["tagged"] == "core").to_numpy()
    score, words = frame["score"].to_numpy(), word_counts(frame["text"])

    found = evaluate_frame(frame, resamples=100, seed=3)

    assert found.tagger.paragraphs.value == measure(core, score, decided)
    assert found.tagger.words.value == measure(core, score, decided, weights=words)
    low, high = interval(resampled_metrics(labelled_rows(frame), found.settings))
    assert found.tagger.paragraphs.low == Metrics(*low)
    assert found.tagger.paragraphs.high == Metrics(*high)


def test_without_decisions_the_threshold_decides():
    frame = made_frame().drop(columns="tagged")

    strict = evaluate_frame(frame, threshold=0.8, resamples=0)

    decided = (frame["score"] >= 0.8).to_numpy()
    assert strict.tagger.paragraphs.value == measure((frame["label"] == "core").to_numpy(), frame["score"], decided)
    assert evaluate_frame(frame, resamples=0).settings.threshold == 0.5


def test_paragraphs_without_a_label_are_counted_and_in_no_other_number():
    frame = made_frame()
    unlabelled = frame.head(7).assign(label=None, score=math.nan, tagged=None, site="elsewhere.example")

    found = evaluate_frame(pd.concat([frame, unlabelled], ignore_index=True), resamples=20)

    assert found.counts.unlabelled == 7
    metrics, expected = found.to_metrics(), evaluate_frame(frame, resamples=20).to_metrics()
    metrics["counts"]["unlabelled"] = 0
    assert metrics == expected


def test_counts_are_of_articles_views_sites_paragraphs_and_words():
    frame = pd.DataFrame(
        {
            "article_id": ["a", "a", "a@lines", "b", "b"],
            "page": ["a", "a", "a", "b", "b"],
            "site": ["x.example", "x.example", "x.example", "", None],
            "text": ["One two three.", "Share this", "One two", "Four", "***"],
            "label": ["core", "filler", "core", "core", "filler"],
            "score": [0.9, 0.1, 0.9, 0.9, 0.1],
        }
    )

    counts = evaluate_frame(frame, resamples=0).counts

    assert (counts.articles, counts.inputs, counts.sites) == (2, 3, 1)
    assert (counts.paragraphs, counts.core, counts.filler) == (5, 3, 2)
    assert (counts.words, counts.core_words, counts.filler_words) == (8, 6, 2)


def test_the_views_of_a_page_are_drawn_together_for_they_are_one_article():
    frame = made_frame()
    again = frame.assign(view="lines", article_id=frame["article_id"] + "@lines")
    both = pd.concat([frame.assign(page=frame["article_id"]), again.assign(page=frame["article_id"])])

    doubled, single = evaluate_frame(both, resamples=20), evaluate_frame(frame, resamples=20)

    assert doubled.counts.articles == single.counts.articles
    np.testing.assert_allclose(astuple(doubled.tagger.paragraphs.low), astuple(single.tagger.paragraphs.low))


def test_the_baselines_stand_beside_the_tagger_with_its_lead_over_each():
    found = evaluate_frame(made_frame(), resamples=100)

    assert [baseline.key for baseline in found.baselines] == ["stage_1", "length_rule", "everything_core"]
    for baseline in found.baselines:
        expected = np.subtract(astuple(found.tagger.words.value), astuple(baseline.words.value))
        np.testing.assert_allclose(astuple(baseline.lead_words.value), expected)
    assert found.baselines[0].lead_paragraphs.low.macro_f1 > 0
    assert found.baselines[2].paragraphs.value.core_recall == 1
    assert found.tagger.lead_paragraphs is None


def test_without_scores_by_words_alone_that_baseline_is_absent():
    found = evaluate_frame(made_frame().drop(columns="stage1"), resamples=0)
    assert [baseline.key for baseline in found.baselines] == ["length_rule", "everything_core"]


def test_groups_are_worst_first_and_together_hold_every_paragraph():
    frame = made_frame()
    frame.loc[frame["site"] == "site2.example", "tagged"] = "filler"

    found = evaluate_frame(frame, resamples=20)

    assert found.sites[0].name == "site2.example"
    for groups in (found.sites, found.sources, found.views):
        qualities = [group.words.value.core_f1 for group in groups]
        assert qualities == sorted(qualities)
        assert sum(group.paragraphs.confusion.total for group in groups) == len(frame)
    assert sum(group.articles for group in found.sites) == 12


def test_a_group_is_measured_as_though_it_were_alone():
    frame = made_frame()

    group = next(group for group in evaluate_frame(frame, resamples=20).sources if group.name == "north")

    alone = evaluate_frame(frame[frame["source"] == "north"], resamples=20).tagger
    assert astuple(group.words.value) == astuple(alone.words.value)[:8]
    assert astuple(group.words.low) == pytest.approx(astuple(alone.words.low)[:8])
    assert group.words.confusion == alone.words.confusion


def test_groups_that_the_data_does_not_tell_are_absent():
    found = evaluate_frame(made_frame().drop(columns=["site", "source", "view"]), resamples=0)

    assert found.sites == found.sources == found.views == found.languages == ()
    assert found.counts.sites == 0


def test_neither_the_order_nor_the_index_of_the_rows_matters():
    frame = made_frame().astype({"site": "category", "label": "category"})
    shuffled = frame.sample(frac=1, random_state=1).set_index("text", drop=False)

    first, second = evaluate_frame(frame, resamples=20), evaluate_frame(shuffled, resamples=20)

    assert first.to_metrics()["sites"] == second.to_metrics()["sites"]
    np.testing.assert_allclose(astuple(first.tagger.words.value), astuple(second.tagger.words.value))
    np.testing.assert_allclose(astuple(first.tagger.words.low), astuple(second.tagger.words.low))


def test_labels_of_one_class_only_are_measured_as_far_as_they_go():
    found = evaluate_frame(made_frame().query("label == 'core'"), resamples=20)

    assert found.tagger.paragraphs.value.core_recall > 0
    assert found.to_metrics()["tagger"]["paragraphs"]["filler"]["recall"] == {"value": None, "low": None, "high": None}


def test_a_new_model_is_compared_with_the_default_one_on_articles_that_the_latter_has_not_seen(seeded_tagger):
    frame = made_frame()
    frame["text"] += " " + frame["article_id"]
    seen = frame["article_id"] < "article 2"
    tagger = replace(seeded_tagger, manifest=Manifest(training=training_hashes(frame[seen])))
    unseen = int(frame.loc[~seen, "article_id"].nunique())
    found = beside_default(frame, tagger)
    new, old = (evaluate_frame(one[~seen].reset_index(drop=True)) for one in (frame, tagger.score_frame(frame)))
    assert found == (
        f"On {unseen} articles from which neither model learned, the new model reaches a word F1 of "
        f"{new.tagger.words.value.core_f1:.3f}, the default model {old.tagger.words.value.core_f1:.3f}."
    )
    tagger = replace(seeded_tagger, manifest=Manifest(training=training_hashes(frame)))
    assert "has learned from all of these articles" in beside_default(frame, tagger)


def test_the_keys_of_the_metrics_do_not_change_in_passing():
    found = evaluate_frame(made_frame(), resamples=20).to_metrics()

    json.dumps(found, allow_nan=False)
    both = {"macro_f1", "balanced_accuracy", "confusion"}
    of_scores, of_class = {"brier"}, {"precision", "recall", "f1"}
    assert found.keys() == {
        "schema", "cautions", "settings", "counts", "story", "tagger", "rivals", "baselines", "sources", "views",
        "sites", "calibration", "kinds", "languages", "detected_languages",
    }  # fmt: skip
    assert found["settings"].keys() == {"threshold", "resamples", "seed", "level"}
    assert found["tagger"].keys() == {"name", "description", "paragraphs", "words"}
    assert found["tagger"]["words"].keys() == {"core", "filler"} | both | of_scores
    assert found["tagger"]["words"]["core"].keys() == of_class | {"average_precision"}
    assert found["tagger"]["words"]["confusion"].keys() == {"core_kept", "core_lost", "filler_kept", "filler_removed"}
    assert found["baselines"].keys() == {"stage_1", "length_rule", "everything_core"}
    assert found["sites"]["site1.example"].keys() == {"articles", "paragraphs", "words"}
    assert found["sites"]["site1.example"]["words"].keys() == {"core", "filler"} | both
    assert found["sites"]["site1.example"]["words"]["core"].keys() == of_class
    assert found["calibration"].keys() == {"bins", "expected_error"}
    assert found["calibration"]["bins"][0].keys() == {"low", "high", "count", "mean_score", "share_core"}


def test_a_page_without_a_story_is_counted_and_enters_the_measures_as_filler():
    frame = made_frame()
    page = {"article_id": "wall", "label": "filler", "view": "page", "source": "north", "site": "site0.example"}
    lines = [page | {"position": n, "text": "We use cookies", "score": 0.1, "stage1": 0.1} for n in range(3)]
    before = evaluate_frame(frame, resamples=20)

    recognised = evaluate_frame(pd.concat([frame, pd.DataFrame(lines).assign(tagged="filler")]), resamples=20)
    missed = evaluate_frame(pd.concat([frame, pd.DataFrame(lines).assign(tagged="core")]), resamples=20)

    assert before.story is None
    assert before.to_metrics()["story"] is None
    assert recognised.to_metrics()["story"] == {"articles": 12, "lost": 0, "without_story": 1, "recognised": 1}
    assert (missed.story.without_story, missed.story.recognised) == (1, 0)
    core = before.tagger.words.value.core_f1
    assert recognised.tagger.words.value.core_f1 == core
    assert missed.tagger.words.value.core_f1 < core
