import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from corestory.model.tagged_article import TaggedArticle
from corestory.output.documents import SHOWN_CHARACTERS, AnnotatedWriter
from corestory.reading.article import Article

PARAGRAPHS = (
    (
        "The ferry left the quay at noon with nine passengers and a goat, which the harbour master had waved aboard.",
        0.98,
    ),
    ("“It was a goat.”", 0.71),
    ("READ MORE: Nine sheep rescued from a lighthouse by the crew of a passing trawler on its way home", 0.03),
    ("أبحرت العبارة من الرصيف ظهرا وعلى متنها تسعة ركاب وماعز", 0.9),
    ("渡轮中午离开码头，船上有九名乘客和一只山羊，港务长挥手让它上船，没有人提出反对意见，因为天气很好。", 0.88),
    ("🐐 Share", 0.12),
)


def made_article(paragraphs=PARAGRAPHS, article_id="ferry.txt"):
    texts, scores = zip(*paragraphs, strict=True)
    return TaggedArticle(Article(article_id, texts), np.array(scores), np.array(scores) >= 0.5, 0.87)


def shown(article, *, width=60, color_system=None, encoding="utf-8", **options):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")
    console = Console(file=file, width=width, color_system=color_system, force_terminal=color_system is not None)
    AnnotatedWriter(console=console, **options).write(article)
    file.flush()
    return file.buffer.getvalue().decode(encoding)


def test_an_article_without_colour(golden):
    golden("annotated_plain.txt", shown(made_article()))


def test_an_article_in_colour(golden):
    golden("annotated_colour.txt", shown(made_article(), color_system="truecolor"))


def test_a_terminal_without_unicode_gets_signs_it_can_show():
    article = made_article((("It rained — again.", 0.9), ("Share", 0.1)), "förde.txt")

    assert shown(article, encoding="ascii").splitlines() == [
        "f?rde.txt: 1 of 2 core, x filler, confidence 0.87",
        "  0.90 | It rained ? again.",
        "x 0.10 | Share",
    ]


def test_without_colour_a_mark_tells_filler_from_core():
    lines = shown(made_article((("Same words.", 0.9), ("Same words.", 0.1)))).splitlines()[1:]

    assert [line[0] for line in lines] == [" ", "✗"]
    assert "\x1b" not in "".join(lines)


def test_the_mark_is_the_decision_not_the_score():
    article = TaggedArticle(Article("a", ["One."]), np.array([0.9]), np.array([False]), 0.5)

    assert shown(article).splitlines()[1] == "✗ 0.90 ┊ One."


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 1)), min_size=1, max_size=5),
    st.integers(12, 100),
)
def test_no_line_is_wider_than_the_terminal_and_every_paragraph_begins_one(paragraphs, width):
    lines = shown(made_article(paragraphs, "a"), width=width).splitlines()

    assert max(map(cell_len, lines)) <= width
    assert sum(" ┃ " in f"{line} " or " ┊ " in f"{line} " for line in lines) >= len(paragraphs)


def test_text_cannot_steer_the_terminal():
    found = shown(made_article((("\x1b[31mred\x1b]0;title\x07 \x9b2J \x08\x7f a\rb", 0.9),), "\x1b[2Jname"))

    assert not set(found) & {chr(code) for code in [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)]}
    assert "\ufffd[31mred" in found
    assert "\ufffd[2Jname" in found


def test_markup_and_emoji_names_are_shown_as_they_are():
    assert "[bold]x[/] :goat: https://x.example" in shown(made_article((("[bold]x[/] :goat: https://x.example", 0.9),)))


def test_lone_surrogates_are_shown_as_the_replacement_character():
    assert "a\ufffdb" in shown(made_article((("a\ud800b", 0.9),)))


def test_a_paragraph_of_fifty_million_characters_is_cut_and_that_is_said():
    found = shown(made_article((("x" * 50_000_000, 0.9),)), width=100)

    assert found.count("x") < SHOWN_CHARACTERS + 10
    assert "(49,980,000 more characters)" in " ".join(found.replace("┃", "").split())


def test_an_article_without_paragraphs_has_its_head():
    article = TaggedArticle(Article("a", []), np.empty(0), np.empty(0, dtype=bool), 0.5)

    assert shown(article).splitlines() == ["a: 0 of 0 core, ✗ filler, confidence 0.50"]


def test_annotated_articles_stand_with_an_empty_line_between_them(capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    writer = AnnotatedWriter()
    scores = np.array([0.9, 0.1])
    for name in "ab":
        writer.write(TaggedArticle(Article(name, ["It rained.", "Share"]), scores, scores > 0.5, 0.8))
    writer.close()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if "of 2 core" in line] == ["a", "b"]
    assert lines[3] == ""
    assert len(lines) == 7
