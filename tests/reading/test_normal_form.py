import pytest
from selectolax.lexbor import LexborHTMLParser

from pipeline.reading.normal_form import RAW, UNSEEN, IrregularError, NormalForm, text_nodes
from pipeline.reading.tags import VOID


def form(html):
    return NormalForm(LexborHTMLParser(html).body)


@pytest.mark.parametrize("tag", sorted(UNSEEN - {"head", "title"}))
def test_the_texts_around_what_nobody_sees_stand_apart(tag):
    tags, texts = form(f"<p>one <{tag} class='a>b'></{tag}> two").tags_and_texts()

    assert tags[1] == "p"
    assert text_nodes(texts[1]) in (["one ", " two"], ["one ", "", " two"])


@pytest.mark.parametrize("html", ["<p>a&amp;<&lt;b>c", "<p>a<!--<b>-->c", "<p title='<b> c'>a", '<p =x "=y>a'])
def test_where_both_ways_of_cutting_a_page_can_be_gone_they_lead_to_the_same(html):
    tags, texts = form(html).tags_and_texts()

    careful = form(html).careful_tags_and_texts()
    assert [tag for tag in careful[0] if tag != "?"] == tags
    assert "".join(careful[1]) == "".join(texts).replace("\0", "")


@pytest.mark.parametrize("html", ["<p<b>a", "<p a<b=c>d", "x<?a <b?>"])
def test_a_name_with_an_angle_in_it_has_to_be_cut_with_care(html):
    with pytest.raises(IrregularError):
        form(html).tags_and_texts()
    assert form(html).careful_tags_and_texts()[0][0] == "body"


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
