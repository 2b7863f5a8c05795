import pytest

from corestory.reading.html.page import read_page

PARAGRAPHS = [
    f"The {day} ferry was late again, and nobody who was on board was told why, the harbour council said in a letter."
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "holiday")
]
OTHER = [text.replace("ferry", "train") for text in PARAGRAPHS]


def block(texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def shown(html):
    return read_page(html).texts


@pytest.mark.parametrize("name", ["consent-modal", "cookie", "overlay", "newsletterPopup", "login-box"])
def test_a_hidden_dialogue_stays_hidden_however_long_it_is(name):
    page = f'<main>{block(PARAGRAPHS)}</main><div class="{name}" style="display:none">{block(OTHER * 2)}</div>'
    assert shown(page) == PARAGRAPHS


def test_a_shorter_hidden_story_elsewhere_on_the_page_stays_hidden():
    page = f"<main>{block(PARAGRAPHS)}</main><section><div hidden>{block(OTHER[:4])}</div></section>"
    assert shown(page) == PARAGRAPHS


def test_the_panel_of_an_accordion_in_the_story_is_shown_however_short_it_is():
    panel = '<div class="accordion"><h3>What it means</h3><div class="panel" hidden><p>Take the bus.</p></div></div>'
    assert shown(f"<article>{block(PARAGRAPHS)}{panel}</article>") == [*PARAGRAPHS, "What it means", "Take the bus."]


def test_a_story_that_is_hidden_behind_read_more_is_shown():
    page = f'<article>{block(PARAGRAPHS[:2])}<div style="display:none">{block(PARAGRAPHS[2:])}</div></article>'
    assert shown(page) == PARAGRAPHS


def test_a_page_that_fades_in_is_shown():
    teaser = f"<aside><p>{OTHER[0]}</p></aside>"
    assert shown(f'{teaser}<main><div style="visibility:hidden">{block(PARAGRAPHS)}</div></main>')[1:] == PARAGRAPHS
