"""Notes about authors or publishers, boxes and heads of e-mails are filler; stories about people stay whole."""

from functools import partial

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.end_notes import end_notes
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_if_kept

STORY = (
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
)


_found = partial(found_if_kept, end_notes)


def test_within_a_story_a_note_says_at_once_that_the_author_writes_and_does_so_now():
    def found(line):
        return _found(Article("a", [*STORY * 2, line, *STORY * 2]))

    note = "Mara Finch is a reporter for the Post and covers the coast. Reach her at finch@post.example."
    assert found(note) == [note]
    assert found("Mara Finch was a reporter in those years, and covered the coast.") == []
    assert found("Mara Finch is on the quay by six, and has been since she gave up her job as a reporter.") == []
    assert found("The Skarne Post is a paper.") == []


def test_a_note_about_a_person_stays_if_the_story_names_the_person():
    named = "The harbour master, Mara Finch, kept the keys in a tin under the stairs for all of those years."
    assert _found(Article("a", [*STORY, named, "Mara Finch is a writer now, and covers the sea."])) == []


def test_a_note_stays_before_more_of_the_story_and_where_it_is_all():
    note = "Mara Finch is a reporter in Skarne."
    assert _found(Article("a", [note, *STORY])) == []
    assert _found(Article("a", [note])) == []
    assert _found(Article("a", [*STORY, note, "Mara Finch had seen the boat sink from her kitchen that night."])) == []


def test_other_notes_may_follow_a_note():
    note = "Mara Finch is a reporter in Skarne."
    assert _found(Article("a", [*STORY, note, "This article was amended on Monday to correct the year."])) == [note]


def test_the_name_alone_above_a_story_or_above_its_note_is_filler():
    note = "Mara Finch is a reporter in Skarne."
    assert _found(Article("a", ["Mara Finch", *STORY, note])) == ["Mara Finch", note]
    assert _found(Article("a", ["Harbour Opens", *STORY, note])) == [note]
    assert _found(Article("a", [*STORY, "Mara Finch", "Reporter at the coast desk since 2015."]))[0] == "Mara Finch"


def test_the_name_above_the_story_is_filler_below_it():
    above, name = ["Quay opens", "Diệu Thảo", "12/05/2025"], "Diệu Thảo"
    words, _ = shape_features([*above, *STORY, name])
    of_kept = np.arange(len(words)) >= len(above)

    def found(lines):
        rule = end_notes(batch_of_articles([Article("a", lines)]), words, of_kept)
        return np.flatnonzero(rule).tolist()

    assert found([*above, *STORY, name]) == [len(words) - 1]
    assert found([*above, *STORY[:-1], name, STORY[-1]]) == []
    assert found([*above, *STORY, "Mara Finch"]) == []


def test_a_firm_of_one_word_is_the_publisher_of_a_press_release_that_ends_behind_it():
    about = ["About Tidewheel", "Founded in 2016, Tidewheel builds turbines for towns."]
    assert _found(Article("a", [*STORY, *about])) == []
    assert set(about) <= set(_found(Article("a", [*STORY, *about, "Media contact"])))


def test_the_name_above_a_note_that_is_dropped_already_is_filler():
    for last, found in (("Reporter at the coast desk since 2015.", [3]), ("The sea was calm again.", [])):
        texts = [*STORY, "Mara Finch", last]
        words, _ = shape_features(texts)
        batch = batch_of_articles([Article("a", texts)])
        assert np.flatnonzero(end_notes(batch, words, np.arange(5) < 4)).tolist() == found


def test_notes_to_editors_are_filler_with_their_heading():
    notes = ["Notes to editors", "Pictures are available on request."]
    assert _found(Article("a", [*STORY, *notes])) == notes
    assert _found(Article("a", [*STORY, "Notes to the council", notes[1]])) == []


def test_a_note_about_the_publisher_behind_its_heading_is_filler():
    about = ["About Dales Water", "Dales Water supplies 41,000 homes and employs 230 people."]
    assert _found(Article("a", [*STORY, *about])) == about
    assert _found(Article("a", [*STORY, "Über die Stadtwerke", "Die Stadtwerke versorgen 41.000 Menschen."])) != []
    founded = ["À propos de Terrelune", "Créée en 1987, la coopérative Terrelune réunit 210 producteurs."]
    assert _found(Article("a", [*STORY, *founded])) == founded
    assert _found(Article("a", [*STORY, "About Dales Water", "Nobody in the town wanted to speak that day."])) == []


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
    assert _found(Article("a", [STORY[0], *box, *STORY[1:]])) == box


@pytest.mark.parametrize("heading", ["The facts", "Polls open at nine", "Factory closes"])
def test_other_headings_begin_no_box(heading):
    assert _found(Article("a", [STORY[0], heading, "It rained.", "Nobody came.", *STORY[1:]])) == []


def test_items_of_a_list_belong_to_a_box_however_long_they_are():
    items = [text.replace(",", " and") for text in STORY[:2]]
    html = f"<p>{STORY[0]}</p><h3>Repères</h3><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul><p>{STORY[2]}</p>"
    page = read_page(html)
    assert _found(Article("a", page.texts, markup=page.markup)) == ["Repères", *items]


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
    assert _found(Article("a", [*STORY, *last])) == []


def test_boxes_and_heads_of_mails_end_with_their_article():
    articles = [
        Article("a", [*STORY, "Fact box", "Two boats"]),
        Article("b", ["Three boats", "Four boats", *STORY]),
        Article("c", [*STORY, "From: Ann Lee"]),
        Article("d", ["To: Ben Ray", *STORY]),
    ]
    texts = [text for article in articles for text in article.texts]
    words, _ = shape_features(texts)
    assert not end_notes(batch_of_articles(articles), words, np.ones(len(texts), bool)).any()


def test_facts_behind_a_colon_head_a_box():
    box = ["Facts: Skarne", "Town of 3,100 on the coast.", "Lives from fishing.", "Slips closed the road twice."]
    assert _found(Article("a", [*STORY, *box])) == box
    assert _found(Article("a", [*STORY, "Facts", *box[1:]])) == []


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


def test_the_name_of_the_byline_below_the_story_is_filler():
    words = shape_features(lines := ["By Ann Lee", *STORY, "Ann Lee"])[0]
    kept = np.array([False, *[True] * (len(lines) - 1)])
    found = end_notes(batch_of_articles([Article("a", lines)]), words, kept)
    assert [lines[row] for row in np.flatnonzero(found).tolist()] == ["Ann Lee"]
    lines[0] = "The quay that they named after Ann Lee"
    assert not end_notes(batch_of_articles([Article("a", lines)]), shape_features(lines)[0], kept).any()
