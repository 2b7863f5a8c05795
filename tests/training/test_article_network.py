"""Words of whole pages: what is read of them, and what is learned."""

import numpy as np
import pandas as pd
import pytest

from corestory.features.batch import batch_of_articles
from corestory.features.batch_features import BatchFeatures
from corestory.features.tokens import hash_token
from corestory.model.ngrams import NgramScorer
from corestory.model.pages import LINES_READ, WORD_FEATURES, word_features
from corestory.reading.article import Article
from corestory.training.article_network import fit_article_words
from corestory.training.training_rows import training_rows

ERRORS = ("This page was not found.", "Please check the address of the page.", "The page has moved or was not found.")
STORIES = ("The ferry left the quay at noon.", "Nobody was hurt, the owner of the ferry said.", "The quay was closed.")


def features_of(*articles: Article) -> BatchFeatures:
    return BatchFeatures(batch_of_articles(articles), lambda hashes: np.ones(len(hashes)))


def scorer(**weights: float) -> NgramScorer:
    """A scorer that knows single words."""
    hashes = np.array([hash_token(word) for word in weights], np.uint64)
    order = np.argsort(hashes)
    of_words = np.array(list(weights.values()), np.float32)[order]
    number = np.ones((), np.float32)
    return NgramScorer(hashes[order], np.ones(len(of_words), np.float32), of_words, 0 * number, number)


def test_kept_lines_and_the_title_are_read_and_of_a_page_without_them_the_best_lines() -> None:
    ferry = Article("a", ["ferry", "cookies cookies", "share"], title="ferry")
    nothing_kept = Article("b", ["share", "cookies", "cookies"])
    known = scorer(ferry=2.0, cookies=-3.0, share=1.0)
    found = word_features(np.array([0.9, 0.6, 0.1, 0.05, 0.3, 0.2]), features_of(ferry, nothing_kept), known)

    first, second = (dict(zip(WORD_FEATURES, row, strict=True)) for row in found.tolist())
    assert first["mean of kept lines"] == pytest.approx((2 - 2 * 3) / 3)
    assert (first["best of kept lines"], first["least of kept lines"], first["title"]) == pytest.approx((2, -3, 2))
    assert first["kept lines as one"] < 0
    assert second == pytest.approx(dict.fromkeys(WORD_FEATURES, -3.0) | {"title": 0.0})


def test_of_a_long_story_the_first_lines_are_read() -> None:
    story = Article("a", ["ferry"] * LINES_READ + ["cookies"] * 50)
    found = word_features(np.ones(len(story.texts)), features_of(story), scorer(ferry=2.0, cookies=-3.0))
    assert found[0, :4] == pytest.approx(2.0)


def test_error_messages_are_told_from_stories_by_scorers_that_have_not_seen_their_page() -> None:
    pages = [(f"{kind}{number}", kind == "story", lines) for number in range(12)
             for kind, lines in (("story", STORIES), ("error", ERRORS))]  # fmt: skip
    frame = pd.DataFrame(
        [
            {"article_id": name, "position": position, "text": line, "label": "core" if story else "filler"}
            for name, story, lines in pages
            for position, line in enumerate(lines)
        ]
    )
    fold = np.repeat(np.arange(len(pages)) // 2 % 3, 3)
    rows, order = training_rows(frame, frame["label"].to_numpy(object), fold, markup=False)
    without = np.unique(rows.page[~rows.core])
    scorers = fit_article_words(rows, without, ["en"] * len(rows.core))

    features = BatchFeatures(rows.batch, scorers.scorer.idf_of)
    found = scorers.held_out(np.ones(len(order)), features, rows.fold[features.layout.first])
    is_story = rows.core[features.layout.first]
    assert found[is_story, 0].min() > 1 > -1 > found[~is_story, 0].max()
