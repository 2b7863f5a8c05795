from collections import Counter
from pathlib import Path

import pytest

from benchmarks.planting import DATA, LAYOUTS, WAYS, carriers, planted_lines, planted_page, planted_pages
from corestory.labelling.labelled import KINDS
from corestory.reading.html.page import read_page
from corestory.reading.text import split_text

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
HARD_NEGATIVES = {"subhead", "quote", "short", "list", "date", "pluglike", "source", "address"}


def test_the_lines_are_many_of_every_kind_and_of_many_languages():
    lines = planted_lines()
    filler, story = ([line for line in lines if line.label == label] for label in ("filler", "core"))
    assert len(filler) + len(story) == len(lines)
    assert len(filler) >= 400
    assert len(story) >= 150
    assert {line.kind for line in filler} == set(KINDS)
    assert {line.kind for line in story} == HARD_NEGATIVES
    assert min(Counter(line.kind for line in filler).values()) >= 20
    for part in (filler, story):
        assert len({line.language for line in part}) >= 20


def test_every_row_is_one_line_of_four_columns_and_stands_once():
    text = (DATA / "planted_lines.tsv").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    for line in planted_lines():
        assert split_text(line.line) == [line.line]
    assert len({(line.language, line.line) for line in planted_lines()}) == len(planted_lines())


def test_no_longer_line_and_no_carrier_is_in_the_training_data():
    # Labels such as "Advertisement" are the same everywhere.
    held = {line.line for line in planted_lines() if len(line.line) > 30}
    held |= {text for carrier in carriers() for text in carrier.story}
    learned = {
        line.partition(": ")[2]
        for file in SAMPLE.rglob("*.txt")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert learned
    assert not learned & held


def test_every_language_has_a_story_of_eight_to_fifteen_paragraphs_with_all_furniture():
    assert {carrier.language for carrier in carriers()} == {line.language for line in planted_lines()}
    for carrier in carriers():
        assert 8 <= len(carrier.story) <= 15
        assert all(carrier.furniture[part] for part in ("menu", "byline", "date", "share", "heading", "footer"))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", [way for way in WAYS if way != "text"])
def test_a_page_reads_as_the_paragraphs_it_was_made_of(way, layout):
    odd = next(line for line in planted_lines() if "&" in line.line)
    for carrier in carriers():
        page = planted_page(carrier, odd, at=3, way=way, layout=layout)
        read = read_page(page.source).texts
        assert read == [" ".join(text.split()) for text in page.texts]
        assert page.texts[page.place] == odd.line


def test_a_text_splits_into_the_paragraphs_it_was_made_of():
    for page in planted_pages(planted_lines(), ways=["text"], places_a_line=1):
        assert split_text(page.source) == list(page.texts)


def test_every_way_of_a_line_shares_its_place():
    line = next(line for line in planted_lines() if line.language == "ja")
    first, second = (list(planted_pages([line], places_a_line=2))[part] for part in (slice(0, 5), slice(5, 10)))
    for pages in (first, second):
        assert [page.way for page in pages] == list(WAYS)
        assert len({(page.carrier, page.place, page.labels) for page in pages}) == 1
    assert first[0].place != second[0].place, "there is one Japanese story"
    assert first[0].layout != second[0].layout
    text = first[-1]
    assert text.layout == ""
    assert text.labels[text.place] == line.label
    assert text.labels.count(None) == 1


def test_lines_go_between_paragraphs_of_stories_of_their_language_in_every_layout():
    pages = list(planted_pages(planted_lines(), ways=["paragraph"]))
    assert {page.layout for page in pages} == set(LAYOUTS)
    assert {page.carrier for page in pages} == {carrier.name for carrier in carriers()}
    for page in pages:
        assert page.carrier.partition("-")[0] == page.line.language
        assert page.labels[page.place - 1] == page.labels[page.place + 1] == "core"
