"""TEI of a story: well-formed and valid whatever it says, and a parser reads the same text from it."""

import os
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corestory.model.tagged_article import TaggedArticle
from corestory.output.markup import tei
from corestory.output.story import Story, story_of
from corestory.reading.blocks import Block, Run
from corestory.reading.one_article import page_article
from output.structured import squeezed, stories, texts

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "tei_subset.rng"))
NAMESPACE = "{http://www.tei-c.org/ns/1.0}"
hostile = st.text(st.characters(exclude_categories=["Cs"]))
full_stories = st.builds(
    lambda blocks, title, article_id, url, language: Story(title, tuple(blocks), article_id, url, language),
    stories, st.just("") | texts, hostile, hostile, st.sampled_from(["", "en", "sr"]),
)  # fmt: skip


def parsed(source):
    return etree.parse(BytesIO(source.encode()))


def shown(source):
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
    assert [squeezed(text) for text in shown(source) if text] == [text for text in expected if text]


@cache
def dtd():
    """The schema by which trafilatura checks its own output."""
    return etree.DTD(BytesIO((files("trafilatura") / "data" / "tei_corpus.dtd").read_bytes()))


@pytest.mark.skipif(find_spec("trafilatura") is None, reason="trafilatura, which brings a DTD of TEI, is missing")
@given(full_stories)
def test_a_story_is_valid_by_the_schema_of_trafilatura_which_knows_no_tables(story):
    blocks = tuple(block for block in story.blocks if block.cell is None)
    assert dtd().validate(parsed(tei(replace(story, blocks=blocks)))), dtd().error_log.filter_from_errors()


def test_the_structure_of_a_page_comes_through():
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
