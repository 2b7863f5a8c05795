"""A text of one long line is cut where a program lost its line ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.lumps import is_lump, lump_paragraphs, lump_sentences
from corestory.reading.one_article import paragraphs_of_text, spans_of

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


PARAGRAPHS = ["Quay opens", *[" ".join(SENTENCES[first : first + 2]) for first in (0, 2, 4, 0, 2, 4)], "Share"]


@pytest.mark.parametrize("separator", ["  ", "\t", " ¶ ", " || ", "\xa0\xa0 ", "\t \t"])
def test_what_stands_in_the_place_of_line_ends_ends_paragraphs(separator):
    text = separator.join(PARAGRAPHS)
    assert paragraphs_of_text(text, where="a.txt") == PARAGRAPHS
    assert not is_lump(text)
    assert [text[slice(*span)] for span in spans_of(PARAGRAPHS, text) if span] == PARAGRAPHS


def test_a_long_line_is_cut_in_linear_time():
    for gap in (" ", "\xa0", "\t"):  # in quadratic time it would take hours
        assert lump_paragraphs("It rained. " * 70 + gap * 500_000 + "It stopped.")[-1] == "It stopped."
    assert "".join(lump_paragraphs("." * 500_000 + "a")) == "." * 500_000 + "a"


def test_sentences_without_a_space_between_them_end_paragraphs():
    assert paragraphs_of_text("".join(PARAGRAPHS[1:-1]), where="a.txt") == PARAGRAPHS[1:-1]


@pytest.mark.parametrize("separator", ["  ", " || "])
def test_a_separator_within_sentences_says_nothing(separator):
    text = " ".join(SENTENCES * 2).replace(" of ", f"{separator}of{separator}").replace(" the ", f" the{separator}")
    assert lump_paragraphs(text) == lump_sentences(text)


@pytest.mark.parametrize("time", ["14 March 2024, 09:12", "12.08.2024 - 8.14 Uhr", "2 May 2023 at 7:05 pm"])
def test_the_date_and_time_of_an_article_end_its_head(time):
    head = f"Quay opens By Ann Lee, reporter {time}"
    assert lump_sentences(" ".join([head, *SENTENCES * 2])) == [head, *SENTENCES * 2]
    within = f"On {time} the quay opened."
    assert lump_sentences(" ".join([within, *SENTENCES * 2])) == [within, *SENTENCES * 2]
