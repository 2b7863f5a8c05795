import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import LIMIT
from corestory.model.rules import Rules
from corestory.model.scoring import score_batch
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

STORY = (
    "The ferry was sold on Monday, the harbour master said.",
    "Nine crew members will stay on until the end of May.",
    "The buyer, a firm from the north of the county, did not say what it paid.",
    "It had carried passengers and goats for forty years.",
)
PAGE = "<h1>Ferry sold</h1>" + "".join(f"<p>{text}</p>" for text in STORY)


def article(*texts):
    return Article("a", texts)


def page():
    read = read_page(PAGE)
    return Article("p", read.texts, markup=read.markup)


@pytest.mark.parametrize("make", [lambda: article(*STORY), page])
def test_what_a_rule_names_gets_that_label_and_a_score_of_one_or_zero(default_tagger, make):
    rules = Rules(core=("goats",), filler=("nine crew",))
    (found,) = default_tagger.tag_articles([make()], rules=rules)

    by_text = {text: (score, core) for text, score, core in zip(found.texts, found.scores, found.core, strict=True)}
    assert by_text[STORY[1]] == (0, False)
    assert by_text[STORY[3]] == (1, True)


def test_a_rule_goes_before_a_threshold(default_tagger):
    (found,) = default_tagger.tag_articles([article(*STORY)], threshold=0, rules=Rules(filler=("ferry",)))
    assert found.core.tolist() == [False, True, True, True]
    (found,) = default_tagger.tag_articles([article(*STORY)], threshold=1, rules=Rules(core=("ferry",)))
    assert found.core.tolist() == [True, False, False, False]


def test_where_rules_call_all_filler_no_paragraph_is_kept(default_tagger):
    (found,) = default_tagger.tag_articles([article(*STORY)], rules=Rules(filler=("re:.",)))
    assert found.core.tolist() == [False] * 4
    assert 0 <= found.confidence <= 1


def test_neighbours_are_judged_by_what_the_rules_say(default_tagger):
    # A line that could be either, among lines of which a person knows better.
    texts = (*STORY, "Harbour cafe reopens after flood", "Council backs new bus lane", "Lido roof vote delayed", "Rain")
    known = ("harbour cafe", "lido roof", "rain")
    among_core, among_filler = (
        default_tagger.tag_articles([article(*texts)], rules=rules)[0].scores
        for rules in (Rules(core=known), Rules(filler=known))
    )

    assert among_filler[5] < among_core[5]


def test_without_a_match_nothing_changes(default_tagger):
    tagger, articles = default_tagger, [article(*STORY), page()]
    for plain, ruled in zip(
        tagger.tag_articles(articles), tagger.tag_articles(articles, rules=Rules(core=("zeppelin",))), strict=True
    ):
        assert ruled.scores.tolist() == plain.scores.tolist()
        assert (ruled.core.tolist(), ruled.confidence) == (plain.core.tolist(), plain.confidence)


@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("html", [False, True])
def test_what_is_forced_is_as_sure_as_can_be_in_each_stage(make_weights, html, rounds):
    batch = batch_of_articles([page() if html else article(*STORY)])
    forced = np.zeros(len(batch.texts), np.int8)
    forced[:2] = 1, -1
    ruled = score_batch(batch, make_weights(rounds=rounds), forced=forced)
    plain = score_batch(batch, make_weights(rounds=rounds))
    words, plain_words = ruled.stage1[-1].values, plain.stage1[-1].values

    assert ruled.log_odds[:2].tolist() == words[:2].tolist() == [LIMIT, -LIMIT]
    assert words[2:].tolist() == plain_words[2:].tolist()
    assert (ruled.log_odds[2:] != plain.log_odds[2:]).any()
