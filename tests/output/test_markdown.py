"""Markdown of a story: a parser reads from it the same text, structure, links and emphasis."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corestory.model.tagged_article import TaggedArticle
from corestory.output.markup import DOCUMENT_RULE, markdown
from corestory.output.story import story_of
from corestory.reading.article import Article
from corestory.reading.blocks import PLAIN, Block, Run, Style
from corestory.reading.one_article import page_article
from output.structured import squeezed, stories, story, styles, texts

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
