import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles, batch_of_frame
from corestory.reading.article import Article
from corestory.reading.one_article import page_article
from frames import frame_of

STORY = " ".join(f"word{number}" for number in range(80))
DECLARED = f'<script type="application/ld+json">{{"articleBody": "{STORY}"}}</script>'
PAGES = [
    page_article(html, article_id=f"a{number}", where="here")
    for number, html in enumerate(
        [
            "<title>Title</title><hr><div><p>One<p>Two</div><p>Three <b>b</b><ul><li><a>Four</a><li>Five",
            f"{DECLARED}<p>{STORY}<p>Six",
            "<b>Seven",
        ]
    )
]


def articles(*sizes):
    return [
        Article(
            f"a{number}",
            [f"{number}.{place}" for place in range(size)],
            title=f"Title {number}" if number % 2 else "",
        )
        for number, size in enumerate(sizes)
    ]


def told(batch):
    columns = None
    if batch.markup is not None:
        markup = batch.markup
        trees = [column.tolist() for column in (markup.forest.parent, markup.forest.likes, markup.forest.at)]
        columns = (markup.words.spelt(), *trees, markup.link_density.tolist(), markup.declared.tolist())
    return list(batch.texts), batch.layout.sizes.tolist(), list(batch.titles), columns


@pytest.mark.parametrize("found", [articles(2, 1, 3), PAGES])
def test_articles_and_the_table_of_them_are_the_same_batch(found):
    batch, rows = batch_of_frame(frame_of(found), markup=found is PAGES)
    *texts, columns = told(batch)
    *expected, read = told(batch_of_articles(found))

    assert texts == expected
    assert rows.tolist() == list(range(len(batch.texts)))
    assert (columns is None) is (read is None)
    for column, other in zip(columns or (), read or (), strict=True):
        assert column == (pytest.approx(other) if isinstance(other[0], float) else other)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_rows_in_any_order_are_put_in_order_by_article_and_position(sizes, random):
    frame = frame_of(articles(*sizes))
    order = random.sample(range(len(frame)), len(frame))
    shuffled = frame.iloc[order]

    batch, rows = batch_of_frame(shuffled, markup=False)

    assert list(batch.texts) == shuffled["text"].iloc[rows].tolist()
    begin = 0
    for size, title in zip(batch.layout.sizes, batch.titles, strict=True):
        number, _ = batch.texts[begin].split(".")
        assert list(batch.texts[begin : begin + size]) == [f"{number}.{place}" for place in range(size)]
        assert title == (f"Title {number}" if int(number) % 2 else "")
        begin += size


def test_a_table_needs_no_titles():
    batch, _ = batch_of_frame(frame_of(articles(2, 1)).drop(columns="title"), markup=False)

    assert list(batch.titles) == ["", ""]


def test_markup_counts_only_where_every_article_has_it():
    assert batch_of_articles([*PAGES, Article("a", ["One."])]).markup is None


@pytest.mark.parametrize("inside", [slice(5, 7), np.array([0, 2, 6])])
def test_rows_keep_their_markup(inside):
    markup = batch_of_articles(PAGES).markup
    part = markup.rows(inside)

    assert part.words.spelt() == [markup.words.spelt()[row] for row in np.arange(8)[inside]]
    assert set(part.words.parts) <= set(markup.words.parts)
    assert part.forest.depth[part.forest.at].tolist() == markup.forest.depth[markup.forest.at][inside].tolist()
    assert part.link_density.tolist() == markup.link_density[inside].tolist()
    assert part.declared.tolist() == markup.declared[inside].tolist()
