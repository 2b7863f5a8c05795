from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from corestory.features import batch as module
from corestory.features.batch import batches
from corestory.reading.article import Article

ARTICLES = st.lists(
    st.lists(st.integers(0, 12).map("x".__mul__), max_size=7).map(lambda texts: Article("a", texts)),
    max_size=30,
)


@given(ARTICLES)
def test_batches_hold_all_articles_whole_and_in_order_and_none_is_larger_than_the_limits(articles):
    with (
        patch.object(module, "BATCH_ARTICLES", 4),
        patch.object(module, "BATCH_PARAGRAPHS", 10),
        patch.object(module, "BATCH_CHARACTERS", 40),
    ):
        found = list(batches(articles))
    assert [article for batch in found for article in batch] == articles
    for batch in found:
        assert 1 <= len(batch) <= 4
        texts = [text for article in batch for text in article.texts]
        assert len(batch) == 1 or len(texts) <= 10
        assert len(batch) == 1 or sum(map(len, texts)) <= 40


def test_articles_are_read_only_as_far_as_the_next_batch_needs():
    read = []

    def endless():
        while True:
            read.append(1)
            yield Article("a", ["x"])

    stream = batches(endless())
    assert len(next(stream)) == module.BATCH_ARTICLES
    assert len(read) <= module.BATCH_ARTICLES + 1
    next(stream)
    assert len(read) <= 2 * module.BATCH_ARTICLES + 1
