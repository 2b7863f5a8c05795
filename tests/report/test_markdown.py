import re

from pipeline.report.content import evaluation_content
from pipeline.report.markdown import evaluation_markdown


def tables(markdown):
    return [block.splitlines() for block in markdown.split("\n\n") if block.startswith("|")]


def cells(line):
    return re.split(r"(?<!\\)\|", line)[1:-1]


def test_the_report_holds_the_whole_evaluation(evaluation, golden):
    about = (("model", "models/default"), ("data", "data/processed/paragraphs.parquet, split test"))

    golden("report.md", evaluation_markdown(evaluation, title="Evaluation of models/default", about=about))


def test_every_row_of_a_table_has_as_many_cells_as_its_head(evaluation):
    found = tables(evaluation_markdown(evaluation))

    assert len(found) == len(evaluation_content(evaluation, sites=50).tables)
    for lines in found:
        assert len({len(cells(line)) for line in lines}) == 1


def test_names_cannot_become_formatting(evaluation):
    markdown = evaluation_markdown(evaluation, title="<b>x</b>\n# *y*", about=(("`m`", "[a](b)"),))

    assert markdown.startswith("# \\<b\\>x\\</b\\> \\# \\*y\\*\n")
    assert "- \\`m\\`: \\[a\\](b)\n" in markdown
    assert "| orbit\\|\\[bold\\]weekly.example |" in markdown


def test_as_many_sites_as_asked_for(evaluation):
    assert "gazette" not in evaluation_markdown(evaluation, sites=1)
    assert "gazette" in evaluation_markdown(evaluation, sites=3)


def test_the_report_ends_with_one_line_end(evaluation):
    markdown = evaluation_markdown(evaluation)

    assert markdown.endswith("\n")
    assert not markdown.endswith("\n\n")
