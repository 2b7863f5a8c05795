import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.commands.screen import AnnotatedWriter, HarmlessStream, harmless, say
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import article_of_texts


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_for_a_terminal_keeps_its_length_and_all_but_control_characters(text):
    shown = harmless(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        steers = (ord(before) < 32 and before not in "\n\t") or 127 <= ord(before) < 160
        assert after == ("\ufffd" if steers else before)


def test_a_stream_to_a_terminal_sends_no_control_characters():
    terminal = io.BytesIO()
    stream = HarmlessStream(terminal)
    data = "été\x1b[2J\x9b1m\n".encode()
    assert stream.write(data) == len(data)
    stream.flush()
    assert terminal.getvalue().decode() == "été\ufffd[2J\ufffd1m\n"


def test_what_is_said_goes_to_the_standard_error_in_one_harmless_line(capsys):
    say("caf\udce9\x1b[31m.txt")
    assert capsys.readouterr() == ("", "caf\ufffd\ufffd[31m.txt\n")


def test_annotated_articles_stand_with_an_empty_line_between_them(capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    writer = AnnotatedWriter()
    scores = np.array([0.9, 0.1])
    for name in "ab":
        writer.write(TaggedArticle(article_of_texts(name, ["It rained.", "Share"]), scores, scores > 0.5, 0.8))
    writer.close()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if "of 2 core" in line] == ["a", "b"]
    assert lines[3] == ""
    assert len(lines) == 7
