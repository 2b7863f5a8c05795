import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from corestory.evaluation.mistakes import Mistake, ParagraphInArticle
from corestory.report.page import report_about, report_markdown, report_page, write_report
from corestory.report.sections import report_sections

HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=alert(1)> \"quoted\" 'single' &amp; {{ 7*7 }}"
LOADING = {"img", "iframe", "object", "embed", "video", "audio", "source", "base", "form", "image", "use"}


class Structure(HTMLParser):
    """Tags that are not closed in their order, and every attribute."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def structure(page):
    parser = Structure()
    parser.feed(page)
    return parser


def hostile_mistake():
    shown = ParagraphInArticle(0, HOSTILE, "core", "filler", 0.01)
    return Mistake(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "javascript:alert(1)", HOSTILE, 0, "core", 0.01, 0, 0, (shown,))


def test_the_questions_stand_in_their_order_and_the_comparison_after_the_first(page, findings):
    found = [heading.text() for heading in LexborHTMLParser(page).css("h2")]

    assert found == [
        "The answer",
        "The models side by side",
        "Where it fails",
        "The effect of a threshold",
        "Filler inside the story",
        "What it gets wrong",
        "Can the scores be trusted",
        "What it learned",
        "The data and the model",
    ]
    alone = replace(findings, comparisons=(), evaluation=replace(findings.evaluation, rivals=()))
    assert len(report_sections(alone)) == 8
    assert len(report_sections(replace(alone, in_story=None))) == 7


def test_the_answer_is_one_sentence(page):
    answer = LexborHTMLParser(page).css_first(".answers").text()

    assert " ".join(answer.split()) == (
        "corestory: of 100 words of story, 81.2 are kept (79.1 to 83.1); "
        "corestory: of 100 words of filler, 100.0 are removed (97.9 to 100.0)."
    )


def test_all_sections_are_numbered_alike(page):
    tree = LexborHTMLParser(page)

    assert len(tree.css("nav li")) == len(tree.css("section")) == 9
    assert {tuple(section.attributes) for section in tree.css("section")} == {("id", "aria-labelledby")}


def test_every_tag_is_closed_and_every_id_is_there_once(page):
    found = structure(page)
    ids = [value for _, name, value in found.attributes if name == "id"]

    assert (found.open, found.wrong) == ([], [])
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_and_every_inner_link_leads_somewhere(page):
    found = structure(page)
    ids = {value for _, name, value in found.attributes if name == "id"}
    links = [(tag, value) for tag, name, value in found.attributes if name in ("src", "href", "xlink:href")]

    assert not LOADING & {tag for tag, _, _ in found.attributes} - {"use"}
    for tag, value in links:
        assert value.startswith("#") or (tag, value) == ("link", "data:,")
        assert not value.startswith("#") or value[1:] in ids
    assert set(re.findall(r"url\((.)", page)) <= {"#"}
    assert "@import" not in page


@pytest.mark.usefixtures("without_figures")
def test_hostile_text_is_text(findings):
    evaluation = replace(findings.evaluation, sites=(replace(findings.evaluation.sites[0], name=HOSTILE),))
    found = replace(findings, mistakes=(hostile_mistake(),), evaluation=evaluation)
    page = report_page(found, title=HOSTILE, about=((HOSTILE, HOSTILE),))
    tree = LexborHTMLParser(page)

    assert len(tree.css("script")) == 1
    assert not tree.css("img")
    assert tree.css_first("h1").text() == HOSTILE
    assert tree.css_first("li.this .text").text() == HOSTILE
    assert HOSTILE in [cell.text() for cell in tree.css("tbody th")]
    assert "javascript:" not in page
    assert structure(page).wrong == []


@pytest.mark.usefixtures("without_figures")
def test_a_web_address_is_a_link_that_tells_nobody_where_it_was_clicked(findings):
    mistake = replace(hostile_mistake(), url="https://site.example/a?b=1&c=2")
    link = LexborHTMLParser(report_page(replace(findings, mistakes=(mistake,)))).css_first(".whence a")

    assert link.attributes["href"] == "https://site.example/a?b=1&c=2"
    assert "noreferrer" in link.attributes["rel"]


@pytest.mark.usefixtures("without_figures")
def test_any_other_address_is_no_link(findings):
    urls = ["", "file:///etc/passwd", "data:text/html,x", "https://a.example/ onclick=x", "ftp://x"]
    page = report_page(replace(findings, mistakes=tuple(replace(hostile_mistake(), url=url) for url in urls)))
    tree = LexborHTMLParser(page)

    assert len(tree.css(".whence")) == len(urls)
    assert not tree.css(".whence a")


def test_the_policy_lets_nothing_leave_and_only_the_pages_own_script_run(page):
    policy = LexborHTMLParser(page).css_first("meta[http-equiv]").attributes["content"]

    assert policy.startswith("default-src 'none'; ")
    assert "script-src 'sha256-" in policy


@pytest.mark.usefixtures("without_figures")
def test_the_page_is_small_whatever_the_data(findings):
    long = ParagraphInArticle(0, "word " * 140, "core", "filler", 0.1)
    mistake = replace(hostile_mistake(), paragraphs=(long, *(replace(long, position=n) for n in range(1, 13))))
    group = replace(findings.evaluation.sites[0], name="a-very-long-name-of-a-site" * 3)
    evaluation = replace(findings.evaluation, sites=(group,) * 5000)
    page = report_page(replace(findings, mistakes=(mistake,) * 24, evaluation=evaluation))

    assert len(page.encode()) < 450_000  # and nine figures, each below 110,000
    assert "4,800 more sites" in page


@pytest.mark.usefixtures("without_figures")
def test_without_mistakes_the_page_says_so(findings):
    assert "The model agrees with every label" in report_page(replace(findings, mistakes=()))


@pytest.mark.slow
def test_the_same_findings_give_the_same_page(page, findings):
    assert report_page(findings) == page


@pytest.mark.usefixtures("without_figures")
def test_a_report_is_a_page_the_same_as_markdown_and_the_numbers(findings, tmp_path):
    write_report(tmp_path, findings, title="Ferries", about=(("data", "ferries.parquet"),))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "report.html", "report.md"]
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))["about"] == {"data": "ferries.parquet"}
    for name in ("report.html", "report.md"):
        assert "Ferries" in (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_figures")
def test_a_caution_stands_above_the_answer_and_is_text(page, findings):
    found = replace(findings, evaluation=replace(findings.evaluation, cautions=("trained on <these> rows",)))
    warned = report_page(found)
    assert warned.index("trained on &lt;these&gt; rows") < warned.index('class="answers"')
    assert 'role="note"' not in page


def about(tagger, **options):
    given = {
        "data": "p.parquet",
        "digest": "0" * 64,
        "splits": {"train": 1200, "test": 30},
        "split": "test",
        "models": [""],
        "output": Path("reports/default"),
        "threshold": None,
    }
    return dict(report_about(tagger, pd.DataFrame({"split": ["train", "test"]}), **given | options))


def test_the_command_line_repeats_what_was_asked_for(seeded_tagger):
    found = about(seeded_tagger, data="my data.parquet", models=["a", "b"], threshold=0.3)

    assert found["command"] == (
        "corestory evaluate 'my data.parquet' --model a --model b --split test --output reports/default --threshold 0.3"
    )
    assert "--model" not in about(seeded_tagger)["command"]


def test_sizes_settings_and_versions_are_said(seeded_tagger):
    found = about(seeded_tagger, digest=seeded_tagger.manifest.data_sha256)

    assert found["splits"] == "test 30 rows, train 1,200 rows"
    assert found["trained_on_these_rows"] == "train"
    assert about(seeded_tagger)["trained_on_these_rows"] == "no"
    assert "cutoff_share 0." in found["model_settings"]
    assert "numpy" in found["libraries"]
    assert found["model_libraries"] == "numpy 2.0.0"


def test_a_model_without_a_manifest_leaves_its_origin_empty(seeded_tagger):
    found = about(replace(seeded_tagger, manifest=None))

    assert (found["model_created"], found["model_trained_on"]) == ("", "")


def test_names_that_are_no_utf_8_can_be_stored(seeded_tagger):
    assert about(seeded_tagger, data="p\udcff.parquet")["data"] == "p\ufffd.parquet"


def test_the_report_holds_all_that_was_found(findings, golden):
    about = (("model", "models/default"), ("data", "data/processed/paragraphs.parquet, split test"))

    golden("report.md", report_markdown(findings, title="Evaluation of models/default", about=about))


def test_names_cannot_become_formatting(findings):
    markdown = report_markdown(findings, title="<b>x</b>\n# *y*", about=(("`m`", "[a](b)"),))

    assert markdown.startswith("# \\<b\\>x\\</b\\> \\# \\*y\\*\n")
    assert "| \\`m\\` | \\[a\\](b) |\n" in markdown
    assert "| orbit\\|\\[bold\\]weekly.example |" in markdown


def test_a_mistake_is_one_line_whatever_is_in_it(findings):
    mistake = findings.mistakes[0]
    shown = replace(mistake.paragraph, text="a\n# b " + "c" * 500)
    found = replace(findings, mistakes=(replace(mistake, paragraphs=(shown,)),))

    (line,) = [line for line in report_markdown(found).splitlines() if line.startswith("- score")]
    assert "a \\# b ccc" in line
    assert line.endswith("c…")


def test_a_caution_stands_above_the_answer(findings):
    found = report_markdown(replace(findings, evaluation=replace(findings.evaluation, cautions=("too good",))))
    assert found.index("> **Caution: too good**") < found.index("**Of 100 words")
