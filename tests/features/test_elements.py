import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles
from corestory.features.elements import BEST_SHARES, LEVELS, Elements, Forest
from corestory.features.layout import Layout
from corestory.labelling.labelled import read_trees
from corestory.reading.one_article import page_article

COLUMNS = 8 * LEVELS + 7 * len(BEST_SHARES) + 2 + 3


@st.composite
def pages(draw):
    """Paragraphs of a page in document order: chain of elements, likes of each, core, words, share in links."""
    likes = {0: 1}
    chain = [0]
    page = []
    for _ in range(draw(st.integers(1, 6))):
        chain = chain[: max(len(chain) - draw(st.integers(0, 3)), 1)]
        for _ in range(draw(st.integers(0, 3))):
            chain.append(len(likes))
            likes[len(likes)] = draw(st.integers(1, 3))
        core = draw(st.sampled_from([0.1, 0.3, 0.5, 0.9]))
        page.append((tuple(chain), core, float(draw(st.integers(0, 30))), draw(st.sampled_from([0.0, 0.5, 1.0]))))
    return [(chain, tuple(likes[number] for number in chain), *rest) for chain, *rest in page]


PAGES = st.lists(pages(), max_size=3)


def features(pages):
    rows = [row for page in pages for row in page]
    chains, likes, core, words, link = zip(*rows, strict=True) if rows else ((),) * 5
    layout = Layout.of([len(page) for page in pages])
    elements = Elements(Forest(*read_trees(chains, likes, layout.article)), layout)
    return elements.features(*(np.array(column, float) for column in (core, words, link)))


def expected(page):
    """The columns of one page, paragraph by paragraph and element by element."""
    numbers = sorted({number for chain, *_ in page for number in chain})
    below = {number: [row for row in page if number in row[0]] for number in numbers}
    likes = {number: like for chain, like, *_ in page for number, like in zip(chain, like, strict=True)}
    parents = {number: above for chain, *_ in page for above, number in zip((-1, *chain), chain, strict=False)}
    total = {number: sum(words + 1 for *_, words, _ in rows) for number, rows in below.items()}
    hits = {number: sum(core * (words + 1) for _, _, core, words, _ in rows) for number, rows in below.items()}
    links = {number: sum(link * (words + 1) for *_, words, link in rows) for number, rows in below.items()}
    all_mass, all_core = (
        sum(words + 1 for *_, words, _ in page),
        sum(core * (words + 1) for _, _, core, words, _ in page),
    )
    best = [
        max(numbers, key=lambda number, share=share: (round(hits[number] - share * total[number], 9), -number))
        for share in BEST_SHARES
    ]

    def earlier(number):
        return sum(
            hits[other]
            for other in numbers
            if other < number and parents[other] == parents[number] and likes[other] == likes[number]
        )

    rows = []
    for chain, like, core, words, link in page:
        row = []
        for level in range(LEVELS):
            place = max(len(chain) - 1 - level, 0)
            number, mass = chain[place], words + 1
            rest = total[number] - mass
            row += [
                hits[number] / total[number], (hits[number] - core * mass) / rest if rest > 0 else -0.2,
                total[number] / all_mass, hits[number] / all_core, math.log1p(len(below[number])),
                sum(other[2] for other in below[number]) / len(below[number]), links[number] / total[number],
                math.log1p(like[place]),
            ]  # fmt: skip
        for number in best:
            leading = next(other for other, *_ in page if number in other)
            apart = sum(own not in leading for own in chain)
            row += [
                number in chain, math.log1p(len(chain) - 1 - chain.index(number)) if number in chain else -1.0,
                hits[number] / total[number], total[number] / all_mass, hits[number] / all_core,
                apart / len(chain), min(apart, 8) / 4,
            ]  # fmt: skip
        inner = [number for number in chain if likes[number] > 1 and parents[number] >= 0]
        row += [
            math.log1p(len(chain)), link, max((earlier(number) / all_core for number in inner), default=0.0),
            max((hits[number] / all_core for number in inner if earlier(number) > 0), default=0.0),
            max((hits[number] / all_core for number in inner if earlier(number) <= 0), default=0.0),
        ]  # fmt: skip
        rows.append(row)
    return rows


@given(PAGES)
def test_every_column_is_what_it_says_by_plain_loops_over_elements(pages):
    rows = [row for page in pages for row in expected(page)]

    assert np.allclose(features(pages), np.array(rows, float).reshape(-1, COLUMNS), atol=1e-9)


@given(PAGES, st.data())
def test_a_pages_columns_do_not_depend_on_the_other_pages_or_their_order(pages, data):
    order = data.draw(st.permutations(range(len(pages))))
    found = features([pages[number] for number in order])

    alone = [features([pages[number]]) for number in order]
    assert np.allclose(found, np.concatenate([np.zeros((0, COLUMNS)), *alone]), atol=1e-12)


@given(pages())
def test_only_the_order_of_elements_counts_not_their_numbers(page):
    renumbered = [(tuple(number * 1000 + 7 for number in chain), *rest) for chain, *rest in page]

    assert features([page]).tolist() == features([renumbered]).tolist()


def test_what_the_html_reader_makes_and_what_a_table_holds_are_the_same():
    page = [((0, 1, 2), (1, 1, 2), 0.9, 20.0, 0.0), ((0, 1, 3), (1, 1, 2), 0.2, 3.0, 1.0)]
    as_arrays = [(np.array(chain, np.int32), np.array(like, np.int32), *rest) for chain, like, *rest in page]

    assert features([page]).tolist() == features([as_arrays]).tolist()


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
