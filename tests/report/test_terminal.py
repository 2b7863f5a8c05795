import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from corestory.report.content import evaluation_content
from corestory.report.terminal import EvaluationView


def shown(evaluation, *, width, color_system=None, encoding="utf-8", **options):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")
    console = Console(file=file, width=width, color_system=color_system, force_terminal=bool(color_system))
    console.print(EvaluationView(evaluation, **options))
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

    for table in evaluation_content(evaluation, sites=10).tables:
        for row in table.rows:
            assert any(all(cell in line for cell in row) for line in lines), row


@pytest.mark.parametrize("width", [80, 90])
def test_a_narrow_terminal_puts_intervals_below_their_numbers_but_cuts_neither(evaluation, width):
    words = shown(evaluation, width=width).split()

    for table in evaluation_content(evaluation, sites=10).tables:
        for row in table.rows:
            kept = [cell for column, cell in zip(table.columns, row, strict=True) if column != table.spare]
            assert all(word in words for cell in kept[1:] for word in cell.split()), row


def test_names_that_look_like_markup_are_shown_as_they_are(evaluation):
    assert "orbit|[bold]weekly.example" in shown(evaluation, width=140)


def test_colours_only_for_a_terminal(evaluation):
    assert "\x1b" not in shown(evaluation, width=100)
    assert "\x1b[1m" in shown(evaluation, width=100, color_system="truecolor")


def test_as_many_sites_as_asked_for(evaluation):
    assert "gazette" not in shown(evaluation, width=200, sites=1)
    assert "gazette" in shown(evaluation, width=200, sites=3)


def test_a_terminal_without_unicode_gets_signs_it_can_show(evaluation):
    found = shown(evaluation, width=140, encoding="ascii")

    assert "(0.903-0.943)" in found
    assert "?" not in found
