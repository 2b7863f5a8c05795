"""Characters that a program has written out are decoded in a text that has several; examples of code stay."""

import pytest

from corestory.reading.escapes import without_escapes
from corestory.reading.text import split_text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A caf&eacute; &amp; bar&#8230;", "A café & bar…"),
        ("\\ud83d\\udc4b It\\u2019s caf\\u00e9", "👋 It’s café"),
        ("Caf=C3=A9 =E2=80=93 =C3=A0 la=\ncarte", "Café – à lacarte"),
        ("Write &lt;p&gt; in HTML.", "Write &lt;p&gt; in HTML."),
        ("\\u00e9 is one, \\ud800 \\ud800 are none", "é is one, \\ud800 \\ud800 are none"),
        ("a=C3=A9&b=20&c=AB of https://bay.example", "a=C3=A9&b=20&c=AB of https://bay.example"),
        ("=C3=A9 =C3=A9 =C3=A9 =E4 is broken", "=C3=A9 =C3=A9 =C3=A9 =E4 is broken"),
    ],
)
def test_several_characters_that_are_written_out_are_decoded(text, read):
    assert without_escapes(text) == read


def test_the_paragraphs_of_a_text_are_decoded():
    assert split_text("&ldquo;It rained,&rdquo; she said.\nNobody&rsquo;s here.") == [
        "“It rained,” she said.",
        "Nobody’s here.",
    ]
