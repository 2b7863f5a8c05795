from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.model.decision import (
    LEAST_WORDS,
    LOW_CONFIDENCE,
    MENU_LINES,
    MENU_WORDS,
    PAGE_FILLER,
    article_cutoffs,
    decide,
    doubts,
    expected_f1,
    is_clean,
    known_words,
    prose_of_new_languages,
)
from corestory.model.tagged_article import Doubt
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.one_article import page_article
from corestory.training.estimator import ParagraphClassifier
from fits import shorten_article_network

PARAGRAPH = st.tuples(st.integers(0, 20).map(lambda score: score / 20), st.integers(0, 40).map(float))
ARTICLES = st.lists(st.lists(PARAGRAPH, min_size=1, max_size=5), max_size=4)
CUTS = st.floats(0, 1)


def laid_out(articles):
    rows = [row for article in articles for row in article]
    scores, words = np.array(rows, float).reshape(-1, 2).T
    return scores, words, Layout.of([len(article) for article in articles])


def decided(articles, cut):
    core, expected = decide(*laid_out(articles), cutoff_share=cut)
    parts = np.split(core, np.cumsum([len(article) for article in articles])[:-1]) if articles else []
    return [part.tolist() for part in parts], expected


def f1_expected_of(article, kept):
    """Word F1 that the scores let expect if these places are kept."""
    masses = [words + 1e-6 for _, words in article]
    hits = sum(article[place][0] * masses[place] for place in kept)
    core = sum(score * mass for (score, _), mass in zip(article, masses, strict=True))
    return 2 * hits / (sum(masses[place] for place in kept) + core)


def best_of_all_choices(article):
    places = range(len(article))
    return max(
        f1_expected_of(article, kept) for size in range(1, len(article) + 1) for kept in combinations(places, size)
    )


@given(ARTICLES)
def test_the_expected_f1_is_the_best_of_all_choices_of_paragraphs(articles):
    expected = [best_of_all_choices(article) for article in articles]

    assert expected_f1(*laid_out(articles)).tolist() == pytest.approx(expected, abs=1e-6)


@given(ARTICLES)
def test_at_half_of_the_best_f1_the_decision_reaches_it(articles):
    cores, expected = decided(articles, 0.5)

    for article, core, best in zip(articles, cores, expected, strict=True):
        kept = [place for place, chosen in enumerate(core) if chosen]
        assert f1_expected_of(article, kept) == pytest.approx(best, abs=1e-6)


@given(ARTICLES, CUTS)
def test_no_article_is_left_empty_and_no_kept_paragraph_scores_less_than_one_left_out(articles, cut):
    cores, _ = decided(articles, cut)

    for article, core in zip(articles, cores, strict=True):
        kept = [score for (score, _), chosen in zip(article, core, strict=True) if chosen]
        left = [score for (score, _), chosen in zip(article, core, strict=True) if not chosen]
        assert kept
        assert min(kept) > max(left, default=-1)


@given(ARTICLES, CUTS, CUTS)
def test_a_higher_cut_keeps_nothing_that_a_lower_one_leaves_out(articles, one, other):
    low, high = (decided(articles, cut)[0] for cut in sorted((one, other)))

    for below, above in zip(low, high, strict=True):
        assert all(kept or not chosen for kept, chosen in zip(below, above, strict=True))


def test_the_line_is_lower_where_the_article_is_doubtful_throughout():
    doubtful, sure = [(0.4, 20.0)] * 5, [(0.95, 20.0)] * 5 + [(0.4, 20.0)]
    (all_kept, the_sure_kept), _ = decided([doubtful, sure], 0.5)

    assert all_kept == [True] * 5
    assert the_sure_kept == [True] * 5 + [False]


@given(st.lists(st.lists(PARAGRAPH, min_size=1, max_size=2 * PAGE_FILLER), max_size=4))
def test_an_article_is_clean_if_few_of_its_paragraphs_are_surely_filler(articles):
    scores, _, layout = laid_out(articles)

    expected = [sum(score < 0.1 for score, _ in article) < PAGE_FILLER for article in articles]
    assert is_clean(scores, layout).tolist() == expected


def test_clean_articles_and_whole_pages_are_cut_each_at_their_own_share():
    page, output = [(0.9, 10.0), (0.5, 10.0), *[(0.01, 1.0)] * PAGE_FILLER], [(0.9, 10.0), (0.5, 10.0), (0.9, 10.0)]
    core, _ = decide(*laid_out([page, output]), cutoff_share=0.7, clean_cutoff_share=0.2)

    assert core.tolist() == [True, False, *[False] * PAGE_FILLER, True, True, True]


def cutoff_of(scores, words):
    layout = Layout.of([len(scores)])
    (cutoff,), _ = article_cutoffs(np.array(scores), np.array(words, float), layout, cutoff_share=0.5)
    return cutoff


@pytest.mark.parametrize("lines", [MENU_LINES, 60, 300])
@pytest.mark.parametrize("score", [0.35, 0.45, 0.49])
def test_a_doubtful_menu_never_comes_in_beside_a_likely_story(lines, score):
    story, menu = [0.7, 0.55], [score] * lines
    for scores, words in (([*story, *menu], [40, 30, *[4] * lines]), ([*menu, *story], [*[4] * lines, 40, 30])):
        assert score < cutoff_of(scores, words) <= 0.5


def test_fewer_lines_and_longer_paragraphs_keep_their_cutoff():
    few = MENU_LINES - 1
    assert cutoff_of([0.7, *[0.45] * few], [40, *[4] * few]) < 0.45
    assert cutoff_of([0.7, *[0.45] * MENU_LINES], [40, *[MENU_WORDS + 1] * MENU_LINES]) < 0.45
    apart = [*[0.45] * few, 0.7, *[0.45] * few]
    assert cutoff_of(apart, [*[4] * few, 40, *[4] * few]) < 0.45


def test_a_list_without_a_likelier_story_stays():
    assert cutoff_of([0.45] * 30, [6] * 30) < 0.45


def test_a_menu_of_one_article_says_nothing_of_the_next():
    scores = np.array([0.7, *[0.45] * 5, *[0.45] * 5, 0.7])
    words = np.array([40.0, *[4.0] * 10, 40.0])
    cutoffs, _ = article_cutoffs(scores, words, Layout.of([6, 6]), cutoff_share=0.5)
    assert (cutoffs < 0.45).all()


pytestmark = pytest.mark.slow

DEMO = Path(__file__).parents[2] / "data" / "demo" / "article.txt"
GOODS = ("Oak bench", "Rain jacket", "Brass lamp", "Wool rug", "Copper kettle", "Garden hose", "Tin bucket", "Door mat")
SHOP = [
    "Home", "New in", "Sale", "Delivery and returns", "Basket (0)", "Sort by: price", "8 of 214 results",
    *(
        line
        for number, name in enumerate(GOODS * 3)
        for line in (f"{name} {number}", f"€ {number * 7 + 12}.90", "4.5 (31 reviews)", "In stock", "Add to basket")
    ),
    "Next page", "Newsletter: 10 % off your first order", "Payment", "Privacy", "Imprint",
]  # fmt: skip
GEORGIAN = [
    "სოფელში ძველი წისქვილი ოცდაათი წლის შემდეგ კვლავ ამუშავდა.", "ქვები იმავე მდინარიდან ამოიტანეს და შეაკეთეს.",
    "წისქვილი მეწისქვილის შვილიშვილმა აღადგინა, რომელიც სოფელში დაბრუნდა.",
    "მუნიციპალიტეტმა გზის მოასფალტება გაზაფხულისთვის დააპირა.",
]  # fmt: skip


def article(*texts):
    return Article("a", texts)


def articles_of(frame):
    return [article(*part.sort_values("position")["text"]) for _, part in frame.groupby("article_id")]


@pytest.fixture(scope="module")
def english(sample_frame: pd.DataFrame, once: Callable[[str, Callable[[], Tagger]], Tagger]) -> Tagger:
    """Knows the sample's English articles but for those of two papers."""
    seen = (sample_frame["language"] == "en") & ~sample_frame["site"].isin(
        ["harbour-herald.example", "pitchline.example"]
    )

    def fitted() -> Tagger:
        with pytest.MonkeyPatch.context() as patch:
            shorten_article_network(patch)
            return ParagraphClassifier(members=1, folds=2, steps=200, least_trust=0).fit(sample_frame[seen]).tagger_

    return once("English tagger", fitted)


def reasons(tagger, articles):
    return [tagged.doubt for tagged in tagger.tag_articles(articles)]


@pytest.mark.parametrize(
    "language", ["cs", "da", "de", "el", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "tr", "zh"]
)
def test_real_articles_in_a_language_it_was_not_trained_on_are_doubted_for_that(english, sample_frame, language):
    articles = articles_of(sample_frame[sample_frame["language"] == language])

    assert articles
    assert set(reasons(english, articles)) == {Doubt.LANGUAGE}


def test_articles_of_unseen_papers_in_a_known_language_are_not_doubted_for_their_language(english, sample_frame):
    unseen = sample_frame["site"].isin(["harbour-herald.example", "pitchline.example"])
    articles = articles_of(sample_frame[unseen])

    assert len(articles) >= 5
    assert Doubt.LANGUAGE not in reasons(english, articles)


def test_an_article_of_which_it_is_sure_is_not_doubted(english):
    assert reasons(english, [article(*DEMO.read_text(encoding="utf-8").splitlines())]) == [None]


@pytest.mark.parametrize("text", ["مرحبا بالعالم " * 30, "東京都の人口" * 20, "ስላም ለዓለም " * 30])
def test_scripts_that_it_never_saw_are_doubted(english, text):
    assert reasons(english, [article(text)]) == [Doubt.LANGUAGE]


def test_a_few_strange_words_tell_nothing_of_a_language(english):
    assert Doubt.LANGUAGE not in reasons(english, [article("🙂🙂"), article(" ".join(["zzyzx"] * (LEAST_WORDS - 1)))])


def test_a_shop_is_doubted_as_an_article_whether_as_text_or_as_a_page(english):
    items = "".join(f"<li><a href=/p>{line}</a></li>" for line in SHOP)
    page = page_article(f"<title>Shop</title><ul>{items}</ul>", article_id="p", where="p")

    found = english.tag_articles([article(*SHOP), page])
    assert all(tagged.confidence < LOW_CONFIDENCE for tagged in found)
    assert all(tagged.doubt in (Doubt.UNCLEAR, Doubt.NO_STORY, Doubt.ALL_STORY) for tagged in found)


@pytest.mark.parametrize(
    ("scores", "confidence", "reason"),
    [
        ([0.9, 0.1, 0.1, 0.1], 0.95, None),
        ([0.9, 0.1, 0.1, 0.1], LOW_CONFIDENCE, None),
        ([0.1, 0.1, 0.2, 0.4], 0.3, Doubt.NO_STORY),
        ([0.6, 0.5, 0.6, 0.7], 0.7, Doubt.ALL_STORY),
        ([0.6, 0.4, 0.6, 0.4], 0.6, Doubt.UNCLEAR),
    ],
)
def test_low_confidence_has_a_reason_by_what_share_looks_like_story(english, scores, confidence, reason):
    features = BatchFeatures(batch_of_articles([article(*["The ferry was sold."] * 4)]), english.weights.words.idf_of)

    known = known_words(features, english.weights.words)
    assert doubts(np.array(scores), np.array([confidence]), features, known) == [reason]


def test_the_share_of_known_words_is_counted_article_by_article(english):
    known = ["The council said on Monday that it would"] * 4
    strange = ["Xqv zkrw pflt brzn qwx vvtr nnpq lkjh"] * 4
    batch = batch_of_articles([article(*known), article(*strange), article(*known, *strange), article("Xqv")])
    features = BatchFeatures(batch, english.weights.words.idf_of)

    assert known_words(features, english.weights.words) == pytest.approx([1, 0, 0.5, 1])


def test_prose_in_a_language_that_it_never_saw_is_core_unless_it_scores_far_less_than_the_best(english):
    menu = ["მთავარი", "სპორტი", "ახალი ამბები"]
    frames = [article(*menu, *GEORGIAN, *menu), article(*["The quay opened on Monday after a long delay."] * 4)]
    features = BatchFeatures(batch_of_articles(frames), english.weights.words.idf_of)
    scores = np.array([0.01] * 3 + [0.3, 0.05, 0.04, 0.02] + [0.2] * 3 + [0.9, 0.1, 0.1, 0.1])

    cutoffs = np.array([0.2, 0.5])
    found = prose_of_new_languages(scores, cutoffs, features, known_words(features, english.weights.words))

    assert [row for row, is_prose in enumerate(found) if is_prose] == [3, 4, 5]


def test_where_some_scores_of_a_new_language_are_high_only_prose_near_them_is_core(english):
    prose = GEORGIAN[:3]
    features = BatchFeatures(batch_of_articles([article(*prose, *prose)] * 2), english.weights.words.idf_of)
    scores = np.array([0.9, 0.4, 0.45, 0.4, 0.3, 0.3, 0.45, 0.45, 0.4, 0.3, 0.3, 0.9])

    found = prose_of_new_languages(scores, np.full(2, 0.5), features, known_words(features, english.weights.words))

    assert [row for row, is_prose in enumerate(found) if is_prose and scores[row] < 0.5] == [1, 2]
