"""Lines above the first sentence of a text and behind its last one are filler; lines within the story stay."""

import pytest

from corestory.line_rules.around_story import around_story
from line_rules.rule_lines import found_lines, kept_lines

STORY = ["+The ferry left the quay at nine on Monday, he said.", "+Nobody in the town had thought that it would."]
BEHIND = ["Like", "Share", "214 comments"]


@pytest.mark.parametrize(
    "date",
    [
        "3 May 2025, 18:20",
        "Published: 3 May 2025",
        "Ann Lee, May 3, 2025",
        "3. Mai 2025 um 18:20 Uhr",
        "3 de mayo de 2025",
        "2025-05-03 09:20",
        "3 พฤษภาคม 2568 เวลา 18:20 น.",
        "11 जुलाई 2024",
        "2025年5月3日 18時30分",
        "Publié le 3 mai 2025",
        "Par Ann Lee, le 1er mai 2025",
        "نشر في: 3 مايو 2025 - 9:30 صباحا",
    ],
)
def test_a_date_that_begins_the_story_is_filler_and_the_dates_of_a_diary_stay(date):
    assert found_lines(around_story, [f"+{date}", *STORY]) == [date]
    assert found_lines(around_story, [f"+{date}", STORY[0], f"+{date}", STORY[1]]) == []
    assert found_lines(around_story, [STORY[0], f"+{date}", STORY[1]]) == []


@pytest.mark.parametrize(
    "date",
    [
        "Interview by Ann Lee",
        "Share on Facebook",
        "3 May 2025",
        "Last updated at 05.12",
        "अपडेटेड 21 मई 2022, 10:30 AM IST",
        "4 hours ago",
    ],
)
def test_lines_above_the_date_of_a_story_are_filler(date):
    head = ["+News / Ferries", "+Ferry sails again"]
    assert found_lines(around_story, [*head, "Ann Lee", date, *STORY]) == kept_lines(head)
    assert found_lines(around_story, [*head, *STORY, date]) == []
    assert found_lines(around_story, [*head, date, *["A dropped line"] * 6, *STORY]) == []


def test_sentences_lists_and_parts_of_a_sentence_above_a_date_stay():
    date = "3 May 2025"
    assert found_lines(around_story, [STORY[0], date, STORY[1]]) == []
    assert found_lines(around_story, ["+It sails.", "+These came:", date, *STORY]) == []
    assert found_lines(around_story, [*["+Ann Lee 4:31"] * 5, date, *STORY]) == []
    assert found_lines(around_story, ["+The harbour of the town", "2024", *STORY]) == []


def test_several_lines_in_capitals_above_a_story_are_its_head_and_one_may_be_a_subhead():
    head = ["+THE BAY POST.", "+FERRY SAILS AGAIN.", "+A LONG WAIT"]
    assert found_lines(around_story, [*head, *STORY]) == kept_lines(head)
    assert found_lines(around_story, [head[2], *STORY]) == []
    assert found_lines(around_story, ["+ANN LEE:", head[2], *STORY]) == []
    assert found_lines(around_story, [line.upper() for line in [*head, *STORY]]) == []


@pytest.mark.parametrize(
    "line", ["See less", "Posted by Ann Lee at 8:14 PM", "Read the register of condolence", "Source:"]
)
def test_a_label_behind_the_last_sentence_is_filler_where_the_text_goes_on_with_filler(line):
    assert found_lines(around_story, [*STORY, f"+{line}", *BEHIND]) == [line]
    assert found_lines(around_story, [*STORY, "The book is on sale", f"+{line}", BEHIND[0]]) == [line]
    assert found_lines(around_story, [*STORY, f"+{line}", *BEHIND[:1]]) == []
    assert found_lines(around_story, [*STORY, f"+{line}", STORY[0], *BEHIND]) == []


def test_a_heading_and_a_line_behind_the_last_sentence_are_filler():
    lines = ["+Hours of mass", "+Sunday 8.00 and 10.30"]
    assert found_lines(around_story, [*STORY, *lines, *BEHIND]) == kept_lines(lines)
    assert found_lines(around_story, [*STORY, *lines, "+Monday 8.00", *BEHIND]) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["+She waved."],
        ["+– Ann Lee"],
        ["+3. Oak"],
        ["+Ann Lee", "+The Bay Post"],
        ["+It is the line of an owner who thinks of selling the boats"],
    ],
)
def test_ends_of_stories_stay(lines):
    assert found_lines(around_story, [*STORY, *lines, *BEHIND]) == []
