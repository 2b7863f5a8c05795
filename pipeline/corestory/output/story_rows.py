"""Tagged articles as rows, one row an article: the story without the filler."""

from corestory.model.tagged_article import TaggedArticle
from corestory.output.kind_choice import KindChoice, chosen_positions
from corestory.reading.language import language_of
from corestory.reading.text import storable
from corestory.reading.word_count import word_count

StoryRow = tuple[str, str, str, str, float, float | None, str, int, int, *tuple[object, ...]]

STORY_COLUMNS = ("id", "url", "title", "text", "confidence", "is_article", "language", "words_core", "words_all")


def story_row(article: TaggedArticle, kinds: KindChoice | None, *, digits: int) -> StoryRow:
    r"""Return the row of an article, with `STORY_COLUMNS` and the kept columns.

    Parameters
    ----------
    article
        The article. A page without a story has a row, too, with an empty text.
    kinds
        Which kinds to leave out of the story, or to keep in it.
    digits
        How many digits of the probabilities to write.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> import numpy as np
    >>> from dataclasses import replace
    >>> scores = np.array([0.9, 0.1, 0.8])
    >>> texts = ["It rained.", "Share", "Boats sailed on."]
    >>> article = replace(Article("a", texts, title="Rain"), language="en")
    >>> story_row(TaggedArticle(article, scores, scores > 0.5, 0.8, is_article=0.9), None, digits=6)
    ('a', '', 'Rain', 'It rained.\n\nBoats sailed on.', 0.8, 0.9, 'en', 5, 6)
    """
    texts = article.texts
    story = [storable(texts[place]) for place in chosen_positions(article, "core", kinds)]
    is_article = None if article.is_article is None else round(float(article.is_article), digits)
    kept = article.kept
    return (
        storable(article.article_id),
        storable(article.url),
        storable(article.title),
        "\n\n".join(story),
        round(float(article.confidence), digits),
        is_article,
        language_of(" ".join(story or texts), declared=article.article.language),
        sum(map(word_count, story)),
        sum(map(word_count, texts)),
        *(kept[0] if kept else ()),
    )
