"""Articles as Python programs have them: strings, dictionaries like the records of a file, and articles."""

from collections.abc import Iterable, Iterator, Mapping

from corestory.errors import InputError, Refuse
from corestory.reading.article import Article
from corestory.reading.article_rows import article_of_row, has_paragraphs
from corestory.reading.fields import CONTENTS, FieldFinder, listed
from corestory.reading.json_rows import record_of
from corestory.reading.one_article import article_of_text
from corestory.reading.tables import SourceRow

GivenArticle = str | Mapping[str, object] | Article


def check_given(articles: Iterable[GivenArticle], *, one: str) -> None:
    """Check that several articles were given, and not one.

    Parameters
    ----------
    articles
        The value given.
    one
        The method that takes one article.

    Raises
    ------
    InputError
        It is one article, a data frame, or nothing that can be iterated.
    """
    expected, kind = "an iterable of articles", type(articles).__name__
    if isinstance(articles, str | Mapping | Article):
        raise InputError(f"one value of type {kind}", expected=expected, hint=f"Put it into a list, or use {one}.")
    if isinstance(articles, bytes) or not isinstance(articles, Iterable):
        raise InputError(f"a value of type {kind}", expected=expected)
    if hasattr(articles, "itertuples"):
        raise InputError("a data frame", expected=expected, hint="Give one of its columns, or use corestory.tag_frame.")


def articles_of_given(
    given: Iterable[tuple[int, GivenArticle]], *, html: bool = False, refuse: Refuse
) -> Iterator[Article]:
    r"""Read articles, each a string, a dictionary or an `Article`.

    Parameters
    ----------
    given
        The articles, each with its number, for errors. A string is a text, a paragraph a line. A dictionary has the
        fields of a record in a file: ``text``, ``paragraphs`` or ``html``, or the names that scrapers use for these;
        and where known ``id``, ``url``, ``title``, ``language`` and ``site``.
    html
        Whether the strings are pages.
    refuse
        Called with the error for each article that cannot be read.

    Yields
    ------
    Article
        One for each given, in order: without paragraphs for a blank string, and for an article that was refused.

    Examples
    --------
    >>> given = ["The quay opened.\nShare", {"id": 7, "body": "It rained."}, {"title": "Ferry"}]
    >>> [(article.article_id, article.texts) for article in articles_of_given(enumerate(given), refuse=print)]
    articles[2]: no text; the fields are: title; expected text, paragraphs or html
    [('', ['The quay opened.', 'Share']), ('7', ['It rained.']), ('', [])]
    """
    finder = FieldFinder()
    for number, value in given:
        try:
            yield _article(value, f"articles[{number}]", finder, html=html)
        except InputError as error:
            refuse(error)
            yield Article("", [])


def _article(value: object, where: str, finder: FieldFinder, *, html: bool) -> Article:
    if isinstance(value, Article):
        return value
    if isinstance(value, str):
        return article_of_text(value, html=html, where=where)
    if not isinstance(value, Mapping):
        raise InputError(
            f"a value of type {type(value).__name__}", where=where, expected="a string, a dictionary or an Article"
        )
    row = SourceRow(record_of({name: _plain(item) for name, item in value.items()}, where), where, "")
    read = finder.values(row)
    if has_paragraphs(read):
        raise InputError(
            "one paragraph with its position", where=where, expected="a whole article", hint="Use corestory.tag_frame."
        )
    if not any(name in read for name in CONTENTS):
        raise InputError(f"no text; {listed(row.values)}", where=where, expected="text, paragraphs or html")
    return article_of_row(row, read)


def _plain(value: object) -> object:
    """Return an array of numpy, or a tuple, as a list."""
    if isinstance(value, tuple):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else value
