from dataclasses import replace

import pytest

from corestory.report.figures import DRAWERS
from corestory.report.parts import Beside, Figure, Folded, MistakeList, ReportTable
from corestory.report.sections import report_sections


def leaves(parts):
    for part in parts:
        if isinstance(part, Beside):
            yield from leaves(part.parts)
        elif isinstance(part, Folded):
            yield from leaves(part.tables)
        else:
            yield part


def section(findings, key):
    return next(found for found in report_sections(findings, about=(("model", "mine"),)) if found.key == key)


def test_every_row_of_every_table_has_a_cell_a_column(findings):
    for found in report_sections(findings):
        for part in leaves(found.parts):
            if isinstance(part, ReportTable):
                assert {len(row) for row in part.rows} <= {len(part.columns)}
                assert set(part.prose) <= set(part.columns)


def test_every_figure_can_be_drawn_and_every_drawing_is_shown_once(findings):
    keys = [part.key for found in report_sections(findings) for part in leaves(found.parts) if isinstance(part, Figure)]

    assert sorted(keys) == sorted(DRAWERS)


def test_the_threshold_says_how_the_model_decides_now(findings):
    by_article = replace(findings.evaluation, settings=replace(findings.evaluation.settings, threshold=None))

    assert "score of at least 0.4 is core" in section(findings, "threshold").text
    assert "a cutoff for each article" in section(replace(findings, evaluation=by_article), "threshold").text


def test_mistakes_of_a_kind_that_does_not_occur_have_no_heading(findings):
    lists = [part for part in section(findings, "mistakes").parts if isinstance(part, MistakeList)]

    assert [part.title for part in lists] == ["Story taken for filler"]


def test_a_model_that_was_not_at_hand_has_nothing_on_what_it_learned(findings):
    assert section(replace(findings, learned=None), "learned").parts == ()


def test_differences_go_from_the_first_model_to_the_other(findings):
    table = next(
        part
        for part in leaves(section(findings, "comparison").parts)
        if isinstance(part, ReportTable) and part.title.startswith("From ")
    )
    row = next(row for row in table.rows if row[0] == "core F1")

    assert float(row[3].split()[0]) == pytest.approx(float(row[2]) - float(row[1]), abs=0.0015)


def test_the_last_section_says_where_it_all_comes_from(findings):
    tables = list(leaves(section(findings, "data").parts))

    assert ("model", "mine") in tables[1].rows
    assert ("threshold", "0.4") in tables[1].rows
