"""The second look on an invented corpus whose markup tells story from filler on every page that was learned from."""

import numpy as np
import pandas as pd
import pytest

from corestory.training.estimator import ParagraphClassifier

PEOPLE = ("The mayor", "A fisherman", "The captain", "Her brother", "The engineer", "A witness", "The owner", "Nobody")
DEEDS = ("closed the gate", "saw the wave", "sold the boat", "left the hall", "found the key", "painted the mast")
WHEN = ("on Monday", "at noon", "in the harbour", "before the storm", "that evening")
CALLS = ("READ MORE:", "Sign up for", "Follow us on", "Subscribe now to", "Also read:", "Share this:")
THINGS = ("ferry timetable", "quay news", "harbour letter", "weather map", "boat market", "island guide", "tide chart")


def corpus(*, sites=10, pages=4):
    rng, rows = np.random.default_rng(5), []

    def pick(*choices):
        return " ".join(str(rng.choice(one)) for one in choices)

    for number in range(sites * pages):
        story = [(f"{pick(PEOPLE, DEEDS, WHEN)}.", "core") for _ in range(4)]
        story += [(f"{pick(PEOPLE, DEEDS)}, she said, and {pick(DEEDS, WHEN)} {pick(WHEN)}.", "core") for _ in range(4)]
        filler = [(f"{pick(CALLS)} {pick(THINGS)} {rng.integers(9)}", "filler") for _ in range(6)]
        for place, (text, label) in enumerate([*story, *filler]):
            rows.append((f"a{number}", f"s{number % sites}.example", place, text, label))
    frame = pd.DataFrame(rows, columns=["article_id", "site", "position", "text", "label"])
    return marked(frame, frame["label"] == "core").assign(kind=np.where(frame["label"] == "core", None, "related"))


def marked(frame, in_story):
    words = np.where(in_story, "own_p p up_article article", "own_li li up_aside aside")
    chains = [[0, 1] if inside else [0, 2] for inside in in_story]
    return frame.assign(markup=words, elements=chains, repeats=[[1, 1]] * len(frame), link_density=0.0, declared=np.nan)


@pytest.fixture(scope="module")
def fitted():
    return ParagraphClassifier(
        min_pages=2, members=1, text_hidden=(8, 4), html_hidden=(8, 4), text_blocks=2, steps=300, folds=3
    ).fit(corpus())


@pytest.mark.slow
def test_a_plug_with_the_markup_of_the_story_is_dropped_and_the_story_is_not(fitted):
    tagger = fitted.tagger_
    lines = [*corpus()["text"][:4], "READ MORE: harbour news", *corpus()["text"][4:11]]
    page = pd.DataFrame({"article_id": "new", "position": range(12), "text": lines})
    found = tagger.score_frame(marked(page, np.arange(12) < 9))
    assert tagger.weights.second_look is not None
    assert tagger.settings.second_look_html_cutoff > 0
    assert found["tagged"].tolist() == ["core"] * 4 + ["filler"] + ["core"] * 4 + ["filler"] * 3
