import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.layout import Layout, stable_order, sums

SIZES = st.lists(st.integers(1, 7), max_size=5)
# Sums of small whole numbers are exact in whatever order they are taken.
WHOLE = st.integers(-4, 4)


@st.composite
def laid_out(draw, values=WHOLE):
    sizes = draw(SIZES)
    numbers = [[float(draw(values)) for _ in range(size)] for size in sizes]
    return Layout.of(sizes), numbers, np.array([number for article in numbers for number in article], float)


def by_row(articles, found):
    """What `found` says of each place of each article, row by row."""
    return [found(article, place) for article in articles for place in range(len(article))]


@given(SIZES)
def test_each_row_knows_its_article_and_its_place_in_it(sizes):
    layout = Layout.of(sizes)
    ends = [sum(sizes[: number + 1]) for number in range(len(sizes))]

    assert layout.first.tolist() == [end - size for end, size in zip(ends, sizes, strict=True)]
    assert layout.article.tolist() == [number for number, size in enumerate(sizes) for _ in range(size)]
    assert layout.position.tolist() == [place for size in sizes for place in range(size)]
    assert layout.start.tolist() == [layout.first[number] for number in layout.article]
    assert layout.end.tolist() == [ends[number] for number in layout.article]


@given(laid_out())
def test_total_is_the_sum_of_the_article(case):
    layout, articles, values = case

    assert layout.total(values).tolist() == by_row(articles, lambda article, _: sum(article))


@given(laid_out())
def test_maximum_is_the_largest_of_the_article(case):
    layout, articles, values = case

    assert layout.maximum(values).tolist() == by_row(articles, lambda article, _: max(article))


@given(laid_out())
def test_before_is_the_sum_of_the_articles_earlier_rows(case):
    layout, articles, values = case

    assert layout.before(values).tolist() == by_row(articles, lambda article, place: sum(article[:place]))


@given(laid_out(), st.lists(st.integers(-8, 8), min_size=1, max_size=4))
def test_neighbours_are_the_rows_so_many_steps_away_or_outside(case, steps):
    layout, articles, values = case

    def neighbours(article, place):
        return [article[place + step] if 0 <= place + step < len(article) else -99.0 for step in steps]

    assert layout.neighbours(values, steps, outside=-99.0).tolist() == by_row(articles, neighbours)


@given(laid_out(), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_means_are_over_the_rows_before_and_the_rows_after_or_zero(case, widths):
    layout, articles, values = case

    def means(article, place):
        sides = [(article[max(place - width, 0) : place], article[place + 1 : place + 1 + width]) for width in widths]
        return [sum(side) / len(side) if side else 0.0 for both in sides for side in both]

    assert layout.means(values, widths).tolist() == by_row(articles, means)


@given(laid_out(st.booleans()))
def test_gaps_count_the_steps_to_the_other_marked_rows(case):
    layout, articles, values = case

    def since(article, place):
        return next((step for step in range(1, place + 1) if article[place - step]), len(article))

    def until(article, place):
        return next((step for step in range(1, len(article) - place) if article[place + step]), len(article))

    for found, steps in zip(layout.gaps(values > 0), (since, until), strict=True):
        assert found.tolist() == pytest.approx([math.log1p(step) for step in by_row(articles, steps)], abs=1e-12)


@given(laid_out())
def test_rows_are_put_in_order_within_their_article_and_equal_ones_stay_in_it(case):
    layout, _, values = case
    expected = sorted(range(len(values)), key=lambda row: (layout.article[row], values[row], row))

    assert layout.order(values).tolist() == expected


@given(st.lists(st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 5e-324])))
def test_any_numbers_are_put_in_order_and_0_equals_its_negative(values):
    layout = Layout.of([len(values)] if values else [])

    assert layout.order(np.array(values)).tolist() == sorted(range(len(values)), key=values.__getitem__)


@given(st.lists(st.integers(0, 2**63 - 1) | st.sampled_from([1, 1 << 16, 1 << 32, 1 << 48])))
def test_whole_numbers_are_put_in_order_and_equal_ones_stay_in_it(values):
    expected = sorted(range(len(values)), key=values.__getitem__)

    assert stable_order(np.array(values, np.int64)).tolist() == expected
    assert stable_order(np.array(values, np.uint64)).tolist() == expected


@given(laid_out())
def test_ranks_are_the_share_of_other_rows_that_are_smaller_or_equal_and_earlier(case):
    layout, articles, values = case

    def rank(article, place):
        lower = sum((number, other) < (article[place], place) for other, number in enumerate(article))
        return lower / max(len(article) - 1, 1)

    assert layout.ranks(values).tolist() == by_row(articles, rank)


@given(laid_out())
def test_the_best_run_has_the_largest_sum_of_all_runs_and_of_equal_ones_ends_first_and_is_shortest(case):
    layout, articles, values = case

    def best_run(article, _):
        runs = [(begin, end) for end in range(1, len(article) + 1) for begin in range(end)]
        return max(runs, key=lambda run: (sum(article[run[0] : run[1]]), -run[1], run[0]))

    begin, end = (edge - layout.start for edge in layout.best_run(values))

    assert list(zip(begin.tolist(), end.tolist(), strict=True)) == by_row(articles, best_run)


@pytest.mark.parametrize("before", [[], [1e5] * 3, [0.7] * 1000])
def test_runs_that_differ_by_rounding_alone_are_equal_whatever_stands_before_them(before):
    values = [0.1, 0.2, -1.0, 0.3, -1.0, 0.25, 0.05]
    sizes = [len(before), len(values)] if before else [len(values)]
    begin, end = Layout.of(sizes).best_run(np.array([*before, *values]))

    assert (begin[-1] - len(before), end[-1] - len(before)) == (0, 2)


@given(laid_out(st.floats(-1, 1, width=16)), st.data())
def test_no_articles_value_depends_on_the_articles_around_it(case, data):
    layout, articles, values = case
    order = data.draw(st.permutations(range(len(articles))))
    moved = Layout.of([len(articles[number]) for number in order])
    shuffled = np.array([value for number in order for value in articles[number]], float)

    def everything(layout, values):
        runs = [edge - layout.start for edge in layout.best_run(values)]
        columns = [layout.total(values), layout.maximum(values), layout.before(values), layout.ranks(values), *runs]
        return np.column_stack(
            [*columns, layout.neighbours(values, (-1, 2)), layout.means(values, (2,)), *layout.gaps(values > 0)]
        )

    there = np.concatenate([np.zeros(0, int), *(np.flatnonzero(layout.article == number) for number in order)])
    assert np.allclose(everything(layout, values)[there], everything(moved, shuffled), atol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 4), WHOLE), max_size=9))
def test_sums_are_by_key_and_zero_where_a_key_is_missing(pairs):
    keys, values = np.array([key for key, _ in pairs], int), np.array([value for _, value in pairs], float)

    assert sums(keys, values, 6).tolist() == [
        sum(value for key, value in pairs if key == wanted) for wanted in range(6)
    ]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30))
def test_sums_within_an_article_do_not_depend_on_what_stands_before_it(values, others):
    alone, among = Layout.of([len(values)]), Layout.of([len(others), len(values)])
    own, every = np.array(values), np.array(others + values)
    begin = len(others)
    assert among.before(every)[begin:].tolist() == alone.before(own).tolist()
    assert among.means(every, (2, 5))[begin:].tolist() == alone.means(own, (2, 5)).tolist()
    first, last = among.best_run(every)
    assert [(first - begin)[begin:].tolist(), (last - begin)[begin:].tolist()] == [
        run.tolist() for run in alone.best_run(own)
    ]
