"""Pages of forms, offers, searches and errors are known by their titles; a story about one is not."""

import pytest

from corestory.line_rules.page_titles import is_title_without_story


@pytest.mark.parametrize(
    "title",
    [
        "Log in", "Anmelden – Talbote", "Fehler 502 | Talbote", "Attention Required! | Guard", "FAQ", "ログイン",
        "Résultats de recherche pour « quai » - La Baie", "Suscríbete a La Bahía", "Сторінку не знайдено",
        "Search results for “quay”",
    ],
)  # fmt: skip
def test_a_page_is_known_by_what_its_title_begins_with(title):
    assert is_title_without_story(title)


@pytest.mark.parametrize(
    "title",
    [
        "Quay reopens | Search", "500 people on the quay", "Search goes on for two sailors", "Contact lost with ferry",
        "Error in tide table led to grounding", "Registration of boats begins", "Subscribe, they said", "",
    ],
)  # fmt: skip
def test_a_title_that_goes_on_is_that_of_a_story(title):
    assert not is_title_without_story(title)
