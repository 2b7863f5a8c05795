import pickle

import pytest

from corestory.reading.article import Markup, Paragraph
from corestory.reading.html.page import read_page

PAGE = "<ul><li class=a>One <b>two</b></li><li class=a>Three</li><li>Four</li></ul>"


@pytest.fixture
def outline():
    return read_page(PAGE).paragraphs


def test_an_outline_is_a_sequence_of_its_paragraphs(outline):
    assert len(outline) == len(list(outline)) == 3
    assert outline[0] == Paragraph(
        "One two", Markup("own_li up_ul upup_body li ul body inb", (0, 1, 2), 0.0, (1, 1, 2), declared=-1.0)
    )
    assert outline[1:] == tuple(outline)[1:]
    assert [paragraph.text for paragraph in reversed(outline)] == ["Four", "Three", "One two"] == outline.texts[::-1]


def test_it_equals_another_and_a_tuple_of_the_same_paragraphs(outline):
    again = read_page(PAGE).paragraphs

    assert outline == again == tuple(outline)
    assert hash(outline) == hash(again)
    assert outline != read_page(PAGE.replace("Four", "Five")).paragraphs
    assert outline != list(outline)
    assert repr(outline) == repr(tuple(outline))


def test_it_goes_to_another_process_as_its_paragraphs_alone(outline):
    sent = pickle.dumps(outline)

    assert pickle.loads(sent) == tuple(outline)
    read_page("<p class=nothingToDoWithIt>One")
    assert b"nothingToDoWithIt" not in pickle.dumps(outline)
