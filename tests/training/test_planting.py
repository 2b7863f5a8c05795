import numpy as np
import pandas as pd
import pytest

from corestory.training.planted_stories import (
    LEAST_HEADLINES,
    LEAST_SECOND,
    MOST_HEADLINES,
    MOST_SECOND,
    MOST_TEASERS,
    Blocks,
    planted_stories,
)
from corestory.training.planting import (
    JOINTS,
    PLUG,
    ROWS_A_TEMPLATE_LINE,
    PlugLines,
    opening,
    plug_lines,
    with_template_lines,
)
from corestory.training.training_rows import training_rows

LANGUAGES = "en", "de"
PAGES, FOLDS = 60, 3


def frame():
    rows = []
    for number in range(PAGES):
        story = [f"The {word} of page {number} was read aloud by the mayor." for word in ("letter", "list", "law")]
        lines = [*((text, "core", None) for text in [f"Chapter {number}", *story]), ("Sport", "filler", "navigation")]
        lines += [(f"Subscribe to letter {number}", "filler", "newsletter")]
        lines += [(f"I read letter {number} {times} too.", "filler", "comment") for times in ("once", "twice", "often")]
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


@pytest.fixture(scope="module")
def blocks(extended):
    table, _, found = extended
    comments = np.zeros(len(found.rows.core), bool)
    comments[: len(table)] = table["kind"] == "comment"
    return Blocks.of(found.dealt(0), found.language, found.headings, found.teasers, comments)


@pytest.fixture(scope="module")
def stories(extended, lines, blocks):
    return planted_stories(extended[2].dealt(0), lines, blocks, np.random.default_rng(2))


def test_template_lines_stand_behind_the_training_rows_and_are_few(extended):
    table, rows, found = extended
    count, all_rows = len(table), found.rows
    after = np.arange(count, found.headings[0])
    assert list(all_rows.batch.texts[:count]) == table["text"].tolist()
    assert len(after) == count // ROWS_A_TEMPLATE_LINE
    assert len(all_rows.core) == len(found.stage1) == len(found.language) == len(all_rows.batch.layout.article)
    assert (found.stage1[after] != 0).all()
    assert set(found.language[count:]) <= set(LANGUAGES)
    assert not all_rows.first_view[count:].any()
    assert len(set(all_rows.page[after])) == len(after)
    assert not set(all_rows.page[after]) & set(rows.page)


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


def test_teasers_stand_last_and_are_a_headline_and_the_opening_of_the_story_of_one_page(extended):
    _, rows, found = extended
    texts = found.rows.batch.texts
    assert found.teasers.shape == (PAGES, 3)
    assert found.teasers.max() == len(found.rows.core) - 1
    for teaser in found.teasers:
        (page,) = set(found.rows.page[teaser])
        own = rows.page == page
        headline, opening, both = (texts[row] for row in teaser.tolist())
        assert headline == rows.batch.titles[rows.batch.layout.article[own][0]].removesuffix(" | The Herald")
        assert opening in np.array(rows.batch.texts, object)[own & rows.core]
        assert both in {headline + joint + opening for joint in JOINTS}
        assert set(rows.fold[own]) == set(found.rows.fold[teaser])
    assert not found.rows.core[np.concatenate([found.headings, found.teasers.ravel()])].any()


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
    trusted = PlugLines(rows, rows, rows, rows, ["en"] * 3).trusted(scores)
    assert trusted.written.tolist() == [0, 1, 2]
    assert trusted.found.tolist() == [0, 1]
    assert trusted.story.tolist() == [1, 2]


def test_lines_and_blocks_are_planted_into_other_pages_of_their_fold_and_language(extended, stories):
    rows, language = extended[2].dealt(0), extended[2].language
    added = stories.planted | stories.block
    assert stories.planted.any()
    assert stories.block.any()
    for inside, page in zip(stories.layout.slices(), rows.page[stories.own].tolist(), strict=True):
        own, new = stories.rows[inside], added[inside]
        assert set(rows.page[own[~new]]) == {page}
        assert page not in rows.page[own[new]]
        assert stories.core[inside][~new].all()
        assert len(set(rows.fold[own])) == 1
        assert len({language[row] for row in own.tolist()}) == 1
    assert set(stories.core[stories.planted]) == {True, False}
    assert not stories.core[stories.block].any()


def test_some_stories_are_cut_to_a_few_paragraphs_and_hold_one_planted_line_at_most(stories):
    own = ~stories.planted & ~stories.block
    short = [stories.planted[inside] for inside in stories.layout.slices() if own[inside].sum() < 4]
    assert 0 < len(short) < len(stories.layout.sizes) / 2
    assert {planted.sum() for planted in short} <= {0, 1}


def test_every_sort_of_block_is_planted_whole(extended, stories):
    rows, heading, (headlines, openings, joint) = extended[2].rows, extended[2].headings, extended[2].teasers.T
    sorts = {"headlines": 0, "teasers": 0, "second story": 0, "comments": 0}
    for inside in stories.layout.slices():
        block = stories.rows[inside][stories.block[inside]]
        if not len(block):
            continue
        assert not np.isin(block[1:], heading).any()
        own = block[~np.isin(block, heading)]
        told = own[~np.isin(own, headlines)]
        if np.isin(told, np.concatenate([openings, joint])).any():
            sorts["teasers"] += 1
            assert np.isin(told, np.concatenate([openings, joint])).all()
            assert len(set(rows.page[own])) <= MOST_TEASERS
        elif not len(told):
            sorts["headlines"] += 1
            assert block[0] in heading
            assert LEAST_HEADLINES <= len(own) <= MOST_HEADLINES
        else:
            sorts["second story" if rows.core[told].all() else "comments"] += 1
            assert len(set(rows.page[own])) == 1
            assert LEAST_SECOND <= len(told) <= MOST_SECOND
            assert (np.diff(told) == 1).all()
            assert stories.block[inside][-1] or stories.planted[inside][-1]
    assert all(sorts.values()), sorts


def test_openings_are_whole_sentences_of_the_length_of_a_teaser():
    first = "The ferry that was late on each day of this month has been sold."
    assert opening(f"{first} {'Nobody knows why. ' * 20}").startswith(first)
    assert opening(f"{first} {'x' * 300}") == first
    assert opening("x" * 300) == opening("Too short.") == ""
