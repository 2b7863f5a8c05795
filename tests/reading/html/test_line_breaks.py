import time

import pytest

from corestory.reading.html.page import read_page

ONE = "The harbour council voted on Tuesday evening to reopen the old swing bridge after eleven months of repairs."
TWO = "Workers had replaced the rusted gears and the deck, which had been closed to lorries since the storm of March."
THREE = "“We are glad,” said the mayor, who added that the town would pay for the rest of the work by itself in May."


def texts(html):
    return read_page(html).texts


def test_single_breaks_between_paragraphs_of_prose_end_them():
    assert texts(f"<div>{ONE}<br>{TWO}<br>READ MORE: Storm<br>{THREE}</div>") == [ONE, TWO, "READ MORE: Storm", THREE]
    assert texts(f"<p>{ONE}<br>\n{TWO}</p>") == [ONE, TWO]


def test_a_link_on_a_line_of_its_own_under_prose_is_a_paragraph():
    assert texts(f"<p>{ONE}<br><a href=/1>READ MORE: Storm</a></p>") == [ONE, "READ MORE: Storm"]


@pytest.mark.parametrize("text", ["A rose<br>is a rose<br>is a rose.", "Herald<br>1 Quay Street<br>Netherby"])
def test_verse_and_addresses_stay_together(text):
    assert texts(f"<p>{text}</p>") == [text.replace("<br>", " ")]


def test_a_line_that_goes_on_in_lower_case_is_not_cut():
    assert texts(f"<p>{ONE[:-1]}<br>and {TWO}</p>") == [f"{ONE[:-1]} and {TWO}"]


def wrapped(text, width=70):
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


STORY = f"{wrapped(ONE)}\n\n{wrapped(TWO)}\n\nPhoto: Inge Vold\n\n{wrapped(THREE)}"


@pytest.mark.parametrize("page", ["<pre>{}</pre>", "<body>{}", "<html><title>T</title><body>\n{}\n</body>", "{}"])
def test_preformatted_text_and_a_page_without_elements_are_cut_as_text(page):
    assert texts(page.format(STORY)) == [ONE, TWO, "Photo: Inge Vold", THREE]


def test_code_in_a_page_stays_one_paragraph():
    assert texts("<p>x</p><pre>def quay():\n    return 1\n\nquay()</pre>") == ["x", "def quay(): return 1 quay()"]


def test_entities_that_were_escaped_twice_are_decoded_but_never_to_markup():
    assert texts("<p>&amp;quot;Sorry,&amp;quot; said Brisk&amp;rsquo;s aide &amp;#8211; again") == [
        '"Sorry," said Brisk’s aide – again'
    ]
    assert texts("<p>&amp;lt;b&amp;gt; AT&amp;T &amp;nosuch;") == ["&lt;b&gt; AT&T &nosuch;"]


def test_a_headline_or_byline_above_prose_is_a_paragraph():
    assert texts(f"<div><b>Quay reopens</b><br>{ONE}</div>") == ["Quay reopens", ONE]
    assert texts("<p><b>Outlook</b><br>The council will vote in May.</p>") == [
        "Outlook", "The council will vote in May."
    ]  # fmt: skip
    assert texts(f"<p>“Nobody asked us”,<br>{ONE}</p>") == [f"“Nobody asked us”, {ONE}"]


def test_a_story_whose_tags_were_escaped_is_cut_at_them_and_an_example_of_code_is_not():
    story = f"<p>{ONE}</p><p>{TWO} <b>{TWO}</b></p><p>{THREE}</p>"
    escaped = story.replace("<", "&lt;").replace(">", "&gt;")

    for body in (escaped, escaped.replace("&", "&amp;")):
        assert texts(f"<main><h1>Quay reopens</h1><div>{body}</div></main>") == [
            "Quay reopens",
            ONE,
            f"{TWO} {TWO}",
            THREE,
        ]
    assert texts(f"<p>x</p><pre><code>{escaped}</code></pre>")[1].startswith("<p>")
    assert texts("<p>Write &lt;p&gt;, &lt;p&gt; and &lt;/p&gt;.</p>") == ["Write <p>, <p> and </p>."]


@pytest.mark.parametrize("piece", ["&lt;p ", "&amp;lt;p&amp;gt;word "])
def test_a_page_of_nothing_but_escaped_tags_is_read_at_once(piece):
    html = f"<div>{piece * 20_000}<script>1</script></div>"
    begun = time.process_time()
    texts(html)
    assert time.process_time() - begun < 2


def test_blank_lines_between_paragraphs_of_prose_end_them():
    assert texts(f"<div>{ONE}\n\nThe cost\n \n{THREE}</div><p>End") == [ONE, "The cost", THREE, "End"]


@pytest.mark.parametrize(
    "text", [f"{ONE[:-1]}\n\n{TWO}", f"{ONE}\n\nand {TWO}", f"{ONE}\n{TWO}", f"A\n\nB\n\nC\n\n{ONE}"]
)
def test_other_blank_lines_are_spaces(text):
    assert texts(f"<div>{text}</div><p>End") == [" ".join(text.split()), "End"]
