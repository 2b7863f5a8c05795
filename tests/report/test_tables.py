import base64
import hashlib
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from jinja2 import UndefinedError

from corestory.evaluation.evaluation import evaluate_rows
from corestory.evaluation.labelled_rows import labelled_rows
from corestory.evaluation.metrics import METRIC_NAMES, RATE_NAMES, Rates
from corestory.evaluation.results import Band
from corestory.rendering import NOTHING, counted, percent, render, rounded
from corestory.report.figures import DRAWERS
from corestory.report.sections import Beside, Figure, Folded, MistakeList, basis, headline, report_sections
from corestory.report.tables import ReportTable, difference, groups_tables, per_hundred, with_interval
from corestory.report.terminal import evaluation_tables


def table(evaluation, beginning, *, sites=5):
    tables = evaluation_tables(evaluation, sites=sites)
    return next(table for table in tables if table.title.startswith(beginning))


def one_class(label):
    frame = pd.DataFrame({"article_id": list("abcdef"), "text": "It rained.", "score": [0.9, 0.2] * 3})
    return evaluate_rows(labelled_rows(frame.assign(label=label)), resamples=10)


def test_the_answer_comes_first_and_the_baselines_next(evaluation):
    first = evaluation_tables(evaluation, sites=5)[0]

    assert headline(evaluation).startswith("Of 100 words of story, ")
    assert first.title == "Comparison with the baselines"
    assert [row[0] for row in first.rows] == [
        "corestory",
        "stage 1 alone",
        "length rule",
        "everything core",
    ]


@pytest.mark.parametrize("beginning", ["All measures, each paragraph", "All measures, each word"])
def test_every_measure_has_a_row(evaluation, beginning):
    assert len(table(evaluation, beginning).rows) == len(METRIC_NAMES)


def test_the_words_of_story_that_survive_are_the_recall_of_core(evaluation):
    words = evaluation.tagger.words.confusion

    kept = 100 * words.core_kept / (words.core_kept + words.core_lost)

    assert f"{kept:.1f} (" in headline(evaluation)


def test_languages_have_a_table_where_there_are_several(evaluation):
    two = replace(evaluation, languages=evaluation.sources)

    assert "By language, worst first" in [table.title for table in groups_tables(two, sites=5)]


def test_a_single_source_view_or_site_has_no_table_because_it_is_all_that_was_measured(evaluation):
    alone = replace(evaluation, sources=evaluation.sources[:1], views=evaluation.views[:1], sites=evaluation.sites[:1])

    assert [table.title for table in groups_tables(evaluation, sites=5)] == [
        "By source, worst first",
        "By view, worst first",
        "By site, worst first (core F1 in words)",
    ]
    assert groups_tables(alone, sites=5) == []


def test_only_the_worst_sites_are_shown_and_how_many_more_there_are_is_said(evaluation):
    some, every = (table(evaluation, "By site", sites=count) for count in (1, 3))

    assert [row[0] for row in some.rows] == [evaluation.sites[0].name]
    assert "2 more sites" in some.note
    assert len(every.rows) == 3
    assert "more sites" not in every.note


def test_without_filler_the_answer_does_not_speak_of_its_share():
    assert headline(one_class("core")).endswith("there is no filler to remove.")
    assert table(one_class("core"), "Labels and decisions").rows[1][1] == "0"


def test_without_story_the_answer_does_not_speak_of_its_share():
    assert headline(one_class("filler")).startswith("There is no story to keep;")


def test_no_number_is_ever_shown_as_nan(evaluation):
    for found in (evaluation, one_class("core"), one_class("filler")):
        cells = [
            cell for shown in evaluation_tables(found, sites=5) for row in shown.rows for cell in (*row, shown.note)
        ]
        assert not any("nan" in cell for cell in [headline(found), basis(found), *cells])
    assert any(cell == NOTHING for cell in cells)


def test_a_difference_of_nothing_has_no_sign(evaluation):
    tagger = evaluation.tagger
    nothing = replace(tagger.words.value, **dict.fromkeys(METRIC_NAMES, -0.0))
    undefined = replace(nothing, **dict.fromkeys(METRIC_NAMES, math.nan))
    baseline = replace(
        evaluation.baselines[0],
        lead_words=Band(nothing, undefined, undefined),
        lead_paragraphs=Band(nothing, undefined, undefined),
    )

    leads = table(replace(evaluation, baselines=(baseline,)), "Lead of")

    assert leads.rows == (("stage 1 alone", "0.0", "0.0", "0.000", "0.000"),)


def test_views_and_articles_are_told_apart_where_they_differ(evaluation):
    counts = replace(evaluation.counts, inputs=12)

    assert "6 articles in 12 views" in basis(replace(evaluation, counts=counts))
    assert "views" not in basis(evaluation)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_articles_are_said_to_be_too_few_and_no_accuracy_is_claimed(count):
    frame = pd.DataFrame({"article_id": [f"a{number // 2}" for number in range(2 * count)], "text": "It rained."})
    rows = labelled_rows(frame.assign(label=["core", "filler"] * count, score=[0.9, 0.1] * count))
    found = evaluate_rows(rows, resamples=100)
    assert headline(found).startswith(f"{count} article")
    assert "too few to measure accuracy" in headline(found)
    assert "are kept;" not in headline(found)


def band(value, low=math.nan, high=math.nan):
    nothing = Rates(*[math.nan] * len(RATE_NAMES))
    return Band(*(replace(nothing, core_f1=number) for number in (value, low, high)))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (with_interval(band(0.5, 0.25, 0.75), "core_f1"), "0.500 (0.250–0.750)"),
        (per_hundred(band(0.5, 0.25, 0.75), "core_f1"), "50.0 (25.0–75.0)"),
        (per_hundred(band(0.5), "core_f1"), "50.0"),
        (per_hundred(band(1.0, 1.0, 1.0), "core_f1"), "100.0"),
        (with_interval(band(math.nan), "core_f1"), NOTHING),
        (difference(band(0.1, -0.2, 0.3), "core_f1"), "+0.100 (-0.200…+0.300)"),
        (difference(band(0.1, -0.2, 0.3), "core_f1", reverse=True), "-0.100 (-0.300…+0.200)"),
        (difference(band(0.1, -0.2, 0.3), "core_f1", scale=100, reverse=True), "-10.0 (-30.0…+20.0)"),
        (difference(band(0.00001, 0.0, 0.0), "core_f1"), "0.000"),
        (counted(1234567.0), "1,234,567"),
        (percent(0.125), "12.5"),
        (rounded(-0.00001), "0.000"),
    ],
)
def test_numbers_read_as_people_write_them(found, text):
    assert found == text


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


def test_every_row_of_every_table_of_a_section_has_a_cell_a_column(findings):
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


def test_the_policys_hash_is_that_of_the_script_in_the_page(page):
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"script-src &#39;sha256-{digest}&#39;" in page


def test_what_a_template_wants_must_be_there():
    with pytest.raises(UndefinedError, match="title"):
        render("report.html.j2", style="report.css", script="report.js", values={})
