import pytest

from corestory.reading.html.tags import (
    BLOCK,
    BLOCK_VOID,
    BREAK,
    CLOSE,
    HIDDEN,
    HIDDEN_INLINE,
    HIDDEN_VOID,
    INLINE_OPEN,
    INLINE_VOID,
    KIND,
    LINK,
    NAME_BITS,
    NOTHING,
    Tags,
    block_words,
    inline_words,
)


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("/p", CLOSE), ("?", NOTHING), ("?php x", NOTHING), ("p", BLOCK), ("hr", BLOCK_VOID), ("br", BREAK),
        ('a href="x"', LINK), ("b", INLINE_OPEN), ("img", INLINE_VOID), ('p hidden=""', HIDDEN),
        ('hr hidden=""', HIDDEN_VOID),
        ('a href="x" style="DISPLAY: none"', HIDDEN_INLINE), ('img hidden=""', NOTHING), ('br hidden=""', BREAK),
        ('p class="hidden" title="none"', BLOCK),
        ('p style="display:&nbsp;none"', HIDDEN), ('p title=" hidden="', BLOCK),
    ],
)  # fmt: skip
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


def test_words_are_parts_of_names_once_each():
    assert block_words(("h1", "HTMLPage storyBody2 a", ("page-x", "story"))) == "h_one html page story body"
    assert block_words(("p", "a&amp;bc", ())) == "p bc"


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


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("aB a-bc ABc ABCd aBC", "bc bc ab cd bc"), ("A1 x1y B", ""), ("MAIN_story2Text", "main story text"),
        ("xé éxy", "xy"), ("a" * 298 + "Bcd", "a" * 298 + " bc"), ("&amp;" * 299 + "Bc", ""),
    ],
)  # fmt: skip
def test_a_part_begins_at_a_capital_and_has_two_letters_at_least(value, parts):
    assert " ".join(inline_words(("b", value, ()))) == " ".join(["inb", *("in" + part for part in parts.split())])
