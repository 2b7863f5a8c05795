from dataclasses import replace
from itertools import permutations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.context import GROUPS, MARKUP, OWN_WORDS
from corestory.features.tokens import hash_token, normalise, tokenise
from corestory.model.breakdown import MAX_PLAYERS, Breakdown, Effect, ngram_breakdowns, shapley_values
from corestory.model.explaining import explain_articles
from corestory.model.ngrams import NgramScorer
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


WORDS = ("a", "b", "c", "más", "日", "7", "İ", "ΣΣ")
TEXTS = st.lists(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=6)


def scorer(ngrams, *, intercept=0.25, seed=0):
    """A linear stage of these n-grams with weights of either sign."""
    hashes = np.unique(np.array([hash_token(ngram) for ngram in ngrams], np.uint64))
    random = np.random.default_rng(seed)
    idf = random.uniform(1, 6, len(hashes)).astype(np.float32)
    weights = random.normal(0, 3, len(hashes)).astype(np.float32)
    return NgramScorer(hashes, idf, weights, np.float32(intercept), np.float32(7))


def knowing(texts):
    """A linear stage that knows every second n-gram of these texts."""
    tokens = tokenise(texts)
    hashes = np.unique(np.concatenate([tokens.hashes, tokens.pairs().hashes]))[::2]
    random = np.random.default_rng(len(hashes))
    idf, weights = random.uniform(1, 6, len(hashes)), random.normal(0, 3, len(hashes))
    return NgramScorer(hashes, idf.astype(np.float32), weights.astype(np.float32), np.float32(-0.5), np.float32(7))


@given(TEXTS)
def test_the_effects_add_up_to_the_log_odds_to_rounding(texts):
    known = knowing(texts)
    found = ngram_breakdowns(texts, known)
    np.testing.assert_allclose([one.log_odds for one in found], known.log_odds(tokenise(texts)), rtol=1e-9, atol=1e-9)


@given(TEXTS)
def test_every_ngram_is_named_as_it_is_written(texts):
    for text, found in zip(texts, ngram_breakdowns(texts, knowing(texts)), strict=True):
        for effect in found.effects:
            words = effect.name.split(" ")
            assert all(word in text or word in normalise(text) for word in words)


def test_an_ngram_that_comes_twice_has_one_effect_and_its_first_name():
    (found,) = ngram_breakdowns(["Ferry news, FERRY news"], scorer(["ferry", "ferry news"]))
    assert [effect.name for effect in found.effects] == ["Ferry", "Ferry news"]


def test_numbers_are_named_as_written_though_the_model_reads_only_that_they_are_numbers():
    (found,) = ngram_breakdowns(["25 things"], scorer(["00 things"]))
    assert [effect.name for effect in found.effects] == ["25 things"]


def test_letters_that_fall_apart_when_lowered_do_not_shift_the_names_that_follow():
    (found,) = ngram_breakdowns(["İki read more"], scorer(["read more"]))
    assert [effect.name for effect in found.effects] == ["read more"]


def test_a_text_of_unknown_words_has_no_effects_and_the_base_is_all():
    first, second = ngram_breakdowns(["unheard of", ""], scorer(["read more"]))
    assert first == second == Breakdown(0.25, ())
    assert first.log_odds == 0.25


def test_a_model_without_any_ngram_explains_all_the_same():
    assert ngram_breakdowns(["a b"], scorer([])) == (Breakdown(0.25, ()),)


def test_the_strongest_effects_are_those_that_moved_most_up_or_down():
    found = Breakdown(0.0, (Effect("a", 0.5), Effect("b", -2.0), Effect("c", 1.0)))
    assert [effect.name for effect in found.strongest(2)] == ["b", "c"]
    assert found.log_odds == pytest.approx(-0.5)


NUMBERS = st.floats(-100, 100)


def a_game(results):
    """A game given by its result for each coalition, which is a number in binary."""

    def value(present):
        number = int((present * 2 ** np.arange(len(present))).sum())
        return np.array([results[number]])

    return value


@given(st.integers(1, 4).flatmap(lambda players: st.lists(NUMBERS, min_size=2**players, max_size=2**players)))
def test_base_and_shares_add_up_to_the_result_of_all(results):
    base, shares = shapley_values(a_game(results), len(results).bit_length() - 1)
    assert base[0] == results[0]
    assert base[0] + shares.sum() == pytest.approx(results[-1], abs=1e-9)


@given(st.lists(NUMBERS, min_size=8, max_size=8))
def test_a_share_is_the_mean_of_what_the_player_adds_over_all_orders_of_joining(results):
    value = a_game(results)
    added = np.zeros(3)
    for order in permutations(range(3)):
        present = np.zeros(3, bool)
        for player in order:
            before = value(present)[0]
            present[player] = True
            added[player] += (value(present)[0] - before) / 6
    _, shares = shapley_values(value, 3)
    assert shares[:, 0] == pytest.approx(added, abs=1e-9)


def test_many_games_are_divided_at_once():
    weights = np.array([[1.0, 10.0], [2.0, 20.0]])
    base, shares = shapley_values(lambda present: 5.0 + present @ weights, 2)
    assert base.tolist() == [5.0, 5.0]
    np.testing.assert_allclose(shares, weights)


def test_without_players_all_is_base():
    base, shares = shapley_values(lambda _: np.array([3.0]), 0)
    assert base.tolist() == [3.0]
    assert shares.shape == (0, 1)


def test_more_players_than_can_be_played_through_are_refused():
    with pytest.raises(ValueError, match="expected 0 to"):
        shapley_values(lambda _: np.zeros(1), MAX_PLAYERS + 1)
