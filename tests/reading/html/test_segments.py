import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from corestory.labelling.labelled import markup_rows
from corestory.reading.html.page import Page, read_page
from corestory.reading.html.segments import MAX_DEPTH, cut
from corestory.reading.html.serialised import UNSEEN, NormalForm
from corestory.reading.html.tags import INLINE, VOID
from reading.walking import walked

PROSE = "The harbour council voted on Tuesday evening to reopen the old swing bridge after eleven months of repairs."


def root(html):
    tree = LexborHTMLParser(html)
    return tree.body or tree.root


def paragraphs(html):
    outline = cut(NormalForm(root(html)))
    return list(zip(outline.texts, markup_rows(Page(outline.texts, outline, "", "", "")), strict=True))


# Not tables and unknown elements, which the page around them explains; their tests are those of `display`.
PLAIN = "p div li ul h2 section pre form option frameset noframes xmp plaintext listing body html nobr"
TAGS = sorted({*PLAIN.split(), *INLINE, *VOID, *UNSEEN} - {"param", "keygen", "frame", "bgsound", "basefont"})
VALUES = [
    "storyBody main",
    "a",
    "",
    "HTMLPage2",
    "a&amp;b",
    "x<y>z",
    '"',
    "'",
    " ",
    "ü\u2028é",
    "x class=",
    "-->",
    "&nbsp;c",
]
STYLES = ["display:none", "DISPLAY : None", "visibility:&nbsp;hidden", "color:red", "dısplay:none", "vısıbılıty:hıdden"]
attributes = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(
                ["class", "CLASS", "id", "role", "itemprop", "href", "data-id", "title", '"', "=", "a<b", "hidden"]
            ),
            st.sampled_from(VALUES),
        ),
        st.tuples(st.just("style"), st.sampled_from(STYLES)),
        st.tuples(st.just("hidden"), st.just("")),
    ),
    max_size=3,
).map(lambda pairs: "".join(f" {name}={quote(value)}" for name, value in pairs))


def quote(value):
    return f"'{value}'" if '"' in value else f'"{value}"'


texts = st.one_of(
    st.sampled_from(
        ["word", " ", "\n", "&nbsp;", "&amp;lt;", "a b c", PROSE, "<", ">", "&#0;", "\x00", "\x1c", "é👋", "<br>"]
    ),
    st.text(max_size=3),
)
ODD = """<!-- a -->|<!---->|<!--<p>x-->|<!--a--<b>c-->|<?php if (a > b) ?>|<?pi <b?>|</ x>|<![CDATA[a]]>|<!doctype html>
|<p <b|<a href="x"">|<script>if (a<b) '</p>'</script>"""
odd = st.sampled_from(ODD.split("|"))
opened = st.tuples(st.sampled_from(TAGS), attributes).map(lambda pair: f"<{pair[0]}{pair[1]}>")
closed = st.sampled_from(TAGS).map(lambda tag: f"</{tag}>")
nested = st.recursive(
    st.one_of(texts, texts, odd, opened, closed),
    lambda inner: st.tuples(st.sampled_from(TAGS), attributes, st.lists(inner, max_size=4)).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{''.join(parts[2])}</{parts[0]}>"
    ),
    max_leaves=12,
)


@given(st.lists(nested, max_size=6).map("".join))
@example("<a>one <svg></svg> two</a>")
@example("<p>One <span hidden>a b <script>1 2 3 4 5 6 7 8 9 10 11 12 13 14 15</script></span> two")
@example("<p>One <span hidden><template>1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16</template></span> two")
@example(f"<p>One <b hidden>{PROSE}<i hidden>x</i></b> two <b style='display:none'>small</b>.")
@example("<p><?php echo ?>One<xmp><b>&amp;</xmp>two<p><b></p><plaintext>x<i>&amp;")
@example("<frameset><noframes>One <b>two</b></noframes></frameset>")
@example("<body hidden class=page><p>One")
@example("<math><source></source></math>word")
@example("<math><base>word</base>s</math>")
@example("""<a "="x class=">One</a>""")
@example("""<p "="x id=">One</p><p x"y="class=" class="two">Two""")
@example("""<a "="x class=" class="storyBody main">One</a> <a "=" href=" href="/">two</a>""")
def test_a_page_is_cut_as_a_walk_through_its_tree_cuts_it(html):
    # Text such as "<word" makes unknown elements.
    assume(not any(re.search(r"[^\w:-]", node.tag or "") for node in root(html).traverse(include_text=False)))
    # Sentences one right behind the other are parted by a space.
    assume(re.search(r"[a-z]\.[A-Z]", root(html).text() or "") is None)
    # Escaped paragraphs, of which a page may hold its story, are cut as paragraphs; the walk leaves them.
    assume(not re.search(r"&lt;/?(?:p|br|div)\b", root(html).html or ""))
    assume(not any(re.search(r"</?(?:p|br|div)\b", node.text()) for node in root(html).css("plaintext, xmp")))
    # A page without blocks is a text, whose line ends may part paragraphs; the walk reads it as one.
    tags = {node.tag for node in root(html).traverse(include_text=False)} - {root(html).tag}
    assume(len(html.splitlines()) < 2 or not tags <= INLINE)
    assert paragraphs(html) == walked(root(html))


@pytest.mark.parametrize(
    "inner", ["<p>", "<p hidden>", "<b hidden>", "<hr>", "<hr hidden>", "<b>", "<br>", "<a><script></script>"]
)
@pytest.mark.parametrize("depth", [MAX_DEPTH - 3, MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, 3 * MAX_DEPTH])
def test_so_is_one_that_is_nested_deep(inner, depth):
    html = "<div>a" * depth + f"x{inner}{PROSE}</p></b>y" + "<span>" * 5 + "<div>z"

    assert paragraphs(html) == walked(root(html))


@pytest.mark.slow
def test_and_one_after_another_whatever_tags_came_before():
    pages = [f"<div class='c{number} Wide'><p id=p{number}>One <a href=/{number}>two" for number in range(9_000)]
    whole = "".join(pages)

    assert paragraphs(whole) == walked(root(whole))
    assert paragraphs(pages[0]) == walked(root(pages[0]))
    assert paragraphs(pages[-1]) == walked(root(pages[-1]))


@pytest.mark.parametrize("part", ["<p><x<!--y>a", "<p <!--y>a", "<p>a<!--b-->"])
def test_and_one_with_the_beginnings_of_comments_in_its_names_without_searching_to_its_end_for_each(part):
    # Each looked for its end through the rest of the page, this one would take minutes.
    html = part * 30_000

    assert len(paragraphs(html)) == 30_000


def test_threads_share_no_tags():
    with ThreadPoolExecutor(1) as other:
        there = other.submit(read_page, "<p class='quay'>One.</p>").result()
    here = read_page("<p class='quay'>One.</p>")

    assert markup_rows(there) == markup_rows(here)
    assert there.markup.known is not here.markup.known


@pytest.mark.parametrize("heading", ["<h2>", "<figure><figcaption>Quay"])
def test_a_heading_that_nobody_has_closed_is_none_around_the_story(heading):
    sentence = "The quay was opened on Monday after a long delay that storms in the spring had caused. "
    story = "".join(f"<p>{sentence * 2}{number}</p>" for number in range(4))
    rows = markup_rows(read_page(heading + story))
    assert not any({"h_two", "figcaption"}.intersection(row.words.split()) for row in rows[1:])
    short = markup_rows(read_page(f"<h2><div>Quay opens</div><div>Again</div></h2>{story}"))
    assert "h_two" in short[0].words.split()
