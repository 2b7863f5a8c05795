import numpy as np
import pytest

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.evidence import Evidence
from corestory.features.forest import Forest
from corestory.features.groups import AFTER, BEFORE, EARLIER_ROUND, GROUPS, MARKUP, OWN_WORDS, SHAPE, column_groups
from corestory.features.layout import Layout
from corestory.features.paragraphs import read_paragraphs
from corestory.features.terms import number_words
from corestory.features.tokens import tokenise

TEXTS = ["Ferry sold", "The ferry was sold on Monday, the owner said.", "It had nine decks and a bell.", "Share this"]
OTHER_TEXT = "1,000 PASSENGERS?! “Quite another paragraph of rather more words than were here”, it says:"
MIDDLE = 1


def evidence(texts, layout=None):
    count = len(texts)
    layout = layout or Layout.of([count])
    markup = MarkupColumns(
        ["own_h_one", *["own_p"] * (count - 1)],
        Forest.of_chains([[0, 1]] * count, [[1, 2]] * count, layout.article),
        np.linspace(0, 1, count),
        np.full(count, -1.0),
    )
    titles = ["Ferry sold"] * len(layout.sizes)
    read, title_tokens = read_paragraphs(texts), tokenise(titles)
    batch = Batch(texts, layout, titles, markup)
    words = number_words((read.tokens, title_tokens), lambda hashes: np.ones(len(hashes)))
    return Evidence(batch, read, *words)


def features(texts, scores, *, html):
    found = evidence(texts)
    return (found.html_features if html else found.text_features)(scores)


def scores(count):
    # The best opinion first, then markup's and the words'.
    generator = np.random.default_rng(3)
    return [generator.normal(size=len(TEXTS)) for _ in range(count)]


def changed(row, *, of):
    """Which columns of the middle paragraph change when the text and scores of another one do."""
    before = features(TEXTS, of, html=False)
    texts = [OTHER_TEXT if number == row else text for number, text in enumerate(TEXTS)]
    altered = [np.where(np.arange(len(TEXTS)) == row, -score - 1, score) for score in of]
    after = features(texts, altered, html=False)
    return np.flatnonzero(~np.isclose(before[MIDDLE], after[MIDDLE], atol=1e-5))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("html", [False, True])
def test_every_column_has_a_group(html, later):
    opinions = scores(1 + html + later)

    assert len(column_groups(html=html, later=later)) == features(TEXTS, opinions, html=html).shape[1]


def test_there_is_a_meaning_for_every_group_and_a_column():
    assert set(column_groups(html=True, later=True)) == {*GROUPS, EARLIER_ROUND}
    assert MARKUP not in column_groups(html=False, later=True)
    assert EARLIER_ROUND not in column_groups(html=True, later=False)


@pytest.mark.parametrize("later", [False, True])
def test_a_change_after_the_paragraph_moves_no_column_of_what_stands_before(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE + 1, of=scores(1 + later))])

    assert AFTER in moved
    assert not moved & {BEFORE, SHAPE}


@pytest.mark.parametrize("later", [False, True])
def test_a_change_before_the_paragraph_moves_no_column_of_what_stands_after(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE - 1, of=scores(1 + later))])

    assert BEFORE in moved
    assert not moved & {AFTER, SHAPE}


def test_a_change_of_the_paragraph_itself_moves_no_neighbours_column():
    groups = np.array(column_groups(html=False, later=True))
    moved = set(groups[changed(MIDDLE, of=scores(2))])

    assert {SHAPE, OWN_WORDS, EARLIER_ROUND} <= moved
    assert not moved & {BEFORE, AFTER}


def test_markup_columns_are_all_that_a_page_adds_to_its_text():
    with_markup, without = column_groups(html=True, later=False), column_groups(html=False, later=False)

    assert tuple(group for group in with_markup if group != MARKUP) == without
