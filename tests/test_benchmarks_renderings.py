import pytest

from benchmarks.renderings import STYLES, decided_paragraphs, dump, list_items, markdown
from benchmarks.shapes import shape_pages
from corestory.labelling.labelled import LabelledParagraph
from corestory.reading.text import split_text

STORY = "The old quay, which had been shut since the storm of 1994, opened on Monday after a long delay, she said."
PARAGRAPHS = [
    LabelledParagraph("Quay opens", None),
    LabelledParagraph(STORY, "core"),
    *(LabelledParagraph(text, "filler") for text in ("News", "Sport", "Weather")),
]
WIDE = [LabelledParagraph("白沙嘴灯塔本周起成为附近三所小学的海上课堂，" * 3 + "上课。", "core")]


def test_a_list_is_three_short_lines_that_end_no_sentence():
    assert list_items(PARAGRAPHS) == [False, False, True, True, True]
    assert list_items(PARAGRAPHS[:4]) == [False] * 4
    assert list_items([LabelledParagraph(f"It rained {n}.", "core") for n in range(5)]) == [False] * 5


def test_markdown_marks_title_and_items():
    assert markdown(PARAGRAPHS) == f"# Quay opens\n\n{STORY}\n\n  * News\n  * Sport\n  * Weather\n"


def test_a_dump_is_indented_and_wrapped_and_numbers_its_links():
    shown = dump(PARAGRAPHS)
    assert "     * [1]News\n     * [2]Sport\n" in shown
    story = shown.split("\n\n")[1].splitlines()
    assert len(story) == 2
    assert all(line.startswith("   ") and len(line) <= 78 for line in story)
    assert max(map(len, dump(WIDE).splitlines())) <= 39


@pytest.mark.parametrize("style", STYLES)
def test_every_page_keeps_its_letters_in_every_rendering(style):
    for page in shape_pages():
        texts = [part.text for part in page.paragraphs]
        found = split_text(STYLES[style](page.paragraphs))
        assert decided_paragraphs(texts, found, [True] * len(found)) == [True] * len(texts), page.page


def test_the_majority_of_letters_decides():
    assert decided_paragraphs(["abcd efg", "hi"], ["abcd", "efg hi"], [True, False]) == [True, False]
    assert decided_paragraphs(["abcd efgh", "hi"], ["abcd", "efgh hi"], [True, False]) == [False, False]
    with pytest.raises(ValueError, match="letters"):
        decided_paragraphs(["abc"], ["abd"], [True])
