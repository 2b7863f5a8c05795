import re
from dataclasses import replace

import pandas as pd
import pytest

from corestory.evaluation.findings import find
from corestory.report.figures import DRAWERS, draw
from corestory.report.sections import Figure


def part(key):
    return Figure(key, f"The {key}", 'It says "so" & so.')


def one_class(label):
    frame = pd.DataFrame({"article_id": ["a", "b"], "text": ["It rained.", "It snowed."], "score": [0.9, 0.2]})
    return find(frame.assign(label=label), resamples=0)


@pytest.mark.parametrize("key", DRAWERS)
def test_a_figure_is_drawn_with_a_name_for_those_who_do_not_see_it(findings, key):
    svg = draw(part(key), findings)

    assert svg.startswith('<svg role="img" aria-label="')
    assert f'aria-label="The {key}. It says &quot;so&quot; &amp; so."' in svg
    assert "NaN" not in svg


@pytest.mark.parametrize("label", ["core", "filler"])
@pytest.mark.parametrize("key", DRAWERS)
def test_one_class_alone_is_drawn_as_far_as_it_goes(label, key):
    svg = draw(part(key), one_class(label))

    assert svg == "" if key in ("tradeoff", "importance") else svg.startswith("<svg")


def test_classes_differ_by_more_than_colour(findings):
    assert "stroke-dasharray" in draw(part("precision_recall"), findings)
    for key in ("histogram", "importance"):
        svg = draw(part(key), findings)
        assert "<pattern" in svg
        assert 'fill="none"' in svg.split("<pattern", 1)[1].split("<path", 1)[0]  # else the hatch is not seen
    # Two marks, not one in two colours.
    assert len(re.findall(r'<path id="lengths-m', draw(part("lengths"), findings))) >= 2


def test_a_models_name_is_text_in_a_figure(findings):
    tagger = replace(findings.evaluation.tagger, name="<b>$x^2$</b>")
    svg = draw(part("tradeoff"), replace(findings, evaluation=replace(findings.evaluation, tagger=tagger)))

    assert "&lt;b&gt;$x^2$&lt;/b&gt;" in svg


@pytest.mark.parametrize("key", DRAWERS)
def test_a_figure_is_small(findings, key):
    assert len(draw(part(key), findings)) < 120_000
