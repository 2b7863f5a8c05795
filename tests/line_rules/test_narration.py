"""Sentences that tell of the past are of the story, whatever they are about; calls and offers do not tell."""

import pytest

from corestory.line_rules.narration import speaks_to_nobody, tells_of_past


@pytest.mark.parametrize(
    "sentence",
    [
        "Advertisers left the paper within a week.",
        "“Cookies were banned,” the baker recalled.",
        "Die Abonnenten zahlten neun Euro im Monat.",
        "Der Newsletter wurde nie verschickt.",
        "Le journal a perdu deux cents lecteurs.",
        "Les abonnés protestèrent devant la mairie.",
        "El periódico perdió la mitad de sus socios.",
        "Los lectores llamaron toda la noche.",
        "Il giornale ha perduto metà dei lettori.",
        "Gli abbonati protestarono davanti al municipio.",
        "Os leitores ligaram a noite inteira.",
        "De krant kreeg drie brieven.",
        "Tidningen hade tre läsare kvar.",
        "Avisen fik tre breve.",
        "Lehdellä oli kolme tilaajaa.",
        "Gazeta straciła połowę czytelników.",
        "Vydavatel měl dluhy u tiskárny.",
        "Газета потеряла половину подписчиков.",
        "Редактор пішов, бо газета загубила читачів.",
        "Gazete yarısını kaybetti.",
    ],
)
def test_a_sentence_tells_of_the_past_in_many_languages(sentence):
    assert tells_of_past(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribe now.",
        "All rights reserved.",
        "Subscribers read everything first.",
        "The photographs are licensed by the archive.",
        "Image provided by the harbour board.",
        "Ann Drew is a retired judge.",
        "We corrected the figure.",
        "This story was corrected on Monday.",
        "You saved nine pounds.",
        "The figure was wrong: it is nine.",
        "Ferry crews struck | Harbour news",
        "Jetzt neun Euro sparen.",
        "Wir korrigierten die Zahl.",
        "Nous avons corrigé le chiffre.",
        "Este texto fue corregido.",
        "Эта статья была исправлена.",
        "新聞の購読者は減った。",
    ],
)
def test_calls_offers_credits_and_notes_of_the_page_do_not_tell(sentence):
    assert not tells_of_past(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Ask our editors.", "Ask Ann here.", "Mehr dazu hier.", "Contactez-nous.", "Ann Lee: harbours.", "© Ann Lee."],
)
def test_a_line_to_readers_speaks_to_somebody(sentence):
    assert not speaks_to_nobody(sentence)
