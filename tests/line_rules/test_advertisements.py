"""Small elements of sponsors and code that is left are filler; stories about them are not."""

import pytest

from corestory.line_rules.advertisements import advertisements
from corestory.reading.article import Article
from corestory.reading.html.page import read_page
from line_rules.rule_lines import found_if_kept

STORY = [
    "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May.",
    "It is to sail twice a day until the autumn, and the town pays half of the fuel that it needs for the crossing.",
]
PROSE = "".join(f"<p>{text}</p>" for text in STORY * 3)
ADVERTISED = "Is your boat older than your children? Skarne Boats will look at it for nothing and tell you the truth."


def _in_page(html: str) -> list[str]:
    page = read_page(html)
    return found_if_kept(advertisements, Article("page", page.texts, markup=page.markup))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("googletag.cmd.push(function() { googletag.display('div-1'); });", True),
        ("window._taboola = window._taboola || []; _taboola.push({ mode: 'a', container: 'b', placement: 'c d e f' });",
         True),
        ("ferry.push(function() { return quay; });", False),
        ('[newsletter_form id="3"]', True), ("{{adsense_bottom}}", True), ("[/caption]", True),
        ('[{"quay": 1}]', True), ('{"quay": [2, 3]}', True), ('["Quay": the word on every wall, said Lee]', False),
        ('[caption id="a"]The quay[/caption]', True), ("[embed]https://a.example[/embed]", True), ("<!--more-->", True),
        ('{"slot": 3, "size": [300, 250]}', True),
        ("[b]The quay[/b]", False), ("<The quay>", False), ("[Laughs]", False),
        ("{The ferry}", False), ("Gardens (and quays)", False),
    ],
)  # fmt: skip
def test_code_that_is_left_in_a_text_is_filler(line, found):
    assert found_if_kept(advertisements, Article("a", [STORY[0], line, STORY[1]])) == [line] * found


@pytest.mark.parametrize("label", ["Sponsored", "Together with Skarne Boats", "Sponsored by Skarne Boats"])
def test_what_stands_in_the_small_element_of_a_sponsor_is_filler(label):
    assert _in_page(f"{PROSE}<div><p>{label}</p><p>{ADVERTISED}</p></div>{PROSE}") == [label, ADVERTISED]


@pytest.mark.parametrize(
    "html",
    [
        f"{PROSE}<p>Together with Skarne</p>{PROSE}",
        f"<main><p>Together with Skarne</p>{PROSE}</main>",
        f"{PROSE}<div><p>{STORY[0]}</p><p>Together with Skarne</p><p>{STORY[1]}</p></div>{PROSE}",
        f"{PROSE}<div><p>Together they left</p><p>{ADVERTISED}</p></div>{PROSE}",
        f"{PROSE}<p>Presented by Skarne Boats</p>",
    ],
    ids=["within the story", "before all of it", "not first in its element", "no label", "last line"],
)
def test_a_label_that_does_not_begin_a_small_element_says_nothing(html):
    assert _in_page(html) == []
