from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import Article
from corestory.review.labels_file import LabelsFile
from corestory.review.session import Session
from corestory.review.shown_articles import ShownArticle

TEXTS = ("The ferry sailed on Monday.", "Read more", "It came back on Friday.", "Share this")
SCORES = (0.95, 0.1, 0.6, 0.3)


def shown(article_id: str, *, site: str = "", confidence: float = 0.9, texts=TEXTS, scores=SCORES) -> ShownArticle:
    article = Article(article_id, texts, url=f"https://{site}/{article_id}" if site else "", title="The ferry")
    array = np.array(scores)
    return ShownArticle.of(TaggedArticle(article, array, array >= 0.5, confidence))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.jsonl"


@pytest.fixture
def review(path: Path) -> Iterator[Callable[..., Session]]:
    """Start a review of articles whose decisions go into `path`; an earlier one ends."""
    opened: list[LabelsFile] = []

    def start(*articles: ShownArticle, **options) -> Session:
        if opened:
            opened.pop().close()
        opened.append(LabelsFile(path))
        return Session(articles or (shown("a"), shown("b")), opened[0], **options)

    yield start
    for file in opened:
        file.close()
