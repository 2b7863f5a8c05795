import pytest
from selectolax.lexbor import LexborHTMLParser

from corestory.reading.html.serialised import RAW, UNSEEN, NormalForm, text_nodes
from corestory.reading.html.tags import VOID


def form(html):
    return NormalForm(LexborHTMLParser(html).body)


@pytest.mark.parametrize("tag", sorted(UNSEEN - {"head", "title"}))
def test_the_texts_around_what_nobody_sees_stand_apart(tag):
    tags, texts = form(f"<p>one <{tag} class='a>b'></{tag}> two").tags_and_texts()

    assert tags[1] == "p"
    assert text_nodes(texts[1]) in (["one ", " two"], ["one ", "", " two"])


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ("<p title='<b> c' =x \"=y>", ['p title="&lt;b&gt; c" =x="" "="y"', "/p"]),
        ("<p<b>a", ["p<b", "/p<b"]),
        ("<p a<b=c>d", ['p a<b="c"', "/p"]),
        ("x<?a <b?><hr>", ["?", "hr"]),
    ],
)
def test_an_angle_within_a_tag_cuts_it_nowhere(html, tags):
    assert form(html).tags_and_texts()[0] == ["body", *tags, "/body"]


@pytest.mark.parametrize("tag", sorted(RAW))
def test_text_that_the_parser_would_write_as_it_is_looks_like_no_tag(tag):
    tags, texts = form(f"x<{tag}>a<b>&amp;").tags_and_texts()

    assert tags == ["body", tag, f"/{tag}", "/body"]
    assert text_nodes(texts[1]) == ["a<b>&amp;"]


@pytest.mark.parametrize("tag", sorted(VOID - {"col", "frame"}))
def test_the_parser_writes_no_end_of_void_elements(tag):
    tags, _ = form(f"<{tag}>a").tags_and_texts()

    assert f"/{tag}" not in tags


def test_the_spaces_of_what_was_taken_out_count():
    whole = form("<b>a b<script>c d e</script></b>")
    _, texts = whole.tags_and_texts()

    assert whole.spaces(texts[1]) == 3
