from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.model.calibration import SHORT_ARTICLE_FEATURES, Settings
from corestory.model.explaining import explain_articles
from corestory.model.rules import Rules
from corestory.model.tagger import Tagger
from corestory.output.explanation import reasons
from corestory.reading.article import Article

BRIEF = ("The quay at Harnsey opened on Monday.", "READ MORE: Ferry sold", "It cost a million, the mayor said.")
LONG = tuple(
    f"The quay at Harnsey opened on day {day} after the storm, and nobody knew why, she said." for day in range(15)
)
LISTED = (*BRIEF, *("News", "Sport", "Weather", "Travel", "Jobs", "Puzzles"))
SENTENCES = st.sampled_from([*BRIEF, *LISTED, *LONG])


def scores(tagger: Tagger, *lines: str) -> list[float]:
    (found,) = tagger.tag_articles([Article("a", lines)])
    return found.scores.tolist()


@pytest.fixture(scope="module")
def without(default_tagger: Tagger) -> Tagger:
    """The default model as if it had learned nothing about short articles."""
    return replace(default_tagger, settings=msgspec.structs.replace(default_tagger.settings, short_article=()))


def test_paragraphs_of_a_short_article_score_as_on_a_page_only_without_its_weights(
    default_tagger: Tagger, without: Tagger
) -> None:
    first, plug, last = scores(default_tagger, *BRIEF)
    assert plug < 0.2 < 0.4 < min(first, last)
    assert max(scores(without, *BRIEF)) < 0.4


@pytest.mark.parametrize("lines", [LONG, LISTED], ids=["long", "with a menu"])
def test_other_articles_are_scored_as_without_these_weights(default_tagger: Tagger, without: Tagger, lines) -> None:
    assert scores(default_tagger, *lines) == scores(without, *lines)


@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=6), min_size=2, max_size=5))
def test_the_scores_of_a_short_article_do_not_depend_on_its_batch(default_tagger: Tagger, articles) -> None:
    together = default_tagger.tag_articles([Article("a", lines) for lines in articles])
    assert [one.scores.tolist() for one in together] == [scores(default_tagger, *lines) for lines in articles]


def test_a_paragraph_that_a_rule_decides_is_no_measure_of_its_article(default_tagger: Tagger) -> None:
    as_core, as_filler = (
        default_tagger.tag_articles([Article("a", BRIEF)], rules=rules)[0].scores
        for rules in (Rules(core=("read more",)), Rules(filler=("read more",)))
    )
    assert (as_core[1], as_filler[1]) == (1, 0)
    assert as_filler[0] < as_core[0]


def test_the_explanation_says_that_the_article_is_short(default_tagger: Tagger) -> None:
    (explained,) = explain_articles(default_tagger, [Article("a", BRIEF)])
    assert "That the article is short" in reasons(explained.paragraphs[0], explained).verdict


def test_settings_with_another_number_of_weights_are_refused() -> None:
    Settings(short_article=(0.0,) * (1 + SHORT_ARTICLE_FEATURES))
    with pytest.raises(ValueError, match="short_article has 3 numbers; expected 13"):
        Settings(short_article=(0.0,) * 3)


def test_confidence_falls_with_the_probability_that_a_short_text_is_an_article(default_tagger: Tagger) -> None:
    brief, wall = default_tagger.tag_many(["\n".join(BRIEF), "Please enable JavaScript.\nYour browser is checked."])
    assert wall.is_article < brief.is_article
    assert wall.confidence < brief.confidence
    assert np.isfinite(wall.confidence)
