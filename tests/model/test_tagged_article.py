import numpy as np
import pytest

from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import Article


def test_labels_follow_the_decision_not_the_score():
    tagged = TaggedArticle(Article("a", ["One.", "Two."]), np.array([0.9, 0.4]), np.array([False, True]), 0.5)

    assert tagged.labels == ("filler", "core")


@pytest.mark.parametrize(
    ("scores", "core"), [([0.1], [True, False]), ([0.1, 0.2], [True]), ([[0.1, 0.2]], [True, False])]
)
def test_a_score_and_a_decision_a_paragraph_or_none_at_all(scores, core):
    with pytest.raises(ValueError, match="a: 2 paragraphs"):
        TaggedArticle(Article("a", ["One.", "Two."]), np.array(scores), np.array(core), 0.5)


def test_an_article_may_have_no_paragraphs():
    assert TaggedArticle(Article("a", []), np.empty(0), np.empty(0, dtype=bool), 0.5).labels == ()
