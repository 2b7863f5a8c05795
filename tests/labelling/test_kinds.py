import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.labelling.kinds import kind_of_markup, kind_of_words, role_of_markup, with_kinds, without_telling_words
from corestory.labelling.labelled import KINDS, Kind, markup_rows
from corestory.reading.html.page import read_page

BYLINE = '<article><div class="byline"><p>By Mara Illing</p></div><p>The ferry sailed.</p></article>'


def markup_of(html: str) -> str:
    markup = markup_rows(read_page(html))[0]
    assert markup is not None
    return markup.words


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (BYLINE, "byline"),
        ("<nav><ul><li><a href=/>Sport</a></ul></nav>", "navigation"),
        ("<figure><figcaption>The quay on Monday</figcaption></figure>", "caption"),
        ('<div class="related-posts"><ul><li>Ferry sold</ul></div>', "related"),
        ('<div id="comments"><ol><li><div><p>I like boats.</p></div></ol></div>', "comment"),
        ('<p>Filed <span class="published-date">12 May</span></p>', "date"),
        ('<p class="intro">The ferry sailed.</p>', None),
        # The nearest element decides; where it claims two kinds, the kind is unknown.
        ('<div class="newsletter"><p class="copyright">© Herald</p></div>', "legal"),
        ('<p class="author date">By Mara, 12 May</p>', None),
        # `ad` among the pieces of a hash is one of them.
        ('<div class="ad-box"><p>Try our tea.</p></div>', "advertisement"),
        ('<div class="cfc-fd-ad"><p>Try our tea.</p></div>', None),
        # A tag on a teaser's heading is no keyword, and the name in a form is no byline.
        ('<ul class="tag-list"><li>Ferry</li></ul>', "tags"),
        ('<div class="summary-hed-tag">Ferry sold</div>', None),
        ('<div><label class="comment-author">Name</label></div>', "comment"),
        # A post names its tags and its author in its own class; the class says nothing of its text.
        ('<article class="hentry tag-ferry author-mara"><p>Hello</p></article>', None),
    ],
)
def test_nearest_telling_element_decides(html: str, kind: str | None) -> None:
    assert kind_of_markup(markup_of(html), words=3)[0] == kind


def test_inline_elements_tell_nothing_of_a_long_paragraph() -> None:
    markup = markup_of('<p>The ferry sailed on <span class="date">12 May</span> again.</p>')
    assert kind_of_markup(markup, words=4)[0] == "date"
    assert kind_of_markup(markup, words=40)[0] is None


def test_a_long_paragraph_is_no_date() -> None:
    assert kind_of_markup("own_div own_date div date", words=60)[0] is None


@given(st.sampled_from(["own_", "up_", "upup_", "", "in"]), st.sampled_from(["byline", "newsletter", "cookie"]))
def test_hidden_words_tell_nothing(mark: str, word: str) -> None:
    assert kind_of_markup(without_telling_words(f"own_p {mark}{word} p body"), words=5)[0] is None


@pytest.mark.parametrize(
    ("html", "role"),
    [
        ("<h1>Ferry sold</h1>", "title"),
        ("<h3>New hours</h3>", "subhead"),
        ('<p class="standfirst">The quay is full.</p>', "standfirst"),
        ("<p>The ferry sailed.</p>", "body"),
        ("<td>The ferry sailed.</td>", None),
    ],
)
def test_role_of_markup(html: str, role: str | None) -> None:
    assert role_of_markup(markup_of(html), is_title=False) == role


@pytest.mark.parametrize(
    ("text", "claimed", "kind"),
    [
        ("ADVERTISEMENT", None, "advertisement"),
        ("Anzeige", "related", "advertisement"),
        ("Werbung", "navigation", "navigation"),
        ("Advertisement - Continue Reading Below", None, "advertisement"),
        ("Advertisements cost 4 euros a line.", None, None),
        ("We may earn a small commission from your purchase.", "legal", "advertisement"),
        ("You have 2 free articles left", None, "paywall"),
        ("Jetzt spenden", "navigation", "paywall"),
        ("Become a member and keep our newsletter free", "newsletter", "newsletter"),
        ("Subscribers only: sign up for the Quay by e-mail", "newsletter", "newsletter"),
        ("I became a supporter to continue reading.", "comment", "comment"),
        ("Privacy", "tags", "legal"),
    ],
)
def test_words_overrule_elements(text: str, claimed: Kind | None, kind: Kind | None) -> None:
    assert kind_of_words(text, claimed, words=len(text.split())) == kind


def test_a_long_paragraph_is_no_offer() -> None:
    assert kind_of_words("To continue reading is a joy, she said.", None, words=80) is None


def row(text: str, site: str, **others: object) -> dict[str, object]:
    plain: dict[str, object] = {"page": site, "label": "filler", "markup": "own_p p body", "kind": None, "role": None}
    return {"text": text, "site": site} | plain | others


def kinds(rows: list[dict[str, object]]) -> list[str | None]:
    found = with_kinds(pd.DataFrame(rows))["kind"]
    return [None if pd.isna(kind) else kind for kind in found]


def test_sites_that_disagree_on_a_text_give_no_kind() -> None:
    first = row("Sign up", "a", markup="own_p own_newsletter p newsletter")
    second = row("sign up!", "b", markup="own_p own_comments p comments")
    assert kinds([first, second]) == [None, None]
    assert kinds([first, second | {"text": "Log in"}]) == ["newsletter", "comment"]


def test_a_majority_of_sites_overrules_the_others_and_tells_those_that_say_nothing() -> None:
    told = [row(f"Sign up {number}", f"s{number}", markup="own_newsletter newsletter") for number in range(4)]
    other = row("Sign up 7", "x", markup="own_legal legal")
    silent = row("Sign up 9", "y")
    assert kinds([*told, other, silent]) == ["newsletter"] * 6
    assert kinds([*told[:2], silent]) == ["newsletter", "newsletter", None]


def test_an_element_around_the_story_of_its_site_tells_nothing() -> None:
    wall = [row(f"Log in {number}", "a", markup="own_p up_div up_paywall") for number in range(3)]
    story = [row(f"It sailed {number}.", "a", markup="own_p up_div up_paywall", label="core") for number in range(3)]
    elsewhere = row("Log in 9", "b", markup="own_p up_div up_paywall")
    assert kinds(wall) == ["paywall"] * 3
    assert kinds([*wall, *story, elsewhere]) == [None] * 6 + ["paywall"]


def test_kinds_of_the_source_win() -> None:
    own = row("Sign up", "a", kind="paywall", markup="own_newsletter newsletter")
    others = [row("Sign up", f"s{number}", markup="own_newsletter newsletter") for number in range(9)]
    assert kinds([own, *others])[0] == "paywall"


def test_views_without_markup_have_the_kinds_of_the_page() -> None:
    page = row("By Mara Illing", "a", markup="own_byline byline")
    view = row("By Mara Illing", "a", markup=None)
    elsewhere = row("By Mara Illing", "b", markup=None)
    assert kinds([page, view, elsewhere]) == ["byline", "byline", None]


def test_core_has_a_role_and_what_repeats_the_title_is_a_title() -> None:
    rows = [
        row("Ferry sold", "a", label=None),
        row("New hours", "a", label="core", markup="own_h_two h_two body"),
        row("It sailed.", "a", label="core"),
    ]
    found = with_kinds(pd.DataFrame(rows))
    assert found["role"].tolist() == ["title", "subhead", "body"]
    assert found["kind"].isna().all()


def roles(*rows: dict[str, object]) -> list[str]:
    return with_kinds(pd.DataFrame([{"label": "core"} | one for one in rows]))["role"].tolist()


def test_a_standfirst_stands_before_the_text_and_is_short() -> None:
    def core(text: str, markup: str) -> dict[str, object]:
        return row(text, "a", label="core", markup=markup)

    lead, text = "own_p up_div up_intro div body", "own_p up_div div body"
    first, heading = core("The ferry is sold.", lead), core("The sale", "own_h_two h_two body")
    body = core("The council sold the ferry to a company from the south on Monday.", text)
    assert roles(heading, first, body) == ["subhead", "standfirst", "body"]
    assert roles(body, first) == ["body", "body"]
    assert roles(*[core(f"It sailed {number}.", lead) for number in range(9)]) == ["body"] * 9


def test_order_of_rows_does_not_matter() -> None:
    generator = np.random.default_rng(0)
    marks = ["own_newsletter newsletter", "own_legal legal", "own_p p", "own_nav nav"]
    rows = [row(f"Sign up {number % 5 * 'x'}", f"s{number % 7}", markup=marks[number % 4]) for number in range(60)]
    frame = pd.DataFrame(rows)
    mixed = frame.sample(frac=1, random_state=generator)
    assert with_kinds(mixed).sort_index()["kind"].equals(with_kinds(frame)["kind"])
    assert set(with_kinds(frame)["kind"].dropna()) <= set(KINDS)


@pytest.mark.parametrize("site", [None, "", "a"])
def test_a_page_without_a_site_is_one_of_its_own(site: str | None) -> None:
    markup = "own_newsletter newsletter"
    rows = [row("Sign up", "a", markup=markup), row("The ferry sailed on Monday.", "b", label="core", markup=markup)]
    found = with_kinds(pd.DataFrame([one | {"site": site, "page": page} for one, page in zip(rows, "xy", strict=True)]))
    assert (found["kind"].iloc[0] == "newsletter") == (site != "a")


def test_signs_of_copyright_without_end_are_read_once() -> None:
    assert kind_of_words("©" * 20_000 + "a", None, words=1) is None
