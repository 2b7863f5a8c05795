"""Teasers in a text are no part of its story; lists that look like them are."""

from functools import partial

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.other_stories import other_stories_in_texts
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_lines, kept_lines

STORY = [
    "+The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "+It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "+A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
]
TEASERS = [
    *("+Beekeepers fear for hives after wet spring", "+Two in five colonies did not survive, a survey shows."),
    *("Bypass inquiry to open in October", "+Campaigners say that it would cut the common in half."),
    *("+Goalkeeper, 52, plays his thousandth match", "Alan Reddy will not hang up his gloves."),
]
OTHER = [
    *("+Snow closes pass for a third day", "Greta Holm", "8 April 2025"),
    "+The road over the Corrie pass stayed closed on Tuesday as snow drifted faster than ploughs could clear.",
    "+Forty lorries are waiting on the northern side with soup and blankets from volunteers.",
]
HEAD = ["Ferry sails again", "Ellis Corran", "7 April 2025"]


_found = partial(found_lines, other_stories_in_texts)


def _with(lines: list[str], between: str) -> list[str]:
    """Put a line behind each second one."""
    return [one for row, line in enumerate(lines) for one in ([line, between] if row % 2 else [line])]


def test_teasers_behind_or_before_the_story_are_found():
    for teasers in (TEASERS, _with(TEASERS, "2 hours ago")):
        assert _found([*STORY, *teasers]) == kept_lines(TEASERS)
        assert _found([*STORY, *teasers, "Load more", "Contact"]) == kept_lines(TEASERS)
        assert _found(["News", "Sport", *teasers, *HEAD, *STORY]) == kept_lines(TEASERS)


@pytest.mark.parametrize(
    "lines",
    [
        TEASERS[:4],
        [*TEASERS, STORY[0]],
        [f"+{number}. {line.removeprefix('+')}" if line[0] != "A" else line for number, line in enumerate(TEASERS)],
        ["+Skell Head and back", "+Take a hat.", "The canal", "+A man sells pies.", "+Crypt of Bree", "+It is dark."],
        ["+How the ferry was repaired", "+With oak.", "+What the landing stage cost", "+A year of the town.",
         "+When the ferry sails in autumn", "+At nine on Monday."],
        [line for row in range(0, 6, 2) for line in ("+Ferry company drops its timetable again", TEASERS[row + 1])],
    ],
)  # fmt: skip
def test_few_teasers_lists_and_what_shares_the_words_of_the_story_stay(lines):
    assert _found([*STORY, *lines]) == []


def test_times_of_a_live_report_are_no_headlines():
    entries = ["21:15 Uhr Lena Voss schreibt", "+Der Pegel fällt.", "19:48 Uhr Tim Arndt schreibt", "+Es regnet noch."]
    assert _found([*STORY, *entries, "18:02 Uhr Lena Voss schreibt", "+Die Straße ist zu."]) == []


def test_what_stands_above_the_head_is_found_if_it_is_short_and_of_other_subjects():
    plug = "+Beekeepers fear for their hives: two in five colonies did not survive."
    head = ["Ferry sails again", "Ellis Corran, 7 April 2025"]
    assert _found([plug, *head, *STORY]) == [plug[1:]]
    assert _found(["+The ferry left again for the crossing.", *head, *STORY]) == []
    runs_in = ["+Beekeepers fear for their hives Two in five colonies did not survive"]
    assert _found([*runs_in, head[0], "Ellis Corran", *STORY]) == kept_lines(runs_in)
    assert _found([plug, head[0], "Ellis Corran", *STORY]) == []
    assert _found([*runs_in, plug, head[0], "Ellis Corran", *STORY, *STORY]) == []
    assert _found([plug, head[0], *STORY]) == []
    assert _found([*OTHER[3:], *OTHER[3:], *head, STORY[0]]) == []
    assert _found([plug, "+Ferry sails again from its quay", "+Port of Skarne", head[1], *STORY]) == [plug[1:]]


def test_words_and_dates_of_scripts_with_signs_of_vowels_are_read_whole():
    plug = "+मधुमक्खी पालकों को छत्तों की चिंता है, पांच में से दो झुंड नहीं बचे।"
    head = ["नौका फिर चलने लगी", "प्रकाशित: 7 अप्रैल 2025, 06:40"]
    story = [
        "+घाट के प्रबंधक ने कहा कि मई के तूफान के बाद सोमवार को पहली बार नौका सुबह नौ बजे घाट से रवाना हुई।",
        "+पतझड़ तक नौका दिन में दो बार चलेगी और आधा ईंधन नगर पालिका देगी, ऐसा प्रबंधक ने बताया।",
    ]
    assert _found([plug, *head, *story]) == [plug[1:]]
    assert _found(["+प्रबंधक ने सोमवार को नौका और घाट की मरम्मत के बारे में बताया।", *head, *story]) == []


def test_a_text_of_two_lines_has_nothing_above_its_head():
    assert (
        _found(["+She was born on 3 March 1951", "+The painter Ellen Brook, who lived by the sea, has died at 74."])
        == []
    )


def test_in_a_page_its_elements_tell_other_stories():
    page = read_page("".join(f"<p>{line.removeprefix('+')}</p>" for line in [*STORY, *TEASERS]))
    words, kept = shape_features(page.texts)[0], np.ones(len(page.texts), bool)
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    assert not other_stories_in_texts(batch, words, kept).any()


def test_long_lists_take_no_time_that_grows_with_their_square():
    lines = ["+8 April 2025", "+A headline with some words"] * 4_000
    assert _found(lines) == []
    assert _found([*HEAD, *STORY, *([*OTHER[:3], "+Snow."] * 1_000)]) == []
