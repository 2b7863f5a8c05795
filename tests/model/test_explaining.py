from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import GROUPS, MARKUP, OWN_WORDS
from corestory.features.tokens import tokenise
from corestory.model.explaining import explain_articles
from corestory.model.scoring import score_batch
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

LINES = (
    "The ferry left the quay at nine, the harbour master said.",
    "READ MORE: Ferry sold",
    "It will come back on Friday.",
    "",
    "日本の港 7",
    "Share",
)
PAGE = (
    "<title>Ferry sold</title><nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
    "<article><h1>Ferry sold</h1><p>The ferry was sold on Monday, its owner said.</p><p>It had nine decks.</p>"
    "<aside><a href='/more'>Read more</a></aside></article><footer>About us</footer>"
)


def plain(name, lines):
    return Article(name, lines)


def page(name):
    read = read_page(PAGE)
    return Article(name, read.texts, title=read.title, markup=read.markup)


def final_log_odds(tagger, article):
    batch = batch_of_articles([article])
    log_odds = score_batch(batch, tagger.weights).log_odds
    scaling = tagger.settings.platt_scaling(html=batch.markup is not None)
    return scaling.slope * log_odds + scaling.offset


@pytest.fixture(scope="module")
def explained(seeded_tagger):
    """A text and a page, explained together."""
    return list(explain_articles(seeded_tagger, [plain("a", LINES), page("b")]))


@pytest.mark.slow
@settings(max_examples=6)
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=5))
def test_the_groups_effects_add_up_to_the_score_and_the_ngrams_effects_to_stage_1(seeded_tagger, lines):
    article = plain("a", lines)
    (found,) = explain_articles(seeded_tagger, [article])
    sums = np.array([paragraph.context.log_odds for paragraph in found.paragraphs])
    np.testing.assert_allclose(sums, final_log_odds(seeded_tagger, article), rtol=0, atol=1e-6)
    np.testing.assert_allclose(1 / (1 + np.exp(-sums)), found.tagged.scores, rtol=0, atol=1e-6)
    stage1 = seeded_tagger.weights.words.log_odds(tokenise(lines))
    np.testing.assert_allclose([paragraph.words.log_odds for paragraph in found.paragraphs], stage1, atol=1e-9)


def test_a_page_is_explained_by_its_markup_too(seeded_tagger, explained):
    found = explained[1]
    sums = [paragraph.context.log_odds for paragraph in found.paragraphs]
    np.testing.assert_allclose(sums, final_log_odds(seeded_tagger, page("b")), atol=1e-6)
    markup = seeded_tagger.weights.markup.log_odds(tokenise(batch_of_articles([page("b")]).markup.words.spelt()))
    np.testing.assert_allclose([paragraph.markup.log_odds for paragraph in found.paragraphs], markup, atol=1e-9)
    assert found.tagged.title == "Ferry sold"
    assert [effect.name for effect in found.paragraphs[0].context.effects] == list(GROUPS)


def test_without_markup_there_is_no_effect_of_markup(explained):
    for paragraph in explained[0].paragraphs:
        assert paragraph.markup is None
        assert [effect.name for effect in paragraph.context.effects] == [name for name in GROUPS if name != MARKUP]


def test_all_paragraphs_start_from_the_same_base(explained):
    assert len({paragraph.context.base for paragraph in explained[0].paragraphs}) == 1


def test_articles_are_explained_alike_alone_and_among_others_in_the_order_given(seeded_tagger, explained):
    articles = [page("b"), plain("c", LINES[:2]), plain("a", LINES)]
    together = list(explain_articles(seeded_tagger, articles))
    assert [found.tagged.article_id for found in together] == ["b", "c", "a"]
    for alone, found in ((explained[1], together[0]), (explained[0], together[2])):
        assert alone.cutoff == pytest.approx(found.cutoff, abs=1e-6)
        for one, other in zip(alone.paragraphs, found.paragraphs, strict=True):
            assert [effect.name for effect in one.words.effects] == [effect.name for effect in other.words.effects]
            mine, theirs = ([effect.log_odds for effect in paragraph.context.effects] for paragraph in (one, other))
            assert mine == pytest.approx(theirs, abs=1e-5)


def test_what_is_at_or_above_the_line_is_core_and_nothing_else(explained):
    for found in explained:
        assert not found.cutoff_is_fixed
        for paragraph in found.paragraphs:
            # The last digits of a score depend on the batch.
            assert (paragraph.label == "core") == (paragraph.score >= found.cutoff - 1e-9)


def test_a_threshold_is_the_line_be_it_given_or_the_models_own(seeded_tagger):
    own = replace(seeded_tagger, settings=msgspec.structs.replace(seeded_tagger.settings, threshold=0.9))
    for tagger, threshold, expected in ((seeded_tagger, 0.3, 0.3), (own, None, 0.9), (own, 0.3, 0.3)):
        (found,) = explain_articles(tagger, [plain("a", LINES)], threshold=threshold)
        assert (found.cutoff, found.cutoff_is_fixed) == (expected, True)
        assert found.tagged.core.tolist() == (found.tagged.scores >= expected).tolist()


def test_a_group_that_the_networks_do_not_look_at_has_no_effect(seeded_tagger, make_weights):
    from corestory.features.batch_features import column_groups

    parts = make_weights()
    blind = np.array(column_groups(html=False)) == OWN_WORDS
    network = parts.text
    members = tuple(
        replace(member, input=np.where(blind[:, None], np.float32(0), member.input)) for member in network.members
    )
    tagger = replace(seeded_tagger, weights=replace(parts, text=replace(network, members=members)))
    (found,) = explain_articles(tagger, [plain("a", LINES)])
    for paragraph in found.paragraphs:
        effects = {effect.name: effect.log_odds for effect in paragraph.context.effects}
        assert effects[OWN_WORDS] == pytest.approx(0, abs=1e-9)
        assert any(effects.values())


def test_no_article_gives_no_explanation(seeded_tagger):
    assert list(explain_articles(seeded_tagger, [])) == []
