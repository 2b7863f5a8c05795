"""Teasers behind a heading such as "Read next" are no story; a story that goes on behind a single link stays."""

from functools import partial

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.shapes import shape_features
from corestory.line_rules.patterns import words_of
from corestory.line_rules.teasers import in_teasers, is_heading_of_teasers, only_teasers
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_if_kept

STORY = (
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
    "A new landing stage would cost more than the town has in a year, so the old one was repaired with oak.",
)
TEASERS = (
    (
        "Bridge over the Arle to come down",
        "The crossing will be taken apart next month, after inspectors found rust in all its cables.",
    ),
    (
        "Bakery wins a prize for its bread",
        "The two sisters who run it had entered as a joke, and now have orders until Christmas.",
    ),
    (
        "Night trains return to the coast",
        "From December there will be a sleeper again, twice a week, paid for by the two counties that it crosses.",
    ),
)
PROSE = "".join(f"<p>{text}</p>" for text in STORY)


_found = partial(found_if_kept, in_teasers)


def _in_page(body: str) -> list[str]:
    page = read_page(f"<main>{PROSE}{body}</main>")
    return _found(Article("page", page.texts, markup=page.markup))


def _card(headline: str, summary: str) -> str:
    return f"<div><h3><a href=/1>{headline}</a></h3><p>{summary}</p></div>"


@pytest.mark.parametrize(
    "heading", ["Related stories", "Mehr zum Thema:", "À lire aussi", "Читайте также", "関連記事", "اقرأ أيضا"]
)
def test_teasers_behind_their_heading_are_found_in_pages_and_texts(heading):
    block = [heading, *(line for teaser in TEASERS for line in teaser)]
    assert _in_page(f"<h2>{heading}</h2>{''.join(_card(*teaser) for teaser in TEASERS)}") == block
    lines = "".join(f"<p><a href=/1>{headline}</a><br>{summary}</p>" for headline, summary in TEASERS)
    assert _in_page(f"<p><b>{heading}</b></p>{lines}<p>{STORY[0]}</p>") == block
    assert _found(Article("text", [*STORY, *block])) == block
    assert _found(Article("text", [*STORY, *block, STORY[0]])) == []


def test_bare_headlines_at_the_end_of_a_text_are_found():
    headlines = [headline for headline, _ in TEASERS]
    assert _found(Article("text", [*STORY, "You may also like", *headlines])) == ["You may also like", *headlines]
    assert _found(Article("text", [*STORY, "You may also like", *headlines[:2]])) == []
    assert _found(Article("text", [*STORY, "You may also like", *headlines, *STORY])) == []


def test_dropped_summaries_and_marks_before_headings_do_not_hide_teasers():
    lines = ["• Related stories", *(line for teaser in TEASERS for line in teaser)]
    texts = [*STORY, *lines]
    kept = np.array([line not in (TEASERS[1][1], TEASERS[2][0]) for line in texts])
    found = in_teasers(batch_of_articles([Article("text", texts)]), shape_features(texts)[0], kept)
    assert [texts[row] for row in np.flatnonzero(found)] == [line for line in lines if kept[texts.index(line)]]


@pytest.mark.parametrize(
    ("heading", "head", "found"),
    [
        ("Siguiente noticia", ["Amparo Lizcano"], True),
        ("Next story", ["Ann Lee", "8 April 2025"], True),
        ("Next story", [], False),
        ("Read next", ["Ann Lee"], False),
        ("Read next", ["Ann Lee", "8 April 2025"], True),
    ],
)
def test_a_whole_story_behind_its_heading_is_found_by_a_byline_or_a_date(heading, head, found):
    other = [TEASERS[0][0], *head, *STORY[:2]]
    assert _found(Article("text", [*STORY, heading, *other])) == [heading, *other] * found


def test_a_single_headline_behind_read_also_is_found_in_a_text():
    link = ["LEES OOK", "Museum boat seeks crew"]
    assert _found(Article("text", [*STORY, *link, *STORY])) == link
    assert _found(Article("text", [*STORY, "Elsewhere", link[1], *STORY])) == []


def test_the_story_that_goes_on_is_no_summary_of_the_headline_behind_read_also():
    link = ["延伸阅读：", "江岸码头新候船厅启用"]
    assert _found(Article("text", [*STORY, *link, STORY[0], "责编 韩冬 沈念 林晓"])) == link


def test_a_headline_behind_a_dropped_heading_of_teasers_is_found_but_not_behind_read_more():
    for heading, found in (("RECOMMENDED", True), ("Related posts", True), ("Read more", False)):
        texts = [*STORY, heading, "Museum boat seeks crew", *STORY]
        kept = np.array([text != heading for text in texts])
        lines = in_teasers(batch_of_articles([Article("text", texts)]), shape_features(texts)[0], kept)
        assert [texts[row] for row in np.flatnonzero(lines)] == ["Museum boat seeks crew"] * found


def test_the_story_behind_a_teaser_is_no_summary_because_short_lines_end_the_page():
    texts = [
        *STORY,
        "Related stories",
        "Museum boat seeks crew",
        STORY[0],
        "Write a comment",
        "Editor: Ann Lee",
        "Old town",
    ]
    kept = np.array([text in STORY for text in texts])
    assert not in_teasers(batch_of_articles([Article("text", texts)]), shape_features(texts)[0], kept).any()


def test_a_list_below_a_line_with_a_colon_is_none_of_the_teasers():
    link = ["Related stories", "The ten best boats of the year"]
    tour = ["The dates of the tour:", "Port Elder, Corn Exchange", "Wexmoor, Town Hall", "Arden Falls, The Levee"]
    assert _found(Article("text", [*STORY, *link, *tour])) == []


def test_the_headline_behind_read_also_may_ask():
    link = ["▼あわせて読みたい", "霧原の紅葉はいつが見頃？"]
    assert _found(Article("text", [*STORY, *link, *STORY])) == link
    assert _found(Article("text", [*STORY, "LEES OOK", "Museum boat seeks crew.", *STORY])) == []


def test_a_story_that_goes_on_behind_a_link_or_has_subheads_stays():
    (headline, summary), *_ = TEASERS
    assert _in_page(f"<h2>Read also</h2><p><a href=/1>{headline}</a></p>{PROSE}") == []
    assert _in_page(f"<h2>Read also</h2>{''.join(f'<h3>{one}</h3><p>{two}</p>' for one, two in TEASERS)}") == []
    link = ["Read also", headline]
    assert _found(Article("text", [STORY[0], *link, *STORY, "What comes next", summary])) == link
    assert _found(Article("text", [STORY[0], "What comes next", *(line for one in TEASERS for line in one)])) == []


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("<p><b>More on the flood</b></p>", ["More on the flood"]),
        ("<h3>À propos :</h3>", ["À propos :"]),
        ("<p>The flood was the third.</p>", []),
        ("<h3>More on the flood</h3><p>It was the third.</p>", []),
    ],
)
def test_a_heading_of_dropped_links_is_found(above, found):
    links = "<ul><li><a href=/1>How the river came</a><li><a href=/2>Who pays for the pump?</a></ul>"
    page = read_page(f"<main>{PROSE}{above}{links}</main>")
    batch, kept = batch_of_articles([Article("page", page.texts, markup=page.markup)]), page.markup.density < 0.9
    rows = np.flatnonzero(in_teasers(batch, shape_features(page.texts)[0], kept))
    assert [page.texts[row] for row in rows.tolist()] == found


def test_marks_before_dropped_links_do_not_hide_their_heading():
    links = "".join(f"<p>&raquo; <a href=/1>{headline}</a></p>" for headline in ("Who pays?", "The third flood"))
    page = read_page(f"<main>{PROSE}<p><b>On the flood</b></p>{links}</main>")
    batch = batch_of_articles([Article("page", page.texts, markup=page.markup)])
    kept = np.array([not text.startswith("»") for text in page.texts])
    rows = np.flatnonzero(in_teasers(batch, shape_features(page.texts)[0], kept))
    assert [page.texts[row] for row in rows.tolist()] == ["On the flood"]


@pytest.mark.parametrize("dropped", [(), (TEASERS[1][0],), (TEASERS[0][0],)])
def test_the_story_that_goes_on_behind_linked_headlines_is_no_summary_of_the_last_one(dropped):
    links = "".join(f"<li><a href=/1>{headline}</a></li>" for headline, _ in TEASERS[:2])
    page = read_page(f"<main>{PROSE}<p><b>Baca Juga :</b></p><ul>{links}</ul>{PROSE}</main>")
    batch = batch_of_articles([Article("page", page.texts, markup=page.markup)])
    kept = np.array([text not in dropped for text in page.texts])
    rows = np.flatnonzero(in_teasers(batch, shape_features(page.texts)[0], kept))
    block = ["Baca Juga :", *(headline for headline, _ in TEASERS[:2] if headline not in dropped)]
    assert [page.texts[row] for row in rows.tolist()] == block


NEXT = ["Boats back in Skarne as the road reopens", "By Inge Vold", "12 March 2024", *STORY]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        (STORY, ["Read next", *NEXT], True),
        (STORY, ["Nächster Artikel", NEXT[0], "Von Inge Vold", "12. März 2024", *STORY], True),
        (STORY[:1], ["Read next", *NEXT], False),
        (STORY, ["Read also", *NEXT], False),
        (STORY, ["Read next", NEXT[0], *STORY], False),
        (STORY, ["Read next", *NEXT[:3]], True),
        (STORY, ["Read next", *NEXT[:2]], False),
    ],
    ids=["next story", "German", "no story before", "an inline link", "no byline", "three lines", "two lines"],
)
def test_a_whole_story_behind_next_story_is_found_in_texts(before, after, whole):
    assert _found(Article("text", [*before, *after])) == (after if whole else [])


def test_the_default_model_drops_teasers(default_tagger: Tagger):
    page = read_page(f"<article>{PROSE}<h2>Also in the news</h2>{''.join(_card(*one) for one in TEASERS)}</article>")
    (tagged,) = default_tagger.tag_stream([Article("page", page.texts, markup=page.markup)])
    core = [text for text, label in zip(tagged.texts, tagged.labels, strict=True) if label == "core"]
    assert core == list(STORY)


@pytest.mark.parametrize("date", ["", "<time>9 May 2024</time>"])
@pytest.mark.parametrize(
    ("story", "teasers", "linked", "is_section"),
    [("", 3, True, True), ("", 2, True, False), ("", 3, False, False), (f"<p>{STORY[0]}</p>", 3, True, False)],
)
def test_a_page_of_nothing_but_teasers_has_no_story(story, teasers, linked, is_section, date):
    cards = [
        f"<h2>{f'<a href=/{headline[:3]}>{headline}</a>' if linked else headline}</h2>{date}<p>{summary}</p>"
        for headline, summary in TEASERS[:teasers]
    ]
    page = read_page(f"<h1>News</h1>{''.join(cards)}{story}")
    batch = batch_of_articles([Article("page", page.texts, markup=page.markup)])
    words, _ = shape_features(page.texts)
    assert only_teasers(batch, words, np.ones(len(page.texts), bool)).tolist() == [is_section]
    assert only_teasers(batch, words, np.zeros(len(page.texts), bool)).tolist() == [False]


def test_a_list_behind_a_heading_of_one_word_stays():
    assert _found(Article("text", [*STORY, "Recomrepaired", *(headline for headline, _ in TEASERS)])) == []


def test_headings_of_teasers_without_end_are_read_once():
    texts = ["You may also like"] * 20_000
    assert len(_found(Article("text", texts))) == len(texts)
    headings = f"<h2>You may also like</h2><p>{TEASERS[0][0]}</p>" * 5_000
    assert _in_page(headings + PROSE) == []


def test_each_heading_of_the_table_is_known_with_marks_around_it():
    for heading in words_of("headings of teasers: other"):
        assert is_heading_of_teasers(f"► {heading}:"), heading
