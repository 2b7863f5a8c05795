from dataclasses import replace

import msgspec
import numpy as np
import pytest

from corestory.evaluation.in_story import InStory
from corestory.evaluation.metrics import Confusion
from corestory.model.calibration import Settings
from corestory.model.manifest import Manifest, TrainedOn
from corestory.model.network import Network
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import Weights
from corestory.model.tagger import Tagger
from corestory.report.card import LICENCES, few_articles, model_card
from corestory.training.network_fit import Shape, first_weights

HELD_OUT = "\n## Held-out sites\n\n| | words: F1 of core |\n| --- | ---: |\n| test | 0.912 |\n"


def scorer(count):
    numbers = np.zeros(count, np.float32)
    zero = np.zeros((), np.float32)
    return NgramScorer(np.arange(count, dtype=np.uint64), numbers, numbers, zero, zero)


def network(features):
    member = first_weights(features, Shape(width=2, blocks=6, hidden=2), np.random.default_rng(0))
    return Network(np.zeros(features, np.float32), np.ones(features, np.float32), (member,) * 3)


@pytest.fixture
def tagger():
    return Tagger(Weights(scorer(12_345), network(101), scorer(678), network(202)), Settings(cutoff_share=0.45))


@pytest.fixture
def manifest():
    return Manifest(
        corestory="0.1.0",
        created="2026-01-02T03:04:05+00:00",
        trained_on=(
            TrainedOn("sample", 29, 70, 1_566, 848),
            TrainedOn("wcxb", 1_200, 3_400, 123_456, 65_432),
            TrainedOn("own pages", 3, 12, 345, 234),
        ),
        splits=("train", "validation"),
        data_sha256="0123456789abcdef" * 4,
        seed=3,
        libraries={"python": "3.11.9", "numpy": "2.0.0"},
    )


def test_the_card_is_the_golden_one(golden, tagger, manifest, evaluation):
    golden("card.md", model_card("default", tagger, manifest, evaluation, extra=HELD_OUT))


def test_the_card_gives_the_filler_removed_and_the_lines_lost_inside_stories(tagger, manifest, evaluation):
    cells = {"core_kept": 9.0, "core_lost": 1.0, "filler_kept": 1.0, "filler_removed": 3.0}
    paragraphs = replace(evaluation.sources[0].paragraphs, confusion=Confusion(**cells))
    rates = replace(paragraphs.value, core_recall=0.9, filler_recall=0.75)
    group = replace(evaluation.sources[0], name="text", articles=5, paragraphs=replace(paragraphs, value=rates))
    found = InStory((group, replace(group, name="related")), ())
    card = model_card("default", tagger, manifest, evaluation, in_story=found)
    assert "| text | 5 | 4 | 75.0 | 10 | 10.0 |" in card
    assert "| related |" not in card
    assert "lost, %" not in model_card("default", tagger, manifest, evaluation)


def test_a_card_without_markup_and_addition_speaks_of_neither(tagger, manifest, evaluation):
    weights = replace(tagger.weights, markup=None, html=None)
    card = model_card("plain", replace(tagger, weights=weights), manifest, evaluation)

    assert "markup" not in card
    assert "Held-out" not in card
    assert "\n\n\n" not in card


def test_a_model_with_a_threshold_of_its_own_says_so(tagger, manifest, evaluation):
    card = model_card("strict", replace(tagger, settings=Settings(threshold=0.8)), manifest, evaluation)

    assert "A paragraph is core if its score is at least 0.8.\n" in card


def test_a_name_with_a_bar_or_a_line_break_stays_in_its_cell(tagger, manifest, evaluation):
    odd = msgspec.structs.replace(manifest, trained_on=(TrainedOn("a|b\nc", 1, 1, 2, 1),))
    card = model_card("odd", tagger, odd, evaluation)

    assert "| a\\|b c | 1 | 1 | 2 | 1 | set by its owner |" in card


def test_whose_labels_need_attribution_is_attributed(tagger, manifest, evaluation):
    card = model_card("default", tagger, manifest, evaluation)

    assert f"| {LICENCES['wcxb']} |" in card
    assert "CC-BY-4.0" in LICENCES["wcxb"]
    assert "Murrough Foley" in LICENCES["wcxb"]


def test_a_model_of_one_site_says_that_its_folds_were_of_articles(tagger, manifest, evaluation):
    card = model_card("local", tagger, manifest, evaluation, by="article")

    assert "saw other articles of that site. Expect lower scores on other sites." in card
    assert "no page of its site" not in card
    assert "no page of its site" in model_card("wide", tagger, manifest, evaluation)


@pytest.mark.parametrize(
    ("articles", "bound"), [(1, "95 of 100"), (2, "78 of 100"), (10, "26 of 100"), (29, "10 of 100")]
)
def test_scores_of_few_articles_come_with_the_bound_that_they_allow(articles, bound):
    assert bound in few_articles(articles)
    assert few_articles(30) == ""


def test_cautions_stand_above_the_scores(tagger, manifest, evaluation):
    card = model_card("own", tagger, manifest, replace(evaluation, cautions=("All rows are of one site.",)))

    assert card.index("> **Caution: All rows are of one site.**") < card.index("| all |")
