import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.features.markup_words import PageWords
from corestory.features.tokens import tokenise
from corestory.reading.html import segments as cutting
from corestory.reading.html.outline import Outline
from corestory.reading.html.page import read_page

CLASSES = ("", " class=x", ' class="storyBody menu" id=top9', ' class="menuItem" itemprop=name role=li', " class=li")
OPENED = st.builds(
    "<{}{}>".format,
    st.sampled_from(["div", "ul", "li", "h1", "p", "b", "a", "amp-img", "my-box", "b1", "xé", "/div", "/ul", "/b"]),
    st.sampled_from(CLASSES),
)
STORY = " ".join(f"word{number}" for number in range(80))
DECLARED = f'<script type="application/ld+json">{{"articleBody": "{STORY}"}}</script>'
PAGES = st.lists(
    st.lists(OPENED | st.sampled_from(["One", "Two", DECLARED]), max_size=25).map("".join), min_size=1, max_size=4
)


def expected(words):
    tokens = tokenise(words)
    return [tokens.hashes[tokens.row == row].tolist() for row in range(len(words))]


def told(words):
    tokens, place = words.distinct_tokens()
    parts = [tokens.parts.hashes[tokens.parts.row == part].tolist() for part in range(tokens.parts.count)]
    spelt = [[token for part in tokens.part[tokens.row == row] for token in parts[part]] for row in range(tokens.count)]
    return [spelt[row] for row in place]


@given(PAGES)
def test_the_words_of_pages_are_the_tokens_of_what_is_spelt(html):
    # A page whose story no reader sees is a text.
    read = (read_page(one).paragraphs for one in ["<p>Start", *(one + "End" for one in html)])
    words = PageWords([page for page in read if isinstance(page, Outline)])

    assert told(words) == expected(list(words))


def test_pages_read_before_and_after_the_known_tags_are_renewed_stand_in_one_batch(monkeypatch):
    pages = [read_page("<ul><li class=storyItem>One<li>Two").paragraphs]
    monkeypatch.setattr(cutting._known, "tags", cutting.Tags())
    pages.append(read_page("<p>Three").paragraphs)
    pages.insert(1, pages[1])
    words = PageWords([*pages, pages[0]])

    assert len(words) == 6
    assert told(words) == expected(list(words))
    assert len(set(map(tuple, told(words)))) == 3


def test_deep_chains_are_told_as_far_as_they_are_spelt():
    words = PageWords([read_page("<ul>" * 20 + "<li>One<p>Two").paragraphs])

    assert told(words) == expected(list(words))


def test_like_words_are_read_once():
    words = PageWords([read_page("<p>One<p>Two<div id=a1>Three</div><div id=a2>Four</div>").paragraphs] * 2)
    tokens, place = words.distinct_tokens()

    assert tokens.count == 2
    assert place.tolist() == [place[0]] * 2 + [place[2]] * 2 + [place[0]] * 2 + [place[2]] * 2


@pytest.mark.parametrize("place", [0, -1, slice(1, 3)])
def test_they_are_a_sequence_of_strings_to_whoever_asks(place):
    page = read_page("<ul><li>One<li>Two <b>boats</b></ul><p>Three").paragraphs

    assert PageWords([page])[place] == [paragraph.markup.words for paragraph in page][place]
