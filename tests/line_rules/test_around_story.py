"""Lines above the first sentence of a text and behind its last one are filler; lines within the story stay."""

from functools import partial

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.around_story import around_story, end_notes
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_if_kept, found_lines, kept_lines

STORY = ["+The ferry left the quay at nine on Monday, he said.", "+Nobody in the town had thought that it would."]
AFTER = ["Like", "Share", "214 comments"]


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
    assert found_lines(around_story, [*STORY, f"+{line}", *AFTER]) == [line]
    assert found_lines(around_story, [*STORY, "The book is on sale", f"+{line}", AFTER[0]]) == [line]
    assert found_lines(around_story, [*STORY, f"+{line}", *AFTER[:1]]) == []
    assert found_lines(around_story, [*STORY, f"+{line}", STORY[0], *AFTER]) == []


def test_a_heading_and_a_line_behind_the_last_sentence_are_filler():
    lines = ["+Hours of mass", "+Sunday 8.00 and 10.30"]
    assert found_lines(around_story, [*STORY, *lines, *AFTER]) == kept_lines(lines)
    assert found_lines(around_story, [*STORY, *lines, "+Monday 8.00", *AFTER]) == []


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
    assert found_lines(around_story, [*STORY, *lines, *AFTER]) == []


LONG_STORY = (
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
)


_notes = partial(found_if_kept, end_notes)


def test_a_note_about_a_person_stays_if_the_story_names_the_person():
    named = "The harbour master, Mara Finch, kept the keys in a tin under the stairs for all of those years."
    assert _notes(Article("a", [*LONG_STORY, named, "Mara Finch is a writer now, and covers the sea."])) == []


def test_a_note_stays_before_more_of_the_story_and_where_it_is_all():
    note = "Mara Finch is a reporter in Skarne."
    assert _notes(Article("a", [note, *LONG_STORY])) == []
    assert _notes(Article("a", [note])) == []
    assert (
        _notes(Article("a", [*LONG_STORY, note, "Mara Finch had seen the boat sink from her kitchen that night."]))
        == []
    )


def test_other_notes_may_follow_a_note():
    note = "Mara Finch is a reporter in Skarne."
    assert _notes(Article("a", [*LONG_STORY, note, "This article was amended on Monday to correct the year."])) == [
        note
    ]


def test_the_name_alone_above_a_story_or_above_its_note_is_filler():
    note = "Mara Finch is a reporter in Skarne."
    assert _notes(Article("a", ["Mara Finch", *LONG_STORY, note])) == ["Mara Finch", note]
    assert _notes(Article("a", ["Harbour Opens", *LONG_STORY, note])) == [note]
    assert (
        _notes(Article("a", [*LONG_STORY, "Mara Finch", "Reporter at the coast desk since 2015."]))[0] == "Mara Finch"
    )


def test_a_firm_of_one_word_is_the_publisher_of_a_press_release_that_ends_behind_it():
    about = ["About Tidewheel", "Founded in 2016, Tidewheel builds turbines for towns."]
    assert _notes(Article("a", [*LONG_STORY, *about])) == []
    assert set(about) <= set(_notes(Article("a", [*LONG_STORY, *about, "Media contact"])))


def test_the_initials_of_a_firm_name_it():
    about = ["About HBLC", "The Harrowby Bucket Lift Company restores and runs the lift of Harrowby."]
    assert set(about) <= set(_notes(Article("a", [*LONG_STORY, *about, "Media contact"])))
    assert _notes(Article("a", [*LONG_STORY, "About HBC", about[1], "Media contact"])) == []


def test_notes_to_editors_are_filler_with_their_heading():
    notes = ["Notes to editors", "Pictures are available on request."]
    assert _notes(Article("a", [*LONG_STORY, *notes])) == notes
    assert _notes(Article("a", [*LONG_STORY, "Notes to the council", notes[1]])) == []


def test_a_note_about_the_publisher_behind_its_heading_is_filler():
    about = ["About Dales Water", "Dales Water supplies 41,000 homes and employs 230 people."]
    assert _notes(Article("a", [*LONG_STORY, *about])) == about
    assert _notes(Article("a", [*LONG_STORY, "Über die Stadtwerke", "Die Stadtwerke versorgen 41.000 Menschen."])) != []
    founded = ["À propos de Terrelune", "Créée en 1987, la coopérative Terrelune réunit 210 producteurs."]
    assert _notes(Article("a", [*LONG_STORY, *founded])) == founded
    assert (
        _notes(Article("a", [*LONG_STORY, "About Dales Water", "Nobody in the town wanted to speak that day."])) == []
    )


@pytest.mark.parametrize(
    "box",
    [
        ["FACT BOX: The ferry", "Built in 1961", "Carries 40 cars"],
        ["Faktaruta", "Byggd 1961.", "Tar 40 bilar."],
        ["Poll: Should the state run the ferry?", "Yes", "No", "I do not know"],
        ["Latarnia w liczbach", "41 metrów wysokości", "212 schodów"],
    ],
)
def test_a_box_of_facts_or_a_poll_is_filler_as_far_as_its_lines_are_short(box):
    assert _notes(Article("a", [LONG_STORY[0], *box, *LONG_STORY[1:]])) == box


@pytest.mark.parametrize("heading", ["The facts", "Polls open at nine", "Factory closes"])
def test_other_headings_begin_no_box(heading):
    assert _notes(Article("a", [LONG_STORY[0], heading, "It rained.", "Nobody came.", *LONG_STORY[1:]])) == []


def test_items_of_a_list_belong_to_a_box_however_long_they_are():
    items = [text.replace(",", " and") for text in LONG_STORY[:2]]
    box = "<h3>Repères</h3><ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    html = f"<p>{LONG_STORY[0]}</p>{box}<p>{LONG_STORY[2]}</p>"
    page = read_page(html)
    assert _notes(Article("a", page.texts, markup=page.markup)) == ["Repères", *items]


@pytest.mark.parametrize(
    "last",
    [
        ["Mara Finch on the writers of the north and the sea."],
        ["Peter Lang — who was then the town clerk and later its editor — left for good."],
        ["Peter Lang", "Writers and painters came to his house each summer."],
        ["About Mara", "Mara grew up in Skarne, in a house by the quay."],
        ["Over the Bridge", "The Bridge is loud at night, and nobody sleeps there."],
    ],
)
def test_story_about_people_and_places_is_no_note(last):
    assert _notes(Article("a", [*LONG_STORY, *last])) == []


def test_boxes_and_heads_of_mails_end_with_their_article():
    articles = [
        Article("a", [*LONG_STORY, "Fact box", "Two boats"]),
        Article("b", ["Three boats", "Four boats", *LONG_STORY]),
        Article("c", [*LONG_STORY, "From: Ann Lee"]),
        Article("d", ["To: Ben Ray", *LONG_STORY]),
    ]
    texts = [text for article in articles for text in article.texts]
    words, _ = shape_features(texts)
    assert not end_notes(batch_of_articles(articles), words, np.ones(len(texts), bool)).any()


def test_facts_behind_a_colon_head_a_box():
    box = ["Facts: Skarne", "Town of 3,100 on the coast.", "Lives from fishing.", "Slips closed the road twice."]
    assert _notes(Article("a", [*LONG_STORY, *box])) == box
    assert _notes(Article("a", [*LONG_STORY, "Facts", *box[1:]])) == []


def test_many_headings_of_boxes_take_no_longer_each():
    texts = ["Poll: yes or no"] * 20_000
    words, _ = shape_features(texts)
    assert end_notes(batch_of_articles([Article("a", texts)]), words, np.ones(len(texts), bool)).all()


def _kept_but_heading(html, heading):
    page = read_page(html)
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    kept = np.array([text != heading for text in page.texts])
    found = end_notes(batch, np.array([float(len(text.split())) for text in page.texts]), kept)
    return [text for text, one in zip(page.texts, found.tolist(), strict=True) if one]
