import re
from dataclasses import replace

import pandas as pd
import pytest

from corestory.evaluation.findings import report_findings
from corestory.report.figures import DRAWERS, draw
from corestory.report.sections import Figure


def part(key):
    return Figure(key, f"The {key}", 'It says "so" & so.')


@pytest.fixture(scope="module", params=["core", "filler"])
def one_class(request):
    """Findings on articles in which all paragraphs have one label."""
    frame = pd.DataFrame({"article_id": ["a", "b"], "text": ["It rained.", "It snowed."], "score": [0.9, 0.2]})
    return report_findings(frame.assign(label=request.param), resamples=0)


@pytest.fixture(scope="module")
def figures(page):
    """All figures of the findings as they are, by the name that begins their ids."""
    drawn = re.findall(r'<svg role="img".*?</svg>', page, re.DOTALL)
    return {re.search(r'id="(\w+)-', svg)[1]: svg for svg in drawn}


@pytest.mark.parametrize("key", DRAWERS)
def test_a_figure_is_small_and_has_a_name_for_those_who_do_not_see_it(figures, key):
    svg = figures[key]

    assert len(svg) < 110_000
    assert svg.startswith('<svg role="img" aria-label="')
    assert "NaN" not in svg


def test_the_name_is_text_whatever_is_in_it(findings):
    label = 'aria-label="The lengths. It says &quot;so&quot; &amp; so."'

    assert label in draw(part("lengths"), findings)


@pytest.mark.slow
@pytest.mark.parametrize("key", DRAWERS)
def test_one_class_alone_is_drawn_as_far_as_it_goes(one_class, key):
    svg = draw(part(key), one_class)

    assert svg == "" if key in ("tradeoff", "second_look", "importance") else svg.startswith("<svg")


def test_classes_differ_by_more_than_colour(figures):
    assert "stroke-dasharray" in figures["precision_recall"]
    for key in ("histogram", "importance"):
        svg = figures[key]
        assert "<pattern" in svg
        assert 'fill="none"' in svg.split("<pattern", 1)[1].split("<path", 1)[0]  # else the hatch is not seen
    # Two marks, not one in two colours.
    assert len(re.findall(r'<path id="lengths-m', figures["lengths"])) >= 2


def test_long_names_of_models_leave_room_for_the_curve(findings):
    evaluation = findings.evaluation
    long = "/srv/" + "a-long-folder/" * 12 + "small"
    named = replace(
        evaluation,
        tagger=replace(evaluation.tagger, name=long),
        rivals=tuple(replace(rival, name=f"{long}-2") for rival in evaluation.rivals),
    )
    svg = draw(part("tradeoff"), replace(findings, evaluation=named))

    assert "/small</text>" in svg
    assert "/small-2</text>" in svg


def test_a_models_name_is_text_in_a_figure(findings):
    tagger = replace(findings.evaluation.tagger, name="<b>$x^2$</b>")
    svg = draw(part("tradeoff"), replace(findings, evaluation=replace(findings.evaluation, tagger=tagger)))

    assert "&lt;b&gt;$x^2$&lt;/b&gt;" in svg


def test_colours_are_the_pages(figures):
    found = figures["lengths"]

    assert "var(--core)" in found
    assert "var(--ink)" in found
    assert not re.search(r"#0[1-6]0[1-6]0[1-6]", found)


def test_ids_carry_the_figures_name_and_every_reference_is_met(figures):
    found = figures["lengths"]
    ids = re.findall(r'\bid="([^"]*)"', found)

    assert all(name.startswith("lengths-") for name in ids)
    assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', found)) <= {
        pair for name in ids for pair in ((name, ""), ("", name))
    }


def test_the_page_decides_how_large_it_is(figures):
    head = figures["lengths"].split(">", 1)[0]

    assert "viewBox" in head
    assert not re.search(r"\s(width|height)=", head)


def test_text_stays_text_in_the_pages_type(figures):
    found = figures["lengths"]

    assert ">story kept</text>" in found
    assert "DejaVu" not in found


def test_nothing_in_it_tells_when_it_was_drawn(figures):
    assert not [key for key, svg in figures.items() if "metadata" in svg]


def test_matplotlib_is_left_as_it_was(findings):
    import matplotlib as mpl

    before = mpl.rcParams["text.color"]
    draw(part("lengths"), findings)

    assert mpl.rcParams["text.color"] == before
