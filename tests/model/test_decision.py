from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout
from corestory.model.decision import (
    MENU_LINES,
    MENU_WORDS,
    PAGE_FILLER,
    article_cutoffs,
    decide,
    expected_f1,
    is_clean,
)

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


@given(ARTICLES, CUTS)
def test_an_article_is_decided_on_alone(articles, cut):
    cores, expected = decided(articles, cut)

    for article, core, best in zip(articles, cores, expected, strict=True):
        ((alone,), (hope,)) = decided([article], cut)
        assert hope == pytest.approx(best, abs=1e-6)
        # Scores that stand on the line itself may fall to either side by rounding.
        assert alone == core or min(abs(score - cut * best) for score, _ in article) < 1e-6


def test_the_line_is_lower_where_the_article_is_doubtful_throughout():
    doubtful, sure = [(0.4, 20.0)] * 5, [(0.95, 20.0)] * 5 + [(0.4, 20.0)]
    (all_kept, the_sure_kept), _ = decided([doubtful, sure], 0.5)

    assert all_kept == [True] * 5
    assert the_sure_kept == [True] * 5 + [False]


def test_no_article_at_all_is_decided_on_at_once():
    assert decided([], 0.5)[1].shape == (0,)


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
