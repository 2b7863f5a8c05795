import numpy as np
import pandas as pd
import pytest

from corestory.model.planted_stories import LEAST_LISTED, MOST_LISTED, planted_stories
from corestory.model.planting import PLUG, ROWS_A_TEMPLATE_LINE, PlugLines, plug_lines, with_template_lines
from corestory.model.training_rows import training_rows

LANGUAGES = "en", "de"
PAGES, FOLDS = 60, 3


def frame():
    rows = []
    for number in range(PAGES):
        story = [f"The {word} of page {number} was read aloud by the mayor." for word in ("letter", "list", "law")]
        lines = [*((text, "core", None) for text in [f"Chapter {number}", *story]), ("Sport", "filler", "navigation")]
        lines += [(f"Subscribe to letter {number}", "filler", "newsletter")]
        for position, (text, label, kind) in enumerate(lines):
            rows.append((f"a{number:02}", position, text, label, kind, f"A headline of page {number} | The Herald"))
    table = pd.DataFrame(rows, columns=["article_id", "position", "text", "label", "kind", "title"])
    return table.assign(language=[LANGUAGES[int(name[1:]) % 2] for name in table["article_id"]])


@pytest.fixture(scope="module")
def extended(make_weights):
    table = frame()
    fold = table["article_id"].str[1:].astype(int).to_numpy() // 2 % FOLDS
    rows, order = training_rows(table, table["label"].to_numpy(object), fold, markup=False)
    assert order.tolist() == list(range(len(table)))
    stage1 = np.zeros(len(table))
    return table, rows, with_template_lines(rows, stage1, table["language"].tolist(), make_weights(), seed=1)


@pytest.fixture(scope="module")
def lines(extended):
    table, _, found = extended
    return plug_lines(found, table["kind"].tolist(), np.zeros(len(table), bool), seed=1)


def test_template_lines_stand_behind_the_training_rows_and_are_few(extended):
    table, rows, found = extended
    count, all_rows = len(table), found.rows
    behind = np.arange(count, found.headings[0])
    assert list(all_rows.batch.texts[:count]) == table["text"].tolist()
    assert len(behind) == count // ROWS_A_TEMPLATE_LINE
    assert len(all_rows.core) == len(found.stage1) == len(found.language) == len(all_rows.batch.layout.article)
    assert (found.stage1[behind] != 0).all()
    assert set(found.language[count:]) <= set(LANGUAGES)
    assert not all_rows.first_view[count:].any()
    assert len(set(all_rows.page[behind])) == len(behind)
    assert not set(all_rows.page[behind]) & set(rows.page)


def test_templates_are_dealt_to_folds_otherwise_each_time_and_other_rows_never(extended):
    found = extended[2]
    deals = [found.dealt(deal).fold for deal in range(2)]
    made = found.template >= 0
    for fold in deals:
        assert set(fold[made]) == set(range(FOLDS))
        assert len({*zip(found.template[made], np.array(found.language)[made], fold[made], strict=True)}) == len(
            {*zip(found.template[made], np.array(found.language)[made], strict=True)}
        )
        assert (fold[~made] == found.rows.fold[~made]).all()
    assert (deals[0] != deals[1]).any()


def test_headlines_stand_last_and_each_is_of_its_page_and_fold(extended):
    _, rows, found = extended
    assert (np.diff(np.concatenate([found.headings, found.headlines])) == 1).all()
    assert found.headlines[-1] == len(found.rows.core) - 1
    assert len(found.headlines) == PAGES
    for row in found.headlines.tolist():
        page = rows.page == found.rows.page[row]
        title = rows.batch.titles[rows.batch.layout.article[page][0]]
        assert found.rows.batch.texts[row] == title.removesuffix(" | The Herald")
        assert set(rows.fold[page]) == {found.rows.fold[row]}
    assert not found.rows.core[np.concatenate([found.headings, found.headlines])].any()


def test_headlines_in_template_lines_are_without_the_name_of_their_site(extended):
    table, _, found = extended
    made = [text for text in found.rows.batch.texts[len(table) :] if "A headline of page" in text]
    assert made
    assert not [text for text in made if "The Herald" in text]


def test_lines_that_a_person_wrote_down_are_kept_apart_and_menus_are_none(extended, lines):
    all_rows = extended[2].rows
    texts = [all_rows.batch.texts[row] for row in lines.written.tolist()]
    assert "Sport" not in texts
    assert "Subscribe to letter 0" in texts
    assert len(texts) > 2 * FOLDS  # the same words are learned from once a fold
    assert not lines.found.size
    assert not all_rows.core[lines.written].any()
    assert all_rows.core[lines.story].all()
    assert "Chapter 0" in [all_rows.batch.texts[row] for row in lines.story.tolist()]


def test_story_that_looks_like_a_plug_and_found_filler_that_does_not_are_left_out():
    rows, scores = np.arange(3), np.array([2 * PLUG, -0.1, 1.0])
    trusted = PlugLines(rows, rows, rows, rows, rows, rows, ["en"] * 3).trusted(scores)
    assert trusted.written.tolist() == [0, 1, 2]
    assert trusted.found.tolist() == [0, 1]
    assert trusted.story.tolist() == [1, 2]


def test_lines_are_planted_into_other_pages_of_their_fold_and_language(extended, lines):
    rows, language = extended[2].dealt(0), extended[2].language
    stories = planted_stories(rows, lines, np.random.default_rng(2))
    assert stories.planted.any()
    for inside in stories.layout.slices():
        own, planted = stories.rows[inside], stories.planted[inside]
        assert len(set(rows.page[own[~planted]])) == 1
        assert stories.core[inside][~planted].all()
        assert not set(rows.page[own[planted]]) & set(rows.page[own[~planted]])
        assert len(set(rows.fold[own])) == 1
        assert len({language[row] for row in own.tolist()}) == 1
    assert set(stories.core[stories.planted]) == {True, False}


def test_some_stories_are_cut_to_a_few_paragraphs_and_hold_one_planted_line_at_most(extended, lines):
    stories = planted_stories(extended[2].dealt(0), lines, np.random.default_rng(2))
    short = [stories.planted[inside] for inside in stories.layout.slices() if (~stories.planted[inside]).sum() < 4]
    assert 0 < len(short) < len(stories.layout.sizes) / 2
    assert {planted.sum() for planted in short} <= {0, 1}


def test_lists_of_headlines_stand_under_a_heading(extended, lines):
    rows = extended[2].dealt(0)
    stories = planted_stories(rows, lines, np.random.default_rng(2))
    lists = 0
    for inside in stories.layout.slices():
        own = stories.rows[inside]
        heading = np.flatnonzero(np.isin(own, lines.headings))
        listed = np.flatnonzero(np.isin(own, lines.headlines))
        assert len(heading) <= 1
        assert bool(len(listed)) <= bool(len(heading))
        if len(listed):
            lists += 1
            assert LEAST_LISTED <= len(listed) <= MOST_LISTED
            assert listed.tolist() == [heading[0] + 1 + place for place in range(len(listed))]
            assert not stories.core[inside][listed].any()
    assert 0 < lists < len(stories.layout.sizes) / 2
