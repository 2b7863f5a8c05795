import json

import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.informative_markup import has_informative_markup
from corestory.reading.article import Article
from corestory.reading.html.page import read_page

MENU = "<ul><li>News</li><li>Sport</li></ul>"
STORY = "<p>The quay opened on Monday.</p><p>It cost a million.</p><p>Boats may moor from noon.</p>"


def page(html):
    found = read_page(html)
    return Article("a", found.texts, title=found.title, markup=found.markup)


def informative(html):
    return has_informative_markup(batch_of_articles([page(html)])).item()


@pytest.mark.parametrize(
    "html",
    [
        MENU + STORY,
        f"<div>{MENU}</div><div>{STORY}</div>",
        f'<body class="home"><div id="page"><main>{MENU}{STORY}</main></div></body>',
        f'<article><h2 id="a-new-quay">A new quay</h2>{STORY}<h2 id="more">More</h2>{STORY}</article>',
        (MENU + STORY).replace("<p>", '<p class="text"><b>').replace("<li>", '<li class="text">'),
    ],
    ids=["nothing", "divs", "wrappers", "headings", "one class"],
)
def test_markup_that_is_the_same_around_all_paragraphs_informs_of_nothing(html):
    assert not informative(html)


@pytest.mark.parametrize(
    "html",
    [
        f"{MENU}<article>{STORY}</article>",
        f"<nav>{MENU}</nav>{STORY}",
        f'{MENU}<div class="story">{STORY}</div>',
        f"<table><tr><td>{MENU}</td><td>{STORY}</td></tr></table>",
        f'{MENU}<p role="note">Share</p>{STORY}',
        f'{MENU}<div class="story"><div class="story">{STORY}</div></div>',
    ],
    ids=["article", "nav", "class", "cells", "role", "class twice"],
)
def test_parts_classes_and_cells_of_layouts_inform(html):
    assert informative(html)


def test_a_page_that_declares_its_story_has_informative_markup():
    story = " ".join(f"Boat {number} of the old fleet came back to the quay at noon." for number in range(30))
    declared = json.dumps({"@type": "NewsArticle", "articleBody": story})

    assert not informative(f"{MENU}<p>{story}</p>")
    assert informative(f'{MENU}<p>{story}</p><script type="application/ld+json">{declared}</script>')


def test_each_page_of_a_batch_is_judged_by_itself():
    pages = [page(html) for html in (MENU + STORY, f"{MENU}<article>{STORY}</article>", MENU + STORY)]

    assert has_informative_markup(batch_of_articles(pages)).tolist() == [False, True, False]
    assert has_informative_markup(batch_of_articles([Article("a", ["The quay opened."])])).tolist() == [False]
