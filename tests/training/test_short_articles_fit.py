import numpy as np
import pandas as pd
import pytest

from corestory.reading.article import Article
from corestory.training.estimator import ParagraphClassifier
from corestory.training.short_articles_fit import EXAMPLES_A_STORY, LEAST_STORIES, MOST_LINE, short_articles_of
from corestory.training.training_rows import TrainingRows, training_rows

WHO, WHAT = ("The mayor", "A fisherman", "Her brother", "Nobody"), ("closed the gate", "saw the wave", "sold the boat")
CALLS = ("READ MORE:", "Sign up for", "Follow us on", "Share this:")


def frame_of(stories: int) -> pd.DataFrame:
    rng, rows = np.random.default_rng(5), []
    for number in range(stories):
        lines = [(f"{rng.choice(WHO)} {rng.choice(WHAT)} at noon and then went home.", "core") for _ in range(5)]
        filler = [(f"{rng.choice(CALLS)} quay news {rng.integers(9)}", "filler") for _ in range(6)]
        long = ("word " * (MOST_LINE + 1), "filler")
        for position, (text, label) in enumerate([*lines, *filler, long]):
            rows.append((f"a{number}", f"s{number % 9}.example", position, text, label, "en"))
    return pd.DataFrame(rows, columns=["article_id", "site", "position", "text", "label", "language"])


def rows_of(stories: int) -> TrainingRows:
    frame = frame_of(stories)
    folds = frame["site"].str[1].astype(int).to_numpy() % 3
    rows, _ = training_rows(frame, frame["label"].to_numpy(object), folds, markup=False)
    return rows


def test_a_short_article_holds_paragraphs_of_one_story_in_a_row_and_short_lines_between_them() -> None:
    rows = rows_of(LEAST_STORIES)
    made = short_articles_of(rows, ["en"] * len(rows.core), seed=0)
    assert len(made) == LEAST_STORIES * EXAMPLES_A_STORY
    for example in made:
        own = [row for row in example.rows if row >= 0]
        story = [row for row in own if rows.core[row]]
        assert story == list(range(story[0], story[0] + len(story)))
        assert len({int(rows.batch.layout.article[row]) for row in own}) == 1
        assert {int(rows.fold[row]) for row in own} == {example.fold}
        for text, core, row in zip(example.texts, example.core, example.rows, strict=True):
            assert row < 0 or (rows.batch.texts[row], rows.core[row]) == (text, core)
            assert row < 0 or core or len(text.split()) <= MOST_LINE
    assert any(row < 0 for example in made for row in example.rows)  # lines made from templates


def test_of_few_stories_no_short_article_is_made() -> None:
    rows = rows_of(LEAST_STORIES - 1)
    assert short_articles_of(rows, [None] * len(rows.core), seed=0) == []


@pytest.mark.slow
def test_a_model_that_learned_short_articles_keeps_their_sentences(quick: dict[str, object]) -> None:
    brief = Article("a", ["The mayor sold the boat at noon and then went home.", "READ MORE: quay news 4"])
    frame = frame_of(LEAST_STORIES)
    learned = ParagraphClassifier(**quick).fit(frame).tagger_
    assert len(learned.settings.short_article) == 1 + 12
    (found,) = learned.tag_articles([brief])
    assert found.scores[0] > 0.8 > 0.2 > found.scores[1]
    of_fewer = ParagraphClassifier(**quick).fit(frame_of(LEAST_STORIES - 1)).tagger_
    assert of_fewer.settings.short_article == ()
