"""Where paragraphs stand in their text: `text[start:end]` is the paragraph."""

import re
import textwrap
import time

from hypothesis import example, given
from hypothesis import strategies as st

from corestory.reading.one_article import paragraphs_of_text, spans_of
from corestory.reading.text import storable
from corestory.reading.text_shapes import is_markup

STORY = (
    "The old swing bridge that joins the two halves of the town jammed open on Tues-day morning with a yacht "
    "halfway through it, cutting the town in two for eleven hours and sending well-known drivers on a detour."
)
# Characters that may stand between the words of a rejoined paragraph.
TAKEN = re.compile(r"\\n|\\r|[\s>\-\u2010\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

anything = st.text(st.characters(), max_size=40)
line_ends = st.sampled_from(
    ["\n", "\r\n", "\r", "\n\n", "\u2028", "\u2029", "\x85", "\n\u200b\n", "\n> ", "\n>\n", r"\n"]
)
words = st.lists(st.sampled_from([*STORY.split(), "-", ">", "x"]), min_size=1, max_size=60).map(" ".join)


@st.composite
def texts(draw):
    """Lines of anything with any line ends, or stories as people wrap and quote them."""
    if draw(st.booleans()):
        return "".join(line + draw(line_ends) for line in draw(st.lists(anything, max_size=8)))
    width = draw(st.integers(45, 90))
    stories = [draw(words) for _ in range(draw(st.integers(1, 5)))]
    wrapped = "\n\n".join("\n".join(textwrap.wrap(story, width)) for story in stories)
    quote = draw(st.sampled_from(["", "> ", ">> "]))
    return draw(anything) + "\n\n" + "\n".join(quote + line for line in wrapped.split("\n"))


@given(texts())
@example("\n\n".join("\n".join(textwrap.wrap(STORY, width)) for width in (60, 60, 60)))
@example("An intro\n> " + "\n> ".join(textwrap.wrap(STORY, 60)) + "\n\nShare")
@example("The quay op… [+2315 chars]")
@example("The quay opened on Monday after a delay. " * 30)
@example(r"The quay opened.\n\nShips came.\nMore came.")
@example("n > n\n- n\n> n\n> n\n> n\n-n")
def test_every_paragraph_is_found_where_it_stands(text):
    if is_markup(text):
        return
    paragraphs = [storable(paragraph) for paragraph in paragraphs_of_text(text, where="a.txt")]
    end = 0
    for paragraph, span in zip(paragraphs, spans_of(paragraphs, text), strict=True):
        assert span is not None, paragraph
        assert end <= span[0] < span[1]
        start, end = span
        found = storable(text[start:end])
        assert found == paragraph or TAKEN.sub("", found) == TAKEN.sub("", paragraph)
        assert len(found) > len(paragraph) or found == paragraph or not found.isprintable()


def test_a_long_wrapped_text_takes_time_that_grows_with_its_length():
    text = "\n\n".join("\n".join(textwrap.wrap(f"{number} {STORY}", 60)) for number in range(2_000))
    paragraphs = paragraphs_of_text(text, where="a.txt")
    began = time.process_time()
    spans = spans_of(paragraphs, text)
    assert time.process_time() - began < 5
    assert spans[-1] is not None
    assert spans[-1][1] == len(text)


def test_what_is_not_in_the_text_has_no_span_and_the_rest_has():
    assert spans_of(["Quay", "Ferry", "Ship"], "Quay\nShip") == ((0, 4), None, (5, 9))


def test_a_paragraph_that_repeats_stands_at_each_of_its_places():
    assert spans_of(["Share", "Share this", "Share"], "Share\nShare this\nShare") == ((0, 5), (6, 16), (17, 22))
