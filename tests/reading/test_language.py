"""The language of an article, told from its text or declared by its source."""

from importlib.util import find_spec

import pytest

from corestory.reading import language
from corestory.reading.language import language_of

STORIES = {
    "en": "The quay opened again on Monday after a long delay, the harbour council said.",
    "de": "Der Kai wurde am Montag nach langer Verzögerung wieder geöffnet, teilte der Rat mit.",
    "fr": "Le quai a rouvert lundi après un long retard, a annoncé le conseil du port.",
    "es": "El muelle volvió a abrir el lunes tras un largo retraso, según el consejo del puerto.",
    "pl": "Nabrzeże otwarto ponownie w poniedziałek po długim opóźnieniu, podała rada portu.",
    "no": "Kaien åpnet igjen på mandag etter en lang forsinkelse, opplyste havnerådet.",
    "ru": "Причал снова открылся в понедельник после долгой задержки, сообщил совет порта.",
    "zh": "港口委员会表示，经过长时间的延误，码头于周一重新开放，市民可以再次使用旧桥。",
}
detecting = pytest.mark.skipif(find_spec("py3langid") is None, reason="py3langid (extra language) is missing")


@detecting
@pytest.mark.parametrize(("code", "text"), STORIES.items())
def test_the_text_tells_its_language_whatever_the_source_declares(code, text):
    assert language_of(text, declared="en") == code


@detecting
def test_a_text_too_short_to_tell_has_the_declared_language():
    assert language_of("Quai ouvert", declared="nb-NO") == "no"


@pytest.mark.parametrize(
    ("declared", "code"), [("EN_us", "en"), ("zh-Hant", "zh"), ("eng", ""), ("nn", "no"), ("", "")]
)
def test_without_a_detector_the_declared_language_counts(monkeypatch, declared, code):
    monkeypatch.setattr(language, "_detects", lambda: False)
    assert language_of(STORIES["fr"], declared=declared) == code
