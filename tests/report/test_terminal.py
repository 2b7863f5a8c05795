import io
from dataclasses import replace

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.results import EvaluationSettings
from corestory.evaluation.thresholds import Aim, Goal, choose_threshold
from corestory.report.terminal import EvaluationView, evaluation_tables, operating_point_text


def shown(evaluation, *, width, color_system=None, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")
    console = Console(file=file, width=width, color_system=color_system, force_terminal=bool(color_system))
    console.print(EvaluationView(evaluation))
    file.flush()
    return file.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_the_whole_evaluation(evaluation, golden, width):
    golden(f"terminal_{width}.txt", shown(evaluation, width=width))


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(evaluation, width):
    assert max(map(cell_len, shown(evaluation, width=width).splitlines())) <= width


def test_a_wide_terminal_breaks_no_number(evaluation):
    lines = shown(evaluation, width=140).splitlines()

    for table in evaluation_tables(evaluation, sites=10):
        for row in table.rows:
            assert any(all(cell in line for cell in row) for line in lines), row


@pytest.mark.parametrize("width", [80, 90])
def test_a_narrow_terminal_puts_intervals_below_their_numbers_but_cuts_neither(evaluation, width):
    words = shown(evaluation, width=width).split()

    for table in evaluation_tables(evaluation, sites=10):
        for row in table.rows:
            kept = [cell for column, cell in zip(table.columns, row, strict=True) if column != table.spare]
            assert all(word in words for cell in kept[1:] for word in cell.split()), row


def test_names_that_look_like_markup_are_shown_as_they_are(evaluation):
    assert "orbit|[bold]weekly.example" in shown(evaluation, width=140)


def test_colours_only_for_a_terminal(evaluation):
    assert "\x1b" not in shown(evaluation, width=100)
    assert "\x1b[1m" in shown(evaluation, width=100, color_system="truecolor")


def test_a_terminal_without_unicode_gets_signs_it_can_show(evaluation):
    found = shown(evaluation, width=140, encoding="ascii")

    assert "(79.1-83.1)" in found
    assert "?" not in found


def text_of(goal):
    frame = pd.DataFrame(
        {
            "article_id": ["a", "a", "b", "b"] * 5,
            "text": ["It rained all day.", "Share", "It snowed.", "Next"] * 5,
            "label": ["core", "filler"] * 10,
            "score": [0.9, 0.2, 0.6, 0.7] * 5,
        }
    )
    point = choose_threshold(labelled_rows(frame), goal, settings=EvaluationSettings(None, 100, 0, 0.95))
    return operating_point_text(point, split="validation")


def test_the_threshold_its_goal_and_its_cost_stand_beside_the_choice_by_article():
    lines = text_of(Goal(Aim.CORE_RECALL, 1.0)).splitlines()
    assert lines[0] == "Threshold 0.4, chosen on the split validation for this goal: core recall of at least 1."
    assert lines[1].startswith("20 labelled paragraphs of 2 articles; ")
    assert lines[3].split() == ["threshold", "0.4", "a", "cutoff", "per", "article"]
    (kept,) = (line for line in lines if line.startswith("story kept, of 100 words"))
    assert kept.split()[-2:] == ["100.0", "100.0"]
    (removed,) = (line for line in lines if line.startswith("filler removed, of 100 words"))
    assert "50.0" in removed


def test_the_best_f1_has_no_bound():
    assert "for this goal: best F1 of core." in text_of(Goal(Aim.BEST_F1))


def test_a_caution_stands_above_the_answer(evaluation):
    found = shown(replace(evaluation, cautions=("too good",)), width=80)
    assert found.startswith("Caution: too good\nOf 100 words of story")
