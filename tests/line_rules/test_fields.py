"""Fields of mails and of exports are filler with what is said above them; turns of a dialogue are story."""

from functools import partial

import pytest

from corestory.line_rules.fields import of_fields
from corestory.line_rules.headlines import own_headlines
from corestory.reading.article import Article
from line_rules.rule_lines import found_if_kept

STORY = [
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
]
_found = partial(found_if_kept, of_fields)


def _in(lines: list[str]) -> list[str]:
    return _found(Article("a", lines))


def test_the_head_of_an_e_mail_is_filler_and_a_single_line_like_it_stays():
    head = ["From: Ann Lee <ann@bay.example>", "Subject: ferry"]
    assert _in([*head, *STORY]) == head
    assert _in([*head, "Hi all, for tomorrow:", *STORY]) == [*head, "Hi all, for tomorrow:"]
    assert _in(["To: the people of Skarne", *STORY]) == []
    assert _in(["To: the people of Skarne", "To: the others", *STORY]) == []
    assert _in(["Bo: Why?", "Ann: Rain.", *STORY]) == []


@pytest.mark.parametrize(
    "mail",
    [
        ["---------- Forwarded message ---------", "De : Le Phare <a@phare.example>", "Objet : le bac", "À : moi"],
        ["-----Ursprüngliche Nachricht-----", "Von: Ann", "Gesendet: Montag", "Betreff: Fähre"],
        ["Begin forwarded message:", "From: Ann", "Date: 3 May", "To: Bo"],
    ],
)
def test_what_is_said_above_a_mail_that_is_passed_on_is_filler(mail):
    above = ["Look at this.", "Yours, Bo", *mail]
    assert _in([*above, *STORY]) == above
    assert found_if_kept(own_headlines, Article("a", [*above, "Ferry sails", *STORY])) == ["Ferry sails"]
    assert _in([*STORY, *STORY, *mail, "It rained."]) == mail[1:]


@pytest.mark.parametrize(
    ("above", "behind"),
    [
        (["ID: 48213", "Titlu: Trenul cu aburi", "Autor: Ana Dragoș"], ["Cuvinte cheie: tren", "Vizualizări: 3120"]),
        (["Ressort: Lokales", "Slug: faehre", "Teaser: Sie fährt.", "Text:"], ["Schlagworte: Fähre", "Bild: a.jpg"]),
    ],
)
def test_the_fields_of_an_export_are_filler(above, behind):
    assert _in([*above, *STORY, *behind]) == [*above, *behind]
    assert _in([*above[:2], *STORY]) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Status: It is bad.", "Ann: Why?", "Bo: It rained."],
        ["Monday: The boats went out.", "Tuesday: They came back.", "Date: Nobody knows."],
        ["Source: an old pipe, they said.", "Status: closed until May.", "Date: nobody knows."],
        ["From: the river it is plain to see.", "To: the council it was none."],
    ],
)
def test_turns_of_a_dialogue_and_days_are_no_fields(lines):
    assert _in([*lines, *STORY, *lines]) == []
