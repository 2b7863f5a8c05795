from hypothesis import given
from hypothesis import strategies as st

from corestory.features.tokens import JoinedTokens, tokenise
from corestory.reading.html import segments as cutting
from corestory.reading.html.markup_words import MarkupWords
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
    tokens = JoinedTokens(tokenise(words.parts), words.row, words.part, words.count)
    parts = [tokens.parts.hashes[tokens.parts.row == part].tolist() for part in range(tokens.parts.count)]
    spelt = [[token for part in tokens.part[tokens.row == row] for token in parts[part]] for row in range(tokens.count)]
    return [spelt[row] for row in words.number]


@given(PAGES)
def test_the_words_of_pages_are_the_tokens_of_what_is_spelt(html):
    # A page whose story no reader sees is a text.
    read = (read_page(one).markup for one in ["<p>Start", *(one + "End" for one in html)])
    words = MarkupWords.of_pages([page for page in read if page is not None])

    assert told(words) == expected(words.spelt())
    assert MarkupWords.of_texts(words.spelt()).spelt() == words.spelt()


def test_pages_read_before_and_after_the_known_tags_are_renewed_stand_in_one_batch(monkeypatch):
    pages = [read_page("<ul><li class=storyItem>One<li>Two").markup]
    monkeypatch.setattr(cutting._known, "tags", cutting.Tags())
    pages.append(read_page("<p>Three").markup)
    pages.insert(1, pages[1])
    words = MarkupWords.of_pages([*pages, pages[0]])

    assert len(words.number) == 6
    assert told(words) == expected(words.spelt())
    assert len(set(map(tuple, told(words)))) == 3


def test_deep_chains_are_told_as_far_as_they_are_spelt():
    words = MarkupWords.of_pages([read_page("<ul>" * 20 + "<li>One<p>Two").markup])

    assert told(words) == expected(words.spelt())


def test_like_words_are_read_once():
    words = MarkupWords.of_pages([read_page("<p>One<p>Two<div id=a1>Three</div><div id=a2>Four</div>").markup] * 2)
    place = words.number

    assert words.count == 2
    assert place.tolist() == [place[0]] * 2 + [place[2]] * 2 + [place[0]] * 2 + [place[2]] * 2
