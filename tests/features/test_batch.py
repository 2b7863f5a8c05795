import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.batch import batch_of_articles, batch_of_frame
from corestory.reading.article import Article, Markup, Paragraph
from corestory.reading.html.page import read_page

MARKUP = Markup("own_p p", (0, 3), 0.25, (1, 2))


def frame_of(articles):
    return pd.DataFrame(
        {
            "article_id": article.article_id,
            "position": position,
            "text": paragraph.text,
            "title": article.title or None,
            "markup": paragraph.markup.words if paragraph.markup else None,
            "elements": paragraph.markup.elements if paragraph.markup else None,
            "repeats": paragraph.markup.repeats if paragraph.markup else None,
            "link_density": paragraph.markup.link_density if paragraph.markup else np.nan,
            "declared": paragraph.markup.declared if paragraph.markup and paragraph.markup.declared >= 0 else np.nan,
        }
        for article in articles
        for position, paragraph in enumerate(article.paragraphs)
    )


def articles(*sizes, markup=None):
    return [
        Article(
            f"a{number}",
            tuple(Paragraph(f"{number}.{place}", markup) for place in range(size)),
            title=f"Title {number}" if number % 2 else "",
        )
        for number, size in enumerate(sizes)
    ]


def told(batch):
    columns = None
    if batch.markup is not None:
        markup = batch.markup
        trees = [column.tolist() for column in (markup.forest.parent, markup.forest.likes, markup.forest.at)]
        columns = (list(markup.words), *trees, markup.link_density.tolist(), markup.declared.tolist())
    return list(batch.texts), batch.layout.sizes.tolist(), list(batch.titles), columns


@pytest.mark.parametrize("markup", [None, MARKUP])
def test_articles_and_the_table_of_them_are_the_same_batch(markup):
    found = articles(2, 1, 3, markup=markup)
    batch, rows = batch_of_frame(frame_of(found), markup=markup is not None)

    assert told(batch) == told(batch_of_articles(found))
    assert rows.tolist() == list(range(6))


def test_a_page_that_declares_no_story_says_so_by_a_number_below_zero():
    batch, _ = batch_of_frame(frame_of(articles(1, markup=MARKUP)), markup=True)

    assert batch.markup is not None
    assert batch.markup.declared.tolist() == [-1]


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


def test_markup_counts_only_where_every_paragraph_has_it():
    mixed = Article("a", (Paragraph("One.", MARKUP), Paragraph("Two.")))

    assert batch_of_articles([mixed]).markup is None


def test_rows_that_stand_together_keep_their_markup():
    pages = articles(2, 1, markup=MARKUP) + articles(1, markup=Markup("own_li li", (0,), 1.0, (1,), 0.5))
    markup = batch_of_articles(pages).markup

    assert markup is not None
    last = markup.rows(slice(3, 4))
    assert last.words == ["own_li li"]
    assert [column.tolist() for column in (last.forest.parent, last.forest.likes, last.forest.at)] == [[-1], [1], [0]]
    assert (last.link_density.tolist(), last.declared.tolist()) == ([1.0], [0.5])


def test_a_page_read_and_its_paragraphs_told_one_by_one_are_the_same_batch():
    story = " ".join(f"word{number}" for number in range(80))
    declared = f'<script type="application/ld+json">{{"articleBody": "{story}"}}</script>'
    pages = ["<hr><div><p>One<p>Two</div><p>Three <b>b</b><ul><li><a>Four</a><li>Five", declared + "<p>Six", "<b>Seven"]
    read = [Article("a", read_page(page).paragraphs) for page in pages]
    plain = [Article("a", tuple(article.paragraphs)) for article in read]

    assert (
        told(batch_of_articles(read))
        == told(batch_of_articles(plain))
        == told(batch_of_articles([*plain[:1], *read[1:]]))
    )
    assert [(article.has_markup, list(article.texts)) for article in read] == [
        (article.has_markup, list(article.texts)) for article in plain
    ]
