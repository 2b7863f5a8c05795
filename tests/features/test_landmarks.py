"""The bounds of a page's story, by lines that stand before and after other stories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.landmarks import bound_lines, outside_of_story
from corestory.features.layout import Layout

SURE, DOUBTFUL, FILLER = 5.0, -0.2, -5.0


def outside(page: str, sizes: list[int] | None = None) -> str:
    """Draw pages: < and > stand before and after stories; story, doubtful and filler are S, d and f. x is outside."""
    kinds = np.array(list(page))
    log_odds = np.select([kinds == "S", kinds == "d"], [SURE, DOUBTFUL], FILLER)
    found = outside_of_story(kinds == "<", kinds == ">", log_odds, Layout.of(sizes or [len(page)]))
    return "".join(np.where(found, "x", kinds))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("f<fSSSf>d>d>d>", "xxfSSSfxxxxxxx"),  # teasers that look a little like a story
        ("<f<SS", "xxxSS"),
        ("SSf>f", "SSfxx"),
        ("<SS>SSS>f>", "xSS>SSSxxx"),  # a line that elsewhere stands after the story stands within this one
        ("<SS<SSS>", "xSS<SSSx"),
        ("fSdSf", "fSdSf"),  # no line is known
    ],
)
def test_what_stands_beyond_known_lines_is_outside_unless_the_model_is_sure_of_a_story(
    page: str, expected: str
) -> None:
    assert outside(page) == expected


@given(st.lists(st.text("<>Sdf", min_size=1, max_size=12), min_size=1, max_size=4))
def test_the_bounds_of_a_page_do_not_depend_on_the_other_pages(pages: list[str]) -> None:
    assert outside("".join(pages), [len(page) for page in pages]) == "".join(map(outside, pages))


def test_a_line_tells_the_bounds_only_where_it_stood_on_one_side_of_every_story() -> None:
    pages = [("menu", 0), ("share", 0), ("story", 1), ("ad", 0), ("more", 1), ("share", 0), ("foot", 0), ("?", -1)]
    pages += [("menu", 0), ("other", 1), ("ad", 0), ("foot", 0)]
    pages += [("foot", 0), ("index", 0)]  # no story
    names = sorted({name for name, _ in pages})
    lines = np.array([names.index(name) for name, _ in pages], np.uint64)
    told = np.array([name != "foot" for name, _ in pages])
    labels = np.array([label for _, label in pages])
    layout, log_odds = Layout.of([8, 4, 2]), np.where(labels == 1, SURE, FILLER)
    found = bound_lines(lines, np.ones(len(pages), bool), labels, log_odds, layout)
    assert [[names[line] for line in side] for side in found] == [["menu"], ["foot"]]
    assert not len(bound_lines(lines, told, labels, log_odds, layout).after)


def test_a_page_teaches_no_bounds_if_the_model_finds_its_story_elsewhere() -> None:
    labels, lines = np.array([0, 0, 0, 1, 0]), np.arange(5, dtype=np.uint64)
    elsewhere = np.array([FILLER, SURE, SURE, DOUBTFUL, FILLER])
    right = np.array([FILLER, FILLER, DOUBTFUL, SURE, FILLER])
    for log_odds, expected in ((elsewhere, 0), (right, 3)):
        assert len(bound_lines(lines, np.ones(5, bool), labels, log_odds, Layout.of([5])).before) == expected
