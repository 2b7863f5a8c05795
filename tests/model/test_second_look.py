from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import ModelError
from corestory.features.batch import Batch, batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.features.shapes import form_tokens, shape_features
from corestory.features.tokens import tokenise
from corestory.model.explaining import explain_articles
from corestory.model.ngrams import NgramScorer
from corestory.model.rules import Rules
from corestory.model.scoring import SecondLook, score_batch, stage1_log_odds
from corestory.model.second_look import (
    FORMS_READ,
    LINE_SHARE,
    PROSE_WORDS,
    SENTENCE_SHARE,
    WORDS_READ,
    is_prose,
    line_forms,
    line_words,
    look_cutoffs,
    scores_after_second_look,
    scores_under,
    second_look_columns,
    second_look_log_odds,
)
from corestory.model.stored_weights import read_weights, weights_bytes
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

LINES = (
    "The ferry left the quay at nine, the harbour master said.",
    "READ MORE: Ferry sold",
    "It will come back on Friday, if the weather holds.",
    "Sign up for our newsletter",
    "日本の港 7",
    "Share",
    "Nobody was hurt.",
)
ARTICLES = st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=8), min_size=1, max_size=4)


def texts(lines):
    return Article("a", lines)


def page(lines):
    rows = "".join(f'<p class="{"odd" if number % 2 else "even"}">{line}</p>' for number, line in enumerate(lines))
    found = read_page("<h1>Ferry sold</h1>" + rows)
    return Article("a", found.texts, title=found.title, markup=found.markup)


def log_odds_of_texts(weights, many, titles=None):
    """Give the log-odds of the second look for articles of such paragraphs, from the texts and the titles alone."""
    texts = [text for lines in many for text in lines]
    batch = Batch(texts, Layout.of([len(lines) for lines in many]), titles or [""] * len(many), None)
    features, look = BatchFeatures(batch, weights.words.idf_of), weights.second_look
    scored = look.words.log_odds(line_words(features.tokens)), look.forms.log_odds(line_forms(features.forms))
    stage1 = stage1_log_odds(features, weights)[-1].values
    columns = second_look_columns(features, features.titles, np.column_stack(scored), stage1)
    return look.network.log_odds(columns.matrix(), batch.layout)


def second_log_odds(tagger, article):
    return log_odds_of_texts(tagger.weights, [article.texts])


def knowing(ngrams):
    """A scorer of the n-grams, each with numbers of its own."""
    hashes = np.array(sorted(ngrams), np.uint64)
    numbers = np.random.default_rng(len(hashes)).normal(size=(2, len(hashes))).astype(np.float32)
    return NgramScorer(hashes, 1 + numbers[0] ** 2, numbers[1], np.float32(0.1), np.float32(3))


def known_to(tokens):
    return sorted({one for part in tokens.ngrams() for one in part.hashes.tolist()})


WORDS, FORMS = known_to(line_words(tokenise(LINES))), known_to(line_forms(form_tokens(LINES)))


@given(
    st.lists(st.lists(st.sampled_from([*LINES, "• Share", "", "..."]), min_size=1, max_size=6), min_size=1, max_size=5),
    st.data(),
    st.booleans(),
)
def test_the_look_at_chosen_paragraphs_is_the_look_at_their_texts_alone(seeded_tagger, many, data, html):
    articles = [page(lines) if html else texts(lines) for lines in many]
    batch = batch_of_articles(articles)
    rows = st.lists(st.booleans(), min_size=len(batch.texts), max_size=len(batch.texts)).filter(any)
    kept = np.array(data.draw(rows))
    headline = np.array(data.draw(rows)) & ~kept
    words, forms = (knowing(data.draw(st.sets(st.sampled_from(ngrams)))) for ngrams in (WORDS, FORMS))
    look = SecondLook(words, forms, seeded_tagger.weights.second_look.network)
    weights = replace(seeded_tagger.weights, second_look=look)

    scored = score_batch(batch, weights)
    found, prose = second_look_log_odds(scored, kept, headline, look)

    def chosen(rows, article, inside):
        return [text for text, one in zip(article.texts, rows[inside].tolist(), strict=True) if one]

    read = [pair for pair in zip(articles, batch.layout.slices(), strict=True) if kept[pair[1]].any()]
    alone = [chosen(kept, *pair) for pair in read]
    titles = [pair[0].title or " ".join(chosen(headline, *pair)) for pair in read]
    assert found.tolist() == log_odds_of_texts(weights, alone, titles).tolist()
    assert prose.shape == found.shape


def test_paragraphs_are_prose_if_they_are_long_sentences_and_do_not_read_like_plugs():
    sentence, headline = " ".join(["word"] * PROSE_WORDS) + ".", " ".join(["word"] * PROSE_WORDS)
    words, shape = shape_features([sentence, sentence.removeprefix("word "), headline, sentence])
    lines = np.array([[2.0, 1.0], [2.0, 1.0], [2.0, 1.0], [1.0, -2.0]])
    assert is_prose(words, shape, lines).tolist() == [True, False, False, False]


def test_prose_needs_lower_log_odds_to_be_dropped(seeded_tagger):
    numbers = {"second_look_slope": 1.0, "second_look_offset": 0.0, "second_look_prose_bonus": 3.0}
    settings = msgspec.structs.replace(seeded_tagger.settings, **numbers)
    line, prose = settings.second_look_probabilities(np.full(2, -3.0), np.array([False, True]))
    assert line < 0.05
    assert prose == 0.5


def test_of_a_line_the_first_words_are_read_and_its_ends():
    long = "read more " + "story " * 30
    tokens = line_words(tokenise(["read more", long, long + "again"]))
    short, cut, same = (tokens.hashes[tokens.row == row].tolist() for row in range(3))
    assert len(short) == 2 + 2
    assert len(cut) == WORDS_READ + 2
    assert cut == same
    assert (short[:3], short[-1]) == (cut[:3], cut[-1])
    forms = line_forms(form_tokens(["Read more", long]))
    assert forms.sizes.tolist() == [4, FORMS_READ]


def test_subheads_items_and_long_sentences_that_the_first_decision_keeps_for_sure_are_dropped_less():
    long = "The ferry left the quay at nine on Monday, the harbour master said, for the first time since May."
    html = f"<p>{long}</p><h2>A habit of many years in Skarne</h2><ul><li>Oak</li></ul><p>Sign up</p><p>{long}</p>"
    opened = read_page(html)
    article = Article("a", opened.texts, markup=opened.markup)
    line, sentence = 0.6 * LINE_SHARE, 0.6 * SENTENCE_SHARE
    for one, scores, expected in [
        (article, 0.9, [0.3, 0.0, 0.0, line, sentence]),
        (article, 0.75, [0.3, line, line, line, sentence]),
        (article, 0.6, [sentence, line, line, line, sentence]),
        (Article("a", opened.texts), 0.9, [0.3, 0.6, 0.6, 0.6, sentence]),
    ]:
        features = BatchFeatures(batch_of_articles([one]), lambda hashes: np.ones(len(hashes)))
        kept, found = np.ones(5, bool), np.zeros(5, bool)
        assert look_cutoffs(features, np.full(5, scores), kept, found, 0.6).tolist() == expected
        assert look_cutoffs(features, np.full(5, scores), kept, found, 0.2).max() <= 0.2


def test_sentences_of_a_text_are_dropped_less_where_comments_were_found():
    lines = ["The ferry left the quay at nine on Monday, she said.", "Sign up", "Well done!", "It is too late."]
    features = BatchFeatures(batch_of_articles([Article("a", lines)] * 2), lambda hashes: np.ones(len(hashes)))
    kept = np.tile([True, True, False, False], 2)
    found = np.array([False, False, False, True, False, False, False, False])
    sentence = 0.6 * SENTENCE_SHARE
    of_each = [sentence, 0.6, sentence, sentence]
    assert look_cutoffs(features, np.full(8, 0.5), kept, found, 0.6).tolist() == [0.3, *of_each[1:], *of_each]


@pytest.fixture(scope="module")
def looking(seeded_tagger):
    """A tagger whose second look drops about half of what was kept."""
    half = np.median([second_log_odds(seeded_tagger, article) for article in (texts(LINES), page(LINES[1:]))])
    numbers = {"second_look_text_cutoff": 0.5, "second_look_html_cutoff": 0.5, "second_look_slope": 9.0}
    numbers["second_look_offset"] = -9.0 * float(half)
    return replace(seeded_tagger, settings=msgspec.structs.replace(seeded_tagger.settings, **numbers))


@given(ARTICLES, st.booleans())
def test_the_look_only_lowers_scores_of_kept_paragraphs_and_leaves_every_article_some(
    seeded_tagger, looking, lines, html
):
    articles = [page(one) if html else texts(one) for one in lines]
    cutoffs = {}
    for numbers, batch in looking.by_markup(articles):
        decided = looking.tag_batch([articles[number] for number in numbers], batch)[1]
        cutoffs.update(zip(numbers, decided.cutoffs, strict=True))
    pairs = zip(seeded_tagger.tag_articles(articles), looking.tag_articles(articles), strict=True)
    for number, (before, after) in enumerate(pairs):
        cutoff = cutoffs[number]
        changed = before.scores != after.scores
        assert (before.core[changed]).all()
        assert (after.scores <= before.scores).all()
        assert (after.scores[changed] < cutoff).all()
        assert after.core.tolist() == (after.scores >= cutoff).tolist()
        assert after.core.any()


def test_the_look_drops_something_from_texts_and_pages(seeded_tagger, looking):
    for article in (texts(LINES), page(LINES)):
        (before,), (after,) = (tagger.tag_articles([article]) for tagger in (seeded_tagger, looking))
        assert 0 < after.core.sum() < before.core.sum()


@given(ARTICLES, st.booleans())
def test_an_articles_scores_do_not_depend_on_the_batch(looking, lines, html):
    articles = [page(one) if html else texts(one) for one in lines]
    together = [one.scores.tolist() for one in looking.tag_articles(articles)]
    assert together == [looking.tag_articles([article])[0].scores.tolist() for article in articles]


def test_without_a_look_or_without_a_cutoff_nothing_changes(seeded_tagger, looking):
    articles = [texts(LINES), page(LINES)]
    without = replace(looking, weights=replace(looking.weights, second_look=None))
    for tagger in (seeded_tagger, without):
        for article, same in zip(articles, tagger.tag_articles(articles), strict=True):
            ((_, batch),) = tagger.by_markup([article])
            _, decided = tagger.tag_batch([article], batch)
            assert same.scores.tolist() == decided.first_scores.tolist()


def test_rules_win_over_the_look(looking):
    (found,) = looking.tag_articles([page(LINES)], rules=Rules(core=("sign up", "read more"), filler=("ferry left",)))
    labels = dict(zip(found.texts, zip(found.core.tolist(), found.scores.tolist(), strict=True), strict=True))
    assert labels["READ MORE: Ferry sold"] == labels["Sign up for our newsletter"] == (True, 1.0)
    assert labels[LINES[0]] == (False, 0.0)


def test_a_threshold_is_compared_with_the_scores_after_the_look(looking):
    article = page(LINES)
    (own,) = looking.tag_articles([article])
    for threshold in (0.0, 0.1, 0.5, 1.0):
        (found,) = looking.tag_articles([article], threshold=threshold)
        assert found.scores.tolist() == own.scores.tolist()
        assert found.core.tolist() == (own.scores >= threshold).tolist()


def test_an_explanation_says_that_the_look_lowered_a_score(seeded_tagger, looking):
    article = page(LINES)
    (before,) = seeded_tagger.tag_articles([article])
    (found,) = explain_articles(looking, [article])
    lowered = [one for one in found.paragraphs if one.first_score is not None]
    assert lowered
    for one in lowered:
        assert one.label == "filler"
        assert one.first_score == before.scores[one.position]
        assert 1 / (1 + np.exp(-one.context.log_odds)) == pytest.approx(one.first_score, abs=1e-6)


def test_a_score_is_below_the_cutoff_however_close_the_second_score_is():
    scores, second = np.array([0.9, 0.9]), np.array([0.8, 0.45])
    found = scores_under(scores, scores > 0.4, second, np.array([0.4]), Layout.of([2]), cutoff=0.5, restoring=1.0)
    assert found.tolist() == [0.9, np.nextafter(0.4, 0)]


@pytest.mark.parametrize(
    ("line", "html"),
    [("Nobody was hurt.", False), ("Nobody was hurt.", True), ("Only subscribers: this article", False)],
)
def test_a_short_line_between_prose_is_restored_unless_it_is_settled_or_a_rule_drops_it(seeded_tagger, line, html):
    article, restores = (page if html else texts)([LINES[0], line, LINES[2]]), line == "Nobody was hurt."
    scored = score_batch(batch_of_articles([article]), seeded_tagger.weights)
    scores, at = np.array([*[0.8] * (len(article.texts) - 3), 0.8, 0.3, 0.8]), len(article.texts) - 2
    numbers = {"second_look_text_cutoff": 1e-9, "second_look_html_cutoff": 1e-9, "second_look_restoring": 0.0}
    # Every second score is 0.95.
    sure = {"second_look_slope": 1e-9, "second_look_offset": float(np.log(19)), "second_look_prose_bonus": 0.0}
    restoring = msgspec.structs.replace(seeded_tagger.settings, **numbers, **sure)
    line, no_headline = np.arange(len(scores)) == at, np.zeros(len(scores), bool)

    def found(settled=~line, forced=None):
        both = scores_after_second_look(
            scored, scores, np.array([0.4]), no_headline, settled, seeded_tagger.weights, restoring, forced
        )  # fmt: skip
        assert np.isnan(both[1][at])
        return both[0].tolist()

    assert found() == np.where(line & restores, 0.4, scores).tolist()
    assert found(settled=line) == found(forced=-line.astype(np.int8)) == scores.tolist()


def test_the_look_keeps_sentences_of_the_past_and_subheads_between_kept_sentences(seeded_tagger):
    def kept(line, scores):
        # Every second score is 0.35: long sentences before others stay, short ones do not.
        article = texts([f"{LINES[0]} {LINES[2]}", line, LINES[2]])
        scored = score_batch(batch_of_articles([article]), seeded_tagger.weights)
        offset = float(np.log(0.35 / 0.65))
        numbers = {"second_look_slope": 1e-9, "second_look_offset": offset, "second_look_prose_bonus": 0.0}
        settings = msgspec.structs.replace(seeded_tagger.settings, second_look_text_cutoff=0.5, **numbers)
        none = np.zeros(3, bool)
        look = scores_after_second_look(
            scored, np.array(scores), np.array([0.4]), none, none, seeded_tagger.weights, settings
        )  # fmt: skip
        return bool(look[0][1] >= 0.4)

    assert kept("Subscribers paid a pound.", [0.8, 0.8, 0.8])
    assert not kept("Subscribers pay a pound.", [0.8, 0.8, 0.8])
    assert not kept("Subscribers paid a pound.", [0.8, 0.8, 0.3])
    assert kept("A pound for all", [0.8, 0.8, 0.8])
    assert not kept("A pound for all", [0.8, 0.8, 0.3])
    assert not kept("A pound for all of the subscribers", [0.8, 0.8, 0.8])
    assert not kept("A pound → all", [0.8, 0.8, 0.8])


def test_the_look_drops_a_subhead_of_a_page_only_where_the_first_decision_doubts_it(seeded_tagger):
    opened = read_page(f"<p>{LINES[0]} {LINES[2]}</p><h2>A habit of many years in Skarne</h2><p>{LINES[2]}</p>")
    article = Article("a", opened.texts, markup=opened.markup)
    scored = score_batch(batch_of_articles([article]), seeded_tagger.weights)
    # Every second score is below this cutoff, that of prose above the one of sentences.
    numbers = {"second_look_slope": 1e-9, "second_look_offset": 0.0, "second_look_prose_bonus": 0.0}
    settings = msgspec.structs.replace(seeded_tagger.settings, second_look_html_cutoff=0.6, **numbers)
    none = np.zeros(3, bool)

    def kept(score):
        scores = np.array([0.9, score, 0.9])
        look = scores_after_second_look(scored, scores, np.array([0.4]), none, none, seeded_tagger.weights, settings)
        return (look[0] >= 0.4).tolist()

    assert kept(0.85)[:2] == [True, True]
    assert kept(0.75)[:2] == [True, False]


def test_the_look_restores_a_short_answer_unless_a_rule_drops_it(seeded_tagger):
    article = texts(["Q: Why?", "A: I had to.", "Q: And then?", "A: A tunnel.", "Q: Really?", "A: Yes."])
    scored = score_batch(batch_of_articles([article]), seeded_tagger.weights)
    scores = np.array([0.8, 0.8, 0.8, 0.1, 0.8, 0.1])
    settings = msgspec.structs.replace(seeded_tagger.settings, second_look_text_cutoff=1e-9)

    def found(forced):
        settled = np.zeros(6, bool)
        return scores_after_second_look(
            scored, scores, np.array([0.4]), settled, settled, seeded_tagger.weights, settings, forced
        )[0].tolist()  # fmt: skip

    assert found(None) == [0.8, 0.8, 0.8, 0.4, 0.8, 0.1]
    assert found(np.array([0, 0, 0, -1, 0, 0], np.int8)) == scores.tolist()


def test_the_look_is_stored_with_the_weights_and_checked_like_the_others(looking):
    weights = looking.weights
    stored = read_weights(weights_bytes(weights), where="w")
    assert stored.second_look is not None
    assert weights_bytes(stored) == weights_bytes(weights)
    assert read_weights(weights_bytes(replace(weights, second_look=None)), where="w").second_look is None
    network = weights.second_look.network
    for name, changes, reason in (
        ("mean", {"mean": network.mean[1:]}, "has shape"),
        ("scale", {"scale": np.full_like(network.scale, np.inf)}, "has values that are not finite"),
    ):
        spoilt = replace(weights, second_look=replace(weights.second_look, network=replace(network, **changes)))
        with pytest.raises(ModelError, match=f"'second_look.network.{name}' {reason}"):
            read_weights(weights_bytes(spoilt), where="w")
