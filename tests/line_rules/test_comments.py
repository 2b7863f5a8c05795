"""Comments behind a story in a text are found by their names, times and buttons, where the first decision agrees."""

from functools import partial
from itertools import chain

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.line_rules.comments import in_comments, is_stamp
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_lines, kept_lines, marked

STORY = [
    "+The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "+It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
]
COMMENTS = [
    *("Ann Lee", "May 3, 2025 at 9:12 am", "+My father sailed on her for thirty years, you know.", "Reply"),
    *("seagull77", "May 3, 2025 at 9:40 am", "+And who is going to pay for all of this?", "Reply"),
]


_found = partial(found_lines, in_comments)


@pytest.mark.parametrize("heading", ["2 Comments", "+Vos réactions", "Komentarze (2)", "コメント 2件", "التعليقات"])
def test_comments_behind_a_heading_are_found_with_it(heading):
    lines = [heading, *COMMENTS]
    assert _found([*STORY, *lines]) == kept_lines(lines)


@pytest.mark.parametrize(
    ("time", "button"),
    [
        ("3 days ago", "Reply"), ("vor einer Stunde", "Antworten • Teilen ›"), ("le 12/04/2025 à 10h12", "Répondre"),
        ("hace 2 días", "Me gusta · Responder"), ("12 марта, 10:15", "Ответить"), ("2 gün önce", "Beğen 12 Yanıtla"),
        ("2025年3月8日 20:11", "回复"), ("3시간 전", "답글"), ("منذ ساعتين", "رد"), ("2025. május 6. 14:22", "Válasz"),
    ],
)  # fmt: skip
def test_times_and_buttons_tell_comments_in_many_languages(time, button):
    turns = ["Ann Lee", time, "+My father sailed on her for thirty years.", button]
    assert _found([*STORY, *turns, *turns]) == [turns[2][1:]] * 2


@pytest.mark.parametrize(
    "heading", ["{ 12 comments … read them below }", "See all comments (12)", "12 Kommentare zu Fähre"]
)
def test_comments_with_names_and_times_in_a_line_are_found_behind_their_number(heading):
    comments = [
        "Ann Lee May 3, 2025 at 9:12 am", "+My father sailed on her for thirty years.", "Ferries used to be fun.",
        "seagull June 9, 2025 at 9:40 am", "+And who is going to pay for all of this?",
    ]  # fmt: skip
    assert _found([*STORY, heading, *comments]) == kept_lines(comments)
    assert _found([*STORY, "The harbour", *comments]) == []


def test_the_numbers_of_comments_below_the_posts_of_a_list_head_nothing():
    posts = [
        ["+The quay is shut.", f"{number} comments", f"May {number}, 2025", "Read it all here"] for number in (3, 5, 8)
    ]
    assert _found([*STORY, *chain(*posts)]) == []


@pytest.mark.parametrize("says", ["Ann Lee says:", "Anna schreibt:", "Anne a écrit :", "Ана каже:"])
def test_lines_that_say_who_writes_are_as_good_as_buttons(says):
    turns = [
        says,
        "3. November 2024, 14:56",
        "+My father sailed on her for thirty years.",
        "She was fast and she was dear.",
    ]
    later = [says, "9. Februar 2025, 11:02", "+And who is going to pay for it?"]
    assert _found([*STORY, *turns, *later]) == kept_lines([*turns, *later])
    assert _found([*STORY, turns[0], *turns[2:], later[0], *later[2:]]) == []


def test_the_date_of_the_story_does_not_join_its_comments():
    day, end = "1 November 2024 10:29", "+The town council meets again on Tuesday."
    assert _found([*STORY, day, end, "Comments", *COMMENTS]) == kept_lines(COMMENTS)


def test_long_comments_are_found_to_the_last():
    turns = [["Ann Lee", "May 3, 2025 at 9:12 am", "+" + "My father sailed on her. " * 60, "Reply"] for _ in range(3)]
    assert len(_found([*STORY, "3 comments", *chain(*turns)])) == 3


def test_comments_without_names_end_at_the_link_to_more():
    comments = ["+I hope the new one is smaller.", "Same here", "+She was fast, and she was dear to us."]
    assert _found([*STORY, "27 Comments", *comments, "Show more comments", "+Ferries"]) == kept_lines(comments)
    assert _found([*STORY, "27 Comments", *comments]) == []


def test_comments_that_begin_with_the_name_are_found_behind_their_heading_alone():
    lines = ["+Comentários dos leitores", "+Ana P.: Para festas há sempre dinheiro.", "+Manuel: Concordo com a Ana."]
    assert _found([*STORY, *lines]) == kept_lines(lines)
    assert _found([*STORY, *lines[1:]]) == []
    assert _found([*STORY, "+Diskussion", *lines[1:]]) == []


@pytest.mark.parametrize("reply", ["Re: ", "AW: ", "• Re : ", "RE："])
def test_replies_to_the_headline_are_found_with_their_heads(reply):
    posts = ["2 posts", f"+{reply}Ferry sails again", "by Ann » 3 May 2025", "+My father sailed on her.", "+So what."]
    assert _found(["Ferry sails again", *STORY, *posts]) == kept_lines(posts)
    assert _found(["Another headline", *STORY, *posts]) == []
    dropped = [line.removeprefix("+") for line in posts[:-1]] + posts[-1:]
    assert _found(["Another headline", *STORY, *(dropped * 2)]) == kept_lines(dropped * 2)
    assert _found(["Another headline", *STORY, *(posts * 2)]) == []


def test_a_story_that_quotes_posts_goes_on_behind_them():
    posts = [
        "Ann Lee",
        "3 May 2025",
        "+My father sailed on her.",
        "Reply",
        "Bo Ray",
        "4 May 2025",
        "+So did mine.",
        "Reply",
    ]
    assert _found([*STORY, *posts]) == kept_lines(posts)
    assert _found([*STORY, *posts, *(STORY * 3)]) == []


def test_many_buttons_apart_take_no_time_that_grows_with_their_square():
    lines = ["Reply", "+" + "The ferry left the quay at nine. " * 37]
    assert _found([*STORY, *(lines * 2_000)]) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["+Comments (0)", "+posted by Aaron on May 3, 2025", "+The bridge, too, was opened on Tuesday by the mayor."]
        * 2,
        ["3 May 2025", "+Flat calm, and we talk of soups.", "5 May 2025", "+Land, and nobody is glad of it."],
        ["+Discussion", "+The trial had shown that the new engine needs less fuel than the old one."],
        ["Ann Lee", "May 3, 2025", "+My father sailed on her.", "Bo", "June 4, 2025", "+So did mine, for a year."],
        ["Ann Lee", "12 men", "+My father sailed on her.", "Bo", "12 men", "+So did mine, for a year."],
        [
            "+Boats",
            "Ann",
            "May 3, 2025",
            "+My father sailed.",
            "+Quays",
            "Bo",
            "May 4, 2025",
            "+So did mine, for a year.",
        ],
        ["+Who won", "May 3, 2025", "+Ann Lee won.", "+Who won", "May 4, 2025", "+Ann Lee, again."],
        ["+Letters", "+My father sailed on her.", "Ann Lee", "3 May 2025", "+So did mine.", "Bo", "4 May 2025"],
        ["+Re: the ferry", "+My father sailed on her.", "+Re: buses", "+So did mine, for a year."],
        [
            "— Ann Lee (@lee) May 3, 2025",
            "Reply",
            "+So wrote the owner.",
            "— Bo (@bo) May 4, 2025",
            "Reply",
            "+And so did he.",
        ],
        ["[", "edit", "]", "+The engine", "+contains 40 valves.", "[", "edit", "]", "+The hull is of larch."],
    ],
)
def test_dates_headings_and_quoted_posts_of_a_story_are_no_comments(lines):
    assert _found([*STORY, *lines]) == []


def test_what_stands_far_behind_comments_stays():
    rest = [STORY[0]] * 15
    assert _found([*STORY, "2 Comments", *COMMENTS, *rest]) == kept_lines(COMMENTS)
    assert _found([*STORY, "2 Comments", *COMMENTS, STORY[0]]) == [*kept_lines(COMMENTS), STORY[0][1:]]


def test_comments_without_a_story_before_them_stay():
    assert _found(["+A poll.", "2 Comments", *COMMENTS]) == []


def test_comments_that_no_class_tells_are_found_in_pages_too():
    lines = [*STORY, "2 Comments", *COMMENTS]
    texts, words, kept = marked(lines)
    page = read_page("".join(f"<p>{text}</p>" for text in texts))
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    found = in_comments(batch, words, kept)
    assert [texts[row] for row in np.flatnonzero(found).tolist()] == kept_lines(COMMENTS)
    assert not in_comments(batch, words, np.ones(len(words), bool)).any()


def test_a_line_with_much_beside_its_date_is_no_stamp():
    assert is_stamp("By Ann Lee on 3 May 2025, 09:12")
    assert not is_stamp("The ferry that left the quay on 3 May 2025 was repaired by two men.")
    assert not is_stamp("1" * 100_000)


def test_results_of_games_are_no_stamps():
    assert is_stamp("Skarne, 28 May 14:15")
    assert not is_stamp("Ostvik – Skarne 28:31 (14:15)")
    assert not is_stamp("Results: 1. Lee 58.31, 2. Holm 58.77")
