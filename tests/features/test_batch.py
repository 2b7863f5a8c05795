import json
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features import batch as module
from corestory.features.batch import batch_of_articles, batch_of_frame, batches, has_informative_markup, has_markup
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
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


PLAIN_MENU = "<ul><li>News</li><li>Sport</li></ul>"
SHORT_STORY = "<p>The quay opened on Monday.</p><p>It cost a million.</p><p>Boats may moor from noon.</p>"


def page(html):
    found = read_page(html)
    return Article("a", found.texts, title=found.title, markup=found.markup)


def informative(html):
    return has_informative_markup(batch_of_articles([page(html)])).item()


@pytest.mark.parametrize(
    "html",
    [
        PLAIN_MENU + SHORT_STORY,
        f"<div>{PLAIN_MENU}</div><div>{SHORT_STORY}</div>",
        f'<body class="home"><div id="page"><main>{PLAIN_MENU}{SHORT_STORY}</main></div></body>',
        f'<article><h2 id="a-new-quay">A new quay</h2>{SHORT_STORY}<h2 id="more">More</h2>{SHORT_STORY}</article>',
        (PLAIN_MENU + SHORT_STORY).replace("<p>", '<p class="text"><b>').replace("<li>", '<li class="text">'),
    ],
    ids=["nothing", "divs", "wrappers", "headings", "one class"],
)
def test_markup_that_is_the_same_around_all_paragraphs_informs_of_nothing(html):
    assert not informative(html)


@pytest.mark.parametrize(
    "html",
    [
        f"{PLAIN_MENU}<article>{SHORT_STORY}</article>",
        f"<nav>{PLAIN_MENU}</nav>{SHORT_STORY}",
        f'{PLAIN_MENU}<div class="story">{SHORT_STORY}</div>',
        f"<table><tr><td>{PLAIN_MENU}</td><td>{SHORT_STORY}</td></tr></table>",
        f'{PLAIN_MENU}<p role="note">Share</p>{SHORT_STORY}',
        f'{PLAIN_MENU}<div class="story"><div class="story">{SHORT_STORY}</div></div>',
    ],
    ids=["article", "nav", "class", "cells", "role", "class twice"],
)
def test_parts_classes_and_cells_of_layouts_inform(html):
    assert informative(html)


def test_a_page_that_declares_its_story_has_informative_markup():
    story = " ".join(f"Boat {number} of the old fleet came back to the quay at noon." for number in range(30))
    declared = json.dumps({"@type": "NewsArticle", "articleBody": story})

    assert not informative(f"{PLAIN_MENU}<p>{story}</p>")
    assert informative(f'{PLAIN_MENU}<p>{story}</p><script type="application/ld+json">{declared}</script>')


def test_each_page_of_a_batch_is_judged_by_itself():
    pages = [
        page(html)
        for html in (
            PLAIN_MENU + SHORT_STORY,
            f"{PLAIN_MENU}<article>{SHORT_STORY}</article>",
            PLAIN_MENU + SHORT_STORY,
        )
    ]

    assert has_informative_markup(batch_of_articles(pages)).tolist() == [False, True, False]
    assert has_informative_markup(batch_of_articles([Article("a", ["The quay opened."])])).tolist() == [False]
