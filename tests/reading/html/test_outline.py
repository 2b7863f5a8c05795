import pickle

from corestory.labelling.labelled import Markup, markup_rows
from corestory.reading.html.page import read_page

PAGE = "<ul><li class=a>One <b>two</b></li><li class=a>Three</li><li>Four</li></ul>"


def test_a_page_gives_a_table_the_markup_of_each_paragraph():
    page = read_page(PAGE)

    assert page.texts == page.markup.texts == ["One two", "Three", "Four"]
    assert markup_rows(page)[0] == Markup(
        "own_li up_ul upup_body li ul body inb", (0, 1, 2), 0.0, (1, 1, 2), declared=-1.0
    )
    assert [row.repeats[-1] for row in markup_rows(page)] == [2, 2, 1]


def test_it_goes_to_another_process_with_its_own_names_alone():
    read_page("<p class=nothingToDoWithIt>One")
    page = read_page(PAGE)
    sent = pickle.dumps(page)

    assert markup_rows(pickle.loads(sent)) == markup_rows(page)
    assert b"nothingToDoWithIt" not in sent
