import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from benchmarks.planting import planted_lines
from corestory.labelling.labelled import KINDS
from corestory.training.plug_templates import (
    COPIES,
    FILLS,
    LINES_A_STORY,
    ROWS_A_LINE,
    STORY,
    dealt_lines,
    heading_lines,
    template_lines,
    templates,
    with_planted_lines,
)

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


def wordings(template):
    """Texts that a template stands for, with slots of numbers left out: those are no letters."""
    parts = re.split(r"\[([^\[\]|]*\|[^\[\]]*)\]", re.sub(rf"\{{({'|'.join(NUMBERS)})\}}", "", template))
    lists = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return {plain(text) for text in map("".join, product(*lists)) if "{" not in text}


def test_no_line_that_the_benchmark_measures_is_a_template():
    assert wordings("[Read|See] [more|on|]") == {"read more", "read on", "see more", "see on", "read", "see"}
    measured = {plain(line.line) for line in planted_lines()} - {""}
    for known in templates().values():
        for template in (*(template for _, template in known.lines), *known.headings):
            assert not measured & wordings(template), template


def test_the_slots_of_headings_are_filled():
    found = heading_lines(["en", "xx", "no"], np.random.default_rng(3))
    assert {line.language for line in found} == {"en", "no"}
    assert not [line.text for line in found if line.core or "{" in line.text]


@pytest.fixture(scope="module")
def lines():
    return template_lines(HEADLINES, np.random.default_rng(3))


def test_lines_of_a_template_have_its_number_and_every_template_has_another(lines):
    numbers = {line.template for line in lines if line.text.startswith("Read also: ")}
    assert len(numbers) == 1
    assert {line.template for line in lines if line.language == "en"} == set(range(len(templates()["en"].lines)))


def test_slots_are_filled_and_lines_are_the_same_on_every_run(lines):
    assert not [line.text for line in lines if "{" in line.text]
    assert lines == template_lines(HEADLINES, np.random.default_rng(3))
    assert max(len([1 for line in lines if line.text.startswith("Read also: ")]), 1) <= FILLS
    assert {line.core for line in lines} == {True, False}


def test_every_wording_of_a_template_is_written_several_times(lines):
    texts = [line.text for line in lines if line.language == "en"]
    assert not [text for text in texts if re.search(r"\[[^\]]*\|", text)]
    for start in ("Editing by ", "Edited by ", "Illustrated by "):
        assert sum(text.startswith(start) for text in texts) >= COPIES


def test_without_headlines_and_for_other_languages_there_are_fewer_lines():
    none = template_lines({"en": [], "xx": ["A"]}, np.random.default_rng(3))
    some = template_lines({"en": ["Ferry sold"]}, np.random.default_rng(3))
    assert 0 < len(none) < len(some)
    assert {line.language for line in none} == {"en"}


def test_the_two_codes_of_norwegian_are_one_language():
    generator = np.random.default_rng(3)
    assert "Les også: Ferry sold" in {line.text for line in template_lines({"no": ["Ferry sold"]}, generator)}


def planted(frame: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    core = (frame["label"] == "core").to_numpy()
    fold = pd.factorize(frame["site"])[0] % 5
    return with_planted_lines(frame, core, fold, np.random.default_rng(0))


def test_planted_lines_have_kinds_and_stand_among_the_rows_of_an_article(sample_frame: pd.DataFrame) -> None:
    frame, core, fold = planted(sample_frame)
    assert frame["text"].tolist()[: len(sample_frame)] == sample_frame["text"].tolist()
    assert len(frame) == len(core) == len(fold)
    made = frame.iloc[len(sample_frame) :].assign(core=core[len(sample_frame) :])
    known = set(sample_frame["text"])
    made = made.assign(planted=~made["text"].isin(known))
    lines = made[made["planted"]]
    assert 0 < len(lines) <= len(sample_frame) // ROWS_A_LINE
    assert set(lines["kind"]) <= set(KINDS)
    assert lines["role"].isna().all()
    assert not lines["core"].any()
    for _, article in made.groupby("article_id"):
        assert article["position"].tolist() == list(range(len(article)))
        assert article["planted"].sum() <= LINES_A_STORY
        assert article["language"].nunique() == 1
    assert made["core"].any()


def test_lines_of_one_template_are_for_one_half_of_the_folds(sample_frame: pd.DataFrame) -> None:
    dealt = dealt_lines(sample_frame, np.random.default_rng(0))
    halves: dict[tuple[str, int], set[int]] = {}
    for _, half, lines in dealt:
        for line in lines:
            halves.setdefault((line.language, line.template), set()).add(half)
    assert all(len(found) == 1 for found in halves.values())
    assert {half for _, half, _ in dealt} == {0, 1}
    assert sum(len(lines) for _, _, lines in dealt) > len(halves)


def test_a_table_without_languages_stays_as_it_is(sample_frame: pd.DataFrame) -> None:
    frame = sample_frame.drop(columns=["language"])
    found, core, _ = planted(frame)
    assert found is frame
    assert len(core) == len(frame)
