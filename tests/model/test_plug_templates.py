import re

import numpy as np
import pytest

from benchmarks.planting import planted_lines
from corestory.labelling.labelled import KINDS
from corestory.model.plug_templates import FILLS, STORY, heading_lines, template_lines, templates

HEADLINES = {language: ["Ferry sold", "Bridge closed"] for language in templates()}
NUMBERS = {"n", "d", "year", "hh", "mm", "handle", "email"}


def plain(text):
    return re.sub(r"[\W\d_]+", " ", text.casefold()).strip()


def test_every_template_has_a_known_kind_and_known_slots():
    assert len(templates()) > 30
    for language, known in templates().items():
        for kind, template in known.lines:
            assert kind in {*KINDS, STORY}, (language, template)
            slots = set(re.findall(r"\{(\w+)\}", template))
            assert slots <= {*known.values, *NUMBERS, "headline"}, (language, template)
            assert "{" not in re.sub(r"\{\w+\}", "", template), (language, template)
        assert {kind for kind, _ in known.lines} > {STORY, "related", "newsletter", "byline", "caption"}, language


def test_no_line_that_the_benchmark_measures_is_a_template():
    measured = {plain(line.line) for line in planted_lines()}
    for known in templates().values():
        templates_here = [template for _, template in known.lines if "{" not in template]
        assert not measured & {plain(template) for template in (*templates_here, *known.headings)}


def test_headings_are_dealt_to_folds_and_their_slots_are_filled():
    found = heading_lines(["en", "xx", "no"], np.random.default_rng(3), folds=3)
    assert {line.language for line in found} == {"en", "no"}
    assert {line.fold for line in found} == {0, 1, 2}
    assert not [line.text for line in found if line.core or "{" in line.text]


@pytest.fixture(scope="module")
def lines():
    return template_lines(HEADLINES, np.random.default_rng(3), folds=4)


def test_lines_of_a_template_are_in_one_fold_and_of_all_folds(lines):
    folds = {}
    for line in lines:
        if line.text.startswith("Read also: "):
            folds.setdefault(line.text.partition(":")[0], set()).add(line.fold)
    assert list(map(len, folds.values())) == [1]
    assert {line.fold for line in lines} == set(range(4))


def test_slots_are_filled_and_lines_are_the_same_on_every_run(lines):
    assert not [line.text for line in lines if "{" in line.text]
    assert lines == template_lines(HEADLINES, np.random.default_rng(3), folds=4)
    assert max(len([1 for line in lines if line.text.startswith("Read also: ")]), 1) <= FILLS
    assert {line.core for line in lines} == {True, False}


def test_without_headlines_and_for_other_languages_there_are_fewer_lines():
    none = template_lines({"en": [], "xx": ["A"]}, np.random.default_rng(3), folds=2)
    some = template_lines({"en": ["Ferry sold"]}, np.random.default_rng(3), folds=2)
    assert 0 < len(none) < len(some)
    assert {line.language for line in none} == {"en"}


def test_the_two_codes_of_norwegian_are_one_language():
    generator = np.random.default_rng(3)
    assert "Les også: Ferry sold" in {line.text for line in template_lines({"no": ["Ferry sold"]}, generator, folds=2)}
