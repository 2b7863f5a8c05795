"""Frames of articles that were read, with the columns of a labelled table."""

import pandas as pd

from corestory.labelling.labelled import LabelledArticle, LabelledParagraph, markup_rows
from corestory.labelling.table import articles_frame
from corestory.reading.article import Article


def frame_of(articles: list[Article]) -> pd.DataFrame:
    """Lay articles out as a labelled table, without labels."""
    return articles_frame(
        LabelledArticle(
            page=article.article_id,
            view="page",
            source="",
            title=article.title,
            paragraphs=tuple(
                LabelledParagraph(text, None, markup)
                for text, markup in zip(article.texts, markup_rows(article), strict=True)
            ),
        )
        for article in articles
    )
