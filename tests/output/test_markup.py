"""Markdown and TEI of a story: a parser reads from them the same text, structure, links and emphasis."""

import os
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from corestory.model.tagged_article import TaggedArticle
from corestory.output.markup import DOCUMENT_RULE, markdown, tei
from corestory.output.story import Story, story_of
from corestory.reading.article import Article
from corestory.reading.blocks import PLAIN, Block, Cell, Container, Frame, Run, Style
from corestory.reading.one_article import page_article

# Characters that Markdown may take for markup, between words and alone.
NASTY = [
    *"\\`*_{}[]<>()#+-.!|~&=:\"'$^0a",
    "**", "***", "__", "~~", "```", "~~~", "---", "***", "# ", "> ", "- ", "1. ", "2) ", "![", "](", "[a]: b",
    "&amp;", "&#35;", "<b>", "<!--", "http://a.example", "| a |", "|---|", "\t", "    ", "word", " ", "\xa0", "“", "”",
    "…", "ü", "\\\n", "\n", "\r\n", "\x0b",
]  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY), min_size=1, max_size=8).map("".join) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1
)
texts = nasty.filter(lambda text: bool("".join(text.split())))
styles = st.builds(
    Style,
    st.sampled_from(["", "", "https://a.example/(x)_y?a=b&amp;c=*d e|", "/q\"'<>`\\"]),
    st.booleans(),
    st.booleans(),
)
runs = st.lists(st.builds(Run, texts, styles), min_size=1, max_size=4).map(tuple)
QUOTE, LIST, NUMBERED = Container(Frame.QUOTE, 1), Container(Frame.LIST, 2), Container(Frame.NUMBERED_LIST, 3)
INSIDE = [
    (),
    (QUOTE,),
    (Container(Frame.QUOTE, 11),),
    (LIST, Container(Frame.ITEM, 4, 1)),
    (LIST, Container(Frame.ITEM, 5, 2)),
    (LIST, Container(Frame.ITEM, 5, 2), NUMBERED, Container(Frame.ITEM, 6, 7)),
    (LIST, Container(Frame.ITEM, 5, 2), NUMBERED, Container(Frame.ITEM, 7, 8)),
    (NUMBERED, Container(Frame.ITEM, 8, 10)),
    (QUOTE, LIST, Container(Frame.ITEM, 9, 1)),
    (QUOTE, LIST, Container(Frame.ITEM, 9, 1), Container(Frame.QUOTE, 10)),
]
paragraphs = st.builds(Block, runs, st.sampled_from([0, 0, 0, 1, 2, 6]), st.sampled_from(INSIDE))
cells = st.lists(texts, min_size=2, max_size=6).filter(lambda cells: len(cells) % 2 == 0)


@st.composite
def groups_of_blocks(draw):
    """Paragraphs, and tables of two columns, none of which is another's neighbour by its number."""
    blocks = []
    for table in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            blocks.append(draw(paragraphs))
        else:
            blocks += [
                Block((Run(text),), cell=Cell(table, *divmod(place, 2))) for place, text in enumerate(draw(cells))
            ]
    return blocks


stories = groups_of_blocks()


def squeezed(text):
    """A text without white space, of which a format keeps no more than that there is some."""
    return "".join(text.split())


def story(*blocks, title=""):
    return Story(title, blocks, "a", "", "")


PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(source):
    """The text of each paragraph, heading and cell that the parser finds."""
    return [
        squeezed("".join(child.content for child in token.children or () if child.type in ("text", "softbreak")))
        for token in PARSER.parse(source)
        if token.type == "inline"
    ]


@given(stories, st.just("") | texts)
@example([Block((Run("a"), Run("b", Style(strong=True)), Run("c")))], "")
@example([Block((Run("x "), Run('"b"', Style(strong=True)), Run("*", Style(emphasis=True))))], "")
@example([Block((Run("Look!"), Run("Here", Style("/x"))))], "")
@example([Block((Run("1. a"),)), Block((Run("---"),)), Block((Run("===="),))], "# a #")
def test_the_page_shows_the_text_of_the_story(blocks, title):
    source = markdown(story(*blocks, title=title))
    expected = [squeezed(title)] * bool(squeezed(title)) + [squeezed(block.text) for block in blocks]
    assert [text for text in shown(source) if text] == expected
    assert DOCUMENT_RULE not in source.splitlines()


@given(st.lists(st.tuples(st.text("abüß1", min_size=1), styles), min_size=1, max_size=5))
def test_styles_between_spaces_come_through(words):
    spaced = [run for text, style in words for run in (Run(text, style), Run(" "))]
    tokens = [child for token in PARSER.parse(markdown(story(Block(tuple(spaced))))) for child in token.children or ()]
    for kind, has in (
        ("strong_open", lambda style: style.strong),
        ("em_open", lambda style: style.emphasis),
        ("link_open", lambda style: bool(style.link)),
    ):
        assert sum(token.type == kind for token in tokens) == sum(has(style) for _, style in words)


def test_the_structure_of_a_page_comes_through():
    html = (
        "<title>Ferry sold - The Herald</title><h1>Ferry sold</h1>"
        "<p>The <b>ferry</b> was <a href='/sold?a=1'>sold</a>.</p>"
        "<h2>How</h2><blockquote><p>I sold it.</p><p>Twice.</p></blockquote>"
        "<ul><li>one<li>two<ol><li>deep</ol></ul><table><tr><th>Year<th>Boats</tr><tr><td>2023<td>7 | 8</tr></table>"
    )
    article = replace(page_article(html, article_id="a", where="a"), url="https://herald.example/7", source=html)
    count = len(article.texts)
    written = markdown(story_of(TaggedArticle(article, np.ones(count), np.ones(count, bool), 0.8), None))
    assert written == (
        "# Ferry sold\n\nThe **ferry** was [sold](https://herald.example/sold?a=1).\n\n## How\n\n"
        "> I sold it.\n>\n> Twice.\n\n"
        "- one\n- two\n\n  1. deep\n\n| Year | Boats |\n| --- | --- |\n| 2023 | 7 \\| 8 |\n"
    )


def test_of_a_text_lists_are_told_by_their_marks_and_speech_is_none():
    texts = ["– Hello, she said.", "It rained.", "• one", "• two", "1. first", "2. second", "3. third", "- alone"]
    article = Article("a", texts, title="Rain")
    written = markdown(story_of(TaggedArticle(article, np.ones(8), np.ones(8, bool), 0.8), None))
    assert written == (
        "# Rain\n\n– Hello, she said.\n\nIt rained.\n\n- one\n- two\n\n1. first\n2. second\n3. third\n\n\\- alone\n"
    )


def test_a_page_without_title_and_story_is_an_empty_document():
    article = Article("a", ["Share"])
    assert markdown(story_of(TaggedArticle(article, np.zeros(1), np.zeros(1, bool), 0.8), None)) == ""


@pytest.mark.parametrize("target", ["javascript:alert(1)", "#top", "data:text/html,x", ""])
def test_links_that_lead_nowhere_are_text(target):
    html = f"<p>It <a href='{target}'>rained</a> here.</p>"
    article = replace(page_article(html, article_id="a", where="a"), source=html)
    assert markdown(story_of(TaggedArticle(article, np.ones(1), np.ones(1, bool), 0.8), None)) == "It rained here.\n"
    assert PLAIN.link == ""


SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "tei_subset.rng"))
NAMESPACE = "{http://www.tei-c.org/ns/1.0}"
hostile = st.text(st.characters(exclude_categories=["Cs"]))
full_stories = st.builds(
    lambda blocks, title, article_id, url, language: Story(title, tuple(blocks), article_id, url, language),
    stories, st.just("") | texts, hostile, hostile, st.sampled_from(["", "en", "sr"]),
)  # fmt: skip


def parsed(source):
    return etree.parse(BytesIO(source.encode()))


def shown_in_tei(source):
    """The text of each paragraph, heading and cell; characters that XML may not hold are replaced."""
    found = parsed(source).getroot().iter(*(NAMESPACE + name for name in ("p", "head", "ab", "cell")))
    body = [node for node in found if any(above.tag == NAMESPACE + "body" for above in node.iterancestors())]
    return [squeezed("".join(node.itertext())) for node in body]


def in_xml(text):
    kept = (char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff") for char in text)
    return "".join(char if is_kept else "\ufffd" for char, is_kept in zip(text, kept, strict=True))


@given(full_stories)
def test_any_story_is_valid_and_keeps_its_text(story):
    source = tei(story)
    SCHEMA.assertValid(parsed(source))
    expected = [squeezed(in_xml(block.text)) for block in story.blocks]
    # XML replaces line ends, and a vertical tab, which is white space to Python, is one of the forbidden characters.
    assert [squeezed(text) for text in shown_in_tei(source) if text] == [text for text in expected if text]


@cache
def dtd():
    """The schema by which trafilatura checks its own output."""
    return etree.DTD(BytesIO((files("trafilatura") / "data" / "tei_corpus.dtd").read_bytes()))


@pytest.mark.skipif(find_spec("trafilatura") is None, reason="trafilatura, which brings a DTD of TEI, is missing")
@given(full_stories)
def test_a_story_is_valid_by_the_schema_of_trafilatura_which_knows_no_tables(story):
    blocks = tuple(block for block in story.blocks if block.cell is None)
    assert dtd().validate(parsed(tei(replace(story, blocks=blocks)))), dtd().error_log.filter_from_errors()


def test_the_structure_of_a_page_comes_through_in_tei():
    html = (
        "<title>Ferry sold</title><h1>Ferry sold</h1><p>The <b>ferry</b> was <a href='/sold?a=1&b=2'>sold</a>.</p>"
        "<h2>How</h2><blockquote><h3>Why</h3><p>I sold it.</p></blockquote>"
        "<ul><li>one<li>two<ol><li>deep</ol></ul><table><tr><th>Year<th>Boats</tr><tr><td>2023<td>7</tr></table>"
    )
    article = replace(page_article(html, article_id="a", where="a"), url="https://herald.example/7", source=html)
    count = len(article.texts)
    written = tei(story_of(TaggedArticle(article, np.ones(count), np.ones(count, bool), 0.8), None))
    body = written[written.index("<body>") : written.index("</body>")].replace("\n", "")
    assert body == (
        '<body><div type="entry"><p>The <hi rend="#b">ferry</hi> was '
        '<ref target="https://herald.example/sold?a=1&amp;b=2">sold</ref>.</p></div>'
        '<div type="entry"><head rend="h2">How</head>'
        '<quote><ab type="header" rend="h3">Why</ab><p>I sold it.</p></quote>'
        '<list rend="ul"><item><p>one</p></item><item><p>two</p><list rend="ol"><item><p>deep</p></item></list></item>'
        "</list>"
        '<table><row><cell role="head">Year</cell><cell role="head">Boats</cell></row>'
        "<row><cell>2023</cell><cell>7</cell></row></table></div>"
    )
    assert '<ptr type="URL" target="https://herald.example/7"/>' in written


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://a.example/größe?a=1&b=%C3%A4", "https://a.example/größe?a=1&amp;b=%C3%A4"),
        ("https://a.example/100% sure|{x}", "https://a.example/100%25%20sure%7C%7Bx%7D"),
        ("https://[::1]:80/a?b[]=1#c#d", "https://[::1]:80/a?b%5B%5D=1#c%23d"),
        ("//a:b@c:d@/", "//a%3Ab%40c%3Ad%40/"),
        ("1:2/3:4", "1%3A2/3:4"),
        ('/q"<>\\^`', "/q%22%3C%3E%5C%5E%60"),
    ],
)
def test_what_no_address_may_hold_is_percent_encoded(address, written):
    assert f'target="{written}"' in tei(Story("", (), "", address, ""))


@pytest.mark.skipif("CORESTORY_TEI_SCHEMA" not in os.environ, reason="CORESTORY_TEI_SCHEMA names no RELAX NG schema")
@given(full_stories)
def test_any_story_is_valid_by_a_schema_of_all_of_tei(story):
    whole_schema().assertValid(parsed(tei(story)))


@cache
def whole_schema():
    return etree.RelaxNG(etree.parse(os.environ["CORESTORY_TEI_SCHEMA"]))


def test_a_story_without_paragraphs_or_with_headings_only_is_valid():
    heading = Block((Run("Ferries"),), heading=2)
    for blocks in ((), (heading,), (heading, heading)):
        SCHEMA.assertValid(parsed(tei(Story("", blocks, "", "", ""))))
