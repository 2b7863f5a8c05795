import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.one_article import paragraphs_of_text
from corestory.reading.text import split_text
from corestory.reading.text_shapes import is_markup, lump_sentences, unpacked, without_cut_off

SENTENCES = [
    "Dr. Brisk, who runs the U.S. office, said that the quay had been closed for eleven months since the storm.",
    "“We are sorry for it,” she added.",
    "It will cost 3.5 million, or 2 percent of the budget, according to J. Ahl of the council and his staff.",
    "Is that too much?",
    "The ferries, the railway and the bus company have asked for a share of it, which nobody has promised them yet.",
    "Work starts on Monday, if the weather holds, and will go on until the tourists come back in the early summer.",
]
LUMPS = {
    "English": SENTENCES * 2,
    "German": ["Die Brücke wird am 3. Mai nach elf Monaten endlich geöffnet.", "Das sagte Dr. Ahl am Montag."] * 9,
    "Russian": ["Старый мост снова откроют в понедельник после долгого ремонта.", "Так решил совет порта."] * 9,
    "Hindi": ["पुराना पुल सोमवार को फिर से खुल जाएगा और सभी लोग बहुत खुश हैं।", "परिषद ने यह फैसला किया।"] * 9,
}


@pytest.mark.parametrize("language", LUMPS)
def test_a_text_of_one_long_line_is_cut_into_its_sentences(language):
    assert paragraphs_of_text(" ".join(LUMPS[language]), where="a.txt") == LUMPS[language]


def test_a_script_without_spaces_is_cut_at_its_own_stops():
    sentences = ["海港委员会周二晚间投票决定重新开放旧平旋桥。", "“我们很高兴。”", "此前一艘驳船撞上了北侧桥墩。"] * 16
    assert lump_sentences("".join(sentences)) == sentences


def test_a_line_among_others_and_a_short_one_are_paragraphs():
    lump = " ".join(SENTENCES * 3)
    assert paragraphs_of_text(f"Quay opens\n{lump}", where="a.txt") == ["Quay opens", lump]
    assert paragraphs_of_text(" ".join(SENTENCES[:2]), where="a.txt") == [" ".join(SENTENCES[:2])]


@given(st.text())
def test_cutting_a_line_loses_nothing_but_white_space(text):
    long = (text + " Then. It rained. On us. All. Day! ") * 40
    assert "".join("".join(lump_sentences(long)).split()) == "".join(long.split())


def test_line_breaks_that_are_written_out_are_line_breaks_in_a_text_that_has_no_others():
    assert split_text(r"One.\nTwo.\r\n\r\nThree.") == ["One.", "Two.", "Three."]
    assert split_text("print(r'\\n')\nC:\\new\\names") == ["print(r'\\n')", "C:\\new\\names"]


@pytest.mark.parametrize(
    "text",
    ["<p>One.</p>\n<p>Two.</p>", "<div>One.<br><br>Two.</div>", "One.<br>\n<br>Two.<br>", " <ul><li>One.<li>Two.</ul>"],
)
def test_html_in_a_text_is_read_as_html(text):
    assert paragraphs_of_text(text, where="a.txt") == ["One.", "Two."]


@pytest.mark.parametrize(
    "text",
    [
        "A < b > c", "Use <p> and </p>.", "I <3 you\n\nand <br> is a break\n\n<br>\n\nin HTML",
        "One.\nTwo.\nThree.\nFour.\n" + '{"html": "<p>x</p><p>y</p><br><br>"}',
    ],
)  # fmt: skip
def test_a_text_that_shows_some_html_is_a_text(text):
    assert not is_markup(text)


def test_the_mark_of_a_text_that_was_cut_off_is_a_paragraph():
    assert split_text("One.\nTwo, th… [+2315 chars]") == ["One.", "Two, th…", "[+2315 chars]"]
    assert without_cut_off("[+2315 chars]") == ["[+2315 chars]"]


@pytest.mark.parametrize("text", ["One.\n> Two.", "> One.\n> Two.", "a > b\n>", "", ">"])
def test_few_quoted_lines_are_left_as_they_are(text):
    assert unpacked(text) == text


@pytest.mark.parametrize(("head", "point"), [("", ","), ("WEBVTT\n\n", ".")])
def test_subtitles_are_read_as_what_is_said(head, point):
    said = ["The quay opened on", "<i>Monday</i> at nine.", "Ships came,", "and left\nagain."]
    times = [f"00:00:0{number}{point}000 --> 00:00:0{number + 1}{point}500" for number in range(4)]
    cues = [f"{number}\n{time}\n{text}\n" for number, (time, text) in enumerate(zip(times, said, strict=True), start=1)]

    assert split_text(head + "\n".join(cues)) == ["The quay opened on Monday at nine.", "Ships came, and left again."]
    assert times[0] in split_text("\n".join(cues[:2]))
