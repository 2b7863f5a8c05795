import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.elements import Forest
from corestory.reading.one_article import page_article


@st.composite
def forests(draw):
    """Trees whose elements come after their parents, and paragraphs in some of them."""
    count = draw(st.integers(1, 12))
    parent = [draw(st.integers(-1, number - 1)) for number in range(count)]
    at = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=12))
    return Forest(
        np.array(parent), np.array(draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))), np.array(at)
    )


def chain(forest, element):
    return [] if element < 0 else [*chain(forest, int(forest.parent[element])), element]


@given(forests(), st.data())
def test_depths_sums_and_maxima_are_those_of_plain_loops_over_chains(forest, data):
    count = len(forest.parent)
    chains = [chain(forest, element) for element in range(count)]
    values = np.array(data.draw(st.lists(st.floats(0, 9), min_size=count, max_size=count)))
    weights = np.arange(len(forest.at)) + 1.0

    assert forest.depth.tolist() == [len(one) for one in chains]
    assert forest.largest(values).tolist() == [max(values[one]) for one in chains]
    assert forest.sums(weights).tolist() == [
        sum(weight for at, weight in zip(forest.at, weights, strict=True) if element in chains[at])
        for element in range(count)
    ]
    assert forest.mark(forest.at[:1]).nonzero()[0].tolist() == chains[forest.at[0]]


@given(forests())
def test_what_holds_no_paragraph_is_pruned_and_the_rest_is_as_it_was(forest):
    pruned = forest.pruned()
    held = sorted({element for at in forest.at for element in chain(forest, at)})

    assert len(pruned.parent) == len(held)
    for before, after in zip(forest.at, pruned.at, strict=True):
        assert [held[element] for element in chain(pruned, after)] == chain(forest, before)
    assert pruned.likes.tolist() == forest.likes[held].tolist()


def test_likes_count_siblings_without_paragraphs_too():
    page = page_article("<ul><li>One<li><li class=x>Two</ul>", article_id="a", where="a")
    markup = batch_of_articles([page]).markup

    assert markup.forest.likes.tolist() == [1, 1, 2, 1]
