import numpy as np
import pytest

from corestory.features.batch import Batch, MarkupColumns
from corestory.features.batch_features import BatchFeatures, column_groups
from corestory.features.context import (
    AFTER,
    BEFORE,
    EARLIER_ROUND,
    GROUPS,
    MARKUP,
    OWN_WORDS,
    SHAPE,
    TOPIC,
    Columns,
    LogOdds,
)
from corestory.features.elements import Forest
from corestory.features.layout import Layout
from corestory.reading.html.markup_words import MarkupWords

TEXTS = ["Ferry sold", "The ferry was sold on Monday, the owner said.", "It had nine decks and a bell.", "Share this"]
OTHER_TEXT = "1,000 PASSENGERS?! “Quite another paragraph of rather more words than were here”, it says:"
MIDDLE = 1


def columns_of(texts, scores, *, html):
    count = len(texts)
    layout = Layout.of([count])
    markup = MarkupColumns(
        MarkupWords.of_texts(["own_h_one", *["own_p"] * (count - 1)]),
        Forest(np.array([-1, 0]), np.array([1, 2]), np.ones(count, np.int64)),
        np.linspace(0, 1, count),
        np.full(count, -1.0),
    )
    found = BatchFeatures(Batch(texts, layout, ["Ferry sold"], markup), lambda hashes: np.ones(len(hashes)))
    return (found.of_html if html else found.of_text)(scores)


def scores(*groups):
    """Log-odds of these groups, the best first."""
    generator = np.random.default_rng(3)
    return [LogOdds(group, generator.normal(size=len(TEXTS))) for group in groups]


def scores_of_round(*, later):
    return scores(*([EARLIER_ROUND] if later else []), OWN_WORDS)


def changed(row, *, of):
    """Which columns of the middle paragraph change when the text and scores of another one do."""
    before = columns_of(TEXTS, of, html=False).matrix()
    texts = [OTHER_TEXT if number == row else text for number, text in enumerate(TEXTS)]
    altered = [LogOdds(group, np.where(np.arange(len(TEXTS)) == row, -values - 1, values)) for group, values in of]
    after = columns_of(texts, altered, html=False).matrix()
    return np.flatnonzero(~np.isclose(before[MIDDLE], after[MIDDLE], atol=1e-5))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("html", [False, True])
def test_the_groups_are_those_of_the_columns_and_there_is_one_for_each(html, later):
    chosen = scores(*([EARLIER_ROUND] if later else []), *([MARKUP] if html else []), OWN_WORDS)
    columns = columns_of(TEXTS, chosen, html=html)

    assert column_groups(html=html, later=later) == tuple(columns.groups)
    assert columns.matrix().shape == (len(TEXTS), len(columns.groups))


def test_columns_added_as_of_one_group_keep_their_order_and_lose_their_own():
    columns, more = Columns(), Columns()
    columns.add(SHAPE, np.ones(2))
    more.add([BEFORE, AFTER], np.zeros((2, 2)))
    columns.extend(more)
    columns.extend(more, group=TOPIC)

    assert columns.groups == [SHAPE, BEFORE, AFTER, TOPIC, TOPIC]
    assert columns.matrix().tolist() == [[1, 0, 0, 0, 0]] * 2


def test_there_is_a_meaning_for_every_group_and_a_column():
    assert set(column_groups(html=True, later=True)) == {*GROUPS, EARLIER_ROUND}
    assert MARKUP not in column_groups(html=False, later=True)
    assert EARLIER_ROUND not in column_groups(html=True, later=False)


@pytest.mark.parametrize("later", [False, True])
def test_a_change_after_the_paragraph_moves_no_column_of_what_stands_before(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE + 1, of=scores_of_round(later=later))])

    assert AFTER in moved
    assert not moved & {BEFORE, SHAPE}


@pytest.mark.parametrize("later", [False, True])
def test_a_change_before_the_paragraph_moves_no_column_of_what_stands_after(later):
    groups = np.array(column_groups(html=False, later=later))
    moved = set(groups[changed(MIDDLE - 1, of=scores_of_round(later=later))])

    assert BEFORE in moved
    assert not moved & {AFTER, SHAPE}


def test_a_change_of_the_paragraph_itself_moves_no_neighbours_column():
    groups = np.array(column_groups(html=False, later=True))
    moved = set(groups[changed(MIDDLE, of=scores_of_round(later=True))])

    assert {SHAPE, OWN_WORDS, EARLIER_ROUND} <= moved
    assert not moved & {BEFORE, AFTER}


def test_markup_columns_are_all_that_a_page_adds_to_its_text():
    with_markup, without = column_groups(html=True, later=False), column_groups(html=False, later=False)

    assert tuple(group for group in with_markup if group != MARKUP) == without
