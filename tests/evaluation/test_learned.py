from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from corestory.evaluation.learned import group_importance, strongest_ngrams
from corestory.features.batch_features import column_groups
from corestory.features.context import GROUPS, MARKUP
from corestory.features.shapes import NAMES
from corestory.features.tokens import hash_token
from corestory.model.ngrams import NgramScorer
from corestory.model.scoring import Weights
from corestory.training.network_fit import Shape, first_weights


def test_text_and_pages_are_measured_apart_each_over_all_its_groups(boat_tagger, boat_frame, page_frame):
    both = pd.concat([boat_frame, page_frame], ignore_index=True)
    text, html = group_importance(boat_tagger, both)

    assert (text.html, html.html) == (False, True)
    assert {effect.group for effect in html.effects} == set(GROUPS)
    assert {effect.group for effect in text.effects} == set(GROUPS) - {MARKUP}
    assert (text.articles, text.paragraphs) == (30, 150)


def test_with_nothing_shuffled_it_is_the_tagger(boat_tagger, boat_frame):
    (found,) = group_importance(boat_tagger, boat_frame)
    tagged = boat_tagger.score_frame(boat_frame)["tagged"]

    assert found.macro_f1 == pytest.approx(1.0)
    assert (tagged == boat_frame["label"]).all()


def test_the_costliest_comes_first_and_the_mean_lies_in_its_range(boat_tagger, page_frame):
    (found,) = group_importance(boat_tagger, page_frame)
    losses = [effect.loss for effect in found.effects]

    assert losses == sorted(losses, reverse=True)
    assert all(effect.low <= effect.loss + 1e-12 and effect.loss <= effect.high + 1e-12 for effect in found.effects)


def test_a_group_that_the_network_cannot_see_costs_nothing_and_the_only_one_it_sees_costs_all(boat_tagger, boat_frame):
    # Stage 2 is made to look at the paragraph's shape alone: a long one is core.
    weights, count = boat_tagger.weights, len(column_groups(html=False))
    length = np.eye(count, dtype=np.float32)[:, [NAMES.index("words")]]
    one = np.ones((1, 1), np.float32)
    member = replace(
        first_weights(count, Shape(1, 0, 1), np.random.default_rng(0)),
        input=length, head=one, pooled=np.zeros((2, 1), np.float32), output=10 * one[0],
        output_bias=-3 * one[0],
    )  # fmt: skip
    network = replace(weights.text, members=(member,))
    blinkered = replace(boat_tagger, weights=Weights(weights.words, network))
    (found,) = group_importance(blinkered, boat_frame)
    losses = {effect.group: effect.loss for effect in found.effects}

    assert losses.pop("shape") > 0.1
    assert set(losses.values()) == {0.0}


def test_only_so_many_articles_are_looked_at_and_each_whole(boat_tagger, boat_frame):
    (found,) = group_importance(boat_tagger, boat_frame, most_rows=23)
    assert (found.articles, found.paragraphs) == (4, 20)
    (found,) = group_importance(boat_tagger, boat_frame, most_rows=1)
    assert (found.articles, found.paragraphs) == (1, 5)


def test_unlabelled_paragraphs_are_context_only(boat_tagger, boat_frame):
    frame = boat_frame.assign(label=boat_frame["label"].where(boat_frame["position"] > 0))
    (found,) = group_importance(boat_tagger, frame)

    assert found.paragraphs == 120


@pytest.mark.parametrize("label", ["core", None])
def test_without_both_classes_there_is_nothing_to_say(boat_tagger, boat_frame, label):
    assert group_importance(boat_tagger, boat_frame.assign(label=label)) == ()


def test_the_same_seed_gives_the_same_numbers(boat_tagger, boat_frame):
    assert group_importance(boat_tagger, boat_frame, seed=4) == group_importance(boat_tagger, boat_frame, seed=4)


def test_a_threshold_decides_where_it_is_given(boat_tagger, boat_frame):
    (found,) = group_importance(boat_tagger, boat_frame, threshold=0.0)

    assert {effect.loss for effect in found.effects} == {0.0}


WEIGHTS = {"said": 3.0, "quay": 1.0, "read more": -4.0, "00": -2.0, "share": -1.0, "never seen": 9.0}
TEXTS = [
    "She SAID so on the quay, said he",
    "Read More: quay",
    "read more 25",
    "Said 99 times",
    "Share",
    "the quay: share",
]


@pytest.fixture
def scorer():
    hashes = np.array([hash_token(name) for name in WEIGHTS], np.uint64)
    order = np.argsort(hashes)
    weights = np.array(list(WEIGHTS.values()), np.float32)
    return NgramScorer(hashes[order], np.full(len(order), 2, np.float32), weights[order], np.float32(0), np.float32(0))


def names(found):
    return [(one.name, one.pull, one.articles, one.paragraphs) for one in found]


def test_ngrams_are_named_by_the_texts_own_words_the_strongest_first(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.arange(6), min_articles=2)

    assert names(found.core) == [("said", 6.0, 2, 2), ("quay", 2.0, 3, 3)]
    assert names(found.filler) == [("read more", -8.0, 2, 2), ("00", -4.0, 2, 2), ("share", -2.0, 2, 2)]


def test_what_only_one_article_has_is_not_named(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.array([0, 1, 1, 0, 2, 3]), min_articles=2)

    assert [one.name for one in (*found.core, *found.filler)] == ["quay", "00", "share"]


def test_as_many_as_asked_for(scorer):
    found = strongest_ngrams(scorer, TEXTS, np.arange(6), each=1, min_articles=1)

    assert ([one.name for one in found.core], [one.name for one in found.filler]) == (["said"], ["read more"])


def test_texts_without_a_known_word_name_nothing(scorer):
    found = strongest_ngrams(scorer, ["", "unknown"], np.arange(2), min_articles=1)

    assert (found.core, found.filler) == ((), ())
