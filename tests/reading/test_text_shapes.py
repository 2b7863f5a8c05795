import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.one_article import paragraphs_of_text, spans_of
from corestory.reading.text import split_text
from corestory.reading.text_shapes import (
    is_lump,
    is_markup,
    lump_paragraphs,
    lump_sentences,
    unpacked,
    without_cut_off,
    without_escapes,
)


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


def test_of_a_mail_that_quotes_paragraphs_the_short_ones_are_quoted_too():
    long, short = "> The quay opened\n> on Monday\n> at nine.", "> Of 31\n> 14 came."
    assert split_text(f"{long}\n\n{short}") == ["The quay opened", "on Monday", "at nine.", "Of 31", "14 came."]
    assert split_text(short) == short.split("\n")


WRAPPED = [
    *("The old quay opened on Monday after a long", "delay that storms in the spring had caused, and", "people came."),
    *("It cost a million, of which the town has to pay", "a half over the next ten years, said the mayor", "at last."),
    *("Ships are to come", "again in June."),
]
JOINED = [" ".join(WRAPPED[:3]), " ".join(WRAPPED[3:6]), " ".join(WRAPPED[6:])]


@pytest.mark.parametrize("time", ["0:{:02}", "1:02:{:02}", "[00:{:02}]", "({}:07)"])
def test_a_transcript_whose_lines_stand_between_times_is_read_as_what_is_said(time):
    lines = [line for number, said in enumerate(WRAPPED) for line in (time.format(number + 10), said)]
    assert split_text("\n".join(lines)) == JOINED
    assert lines[0] in split_text("\n".join(lines[:8]))


def test_the_entries_of_a_live_report_keep_their_times():
    lines = [line for number in range(10, 20) for line in (f"{number}:15", f"Boat {number} has come in, at last.")]
    assert split_text("\n".join(lines)) == lines


@pytest.mark.parametrize("hours", [range(20, 10, -1), range(10, 20)])
def test_headlines_between_the_times_of_a_news_page_or_of_what_is_on_stay_apart(hours):
    lines = [line for number in hours for line in (f"{number}:15", f"Boat {number} is in")]
    story = ["The quay opened on Monday, and 20 boats were there by noon.", "Latest news"]
    assert split_text("\n".join(story + lines)) == story + lines


@pytest.mark.parametrize("number", ["{}  ", "{:>3} ", "{:02}\t"])
def test_the_numbers_of_wrapped_lines_are_none_of_the_text(number):
    lines = [number.format(place) + line for place, line in enumerate(WRAPPED, start=1)]
    assert split_text("\n".join(lines))[:2] == JOINED[:2]
    ranking = [number.format(place) + f"Ann Lee, {place} votes" for place in range(1, 12)]
    assert split_text("\n".join(ranking)) == [line.strip() for line in ranking]


def test_an_object_of_json_that_holds_a_text_is_read_as_it():
    assert split_text(r'{"title": "Quay", "text": "The quay opened.\nShips came."}') == [
        "The quay opened.",
        "Ships came.",
    ]
    assert split_text(r'{"a\nb": 1}') == [r'{"a\nb": 1}']


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


def test_rulers_of_equal_signs_are_no_ends_of_lines():
    text = "=====\n== QUAYS ==\n=====\nIt rained.\n=====\n== BOATS ==\n=====\nIt stopped.\n"
    assert without_escapes(text) == text


def test_the_paragraphs_of_a_text_are_decoded():
    assert split_text("&ldquo;It rained,&rdquo; she said.\nNobody&rsquo;s here.") == [
        "“It rained,” she said.",
        "Nobody’s here.",
    ]


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


TIMES = ["14 March 2024, 09:12", "12.08.2024 - 8.14 Uhr", "2 May 2023 at 7:05 pm"]


@pytest.mark.parametrize("time", [*TIMES, "14 March 2024", "May 2, 2023 |", "12.08.2024"])
def test_the_date_and_time_of_an_article_end_its_head(time):
    head = f"Quay opens By Ann Lee, reporter {time}"
    assert lump_sentences(" ".join([head, *SENTENCES * 2])) == [head, *SENTENCES * 2]


@pytest.mark.parametrize("time", [*TIMES, "14 March 2024", "12.08.2024"])
def test_a_date_within_a_sentence_ends_no_head(time):
    within = f"Nobody in the old harbour town had asked for it when on {time} the quay opened."
    assert lump_sentences(" ".join([within, *SENTENCES * 2])) == [within, *SENTENCES * 2]
