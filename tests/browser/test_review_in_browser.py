"""The review in a real browser, against the real command in another process."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.visits import HOSTILE, Visit
from reviewing import ADDRESS, ReviewProcess, environment, labels_in, write_articles

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
OWN_SITE = Path(__file__).parents[2] / "data" / "own-site"
STORY = [
    "The ferry left the quay at seven on Monday with nine passengers, the harbour master said.",
    "READ MORE: Ferry sold",
    "It will come back on Friday, she added, if the engine is mended by then.",
    "The council will vote on the new pier in March, and the mayor expects a majority.",
    "Share this article",
]


class Tab(Visit):
    """A tab of a review."""

    def __init__(self, context: Any, review: ReviewProcess, article: int = 0) -> None:
        page = context.new_page()
        page.set_default_timeout(20_000)
        super().__init__(page, f"{review.address}#{article}")
        self.page.locator(".paragraph").first.wait_for()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def said(self, text: str) -> None:
        """Wait until the page says so."""
        self.page.get_by_role("status").filter(has_text=text).first.wait_for()

    def labels(self) -> list[str]:
        return [text.split()[0] for text in self.page.locator(".score .label").all_inner_texts()]

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.id")


def corestory(*arguments: object, folder: Path) -> str:
    command = [sys.executable, "-m", "corestory", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True, check=True, timeout=120
    ).stdout


Start = Callable[..., ReviewProcess]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start a review of two articles, or of others, in a folder."""
    started: list[ReviewProcess] = []

    def start(folder: Path, *articles: tuple[str, list[str]]) -> ReviewProcess:
        write_articles(folder / "a.jsonl", *(articles or (("ferry", STORY), ("pier", STORY[::-1]))))
        started.append(ReviewProcess(folder, "a.jsonl", "--order", "given", "--reviewer", "Ada"))
        return started[-1]

    yield start
    for one in started:
        one.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def shared(start: Start, tmp_path_factory: pytest.TempPathFactory) -> tuple[ReviewProcess, Path]:
    """A review of an article for each test that needs no review of its own, and its file of labels."""
    folder = tmp_path_factory.mktemp("review")
    long = ["Home", "News", "Tides", "Letters", "Sport"] * 16 + STORY
    review = start(
        folder,
        ("mouse", [*STORY, "It rained."]),
        ("reader", STORY),
        ("tabs", STORY),
        (HOSTILE, [HOSTILE, *STORY]),
        ("long", long),
    )
    return review, folder / "labels.jsonl"


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context
    context.close()


def other(label: str) -> str:
    return "filler" if label == "core" else "core"


def test_the_keys_label_accept_and_undo_and_each_change_is_in_the_file(context, start, tmp_path):
    tab = Tab(context, start(tmp_path))
    first = tab.labels()
    tab.press("j", "ArrowDown", "k")
    assert tab.focused() == "p1"
    tab.press("Space")
    tab.said("Saved: 1 paragraph")
    assert tab.labels() == [first[0], other(first[1]), *first[2:]]
    assert labels_in(tmp_path / "labels.jsonl")["ferry", 1] == other(first[1])

    tab.press("j", "Shift+J", "Shift+ArrowDown", "f")
    tab.said("Saved: 3 paragraphs filler")
    assert tab.labels()[2:] == ["filler"] * 3
    tab.press("c")
    tab.said("Saved: 3 paragraphs core")
    tab.press("u")
    tab.said("Undone")
    assert tab.labels() == [first[0], other(first[1]), *["filler"] * 3]

    tab.press("n")
    tab.page.get_by_role("heading", name="The pier").wait_for()
    saved = labels_in(tmp_path / "labels.jsonl")
    assert [saved["ferry", position] for position in range(5)] == [first[0], other(first[1]), *["filler"] * 3]
    tab.page.locator("#count", has_text="1 left · 1 done").wait_for()
    tab.press("u")
    tab.page.get_by_role("heading", name="The ferry").wait_for()
    tab.page.locator("#count", has_text="2 left · 0 done").wait_for()
    tab.press("?")
    assert tab.page.get_by_role("dialog", name="Keys").is_visible()
    tab.press("Escape", "]")
    tab.page.get_by_role("heading", name="The pier").wait_for()
    tab.press("n")
    tab.page.get_by_role("heading", name="The ferry").wait_for()
    tab.press("n")
    tab.page.get_by_role("heading", name="Every article is labelled.").wait_for()
    assert tab.focused() == "finished-title"
    changed = sum(label != old for label, old in zip([*saved.values()][:5], first, strict=True))
    assert f"2 articles, {changed} correction" in tab.page.locator("#finished-text").inner_text()
    assert None not in labels_in(tmp_path / "labels.jsonl").values()
    tab.page.get_by_role("button", name="Measure").click()
    tab.page.get_by_text(f"You kept {100 - 10 * changed:.1f} % of 10 labels in 2 articles.").wait_for()
    assert tab.page.locator("#chart rect").count() == 2
    tab.page.get_by_role("button", name="Articles").click()
    assert tab.page.locator("#entries tr.done").count() == 2
    assert tab.complaints == []


def test_a_mouse_and_a_finger_change_labels_by_the_label_alone(context, browser, shared):
    review, file = shared
    tab = Tab(context, review, 0)
    first = tab.labels()
    tab.page.locator("#p1 .text").click()
    assert (tab.focused(), tab.labels()) == ("p1", first)
    tab.page.locator("#p3 .text").click(modifiers=["Shift"])
    assert tab.page.locator("[aria-selected=true]").count() == 3
    tab.page.locator("#p2 .score").click()
    tab.said("Saved: 1 paragraph")
    tab.page.get_by_role("button", name="Doubtful").click()
    doubtful = tab.page.evaluate("document.activeElement.classList")
    assert {"doubtful"} <= set(doubtful.values()) - {"decided"}
    phone = browser.new_context(**PHONE)
    tapped = Tab(phone, review, 0)
    tapped.page.locator("#p0 .score").tap()
    tapped.said("Saved: 1 paragraph")
    assert tapped.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert tapped.page.locator("#p0 .score").bounding_box()["height"] >= 44
    tapped.page.locator("#list-button").tap()
    assert tapped.page.locator("#list .scroll").evaluate("list => list.scrollWidth <= list.clientWidth")
    phone.close()
    saved = labels_in(file)
    assert (saved["mouse", 0], saved["mouse", 2]) == (other(first[0]), other(first[2]))


def test_a_screen_reader_hears_label_score_and_text(context, shared):
    tab = Tab(context, shared[0], 1)
    label = tab.labels()[0]
    option = tab.page.get_by_role("option", name=re.compile(rf"{label} [01]\.\d\d .*The ferry left the quay"))
    assert option.count() == 1
    assert tab.page.get_by_role("listbox", name="The reader").get_by_role("option").count() == 5
    tab.press("Space")
    tab.said("Saved")
    tab.page.get_by_role("option", name=re.compile(rf"{other(label)} .* changed by you")).wait_for()


def test_an_article_opens_at_its_story_however_long_the_menu_before_it_is(context, shared):
    tab = Tab(context, shared[0], 4)
    assert tab.focused() == "p80"
    assert 0 < tab.page.locator("#p80").bounding_box()["y"] < 600


def test_suspects_open_at_the_first_of_them(context, tmp_path):
    header = "rank,article_id,position,label,suggested,correction,text,before,after,score,issue,source,check\n"
    before = f'"core: {STORY[0]}"'
    (tmp_path / "s.csv").write_text(
        f"{header}1,own/a,1,filler,core,,{STORY[1]},{before},,0.5,yes,own,\n2,own/a,3,core,filler,,Share,,,0.4,,own,\n",
        encoding="utf-8",
    )
    review = ReviewProcess(tmp_path, "--suspects", "s.csv", "--labels", "settled.jsonl")
    tab = Tab(context, review)
    assert tab.focused() == "p1"
    assert tab.page.get_by_text("Suggested: core.").is_visible()
    tab.press("Space")
    tab.said("Saved: 1 paragraph core")
    assert labels_in(tmp_path / "settled.jsonl")["own/a", 1] == "core"
    review.end(signal.SIGINT)


def test_hostile_text_shows_as_text_and_nothing_is_asked_of_anywhere_else(context, shared):
    tab = Tab(context, shared[0], 3)
    tab.press("Space")
    tab.said("Saved: 1 paragraph")
    assert tab.page.locator("#p0 .text").inner_text() == HOSTILE
    assert tab.page.locator("h1").first.inner_text() == f"The {HOSTILE}"
    assert tab.page.locator("img, #paragraphs script").count() == 0
    tab.page.get_by_role("button", name="Articles").click()
    assert HOSTILE in tab.page.locator("#entries").inner_text()
    assert tab.complaints == []
    assert {url[: len(ADDRESS)] for url in tab.requests} == {ADDRESS}
    assert tab.page.evaluate("fetch('https://x.example/').then(() => 'sent', () => 'blocked')") == "blocked"


def test_after_a_kill_nothing_is_lost_and_the_page_does_not_pretend(context, start, tmp_path):
    review = start(tmp_path)
    tab = Tab(context, review)
    first = tab.labels()
    tab.press("Space")
    tab.said("Saved: 1 paragraph")
    review.end(signal.SIGKILL)
    tab.press("j", "Space")
    tab.page.get_by_role("alert").filter(has_text="nothing more is saved").wait_for()
    assert tab.labels() == [other(first[0]), *first[1:]]
    again = Tab(context, start(tmp_path))
    assert again.labels() == [other(first[0]), *first[1:]]
    assert again.page.locator("#p0.changed").count() == 1
    again.press("u")
    again.said("Undone")
    assert again.labels() == first
    again.press("u")
    again.said("nothing to undo")


def test_two_tabs_see_and_keep_each_others_labels(context, shared):
    review, file = shared
    one, two = Tab(context, review, 2), Tab(context, review, 2)
    first = one.labels()
    one.press("Space")
    one.said("Saved: 1 paragraph")
    # The other tab has shown the article before, so it must not accept it unseen.
    two.press("n")
    two.said("changed in another tab")
    assert two.labels() == [other(first[0]), *first[1:]]
    two.press("j", "Space")
    two.said("Saved: 1 paragraph")
    one.page.locator("#p1.decided").wait_for()
    assert one.labels() == two.labels() == [other(first[0]), other(first[1]), *first[2:]]
    saved = labels_in(file)
    assert [saved["tabs", position] for position in range(3)] == [other(first[0]), other(first[1]), None]


def story_of(name: str) -> list[str]:
    return (OWN_SITE / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n")


def test_pages_of_a_site_are_reviewed_and_adapted_to_and_a_new_page_is_tagged_right(context, tmp_path):
    names = [f"labelled/{number:02}" for number in range(1, 7)]
    pages = [OWN_SITE / f"{name}.html" for name in names]
    review = ReviewProcess(tmp_path, *pages, "--order", "given", "--adapt-every", "4")
    tab = Tab(context, review)
    corrections = []
    for name in names:
        tab.page.locator(f"#whence[title$='{name}.html']").wait_for()
        texts = tab.page.locator(".paragraph .text").all_inner_texts()
        right = ["core" if text in story_of(name) else "filler" for text in texts]
        wrong = [place for place, (old, new) in enumerate(zip(tab.labels(), right, strict=True)) if old != new]
        for place in wrong:
            tab.page.locator(f"#p{place} .score").click()
            tab.page.locator(f"#p{place}.changed").wait_for()
        corrections.append(len(wrong))
        if name == names[4]:  # it was opened before the fourth was learned from
            tab.page.locator("#news-text", has_text="measured on 4 articles").wait_for()
        tab.press("n")
    tab.page.get_by_role("heading", name="Every article is labelled.").wait_for()
    assert min(corrections[:5]) > 0 == corrections[5]
    heights = [float(bar.get_attribute("height")) for bar in tab.page.locator("#chart rect").all()]
    assert min(heights[:5]) > heights[5]
    said = review.end(signal.SIGINT)
    assert "To use the labels: corestory adapt labels.jsonl --output models/NAME" in said

    assert "→ 1.000" in corestory("adapt", "labels.jsonl", "--output", "models/courier", folder=tmp_path)
    new = OWN_SITE / "new" / "11.html"
    assert corestory("predict", new, "--only", "core", "--model", "courier", folder=tmp_path).splitlines() == story_of(
        "new/11"
    )
