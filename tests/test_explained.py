import subprocess
import sys

import pytest

from corestory.errors import InputError
from corestory.explained import explain
from corestory.output.article_page import article_page

PAGE = "<nav>News</nav><article><p>The ferry was sold on Monday, she said.</p><p>It sank.</p></article>"


def test_a_text_and_a_page_are_explained_paragraph_by_paragraph(seeded_tagger):
    text = explain("The ferry was sold.\nShare", seeded_tagger)
    assert [paragraph.text for paragraph in text.paragraphs] == ["The ferry was sold.", "Share"]
    assert [paragraph.position for paragraph in text.paragraphs] == [0, 1]
    assert explain(PAGE, seeded_tagger, html=True).paragraphs[0].markup is not None


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_a_text_without_a_paragraph_is_refused(seeded_tagger, text):
    with pytest.raises(InputError, match="no text"):
        explain(text, seeded_tagger)


def test_a_notebook_shows_the_coloured_page_in_a_frame(seeded_tagger):
    found = explain("The ferry was sold.\n<b>Share</b>", seeded_tagger)
    shown = found._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<b>" not in shown
    assert shown.count("&lt;html") == article_page(found).count("<html") == 1
    assert len(repr(found)) < 100


def test_it_is_public_and_imported_only_when_asked_for():
    code = "import sys, corestory; print('numpy' in sys.modules); corestory.explain; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
