"""A second story in a text is no part of the first; subheads, diaries and blogs that look like it are."""

from functools import partial

import pytest

from corestory.line_rules.other_stories import other_stories_in_texts
from corestory.line_rules.patterns import without_link_numbers
from corestory.line_rules.second_stories import repeated_stories
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from line_rules.rule_lines import found_lines, kept_lines

HEAD = ["Ferry sails again", "Ellis Corran", "7 April 2025"]
STORY = [
    "+The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "+It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "+A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
]
OTHER = [
    *("+Snow closes pass for a third day", "Greta Holm", "8 April 2025"),
    "+The road over the Corrie pass stayed closed on Tuesday as snow drifted faster than ploughs could clear.",
    "+Forty lorries are waiting on the northern side with soup and blankets from volunteers.",
]
PROSE = OTHER[3:]

_found = partial(found_lines, other_stories_in_texts)


def test_a_second_story_whose_head_has_the_form_of_the_first_one_is_found():
    assert _found([*HEAD, *STORY, *OTHER]) == kept_lines(OTHER)
    assert _found([*HEAD, *STORY, "+• " + OTHER[0][1:], "• 30 May 2024", *PROSE]) != []
    assert _found([*HEAD, *STORY, *OTHER, "+Cable car plan is dropped", *OTHER[1:]]) != []


@pytest.mark.parametrize(
    "lines",
    [
        [*HEAD, *STORY, OTHER[0], "Tuesday, April 8, 2025", PROSE[0], *STORY[:2]],  # the dates have two forms
        [*HEAD, *STORY, *OTHER[:3], *STORY[:2]],  # of the same subject
        [*HEAD, *STORY[:1], *OTHER],  # the first is too short
        [*HEAD, *STORY, *(OTHER * 3)],  # a blog
        [*HEAD, *STORY, "8 April 2025", *PROSE],  # a diary
        [HEAD[0], HEAD[2], *STORY, OTHER[0], *OTHER[2:]],  # a diary with headlines
    ],
)
def test_other_dates_within_a_story_begin_no_second_one(lines):
    assert _found(lines) == []


@pytest.mark.parametrize("byline", ["By Greta Holm", "*By Greta Holm*", "Von Greta Holm", "• Door Greta Holm"])
def test_a_second_story_whose_head_has_a_byline_as_the_first_one_is_found(byline):
    second = ["+Snow is here", byline, *PROSE]
    assert _found([HEAD[0], "By Ellis Corran", *STORY, *second]) == kept_lines(second)
    assert _found([HEAD[0], *STORY, *second]) == []


def test_a_headline_that_says_what_the_prose_behind_it_says_begins_a_second_story():
    for head in (["Snow closes pass for a third day"], [OTHER[0], "Greta Holm"], ["+Lorries wait as snow closes pass"]):
        second = [*head, *PROSE]
        assert _found([*HEAD, *STORY, *second]) == kept_lines(second)
        assert _found([*STORY, "Read also", *second]) == kept_lines(second)
    assert _found([*STORY, "+• " + OTHER[0][1:], "• Greta Holm", "April 8, 2025 at 9:12 p.m.", *PROSE]) != []
    # It says too little, but for what the first paragraph says, or with a name below.
    for kept in ("", "+"):
        assert _found([*STORY, f"{kept}Soup from the blankets", *PROSE]) == []
    assert _found([*STORY, "Soup from the blankets", "Greta Holm", *PROSE]) != []
    assert _found([*STORY, "+Snow drifted for three days", *PROSE]) != []


@pytest.mark.parametrize(
    "label", ["Tags: lorries, volunteers", "Lorries wait. Photo: Ann Lee", "Read also: Snow lorries"]
)
def test_a_label_of_the_page_begins_no_second_story_but_for_that_of_comments(label):
    assert _found([*STORY, label, *PROSE]) == []
    comments = [*PROSE, "+Drivers who leave early have no comment on ploughs."]
    assert _found([*STORY, "Leave a comment", *comments]) == kept_lines(comments)


def test_words_within_compounds_and_scripts_without_spaces_are_compared():
    story = [
        "+廃校の校舎がチーズ工房として生まれ変わった。牧場の牛乳を使う。",
        "+給食室が製造場となり、図書室には熟成棚が並ぶ。",
    ] * 2
    second = [
        "+県道の落石防止柵、点検漏れ十二カ所",
        "+県は県道沿いの落石防止柵のうち十二カ所で定期点検が行われていなかったと発表した。",
    ]
    assert _found([*story, *second]) == kept_lines(second)


@pytest.mark.parametrize(
    "lines",
    [
        ["+What the town hopes for", *PROSE],  # the headline says nothing of what is behind it
        ["+Snow closes the ferry harbour", *PROSE],  # it says as much of what is above
        [OTHER[0][1:], PROSE[0], *STORY[:2]],  # the prose behind it has words of that above
        [OTHER[0][1:], PROSE[0], "+Lorries wait for soup", PROSE[1]],  # subheads are several
        [OTHER[0][1:], *(PROSE * 9)],  # far longer than the first
        [
            "Cat sat on mat again",
            "+The cat of the sea man sat on a mat, it ate a rat or two and ran on again.",
        ],  # too few words
    ],
)
def test_a_subhead_begins_no_second_story(lines):
    assert _found([*HEAD, *STORY, *lines]) == []


def test_many_headlines_take_no_time_that_grows_with_their_square():
    assert _found([*HEAD, *STORY, *([*OTHER[:3], "+Snow."] * 1_000)]) == []


def test_the_default_model_keeps_the_story_alone(default_tagger: Tagger):
    lines = [line.removeprefix("+") for line in [*HEAD, *STORY, *OTHER]]
    (tagged,) = default_tagger.tag_articles([Article("a", lines)])
    assert [text for text, core in zip(lines, tagged.core, strict=True) if core] == kept_lines(STORY)


def test_a_story_that_is_said_again_is_found():
    again = partial(found_lines, repeated_stories)
    assert again([*STORY, "Print", *STORY]) == kept_lines(STORY)
    assert again([*STORY, "Print", "+Page 1", *STORY, "+The council met on Tuesday."]) == kept_lines(STORY)
    assert again([*STORY, *OTHER, STORY[0]]) == []  # a sentence that is quoted
    assert again([*STORY, *STORY[::-1]]) == []
    assert again(STORY[:1] * 9) == []  # the refrain of a song, or a dummy


def test_an_item_of_a_list_begins_no_second_story():
    for headline in ("* [Lorries wait as snow closes pass](/snow)", "2. Lorries wait as snow closes pass"):
        assert _found([HEAD[0], *STORY, headline, *PROSE]) == []


def test_numbers_of_links_hide_no_second_story():
    def found(batch, words, kept):
        return other_stories_in_texts(without_link_numbers(batch), words, kept)

    lines = [*HEAD, *STORY, "+* [5]" + OTHER[0][1:], "* [6]Greta Holm", "* [7]8 April 2025", *PROSE]
    assert found_lines(found, lines) == kept_lines(lines[6:])
    assert _found(lines) == []


def test_a_byline_may_name_the_profession():
    second = ["+Snow is here", "By Greta Holm", *PROSE]
    assert _found([HEAD[0], "By Ellis Corran, local reporter", *STORY, *second]) == kept_lines(second)


def test_the_next_page_of_a_newspaper_begins_no_second_story():
    page = "BAY POST     Tuesday, 8 April 2025     {}"
    first = [page.format(4), HEAD[0], *STORY]
    assert _found([*first, "Continued on page 5", page.format(5), "From page 4", *PROSE]) == []
    assert _found([HEAD[0], *STORY, "Fortsetzung von Seite 4", *PROSE]) == []
    assert _found([page.format(4), *STORY, page.format(5), *PROSE]) == []
