"""The structure of a page's paragraphs, also of pages that were made to be slow."""

import time

import pytest

from corestory.reading.blocks import Frame
from corestory.reading.html.page import read_page
from corestory.reading.html.structure import MOST_CONTAINERS, page_blocks


def blocks(html, url=""):
    return [block for found in page_blocks(html, read_page(html).texts, url=url) for block in found]


def test_items_are_numbered_as_the_page_shows_them():
    found = blocks("<ol start=3><li>one<li>two<ul><li>inner</ul><li>three</ol><ol><li>again</ol>")
    assert [block.inside[-1].number for block in found if block.text != "inner"] == [3, 4, 5, 1]
    assert [container.frame for container in found[2].inside] == [
        Frame.NUMBERED_LIST, Frame.ITEM, Frame.LIST, Frame.ITEM,
    ]  # fmt: skip


def test_text_in_a_list_but_in_no_item_is_in_no_list():
    assert [block.inside for block in blocks("<ul>One.<div>Two.</div></ul>")] == [(), ()]


def test_hidden_text_that_repeats_a_paragraph_does_not_mislead_the_ones_after_it():
    html = f"<div hidden>{'x ' * 3_000}Share</div><h2>Share</h2><p>The <b>quay</b> opened again on Monday.</p>"
    found = blocks(html)
    assert found[-1].text == "The quay opened again on Monday."
    assert found[-1].runs[1].style.strong


def test_a_table_that_lays_out_a_page_is_no_table():
    prose = "The quay opened again on Monday after a long delay that storms in the spring had caused, she said. " * 2
    laid_out = f"<table><tr><td>{prose}<td>Share</tr><tr><td>{prose}<td>Menu</tr></table>"
    assert {block.cell for block in blocks(laid_out)} == {None}


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        "<ol>" + "<li>x</li>" * 10_000 + "</ol>",
        "<blockquote>" * 5_000 + "<p>The quay opened.</p>",
        "".join(f"<p>a{number} <b>b</b></p>" for number in range(10_000)),
        "<table>" + "<tr><td>1<td>2</tr>" * 5_000 + "</table>",
    ],
    ids=["items", "quotes", "paragraphs", "cells"],
)
def test_a_page_made_to_be_slow_takes_seconds_and_no_more(html):
    texts = read_page(html).texts
    began = time.process_time()
    found = page_blocks(html, texts)
    assert time.process_time() - began < 5
    assert len(found) == len(texts)
    assert all(len(block.inside) <= MOST_CONTAINERS for parts in found for block in parts)
