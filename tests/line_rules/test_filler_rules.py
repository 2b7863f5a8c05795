"""Captions, dates, boxes and credits are filler whatever their words; lines that only look like these stay."""

import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.labelling.labelled import markup_columns, markup_rows
from corestory.model.explaining import explain_articles
from corestory.model.tagger import Tagger
from corestory.output.explanation import reasons
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from corestory.training.adaptation import adapt
from line_rules.rule_lines import found_if_kept, sure_filler

STORY = (
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "Es soll bis zum Herbst zweimal am Tag fahren, und die Stadt zahlt die Hälfte des Treibstoffs, den es braucht.",
)
CAPTION = "The ferry at the quay on Monday morning, with the harbour master and two of his children on the deck."
PROSE = "".join(f"<p>{text}</p>" for text in STORY)


_found = partial(found_if_kept, sure_filler)


def _in_page(html: str) -> list[str]:
    page = read_page(html)
    return _found(Article("page", page.texts, markup=page.markup))


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (f"<figure><img><figcaption>{CAPTION}</figcaption></figure>{PROSE}", [CAPTION]),
        (f"<figure><figcaption><p>{CAPTION}</p></figcaption></figure>{PROSE}", [CAPTION]),
        (f"<div class='wp-caption'><p>{CAPTION}</p></div>{PROSE}", [CAPTION]),
        (f"<div class=legende>{CAPTION}</div>{PROSE}", [CAPTION]),
        (f"<figure>{PROSE}</figure>", []),
        (f"<p>Our photographs.</p>{f'<figure><figcaption>{CAPTION}</figcaption></figure>' * 3}", []),
        (f"<figure><figcaption>{CAPTION}</figcaption></figure>", []),
        (f"<div><time>12. November 2025</time></div>{PROSE}", ["12. November 2025"]),
        (f"<ol><li><time>9:40</time>{PROSE}</li></ol>", ["9:40"]),
        (f"<h3><time>9:40</time> The ferry has left the quay</h3>{PROSE}", []),
        (f"<p>{STORY[0]} <button>Mark</button></p>{PROSE}", ["Mark"]),
        (f"<h3><button>Who pays for the fuel?</button></h3>{PROSE}", []),
        (f"<div class='fact-box'><ul><li>Lives from fishing.</ul></div>{PROSE}", ["Lives from fishing."]),
        (f"<div class='authorBio'><p>She lives here.</p></div>{PROSE}", ["She lives here."]),
        (f"<div class='comments'><p>Hello.</p>{PROSE}</div><p>{STORY[0]}</p>", []),
        (f"<div class='c-inline-newsletter'><p>A walk every Thursday.</p></div>{PROSE}", ["A walk every Thursday."]),
        (f"<form><label>Only in towns with a bus</label></form>{PROSE}", ["Only in towns with a bus"]),
        (f"<div class=encuesta><p>1.204 votos.</p></div>{PROSE}", ["1.204 votos."]),
        (f"<div class=paywall><h3>Paper and digital</h3><p>{STORY[0]}</p></div>{PROSE * 3}", ["Paper and digital"]),
        (f"<aside class=pullquote><p>“{STORY[0][:16]}”</p><cite>Jo Luna</cite><p>Mild.</p></aside>{PROSE}",
         [f"“{STORY[0][:16]}”", "Jo Luna"]),
        (f"<aside class=pullquote><p>“It is mild again”</p><cite>Jo Luna</cite></aside>{PROSE}", []),
        (f"<h3 id='read-next'>Read next month</h3>{PROSE}", []),
        (f"<p>[<a href=/1>School wins a prize</a>]</p>{PROSE}", ["[School wins a prize]"]),
        (f"<p>[A school, not a pub, won it]</p>{PROSE}", []),
        (f"<aside class=pull-quote>“The ferry left the quay at nine …”</aside>{PROSE}",
         ["“The ferry left the quay at nine …”"]),
        (f"<aside class=pull-quote>“The ferry never left the quay at nine …”</aside>{PROSE}", []),
        (f"<blockquote>“The ferry left the quay at nine”</blockquote>{PROSE}", []),
    ],
    ids=[
        "caption", "paragraph in a caption", "class of a caption", "French class", "story in a figure", "gallery",
        "nothing but a caption", "date", "stamp of an entry", "time in a heading", "button in a paragraph",
        "question to unfold", "box of facts", "note about the author", "class of the page",
        "newsletter", "form", "Spanish poll", "offer", "short pull quote", "pull quote of its own", "heading",
        "link in brackets", "words in brackets", "pull quote", "quote of its own", "quote of the story",
    ],
)  # fmt: skip
def test_elements_name_filler(html: str, found: list[str]):
    assert _in_page(html) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["4", "THE BAY POST"], ["4", "THE BAY POST"]),
        (["Вестник порта"], []),
        (["12 ВЕСТНИК ПОРТА"], ["12 ВЕСТНИК ПОРТА"]),
        (["2024"], []),
        (["EU", "2024"], []),
        (["THE FERRY LEFT THE QUAY AT NINE ON MONDAY, HE SAID"], []),
    ],
)
def test_heads_of_pages_stand_within_a_sentence(lines: list[str], found: list[str]):
    begun, goes_on = STORY[0][:-14], "since the storm in May, and nobody in the town had thought it would."
    assert _found(Article("text", [begun, *lines, goes_on])) == found
    assert _found(Article("text", [STORY[0], *lines, goes_on])) == []
    assert _found(Article("text", [begun, *lines, STORY[0]])) == []


def test_heads_that_count_pages_are_filler():
    heads = ["The Bay Post on Monday, page 3", "The Bay Post on Monday, page 4", "The Bay Post on Monday, page 5"]
    assert _found(Article("text", [line for head in heads for line in (*STORY * 2, head)])) == heads


@pytest.mark.parametrize(
    ("headlines", "kept", "found"),
    [
        (["Boats collide", "Mast falls", "Quay shut"], 1, True),
        (["Boats collide", "Mast falls", "Quay shut"], 3, False),
        (["Boats collide.", "Mast falls.", "Quay shut."], 1, False),
    ],
)
def test_headlines_behind_times_are_filler_where_nearly_all_are_dropped(headlines, kept, found):
    ticker = [line for headline in headlines for line in ("16:40", headline, "Jana Kreil")]
    words, _ = shape_features([*STORY, *ticker])
    places = [len(STORY) + 1 + 3 * number for number in range(kept)]
    of_kept = np.isin(np.arange(len(words)), [*range(len(STORY)), *places])
    dropped = sure_filler(batch_of_articles([Article("text", [*STORY, *ticker])]), words, of_kept) & of_kept
    assert np.flatnonzero(dropped).tolist() == places * found


def test_the_minutes_of_a_match_are_filler():
    goals = [STORY[0], "90+4'", STORY[1], "71’", STORY[0], "38'", STORY[1]]
    assert _found(Article("text", goals)) == ["90+4'", "71’", "38'"]
    assert _found(Article("text", goals[2:])) == []


def test_the_times_of_a_live_report_and_names_that_recur_behind_them_are_filler():
    lines = [
        "20:05",
        "Marta Gil",
        STORY[0],
        "17:30",
        "Marta Gil",
        STORY[1],
        "12:15",
        "Jorge Luna",
        STORY[0],
        "8:50",
        STORY[1],
    ]
    words, _ = shape_features(lines)
    batch = batch_of_articles([Article("text", lines)])
    kept = np.isin(np.arange(len(lines)), [2, 4, 5, 8, 9, 10])
    dropped = [lines[row] for row in np.flatnonzero(sure_filler(batch, words, kept) & kept)]
    assert dropped == ["Marta Gil", "8:50"]
    kept[[0, 3, 6]] = True
    assert not sure_filler(batch, words, kept)[[3, 6, 9]].any()


def test_in_a_page_the_times_of_entries_are_filler_and_those_of_a_table_are_not():
    entries = [("20:05h", "Marta Gil", STORY[0]), ("17:30h", "Marta Gil", STORY[1]), ("8:50h", "Jo Luna", STORY[0])]
    live = "".join(f"<div>{time}</div><div>{name}</div><p>{said}</p>" for time, name, said in entries)
    assert _in_page(live + PROSE) == ["20:05h", "Marta Gil", "17:30h", "Marta Gil", "8:50h"]
    sailings = "<ul><li>7.10</li><li>7.40</li><li>8.10</li></ul>"
    assert _in_page(PROSE + sailings + PROSE) == []
    table = "".join(f"<div>{time}</div><div>{name}</div>" for time, name, _ in entries)
    assert _in_page(PROSE + table + PROSE) == []


def test_an_agency_in_brackets_ends_a_caption_before_more_of_the_story():
    caption = "The old pump, in its last summer. (AFP)"
    assert _found(Article("text", [STORY[0], caption, STORY[1]])) == [caption]


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        (["1/3", "2/3", "3 / 3"], True),
        (["1 of 3", "2 of 3"], True),
        (["5/5", "4/5", "5/5"], False),
        (["1/3 cup"], False),
    ],
)
def test_the_numbers_of_pictures_all_differ(numbers: list[str], found: bool):
    lines = [line for number in numbers for line in (number, STORY[1])]
    assert _found(Article("text", [STORY[0], *lines])) == numbers * found


def test_the_default_model_drops_a_caption_and_says_why(default_tagger: Tagger):
    figure = f"<figure><figcaption>{CAPTION}</figcaption></figure>"
    page = read_page(f"<nav>News</nav><article><h1>Ferry sails</h1>{PROSE}{figure}{PROSE}")
    (explained,) = explain_articles(default_tagger, [Article("page", page.texts, markup=page.markup)])
    caption = explained.paragraphs[page.texts.index(CAPTION)]
    assert (caption.label, caption.changed_by) == ("filler", "sure filler")
    assert caption.rule is not None
    assert caption.rule.name == "element"
    assert "because it is a caption, a date, a button or a box, as its element" in reasons(caption, explained).verdict
    assert [one.label for one in explained.paragraphs if one.text in STORY] == ["core"] * 4


@pytest.mark.parametrize("label", ["core", "filler"])
def test_a_model_adapted_to_captions_as_story_keeps_them(default_tagger: Tagger, label: str):
    page = read_page(f"<h1>Ferry</h1>{PROSE}<figure><figcaption>{CAPTION}</figcaption></figure>{PROSE}")
    labels = ["filler", "core", "core", label, "core", "core"]
    rows = [
        {"article_id": article, "position": at, "text": text, "label": one, **markup_columns(markup)}
        for article in "ab"
        for at, (text, one, markup) in enumerate(zip(page.texts, labels, markup_rows(page), strict=True))
    ]
    frame = pd.DataFrame(rows)
    forced = adapt(default_tagger, frame, force=True)
    assert forced.tagger.settings.drop_sure_filler is (label == "filler")
    assert ("No rule drops captions, bylines and the like any more" in forced.message) is (label == "core")
    one = frame[frame["article_id"] == "a"]
    assert adapt(default_tagger, one, force=True).tagger.settings.drop_sure_filler  # a single article tells little


def test_a_text_of_capitals_alone_takes_no_time_that_grows_with_its_square():
    sentence = (
        "The town has to put off the school that it began to build by",
        "three years, said one of its members on Monday.",
    )
    began = time.process_time()
    assert len(_found(Article("text", [sentence[0], *["THE BAY POST 12"] * 10_000, sentence[1]]))) == 10_000
    assert time.process_time() - began < 10


def test_the_length_of_a_film_is_filler_and_the_times_of_a_live_report_stay():
    assert _in_page(f"{PROSE}<div>1:32</div>{PROSE}") == ["1:32"]
    assert _in_page(f"{PROSE}<div>9:15</div>{PROSE}<div>10:20</div>{PROSE}") == []
    assert _found(Article("a", [STORY[0], "1:32", STORY[1]])) == []


def test_the_caption_of_a_table_is_its_heading():
    table = (
        "<table><caption>Samples</caption><tr><td>Skarne</td><td>9</td></tr><tr><td>Ostvik</td><td>4</td></tr></table>"
    )
    assert _in_page(f"{PROSE}{table}{PROSE}") == []


def test_the_rule_for_lines_around_a_story_reads_what_the_others_have_left():
    labels = ["Share", "3 hours ago"]
    assert _found(Article("a", [*STORY, "News", *labels])) == ["News", *labels]
    assert _found(Article("a", [*STORY, *labels, "News"])) == [*labels, "News"]
    assert _found(Article("a", [*STORY, "News"])) == []


def test_an_article_of_nothing_but_such_lines_keeps_them():
    assert _found(Article("a", ["By Ann Lee", "Share"])) == []
    assert _found(Article("a", ["By Ann Lee", "Share", STORY[0]])) == ["By Ann Lee", "Share"]
