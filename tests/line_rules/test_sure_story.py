"""Short turns, items and parts of sentences are story between kept ones; plugs between them are not."""

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.line_rules.sure_story import sure_story
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

PROSE = "<p>The company gave this advice to all households on Monday:</p>"


def _found(lines: list[str]) -> list[int]:
    """Give the rows that are found in two equal articles; "-" begins a line that is dropped."""
    texts, kept = [line.removeprefix("-") for line in lines], np.array([line[0] != "-" for line in lines])
    found = sure_story(batch_of_articles([Article("a", texts), Article("b", texts)]), np.tile(kept, 2))
    assert found[: len(texts)].tolist() == found[len(texts) :].tolist()
    return np.flatnonzero(found[: len(texts)]).tolist()


@pytest.mark.parametrize(
    ("turns", "restored"),
    [
        (["Q: Why?", "A: I had to.", "Q: And?", "-A: A tunnel.", "Q: Really?"], [3]),
        (["問：なぜ？", "答：光のためだ。", "問：ほかには？", "-答：船。", "問：本当に？"], [3]),
        (
            [
                "[4/5, 9:12] Q: Why?",
                "[4/5, 9:13] A: I had to.",
                "[4/5, 9:14] Q: So?",
                "-[4/5, 9:15] A: Wind.",
                "9:16 Q: Oh?",
            ],
            [3],
        ),
        (["9:12 Q: Why?", "9:13 A: Rain.", "9:14 Q: So?", "-9:15 A: Wind.", "9:16 Q: Oh?"], [3]),
        (["MOLE: Why?", "Dr. Ann Lee: Rain.", "MOLE: And?", "-Ann Lee: Wind.", "MOLE: So?", "Ann Lee: Snow."], [3]),
        (["Q: Why?", "-A: I had to.", "Q: And?"], []),
        (["It rained.", "A: I had to.", "It rained: all day.", "-A: Read more", "It rained."], []),
        (["A: One.", "-A: Two.", "A: Three."], []),
        (["width: 1;", "height: 2;", "width: 3;", "-height: 4;", "width: 5;"], []),
        (["Q: Why?", "A: I had to.", "Q: And?", "-A: A tunnel."], []),
    ],
)
def test_a_dropped_turn_between_kept_turns_of_others_is_found(turns, restored):
    assert _found(turns) == restored


def test_a_heading_may_stand_between_the_time_of_an_entry_and_what_it_says():
    entries = [
        "-16:02",
        "-Summary",
        "All is well.",
        "-14:51",
        "Light again.",
        "-12:40",
        "No ferry.",
        "-11:15",
        "-Rain.",
    ]
    assert _found(entries) == [8]


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["How did it begin?", "By chance.", "And then?", "I stayed.", "-Sign up", "-Who is next?", "My girl."], [5]),
        (["Nasıl başladı?", "Tesadüfen.", "Ya sonra?", "Kaldım.", "-Kim geçecek?", "Kızım."], [4]),
        (["How did it begin?", "By chance.", "-Who is next?", "My girl."], []),
        (["How did it begin?", "By chance.", "And then?", "I stayed.", "-Who is next?", "-My girl."], []),
        (["How did it begin?", "By chance.", "And then?", "I stayed.", "-See also: Who is next?", "My girl."], []),
        (["How did it begin?", "By chance.", "And then?", "I stayed.", "-• Who is next?", "My girl."], []),
    ],
)
def test_a_dropped_question_of_an_interview_is_found_above_a_kept_answer(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["It rained.", "-What happens next", "-----------", "It stops."], [1]),
        (["Rain", "-====", "It rained.", "-What happens next", "----", "It stops."], [3]),
        (["It rained.", "-What happens next?", "-----------", "It stops."], [1]),
        (["It rained.", "-What happens next", "----", "It stops."], []),
        (["It rained.", "-Read more: rain", "-----------", "It stops."], []),
        (["-It rained.", "-What happens next", "-----------", "It stops."], []),
        (["It rained.", "-What happens next", "-----------", "-Sign up"], []),
        (["It rained.", "-What happens next", "-----------"], []),
        (["-Rain", "--------", "It stops."], []),
    ],
)
def test_a_dropped_subhead_is_found_above_dashes_between_kept_sentences(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["It rained.", "-| Day | Rain |", "-|---|:--:|", "-| 2 May | 3 mm |", "| 3 May | 4 mm |", "Sun"], [1, 3]),
        (["It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "-3 May | 4 mm", "Sun"], [1, 3, 4]),
        (["It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "Sun"], []),
        (["It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "-3 May | 4 mm", "-Sun"], []),
        (["-It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "-3 May | 4 mm", "Sun"], []),
        (["It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "-[3 May](a) | 4 mm", "Sun"], []),
        (["It rained.", "-Day | Rain", "-2 May | 3 mm", "-3 May | 4 mm", "Sun"], []),
        (["It rained.", "-Day | Rain", "---- | ---", "-2 May | 3 mm", "-3 May | 4 mm"], []),
    ],
)
def test_the_dropped_rows_of_a_table_in_markdown_are_found_between_kept_lines(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("entries", "restored"),
    [
        (["-9:40", "It rains.", "-9:31", "-Two are safe.", "-9.05am", "It blows.", "-8h50", "We begin."], [3]),
        (["-9:40 | Lee", "It rains.", "-9:31 Uhr", "It blows.", "-9:05", "We begin.", "-8:50", "-Good morning."], [7]),
        (["-9:40", "It rains.", "-9:31", "-Two are safe.", "-9:05", "It blows."], []),
        (
            [
                "-9:40",
                "-Lee",
                "Rain",
                "It rains.",
                "-9:31",
                "It blows.",
                "-8:50",
                "We begin.",
                "-8:40",
                "-Lee",
                "-Hi",
                "-It is.",
            ],
            [11],
        ),
        (["-9:40", "It rains.", "-9:31", "-Read also", "-9:05", "It blows.", "-8:50", "We begin."], []),
        (["-1:20 min", "It rains.", "-1:31 min", "-A film.", "-2:05 min", "It blows.", "-3:50 min", "We begin."], []),
        (["-1:20", "It rains.", "-1:31", "It pours.", "-2:05", "It blows."] + ["-1:31", "-Film."] * 4, []),
    ],
)
def test_dropped_entries_of_a_live_report_are_found_if_most_are_kept(entries, restored):
    assert _found(entries) == restored


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["-3. März", "Nebel.", "4. März", "Es regnet.", "-6. März", "Land.", "7. März", "Wir sind da."], [0, 4]),
        (["-Monday 3 June", "Fog.", "Friday 7 June", "Rain.", "Sunday 9 June", "Land."], [0]),
        (["-Monday 3 June", "Fog.", "-Friday 7 June", "Rain.", "Sunday 9 June", "Land."], []),
        (["-Monday 3 June", "Fog.", "Friday 7 June", "Rain."], []),
        (["-Monday 3 June", "-Fog.", "Friday 7 June", "Rain.", "Sunday 9 June", "Land."], []),
        (["-3 June", "Fog.", "June 7", "Rain.", "9. June", "Land."], []),
        (["-3", "Fog.", "7", "Rain.", "9", "Land."], []),
        (["-A", "Fog.", "B", "Rain.", "C", "Land."], []),
    ],
)
def test_lines_with_a_number_are_found_above_sentences_if_most_of_their_form_are_kept(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["the boats went out in vain,", "-we sold our fish in Ostvik", "and drove home in the rain."], [1]),
        (["лодки ушли в море", "-мы продали рыбу", "и вернулись домой"], [1]),
        (["The result is in", "-the report", "of the council, which met on Monday."], [1]),
        (["The result is in.", "-the report", "of the council, which met on Monday."], []),
        (["The result is in", "-Read also", "of the council, which met on Monday."], []),
        (["The result is in", "-by Inge Vold", "The council met on Monday."], []),
        (["the boats went out in vain,", "-we sold our fish in Ostvik"], []),
    ],
)
def test_a_dropped_line_within_a_sentence_is_found(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("lines", "restored"),
    [
        (["It helps:", "• Boil all water.", "• Wash your hands.", "-• Showers are safe."], [3]),
        (["It helps:", "-1. Koche alles Wasser.", "2. Wasche dir die Hände.", "3) Dusche wie sonst."], [1]),
        (["It helps:", "• Boil all water.", "• Wash your hands.", "-• More advice"], []),
        (["* Best ram: T. Dobson", "-* Best fleece: A. Sharp", "* Best onion: P. Cole", "* Best dog: H. Tait"], [1]),
        (["* Best ram: T. Dobson", "* Best fleece: A. Sharp", "* Best onion: P. Cole", "-* More advice"], []),
        (["* Best ram: T. Dobson", "-* More advice", "* Best onion: P. Cole"], []),
        (["It helps:", "• Boil all water.", "-• Wash your hands.", "-• Showers are safe."], []),
        (["It helps:", "• Boil all water.", "* Wash your hands.", "-• Showers are safe."], []),
        (["• Boil all water.", "-• Showers are safe.", "It helps."], []),
        (["It is at:", "-* Sports hall", "* Old chapel", "* Bus stop"], [1]),
        (["It is", "-* Sports hall", "* Old chapel", "* Bus stop"], []),
    ],
    ids=[
        "last",
        "numbers",
        "no sentence",
        "within",
        "no sentence of four",
        "of three",
        "few kept",
        "other bullets",
        "two",
        "below a colon",
        "below no colon",
    ],
)
def test_a_dropped_item_of_a_list_in_a_text_is_found_where_most_items_are_kept(lines, restored):
    assert _found(lines) == restored


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("-Litres Milk Eggs Bread", [1]),
        ("-Litres Milk -Eggs Bread Salt", [1, 3]),
        ("-Litres Milk", []),
        ("-Litres Milk -Eggs", []),
    ],
)
def test_the_rows_of_a_table_are_story_as_most_of_them_are(rows, found):
    cells = "".join(f"<tr><td>{row}</td><td>{number}</td></tr>" for number, row in enumerate(rows.split()))
    page = read_page(f"<article>{PROSE}<table>{cells}</table>{PROSE}</article>")
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    kept = np.array([not text.startswith("-") for text in page.texts])
    assert np.flatnonzero(sure_story(batch, kept)).tolist() == found


def test_a_ranking_whose_first_lines_are_kept_is_kept_whole():
    ranking = [f"{place}. Ann Lee (Skarne) 31:{place:02}" for place in range(1, 20)]
    lines = [*ranking[:4], *("-" + line for line in ranking[4:])]
    assert _found(["It rained.", *lines]) == list(range(5, 20))
    assert _found(["It rained.", *lines[:9], "-Ad", *lines[9:]]) == [*range(5, 10), *range(11, 21)]
    assert _found(["It rained.", *lines[:2], "-" + ranking[2], *lines[3:]]) == []
    assert _found(["It rained.", *lines[:11]]) == []  # too short
    assert _found(["It rained.", *lines[:8], "-x", "-y", "-z", *lines[8:]]) == []


@pytest.mark.parametrize(
    ("answers", "restored"),
    [
        ([("Why?", "It rained."), ("And now?", "It snows.")], 4),
        ([("Why?", "It rained.")], 0),
        ([("Why?", "It rained."), ("And now?", "<a href=x>It snows.</a>")], 0),
        ([("Why?", "Because"), ("And now?", "Never")], 0),
    ],
)
def test_questions_and_answers_that_a_story_unfolds_are_story(answers, restored):
    said = "".join(f"<section><h3>{question}</h3><p>{answer}</p></section>" for question, answer in answers)
    page = read_page(f"{PROSE}<div>{said}</div>{PROSE}")
    kept = np.array([text in PROSE for text in page.texts])
    found = sure_story(batch_of_articles([Article("a", page.texts, markup=page.markup)]), kept)
    assert np.flatnonzero(found).tolist() == list(range(1, 1 + restored))
    answered = np.array([not text.endswith("?") for text in page.texts])
    below = sure_story(batch_of_articles([Article("a", page.texts, markup=page.markup)]), answered)
    assert np.flatnonzero(below).tolist() == [1, 3] * (restored > 0)


def test_the_numbered_headings_of_items_are_story_where_most_are_kept():
    items = ["1. Who is affected", "2. What the company says about it", "3) Causes", "4. End"]
    lines = [line for item in items for line in (item, "It rained on Monday.")]
    assert _found(["It rained.", "-" + lines[0], *lines[1:]]) == [1]
    assert _found(["It rained.", *lines[:2], "-" + lines[2], lines[3], "-" + lines[4], lines[5], "-" + lines[6]]) == []
