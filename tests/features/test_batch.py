from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import batch as module
from corestory.features.batch import batch_of_articles, batch_of_frame, batches, has_markup
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


ARTICLES = st.lists(
    st.lists(st.integers(0, 12).map("x".__mul__), max_size=7).map(lambda texts: Article("a", texts)),
    max_size=30,
)


@given(ARTICLES)
def test_batches_hold_all_articles_whole_and_in_order_and_none_is_larger_than_the_limits(articles):
    with (
        patch.object(module, "BATCH_ARTICLES", 4),
        patch.object(module, "BATCH_PARAGRAPHS", 10),
        patch.object(module, "BATCH_CHARACTERS", 40),
    ):
        found = list(batches(articles))
    assert [article for batch in found for article in batch] == articles
    for batch in found:
        assert 1 <= len(batch) <= 4
        texts = [text for article in batch for text in article.texts]
        assert len(batch) == 1 or len(texts) <= 10
        assert len(batch) == 1 or sum(map(len, texts)) <= 40


def test_articles_are_read_only_as_far_as_the_next_batch_needs():
    read = []

    def endless():
        while True:
            read.append(1)
            yield Article("a", ["x"])

    stream = batches(endless())
    assert len(next(stream)) == module.BATCH_ARTICLES
    assert len(read) <= module.BATCH_ARTICLES + 1
    next(stream)
    assert len(read) <= 2 * module.BATCH_ARTICLES + 1


def test_an_article_has_markup_if_all_its_rows_have():
    frame = pd.DataFrame({"article_id": list("abab"), "markup": ["p", "p", None, "li"]})

    assert has_markup(frame).tolist() == [False, True, False, True]
    assert has_markup(frame.drop(columns="markup")).tolist() == [False] * 4
