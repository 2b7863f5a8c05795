"""Notices, small elements of sponsors and code are no story; behind the end of a press release nothing is."""

import time
from functools import partial

import pytest

from corestory.line_rules.headlines import own_headlines
from corestory.line_rules.notices import advertisements, notices, of_fields
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_if_kept

STORY = [
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
]


def _found(lines: list[str]) -> list[str]:
    return found_if_kept(notices, Article("a", lines))


@pytest.mark.parametrize(
    "end",
    [
        "# dpa-Notizblock", "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt", "## Media contact",
        "- ENDS -", "###", "Notes to editors:", "Pressekontakt", "Contact presse", "Forward-looking statements",
    ],
)  # fmt: skip
def test_nothing_behind_the_end_of_a_press_release_is_story(end):
    after = [end, "Photographs of the ferry are ready.", "Tom Hale, 0555 01"]
    assert _found([*STORY, *after]) == after
    page = read_page("".join(f"<p>{line}</p>" for line in (*STORY, *after)))
    assert found_if_kept(notices, Article("page", page.texts, markup=page.markup)) == after


def test_a_release_ends_only_behind_a_story_that_is_longer():
    assert _found(["Contact presse", *STORY]) == []
    assert _found([*STORY, "Contact presse", *STORY]) == []
    assert _found([*STORY, "Endspiel", "The town won."]) == []


def test_an_empty_heading_of_markdown_ends_no_release():
    assert _found(["## The quay", *STORY, "###", "Photographs of the ferry are ready."]) == []


def test_many_empty_headings_of_markdown_are_counted_once():
    begun = time.process_time()
    assert _found(["## The quay", *STORY * 20_000, *["###"] * 20_000]) == []
    assert time.process_time() - begun < 2


PROSE = "".join(f"<p>{text}</p>" for text in STORY * 3)


@pytest.mark.parametrize(
    "notice",
    [
        "(rwd/dnu)", "X X X decided", "Juttua muokattu 6.9. kello 8.15: lisätty tieto pyyhkeestä.",
        "Artikeln har uppdaterats.",
        "Artykuł został zaktualizowany o wypowiedź burmistrza.", "Článek jsme doplnili o vyjádření starosty.",
    ],
)  # fmt: skip
def test_initials_of_editors_and_notes_on_changes_are_notices(notice):
    assert _found([*STORY, notice]) == [notice]


@pytest.mark.parametrize(
    "sentence",
    [
        "Článek byl doplněn ústavním soudem v roce 1999.", "Articolul a fost modificat de Parlament anul trecut.",
        "Tekst został poprawiony przez komisję.", "Το άρθρο ενημερώθηκε από τη Βουλή.",
        "Texten har korrigerats av domstolen.", "Saken ble rettet av kommunen før vedtaket.",
    ],
)  # fmt: skip
def test_changes_of_a_law_are_no_notices(sentence):
    assert _found([*STORY, sentence]) == []


ADVERTISED = "Is your boat older than your children? Skarne Boats will look at it for nothing and tell you the truth."


def _sponsored(html: str) -> list[str]:
    page = read_page(html)
    return found_if_kept(advertisements, Article("page", page.texts, markup=page.markup))


def test_boxes_in_one_another_are_read_in_a_second():
    begun = time.process_time()
    assert _sponsored("<div><p>Facts: x</p>" * 1000 + "</div>" * 1000) == []
    assert time.process_time() - begun < 1


def test_several_lines_of_code_in_a_row_are_shown_by_a_story_unless_they_are_scripts():
    shown = ["{% if quay.open %}", "{{ quay.name }}", "{% endif %}"]
    scripts = ["googletag.cmd.push(function() {});", "var dataLayer = [];", "fbq('track', 'PageView');"]
    assert found_if_kept(advertisements, Article("a", [STORY[0], *shown, STORY[1], *scripts])) == scripts


@pytest.mark.parametrize("label", ["Sponsored", "Together with Skarne Boats", "Sponsored by Skarne Boats"])
def test_what_stands_in_the_small_element_of_a_sponsor_is_filler(label):
    assert _sponsored(f"{PROSE}<div><p>{label}</p><p>{ADVERTISED}</p></div>{PROSE}") == [label, ADVERTISED]


@pytest.mark.parametrize("label", ["Zur Person", "Infobox:", "Bio express", "Fakta: Isvägar"])
def test_a_box_of_prose_is_filler_with_the_heading_that_begins_it(label):
    box = f"<h4>{label}</h4><p>{ADVERTISED}</p>"
    assert _sponsored(f"{PROSE}<div>{box}</div>{PROSE}") == [label, ADVERTISED]
    assert _sponsored(f"<main>{PROSE}{box}{PROSE}</main>") == []


@pytest.mark.parametrize(
    "html",
    [
        f"{PROSE}<p>Together with Skarne</p>{PROSE}",
        f"<main><p>Together with Skarne</p>{PROSE}</main>",
        f"{PROSE}<div><p>{STORY[0]}</p><p>Together with Skarne</p><p>{STORY[1]}</p></div>{PROSE}",
        f"{PROSE}<div><p>Together they left</p><p>{ADVERTISED}</p></div>{PROSE}",
        f"{PROSE}<p>Presented by Skarne Boats</p>",
    ],
    ids=["within the story", "before all of it", "not first in its element", "no label", "last line"],
)
def test_a_label_that_does_not_begin_a_small_element_says_nothing(html):
    assert _sponsored(html) == []


_fields = partial(found_if_kept, of_fields)


def _fields_in(lines: list[str]) -> list[str]:
    return _fields(Article("a", lines))


def test_the_head_of_an_e_mail_is_filler_and_a_single_line_like_it_stays():
    head = ["From: Ann Lee <ann@bay.example>", "Subject: ferry"]
    assert _fields_in([*head, *STORY]) == head
    assert _fields_in([*head, "Hi all, for tomorrow:", *STORY]) == [*head, "Hi all, for tomorrow:"]
    assert _fields_in(["To: the people of Skarne", *STORY]) == []
    assert _fields_in(["To: the people of Skarne", "To: the others", *STORY]) == []
    assert _fields_in(["Bo: Why?", "Ann: Rain.", *STORY]) == []


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
    assert _fields_in([*above, *STORY]) == above
    assert found_if_kept(own_headlines, Article("a", [*above, "Ferry sails", *STORY])) == ["Ferry sails"]
    assert _fields_in([*STORY, *STORY, *mail, "It rained."]) == mail[1:]


@pytest.mark.parametrize(
    "above",
    [
        ["ID: 48213", "Titlu: Trenul cu aburi", "Autor: Ana Dragoș"],
        ["Ressort: Lokales", "Slug: faehre", "Teaser: Sie fährt.", "Text:"],
    ],
)
def test_the_fields_of_an_export_are_filler(above):
    assert _fields_in([*above, *STORY]) == above
    assert _fields_in([*above[:2], *STORY]) == []


@pytest.mark.parametrize(
    "link",
    [
        "View this email in your browser.", "Nezobrazuje se správně? Otevřete si ho v prohlížeči: https://bay.example/1",
        "Newsletter im Browser öffnen", "ブラウザで表示する", "Открыть письмо в браузере",
    ],
)  # fmt: skip
def test_what_stands_above_the_link_to_a_letter_in_the_browser_is_filler(link):
    preview = "The ferry sails, and bread is dearer."
    assert _fields_in([preview, link, *STORY]) == [preview, link]
    assert found_if_kept(own_headlines, Article("a", [preview, link, "Ferry sails", *STORY])) == ["Ferry sails"]
    assert _fields_in([*STORY, *STORY, link, *STORY]) == []  # more than a preview
    assert _fields_in([preview, "To vote, open the page in your browser.", *STORY]) == []


@pytest.mark.parametrize(
    "line",
    [
        "The thieves write mails that ask the victim to open a page in a browser.",
        "How to read floppy disks in a browser",
        "Users who read their mail in the browser should log out, the testers say.", "Alte Zeitungen im Browser lesen",
        "读者现在可以在浏览器中查看老报纸",
    ],
)  # fmt: skip
def test_a_story_about_browsers_keeps_its_first_lines(line):
    assert _fields_in(["The thieves are back.", line, *STORY]) == []


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_the_front_matter_of_markdown_is_filler(mark):
    sign = ":" if mark == "---" else " ="
    front = [mark, f"title{sign} Ferry", f"tags{sign}", "- boats", f"draft{sign} false", mark]
    assert _fields_in([*front, *STORY]) == front
    assert _fields_in([*front[:-1], *STORY]) == []
    assert _fields_in([mark, *STORY, mark]) == []
    assert _fields_in([mark, mark, *STORY]) == []
    assert _fields_in([mark, "Flour: 200 grams", "Sugar: 100 grams", "Bake it.", mark, *STORY]) == []


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
    assert _fields_in([*lines, *STORY, *lines]) == []
