import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.html.tags import KIND, NAME_BITS, Nesting, TagKind, Tags


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("/p", TagKind.CLOSE),
        ("?", TagKind.NOTHING),
        ("?php x", TagKind.NOTHING),
        ("p", TagKind.BLOCK),
        ("hr", TagKind.BLOCK_VOID),
        ("br", TagKind.BREAK),
        ('a href="x"', TagKind.LINK),
        ("b", TagKind.INLINE_OPEN),
        ("img", TagKind.INLINE_VOID),
        ('p hidden=""', TagKind.HIDDEN),
        ('hr hidden=""', TagKind.HIDDEN_VOID),
        ('a href="x" style="DISPLAY: none"', TagKind.HIDDEN_INLINE),
        ('img hidden=""', TagKind.NOTHING),
        ('br hidden=""', TagKind.BREAK),
        ('p class="hidden" title="none"', TagKind.BLOCK),
        ('p style="display:&nbsp;none"', TagKind.HIDDEN),
        ('p title=" hidden="', TagKind.BLOCK),
    ],
)
def test_a_tag_does_what_its_element_does_and_whether_it_is_hidden_says(tag, kind):
    assert Tags()[tag] & KIND == kind


def name(tags, tag):
    return tags[tag] >> NAME_BITS


def test_only_the_element_and_what_names_it_count():
    tags = Tags()
    number = name(tags, 'div title="x" class="a" id="b"')

    assert tags.names[number] == ("div", "a", ("b",))
    assert name(tags, 'div class="a" id="b" data-x="1"') == number
    assert name(tags, 'div class="a"') != number
    assert (
        tags.names.shapes[number]
        == tags.names.shapes[name(tags, 'div class="a"')]
        != tags.names.shapes[name(tags, "div")]
    )


def test_what_looks_like_an_attribute_within_a_value_is_none():
    tags = Tags()

    assert tags.names[name(tags, 'a title="a href=" class="x"')] == ("a", "x", ())
    assert tags.names[name(tags, 'a title="x class=" rel="nofollow"')] == ("a", "", ())


def test_a_picture_written_into_its_tag_is_not_remembered():
    tags = Tags()
    tag = f'img class="photo" src="data:image/png;base64,{"A" * 100_000}"'

    assert tags[tag] == tags['img class="photo" src="a.png"']
    assert tag not in tags


def test_it_is_full_of_many_names_as_of_many_tags():
    of_tags, of_names = Tags(), Tags()
    while not of_tags.is_full:
        of_tags[f'img src="{len(of_tags)}"']
    while not of_names.is_full:
        of_names[f'p class="{len(of_names.names)} {"x" * 2_000}"']

    assert len(of_tags) < 50_000
    assert (len(of_names), len(of_names.names) < 2_000) == (0, True)


def element(parts):
    return ["(", *(tag for part in parts for tag in part), ")"]


PAGES = st.lists(st.recursive(st.just(["x"]), lambda inner: st.lists(inner, max_size=4).map(element))).map(element)


@given(PAGES)
def test_the_elements_are_those_that_a_stack_of_open_elements_finds(page):
    tags = np.array(page)
    nesting = Nesting(tags == "(", tags == ")")
    stack, around, opened, level, ends = [], [], {}, [], {}
    for index, tag in enumerate(page):
        if tag == ")":
            opened[index] = stack.pop()
            ends[opened[index]] = index
        around.append(stack[-1] if stack else -1)
        level.append(len(stack))
        if tag == "(":
            stack.append(index)

    assert nesting.level.tolist() == level
    assert nesting.around(np.arange(len(page))).tolist() == around
    assert dict(zip(nesting.closing.tolist(), nesting.opening.tolist(), strict=True)) == opened
    assert nesting.closes(np.arange(len(page)) == 0).tolist() == [opened.get(index) == 0 for index in range(len(page))]
    assert {start: int(nesting.ends()[start]) for start in ends} == ends
