"""The Python methods of a tagger: for one article or a stream of articles, in one process or several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from numbers import Real
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from corestory.errors import InputError, Refuse, raise_refusal
from corestory.model.rules import Rules
from corestory.model.site_memory import SiteMemory
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import Article
from corestory.reading.article_rows import article_of_row, has_paragraphs
from corestory.reading.fields import CONTENTS, FieldFinder, listed
from corestory.reading.json_rows import record_of
from corestory.reading.one_article import article_of_text
from corestory.reading.tables import SourceRow

if TYPE_CHECKING:
    import pandas as pd


GivenArticle = str | Mapping[str, object] | Article


def check_given(articles: Iterable[GivenArticle], *, one: str) -> None:
    """Check that the value given is an iterable of articles, and not one article.

    Parameters
    ----------
    articles
        The value given.
    one
        The name of the method that takes one article.

    Raises
    ------
    InputError
        The value is one article, a data frame, or cannot be iterated.
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
        The articles, each with its number, which errors name. A string is a text with one paragraph per line. A
        dictionary has the fields of a record in a file: ``text``, ``paragraphs`` or ``html``, or the names that
        scrapers use for these; and where known ``id``, ``url``, ``title``, ``language`` and ``site``.
    html
        Whether the strings are HTML.
    refuse
        Called with the error for each article that cannot be read.

    Yields
    ------
    Article
        One for each value given, in order. A blank string and a refused article give an article without paragraphs.

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
    """Return a numpy array or a tuple as a list."""
    if isinstance(value, tuple):
        return list(value)
    return value.tolist() if hasattr(value, "tolist") else value


Result = TypeVar("Result")

# The number of articles in one task of a process; larger tasks are hardly faster.
TASK_ARTICLES = 64


class PythonCalls(ABC):
    """The methods of a tagger that Python code calls; a subclass supplies `tag_stream`.

    All methods take `threshold`, `rules` and `memory` as `tag_stream` does.
    """

    @abstractmethod
    def tag_stream(
        self,
        articles: Iterable[Article],
        *,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
    ) -> Iterator[TaggedArticle]:
        """Tag articles as they come, a batch at a time."""

    def tag(
        self,
        text: str,
        *,
        html: bool = False,
        url: str = "",
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
    ) -> pd.DataFrame:
        """Tag one article, given as text or as HTML.

        Parameters
        ----------
        text
            The text, one paragraph per line, or the HTML.
        html
            Whether `text` is HTML.
        url
            The article's URL; `memory` needs it to know the site.
        threshold, rules, memory
            As in `tag_stream`.

        Returns
        -------
        pandas.DataFrame
            Columns `position`, `text`, `label` and `score`, one row per paragraph.

        Raises
        ------
        InputError
            `text` is not a string, or an option has a wrong type or value.
        """
        call = _Call(self, html, threshold, rules, memory, TaggedArticle.to_frame)
        return next(call.of_articles([article_of_text(text, html=html, url=url)]))

    def core(
        self,
        text: str,
        *,
        html: bool = False,
        url: str = "",
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
    ) -> str:
        """Return only the story of one article, one paragraph per line; parameters as in `tag`."""
        call = _Call(self, html, threshold, rules, memory, _story)
        return next(call.of_articles([article_of_text(text, html=html, url=url)]))

    def tag_many(
        self,
        articles: Iterable[GivenArticle],
        *,
        html: bool = False,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
        jobs: int = 1,
        refuse: Refuse | None = None,
    ) -> Iterator[TaggedArticle]:
        r"""Tag articles as they come, in batches; memory does not grow with their number.

        Parameters
        ----------
        articles
            Strings; dictionaries with ``text``, ``paragraphs`` or ``html``, and where known ``id``, ``url``, ``title``,
            ``language`` and ``site``; or objects of `corestory.reading.article.Article`. They are read a few batches
            ahead of the results.
        html
            Whether the strings are HTML.
        threshold, rules, memory
            As in `tag_stream`.
        jobs
            Number of processes; -1 means one per core, 1 means this process. The results are the same.
        refuse
            Called with the error of each article that cannot be read; the result of this article has no paragraphs.
            None raises the first error.

        Returns
        -------
        iterator of TaggedArticle
            One for each article, in order, with `texts`, `labels`, `scores`, `confidence`, `core_text` and
            `to_frame()`. A blank text has no paragraphs.

        Raises
        ------
        InputError
            An article cannot be read, or an option has a wrong type or value.

        Examples
        --------
        >>> from corestory import load_model
        >>> pages = [{"id": "quay", "text": "The quay opened, the council said.\nREAD MORE: Ferry sold"}]
        >>> [(tagged.article_id, tagged.labels) for tagged in load_model().tag_many(pages)]
        [('quay', ('core', 'filler'))]
        """
        check_given(articles, one="tag")
        return _many(articles, _Call(self, html, threshold, rules, memory, _whole), jobs, refuse)

    def core_many(
        self,
        articles: Iterable[GivenArticle],
        *,
        html: bool = False,
        threshold: float | None = None,
        rules: Rules | None = None,
        memory: SiteMemory | None = None,
        jobs: int = 1,
        refuse: Refuse | None = None,
    ) -> Iterator[str]:
        r"""Return only the story of each article, one paragraph per line; parameters as in `tag_many`.

        Examples
        --------
        >>> from corestory import load_model
        >>> texts = ["The quay opened, the council said.\nREAD MORE: Ferry sold", ""]
        >>> list(load_model().core_many(texts))
        ['The quay opened, the council said.', '']
        """
        check_given(articles, one="core")
        return _many(articles, _Call(self, html, threshold, rules, memory, _story), jobs, refuse)


@dataclass(frozen=True, slots=True)
class _Call(Generic[Result]):
    """The options of a call, which a user gives and which are checked, and the function that makes each result.

    A call is the same for all articles and all processes.
    """

    tagger: PythonCalls
    html: bool
    threshold: float | None
    rules: Rules | None
    memory: SiteMemory | None
    result: Callable[[TaggedArticle], Result]

    def __post_init__(self) -> None:
        number = isinstance(self.threshold, Real) and not isinstance(self.threshold, bool)
        if self.threshold is not None and not (number and 0 <= self.threshold <= 1):
            raise InputError(f"threshold={self.threshold!r}", expected="a number from 0 to 1, or None")
        if self.rules is not None and not isinstance(self.rules, Rules):
            raise InputError(
                f"rules={self.rules!r}", expected='rules such as corestory.Rules(filler=("read more",)), or None'
            )
        if self.memory is not None and not isinstance(self.memory, SiteMemory):
            raise InputError(f"memory={self.memory!r}", expected="a memory from corestory.load_memory, or None")

    def of_articles(self, articles: Iterable[Article]) -> Iterator[Result]:
        """Tag articles, and make the results."""
        tagged = self.tagger.tag_stream(articles, threshold=self.threshold, rules=self.rules, memory=self.memory)
        return map(self.result, tagged)

    def of_given(self, given: Iterable[tuple[int, GivenArticle]], refuse: Refuse) -> Iterator[Result]:
        """Read the articles given, tag them, and make the results."""
        return self.of_articles(articles_of_given(given, html=self.html, refuse=refuse))


def _many(articles: Iterable[GivenArticle], call: _Call[Result], jobs: int, refuse: Refuse | None) -> Iterator[Result]:
    if not isinstance(jobs, int) or isinstance(jobs, bool) or (jobs < 1 and jobs != -1):
        raise InputError(f"jobs={jobs!r}", expected="1 or more processes, or -1 for one per core")
    refuse, numbered = refuse or raise_refusal, enumerate(articles)
    return call.of_given(numbered, refuse) if jobs == 1 else _in_processes(numbered, call, jobs, refuse)


def _in_processes(
    numbered: Iterator[tuple[int, GivenArticle]], call: _Call[Result], jobs: int, refuse: Refuse
) -> Iterator[Result]:
    from corestory.processes import in_processes  # most calls start none

    tasks = iter(lambda: list(islice(numbered, TASK_ARTICLES)), [])
    with closing(in_processes(_done, tasks, jobs=jobs, in_order=True, begin=partial(_receive, call))) as parts:
        for results, errors in parts:
            for error in errors:
                refuse(error)
            yield from results


_received: list[_Call[Any]] = []


def _receive(call: _Call[Any]) -> None:
    _received[:] = [call]


def _done(given: Sequence[tuple[int, GivenArticle]]) -> tuple[list[Any], list[InputError]]:
    """Do one task in a process that has received the call."""
    (call,) = _received
    errors: list[InputError] = []
    return list(call.of_given(given, errors.append)), errors


def _whole(tagged: TaggedArticle) -> TaggedArticle:
    return tagged


def _story(tagged: TaggedArticle) -> str:
    return tagged.core_text
