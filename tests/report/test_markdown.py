import re
from dataclasses import replace

from corestory.report.page import report_markdown
from corestory.report.sections import report_sections


def tables(markdown):
    return [block.splitlines() for block in markdown.split("\n\n") if block.startswith("|")]


def cells(line):
    return re.split(r"(?<!\\)\|", line)[1:-1]


def test_the_report_holds_all_that_was_found(findings, golden):
    about = (("model", "models/default"), ("data", "data/processed/paragraphs.parquet, split test"))

    golden("report.md", report_markdown(findings, title="Evaluation of models/default", about=about))


def test_every_row_of_a_table_has_as_many_cells_as_its_head(findings):
    found = tables(report_markdown(findings))

    assert len(found) > 15
    for lines in found:
        assert len({len(cells(line)) for line in lines}) == 1


def test_names_cannot_become_formatting(findings):
    markdown = report_markdown(findings, title="<b>x</b>\n# *y*", about=(("`m`", "[a](b)"),))

    assert markdown.startswith("# \\<b\\>x\\</b\\> \\# \\*y\\*\n")
    assert "| \\`m\\` | \\[a\\](b) |\n" in markdown
    assert "| orbit\\|\\[bold\\]weekly.example |" in markdown


def test_as_many_sites_as_asked_for(findings):
    assert "gazette" not in report_markdown(findings, sites=1)
    assert "gazette" in report_markdown(findings, sites=3)


def test_the_report_ends_with_one_line_end(findings):
    markdown = report_markdown(findings)

    assert markdown.endswith("\n")
    assert not markdown.endswith("\n\n")


def test_the_sections_are_those_of_the_page_in_their_order(findings):
    headings = [line.removeprefix("## ") for line in report_markdown(findings).splitlines() if line.startswith("## ")]

    assert headings == [section.title for section in report_sections(findings)]


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
