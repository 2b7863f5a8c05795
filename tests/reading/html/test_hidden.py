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


@pytest.mark.parametrize(
    "style",
    [
        "position:absolute; left:-9999px", "text-indent: -5000em", "clip: rect(1px, 1px, 1px, 1px)",
        "overflow:hidden;max-height:0", "height:0px; overflow: hidden",
    ],
)  # fmt: skip
def test_what_stands_off_the_screen_is_hidden(style):
    page = f'<main>{block(PARAGRAPHS[:4])}<p style="{style}">{OTHER[0]}</p>{block(PARAGRAPHS[4:])}</main>'
    assert shown(page) == PARAGRAPHS


@pytest.mark.parametrize("style", ["left:-160px", "height:0;padding-bottom:56%", "overflow:hidden;min-height:0"])
def test_what_a_style_moves_a_little_is_shown(style):
    assert shown(f'{block(PARAGRAPHS)}<div style="{style}">{OTHER[0]}</div>')[-1] == OTHER[0]


def test_hidden_lines_within_a_story_stay_hidden_if_more_of_it_follows():
    page = f"<article>{block(PARAGRAPHS[:2])}<p hidden>{OTHER[0]}</p>{block(PARAGRAPHS[2:4])}</article>"
    assert shown(page) == PARAGRAPHS[:4]


def test_a_hidden_story_is_shown_above_a_notice_of_how_to_read_on():
    notice = "To read the whole of this story, please join the four thousand readers who pay for this newspaper."
    page = f"<article>{block(PARAGRAPHS[:1])}<div hidden>{block(PARAGRAPHS[1:])}</div><p>{notice}</p></article>"
    assert shown(page) == [*PARAGRAPHS, notice]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("<p class=lead-desktop>{}</p>", "<p class=lead-mobile>{}</p>"),
        ("<div class='d-none d-md-block'>{}</div>", "<b>{}</b>"),
    ],
)
def test_a_paragraph_that_is_there_for_each_width_of_the_screen_is_shown_once(wide, narrow):
    lead = PARAGRAPHS[0]
    assert shown(f"{wide.format(lead)}{narrow.format(lead)}{block(PARAGRAPHS[1:])}") == PARAGRAPHS


def test_a_paragraph_that_is_repeated_in_elements_like_its_own_stays():
    assert shown(block([PARAGRAPHS[0]] * 2)) == [PARAGRAPHS[0]] * 2
    assert shown("<p class=mobile>Share</p><p class=desktop>Share</p>") == ["Share"] * 2


TRANSLATED = [
    f"Die Fähre am {day} kam wieder zu spät, und niemand an Bord erfuhr den Grund, schrieb der Rat des Hafens im Mai."
    for day in ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")
]
IN_JAPANESE = [
    f"{day}曜日の船は、また大きく遅れた。乗客の誰も、その理由を知らされなかったという。" * 3 for day in "月火水木金"
]


@pytest.mark.parametrize(
    ("story", "translation"),
    [(PARAGRAPHS, TRANSLATED), (TRANSLATED, PARAGRAPHS), (PARAGRAPHS, IN_JAPANESE), (IN_JAPANESE, PARAGRAPHS)],
)
def test_a_hidden_translation_of_the_story_stays_hidden_and_the_rest_of_the_story_does_not(story, translation):
    tabs = '<div class="tabs"><div>{}</div><div class="tab-pane" style="display:none">{}</div></div>'
    assert shown(tabs.format(block(story), block(translation))) == story
    assert shown(tabs.format(block(story[:2]), block(story[2:]))) == story


@pytest.mark.parametrize("style", ["font-size: 0", "font-size:0px;color:red", "opacity:0", "opacity: 0.0 !important"])
def test_what_guards_a_line_against_being_copied_is_left_out(style):
    assert shown(f'<p>The ferry <span style="{style}">x7 bay.example</span> was late.</p>') == ["The ferry was late."]
    assert shown(f'<div style="{style}"><p>{PARAGRAPHS[0]}</p></div>') == PARAGRAPHS[:1]
    assert shown('<p>The <span style="opacity:0.5;font-size:0.9em">ferry</span> came.</p>') == ["The ferry came."]


def test_the_next_page_of_a_story_is_shown_beside_the_first_one():
    pages = '<article><div class="{0}-1">{1}</div><div class="{0}-2" hidden>{2}</div></article>'
    assert shown(pages.format("page", block(PARAGRAPHS[:5]), block(PARAGRAPHS[5:]))) == PARAGRAPHS
    assert shown(pages.format("slide", block(PARAGRAPHS[:5]), block(PARAGRAPHS[5:]))) == PARAGRAPHS[:5]
