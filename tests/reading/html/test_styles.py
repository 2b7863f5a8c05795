"""What the rules of a page's own styles hide."""

import time

import pytest

from corestory.reading.html.page import read_page
from corestory.reading.html.styles import MOST_CHARACTERS

STORY = [
    f"The {day} ferry was late again, and nobody who was on board was told why, the harbour council said in a letter."
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "holiday")
]
AD = "Read the harbour post for three months at the price of one, and stop it whenever you like."


def block(texts):
    return "".join(f"<p>{text}</p>" for text in texts)


PARAGRAPHS = block(STORY)


def shown(css, part, story=PARAGRAPHS, style="<style>{}</style>"):
    return read_page(f"<head>{style.format(css)}</head><main>{story}{part}</main>").texts


PART = f'<div class="late ad" id="offer"><p>{AD}</p></div>'


@pytest.mark.parametrize(
    "css",
    [
        ".late{display:none}",
        "#offer { visibility: hidden; }",
        "p{margin:0}.top , .late,\n#x { color: red;\n display:none !important }",
        "/* offers } */ .late { position:absolute; left:-9999px }",
        ".late{position:absolute;clip:rect(0 0 0 0);width:1px}",
        ".late{clip-path: inset(50%)}",
        '@import url("x.css");@charset "utf-8";.late{display:none}',
        "@media print{.late{display:block}}.late{display:none}",
        ".late{display:none}@media (max-width:40em){.late{display:block}}",
        ".late{display:none}.late.open{display:block}",
        "<!--\n.late { display : none }\n-->",
        ".late{display:none}.late p{display:block}",
        ".late{display:none}.menu:hover .late{display:block}",
    ],
)
def test_a_part_that_the_page_hides_by_a_class_or_an_id_is_left_out(css):
    assert shown(css, PART) == STORY


@pytest.mark.parametrize(
    "css",
    [
        "",
        ".later{display:none}",
        "/* .late{display:none} */",
        "@media print{.late{display:none}}",
        "@media (max-width:40em){p{margin:0}.late{display:none}}",
        ".print .late{display:none}",
        "div.late:not(.x){display:none}",
        ".late{display:none}.late{display:block}",
        ".late{display:none}@media (min-width:40em){.late{display:flex}}",
        r".late{display:none}@media (min-width:40em){.ad{display:flex}}",
        ".late{display:none}.late.ad{display:block}",
        ".late{visibility:hidden}.ready .late{visibility:visible}",
        ".late{backface-visibility:hidden}",
        ".late{order:-9999}",
        ".late{clip:rect(auto,auto,auto,auto)}",
        "body:not(.home, .late, .topic) .side{display:none}",
        ".late{display:none}.late:not(.x){display:block}",
        ".late{display:none}" + " " * MOST_CHARACTERS,
    ],
)
def test_a_part_that_the_page_shows_or_may_show_is_read(css):
    assert shown(css, PART) == [*STORY, AD]


@pytest.mark.parametrize(
    "style",
    [
        '<style media="print">{}</style>',
        '<style media="PRINT, speech">{}</style>',
        '<style media="(max-width: 40em)">{}</style>',
        '<style type="text/less">{}</style>',
        '<style>{}</style><style media="(min-width: 40em)">.late{{display:block}}</style>',
        "<noscript><style>{}</style></noscript>",
    ],
)
def test_styles_for_others_hide_nothing(style):
    assert shown(".late{display:none}", PART, style=style) == [*STORY, AD]


@pytest.mark.parametrize("style", ['<style media="screen">{}</style>', '<style type="text/css">{}</style>'])
def test_styles_for_screens_hide(style):
    assert shown(".late{display:none}", PART, style=style) == STORY


def test_a_style_element_within_the_page_counts():
    assert shown("", f"<style>.late{{display:none}}</style>{PART}") == STORY


def test_a_note_for_screen_readers_within_a_sentence_is_left_out():
    story = PARAGRAPHS.replace("letter.", 'letter<span class="vh"> (new window)</span>.')
    assert shown(".vh{position:absolute;clip:rect(0,0,0,0)}", "", story) == STORY


@pytest.mark.parametrize("css", [".story{display:none}", ".story{visibility:hidden}"])
def test_a_story_that_a_script_shows_is_read(css):
    assert shown(css, "", f'<div class="story">{PARAGRAPHS}</div><aside><p>{AD}</p></aside>') == [*STORY, AD]


def test_the_answers_that_a_page_unfolds_are_read():
    answers = ["By bus.", "Until May."]
    part = "".join(f'<h3>{answer[:-1]}?</h3><div class="a"><p>{answer}</p></div>' for answer in answers)
    assert shown(".a{display:none}", part) == [*STORY, "By bus?", "By bus.", "Until May?", "Until May."]


@pytest.mark.parametrize(
    "piece",
    [
        "/*",
        "@media print{",
        "@media print{a{}",
        ".x{display:none",
        "display:none;",
        ".y,display:block{",
        ".x,",
        "\\",
        "{",
        "}",
    ],
)
def test_hostile_styles_are_read_at_once(piece):
    css = ".y{display:none}" + piece * ((MOST_CHARACTERS - 20) // len(piece))
    begun = time.process_time()
    shown(css, "".join(f'<div class="y x{number}">a</div>' for number in range(2000)))
    assert time.process_time() - begun < 2


def test_an_element_with_endless_classes_is_read_at_once():
    css = "".join(f".y{number}{{display:none}}.y{number}.z{{display:block}}" for number in range(3000))
    classes = " ".join(f"y{number}" for number in range(3000))
    begun = time.process_time()
    shown(css, "".join(f'<div class="x{number} {classes} z">a</div>' for number in range(20)))
    assert time.process_time() - begun < 2
