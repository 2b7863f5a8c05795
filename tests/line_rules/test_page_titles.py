"""Pages of forms, offers, searches and errors are known by their titles; a story about one is not."""

import pytest

from corestory.line_rules.page_titles import is_title_without_story
from corestory.line_rules.patterns import words_of


@pytest.mark.parametrize(
    "title",
    [
        "Log in", "Anmelden – Talbote", "Fehler 502 | Talbote", "Attention Required! | Guard", "FAQ", "ログイン",
        "Résultats de recherche pour « quai » - La Baie", "Suscríbete a La Bahía", "Сторінку не знайдено",
        "Search results for “quay”", "Error: Page not found", "Fehler 404: Seite nicht gefunden – Talbote",
        "Privacy - The Bay Post", "Resultados de búsqueda de «muelle» | La Bahía", "Abonnez-vous à La Baie",
        "Search results for quay | The Bay Post", "Suchergebnisse für Möwe",
    ],
)  # fmt: skip
def test_a_page_is_known_by_what_its_title_begins_with(title):
    assert is_title_without_story(title)


@pytest.mark.parametrize(
    "title",
    [
        "Quay reopens | Search", "500 people on the quay", "Search goes on for two sailors", "Contact lost with ferry",
        "Error in tide table led to grounding", "Registration of boats begins", "Subscribe, they said", "",
        "Datenschutz: Was sich für Vereine ändert", "Privacy – the price of a free boat", "Hilfe – Der Fluss steigt",
        "Abonnement : la carte du bac augmente", "Search for ‘Gannet’ crew enters third day", "Help - a boat sinks",
        "Suche nach „Möwe“ geht weiter", "Búsqueda de «La Gaviota» continúa", "Error 404 plays at the quay",
        "Search results for the crew of the Gannet disappoint", "Subscribe to my channel: the boys of the quay",
    ],
)  # fmt: skip
def test_a_title_that_goes_on_is_that_of_a_story(title):
    assert not is_title_without_story(title)


def test_each_title_of_the_table_is_known_beside_the_name_of_a_site():
    for title in words_of("titles without a story"):
        assert is_title_without_story(f"{title} | The Bay Post"), title
