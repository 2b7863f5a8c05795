"""Tagged articles as rows, one row an article: the story without the filler; and the choice of such rows."""

from typing import Literal

from corestory.model.tagged_article import TaggedArticle
from corestory.output.kind_choice import KindChoice, chosen_positions
from corestory.reading.language import language_of, word_count
from corestory.reading.text import storable

# The units of a row.
Unit = Literal["paragraph", "span", "article"]
TABLES = ("jsonl", "csv", "parquet")
StoryRow = tuple[str, str, str, str, float, float | None, str, int, int, *tuple[object, ...]]

STORY_COLUMNS = ("id", "url", "title", "text", "confidence", "is_article", "language", "words_core", "words_all")


def chosen_unit(asked: Unit | None, form: str | None, only: str | None, *, kinds: bool) -> Unit:
    """Choose what a row is of: the story of each article where only core is wanted as a table, else each paragraph.

    Parameters
    ----------
    asked
        What the user asks for; None leaves the choice.
    form, only
        The format, and the label of the paragraphs that are wanted; None for both.
    kinds
        Whether kinds are wanted, which the row of an article does not have.

    Examples
    --------
    >>> chosen_unit(None, "jsonl", "core", kinds=False), chosen_unit(None, "jsonl", None, kinds=False)
    ('article', 'paragraph')
    """
    if asked is not None:
        return asked
    return "article" if only == "core" and form in TABLES and not kinds else "paragraph"


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
