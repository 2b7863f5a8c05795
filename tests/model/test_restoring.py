"""Which dropped paragraphs the second look reads again, and from which score it restores them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.features.layout import Layout
from corestory.features.shapes import DIGITS, NAMES, SENTENCE_ENDS, shape_features
from corestory.model.restoring import (
    END_RESTORING,
    LINE_WORDS,
    PAST_RESTORING,
    PROSE_WORDS,
    SIBLING_RESTORING,
    lines_between_prose,
    restoring_cutoffs,
)
from corestory.model.second_look import scores_under
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

PROSE = "The ferry left the quay at nine on Monday, the harbour master said."


def read_again(article, scores, settled=(), restoring=0.9):
    """Give the cutoffs of an article whose own cutoff is 0.5; None of what is not read."""
    features = BatchFeatures(batch_of_articles([article]), lambda hashes: np.ones(len(hashes)))
    rows = np.isin(np.arange(len(scores)), settled)
    found = restoring_cutoffs(features, np.array(scores), np.array([0.5]), rows, restoring)
    return [None if np.isnan(one) else one for one in found.tolist()]


PARAGRAPHS = st.tuples(
    st.sampled_from([0.1, 0.3, 0.35, 0.8, 0.8]), st.integers(0, 30), st.sampled_from([0.0, 0.1, 0.5]),
    st.floats(0, 1) | st.just(np.nan), st.booleans(),
)  # fmt: skip


def test_beside_a_short_sentence_a_word_alone_is_not_read():
    def read(line):
        words, shape = shape_features([PROSE, line, "April, mostly."])
        return lines_between_prose(np.array([0.9, 0.4, 0.9]), np.array([0.5]), words, shape, Layout.of([3]))[1]

    assert read("Nobody knew")
    assert not read("Chemnitz")


@given(st.lists(st.lists(PARAGRAPHS, min_size=1, max_size=6), min_size=1, max_size=4), st.floats(0, 1))
def test_short_lines_between_kept_prose_of_their_article_rise_to_the_cutoff_and_nothing_else_rises(articles, restoring):
    layout = Layout.of([len(article) for article in articles])
    scores, words, digits, second, ends = map(np.array, zip(*(one for all_ in articles for one in all_), strict=True))
    shape = np.zeros((len(words), len(NAMES)))
    shape[:, DIGITS], shape[:, SENTENCE_ENDS] = digits, ends
    cutoffs = np.full(len(articles), 0.4)
    kept = scores >= 0.4
    read = lines_between_prose(scores, cutoffs, words, shape, layout)
    expected = [
        score in (0.3, 0.35) and words <= LINE_WORDS and digits < 0.5 and 0 < at < len(article) - 1
        and all(article[near][0] >= 0.4 for near in (at - 1, at + 1))
        and all(article[near][1] >= PROSE_WORDS or article[near][4] for near in (at - 1, at + 1))
        and sum(article[near][1] >= PROSE_WORDS for near in (at - 1, at + 1)) >= (2 if words < 2 else not ends)
        for article in articles
        for at, (score, words, digits, _, ends) in enumerate(article)
    ]  # fmt: skip
    assert read.tolist() == expected
    second = np.where(kept | read, second, np.nan)
    found = scores_under(scores, kept, second, cutoffs, layout, cutoff=0.5, restoring=restoring)
    assert (found == 0.4).tolist() == (read & (second > restoring)).tolist()
    assert (found[kept] <= 0.8).all()
    for inside in layout.slices():
        assert (found[inside] >= 0.4).any() == kept[inside].any()


@pytest.mark.parametrize(
    ("line", "least"),
    [
        ("A new quay", 0.6), ("“Nobody”", 0.6), ("He did not reply.", 0.6), ("廃校の校舎", 0.6), ("باب جديد", 0.6),
        ("»A new quay«", 0.6), ("Quays: 3 | 4", 0.9), ("A quay → 3", 0.9), ("and so on", 0.9), ("Round 2", 0.9),
        ("Quays: 3", 0.6), ("Length: 212 m, width: 9 m", 0.6), ("2019 – a new quay", 0.6), ("• a new quay", 0.6),
        ("14:30 Uhr: Der Kai ist zu", 0.6), ("14:30 Der Kai ist zu", 0.9), ("Map: A new quay", 0.9),
        ("Read also", None), ("Read on!", None), ("Reply", None), ("2 comments", None), ("3 May 2025", None),
        ("By Ann Lee and Bo Ray", None), ("Written by Ann Lee", None), ("Share on Facebook", None),
        (">> A new quay", None), ("→ A new quay", None), ("» A new quay", None), ("Photo (Ann Lee)", 0.9),
        ("Only subscribers: this article", None), ("Page 3 of 9", None),
    ],
)  # fmt: skip
def test_lines_that_look_like_subheads_or_sentences_are_restored_sooner_and_labels_never(line, least):
    def found(score, **changes):
        return read_again(Article("a", [PROSE, line, PROSE]), [0.9, score, 0.9], **changes)

    assert found(0.4) == [None, least, None]
    assert found(0.15) == [None, 0.8 if least == 0.6 else least, None]
    assert found(0.4, restoring=1.0) == found(0.4, settled=[1]) == [None] * 3


def page(*lines):
    opened = read_page("<main>" + "".join(lines) + "</main>")
    return Article("a", opened.texts, markup=opened.markup)


def test_a_line_of_many_marks_takes_linear_time():
    line = f"Nobody {'!' * 300_000}a"  # in quadratic time it would take an hour
    assert read_again(Article("a", [PROSE, line, PROSE]), [0.9, 0.4, 0.9])[1] is not None
    assert read_again(Article("a", [PROSE, f"{line}!_", PROSE]), [0.9, 0.4, 0.9])[1] is None


def test_paragraphs_of_a_page_are_read_again_beside_a_kept_one_of_their_element():
    kept = f"<p>{PROSE}</p>"
    between = page(kept, "<p>Round 2</p>", "<p>Share on Facebook</p>", kept, "<p>Nobody was hurt in the end.</p>")
    assert read_again(between, [0.9, 0.3, 0.4, 0.9, 0.3]) == [None, SIBLING_RESTORING, None, None, SIBLING_RESTORING]
    assert read_again(page(kept, "<p>1/4</p>", kept), [0.9, 0.4, 0.9]) == [None] * 3
    assert read_again(between, [0.9, 0.29, 0.4, 0.9, 0.29]) == [None] * 5
    assert read_again(between, [0.9, 0.3, 0.4, 0.9, 0.3], settled=[1, 4]) == [None] * 5


@pytest.mark.parametrize(
    "line",
    [
        "<p>A new quay</p>",  # neither a sentence nor between kept ones
        "<p><a href='/a'>Nobody was hurt in the end.</a></p>",
        "<div><p>Nobody was hurt in the end.</p></div>",
        "<p>This article is for subscribers alone.</p>",
        "<p class='image-caption'>Nobody was hurt in the end.</p>",
        "<figcaption>Nobody was hurt in the end.</figcaption>",
    ],
)
def test_links_and_lines_behind_the_story_or_in_other_elements_are_not_read_again(line):
    kept = f"<p>{PROSE}</p>"
    assert read_again(page(kept, "<p>Nobody was hurt in the end.</p>"), [0.9, 0.4])[1] == SIBLING_RESTORING
    assert read_again(page(kept, line), [0.9, 0.4]) == [None, None]


def test_a_sentence_right_behind_the_story_of_a_text_is_read_again_if_it_speaks_to_nobody():
    def found(*lines, scores=(0.9, 0.4), **changes):
        return read_again(Article("a", [PROSE, *lines]), list(scores), **changes)

    end = "The council will decide in the autumn."
    assert found(end) == found(end, scores=[0.9, 0.3]) == [None, END_RESTORING]
    assert found(end, scores=[0.9, 0.29]) == found(end, settled=[1]) == [None, None]
    assert found(end, end, scores=[0.9, 0.4, 0.4]) == [None, END_RESTORING, None]
    for label in ("– Advertisement –", "Continua dopo la pubblicità"):
        assert found(label, end, scores=[0.9, 0.1, 0.4]) == [None, None, END_RESTORING]
        assert found(label, scores=[0.9, 0.1]) == [None, None]
    assert found("Comments", end, scores=[0.9, 0.1, 0.4]) == [None, None, None]
    for other in (
        "A new quay for the old town",
        "Nobody knows why.",
        "Our council will decide in the autumn.",
        f"Next: {end}",
    ):
        assert found(other) == [None, None]
    assert read_again(Article("a", [end, PROSE]), [0.4, 0.9]) == [None, None]


@pytest.mark.parametrize(("line", "read"), [("Nobody was hurt.", True), ("Nobody knows why.", False), ("Sold.", False)])
def test_a_short_sentence_behind_the_story_is_read_again_if_it_tells_of_the_past(line, read):
    found = [None, PAST_RESTORING if read else None]
    assert read_again(Article("a", [PROSE, line]), [0.9, 0.3]) == found
    assert read_again(page(f"<p>{PROSE}</p>", f"<p>{line}</p>"), [0.9, 0.3]) == found
