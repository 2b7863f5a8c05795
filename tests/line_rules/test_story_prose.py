"""Sentences that tell of the past are of the story, whatever they are about; calls and offers do not tell."""

import numpy as np
import pytest

from corestory.features.batch import batch_of_articles
from corestory.line_rules.story_prose import after_offers
from corestory.model.tagger import Tagger
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_lines

STORY = [
    "+The cheese of Ostvik ripens in an old tunnel, where the railway company once kept its spare engines.",
    "+It was the station master who carried the first wheel inside, to hide it from his wife's relations.",
]
LAST = "The tunnel is let until 2041. After that the company wants its engines back, or a share of the cheese."
OFFERS = [["Subscribe from £1 a month", "See all offers"], ["Our newsletter", "Your e-mail address", "Sign up"]]


def _found(*lines: str) -> list[str]:
    return found_lines(lambda batch, _, kept: after_offers(batch, kept), lines)


@pytest.mark.parametrize(
    "offers",
    [
        OFFERS,
        [["Jetzt abonnieren"], ["Schon registriert? Zur Anmeldung"]],
        [["Déjà abonné ?"], ["S'inscrire"]],
        [["Оформите подписку"], ["Рассылка"]],
        [["会員限定"], ["ログイン"]],
    ],
)
def test_a_paragraph_behind_the_last_of_several_offers_is_story(offers):
    assert _found(STORY[0], *offers[0], STORY[1], *offers[1], LAST, "Share") == [LAST]
    assert _found(STORY[0], *offers[0], STORY[1], *offers[1], LAST, *offers[0], LAST[::-1] + ".") == [LAST]


@pytest.mark.parametrize(
    "lines",
    [
        [STORY[0], STORY[1], *OFFERS[0], LAST],  # nothing shows that the story goes on
        [STORY[0], *OFFERS[0], STORY[1], "Share", "Print", LAST],  # no offer
        [STORY[0], *OFFERS[0], STORY[1], *OFFERS[1], LAST[1:]],  # a part of a sentence
        [STORY[0], *OFFERS[0], STORY[1], *OFFERS[1], f"{LAST} Subscribe now, and read on tomorrow."],
        [STORY[0], *OFFERS[0], STORY[1], *OFFERS[1], *["Photos"] * 9, LAST],  # the end of the page
    ],
)
def test_what_stands_behind_other_lines_is_not(lines):
    assert _found(*lines) == []


def test_in_a_page_its_elements_tell(default_tagger: Tagger):
    lines = [line.removeprefix("+") for line in [STORY[0], *OFFERS[0], STORY[1], *OFFERS[1], LAST]]
    page = read_page("".join(f"<p>{line}</p>" for line in lines))
    batch = batch_of_articles([Article("a", page.texts, markup=page.markup)])
    assert not after_offers(batch, np.array([text in (lines[0], lines[3]) for text in page.texts])).any()
    (tagged,) = default_tagger.tag_articles([Article("b", ["News", "Sport", *lines, "Most read", "Goat is back"])])
    assert tagged.labels[tagged.texts.index(LAST)] == "core"
