"""Articles from records: an article per record, or a paragraph per record."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from corestory.errors import InputError, Refuse
from corestory.reading.article import Article, keeping
from corestory.reading.decoding import decode
from corestory.reading.fields import CONTENTS, OPTIONS, AmbiguousFieldsError, FieldFinder, listed
from corestory.reading.json_rows import IDENTITIES, fact_of, identity_of, is_missing, position_of, string_of, strings_of
from corestory.reading.one_article import FACTS, page_article, paragraphs_of_text, text_article
from corestory.reading.tables import SourceRow, SourceTable, folded
from corestory.reading.text import is_blank

# The names under which columns are read.
POSITION = "position"
COLUMNS = frozenset((*IDENTITIES, *CONTENTS, *FACTS, POSITION))
_EXPECTED = "one article per row (text, paragraphs or html) or one paragraph per row (article_id, position, text)"
# The number of articles of a table of paragraphs that are remembered, to find one whose rows are in two places. Memory
# must not grow with the table, and in a table that is not sorted the next such article is near.
REMEMBERED = 100_000


def articles_of_table(
    table: SourceTable,
    *,
    where: str,
    refuse: Refuse,
    keep: Sequence[str] = (),
    finder: FieldFinder | None = None,
) -> Iterator[Article]:
    """Make articles of a table's rows.

    A table with a ``position`` has a paragraph per row, any other table an article per row.

    Parameters
    ----------
    table
        Columns and rows.
    where
        The file's name, for errors.
    refuse
        Called with the reason for each row or article that cannot be read.
    keep
        Further columns whose values are kept with the paragraphs.
    finder
        Finds the columns with the text, the id and so on; None for a finder without options.

    Raises
    ------
    InputError
        A column is missing.
    """
    finder = finder or FieldFinder()
    columns = finder.columns(table, where=where)
    present = {folded(column) for column in table.columns}
    found = listed(table.columns, word="columns")
    for name in keep:
        if folded(name) not in present:
            raise InputError(f"no column {name!r} to keep; {found}", where=where)
    needed = {"article_id": IDENTITIES, "text": ("text",)} if has_paragraphs(columns) else {"text": CONTENTS}
    for missing, names in needed.items():
        if columns.isdisjoint(names):
            raise InputError(
                f"no column {missing!r}; {found}",
                where=where,
                expected=_EXPECTED,
                hint=f"Name the column with {OPTIONS[missing]} NAME.",
            )
    yield from articles_of_rows(table.rows, refuse=refuse, keep=keep, finder=finder, lists=table.lists)


def articles_of_rows(
    rows: Iterable[SourceRow],
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    finder: FieldFinder | None = None,
    lists: Sequence[str] = (),
) -> Iterator[Article]:
    """Make articles of rows. Rows with a ``position`` are paragraphs; those of one article are adjacent.

    Parameters
    ----------
    rows
        With an article per row: ``paragraphs`` (a list of strings; in tables, a list in JSON), else ``text``, which is
        split, else ``html``; and, if known, ``article_id`` or ``id``, ``url``, ``title``, ``language``, ``site``. With
        a paragraph per row: ``article_id`` or ``id``, ``position`` and ``text``, which is one paragraph with all its
        lines.
    refuse
        Called with the reason for each row or article that cannot be read.
    keep
        Further columns whose values are kept with the paragraphs; each paragraph gets the values of its article.
    finder
        Finds the fields with the text, the id and so on; None for a finder without options.
    lists
        The columns with lists of strings, if the rows are from a table with types.

    Raises
    ------
    AmbiguousFieldsError
        Two fields may hold the text.

    Yields
    ------
    Article
        Articles in the order of the rows, their paragraphs by position. If earlier articles of the file have the same
        id, an article is called ``ID#2``, ``ID#3`` and so on.

    Examples
    --------
    >>> texts = {1: "Two.", 0: "One."}
    >>> rows = [SourceRow({"id": "a", "position": n, "text": text}, "t", "t:1") for n, text in texts.items()]
    >>> [article.texts for article in articles_of_rows(rows, refuse=print)]
    [['One.', 'Two.']]
    """
    keep = [folded(name) for name in keep]
    finder = finder or FieldFinder()
    group = _Group("")
    finished: OrderedDict[str, None] = OrderedDict()
    named: OrderedDict[str, int] = OrderedDict()
    for row in rows:
        try:
            values = finder.values(row, lists=lists)
            if not has_paragraphs(values):
                yield from _finished(group, finished, refuse, keep)
                group = _Group("")
                article = article_of_row(row, values, source=finder.options.source)
                article = replace(article, article_id=_distinct(article.article_id, named))
                yield keeping(article, [row.values] * len(article.texts), keep)
                continue
            line = _line(row, values)
        except AmbiguousFieldsError:
            raise  # all records have the same fields
        except InputError as error:
            refuse(error)
            continue
        if group.article_id != line.article_id:
            yield from _finished(group, finished, refuse, keep)
            group = _Group(line.article_id, line.article_id in finished)
        group.lines.append(line)
    yield from _finished(group, finished, refuse, keep)


def _distinct(article_id: str, named: "OrderedDict[str, int]") -> str:
    """Return an id that no earlier article of the file has: the second article with the id ``a`` is ``a#2``."""
    count = named[article_id] = named.pop(article_id, 0) + 1
    if len(named) > REMEMBERED:
        named.popitem(last=False)
    return article_id if count == 1 else f"{article_id}#{count}"


def article_of_row(row: SourceRow, values: Mapping[str, object] | None = None, *, source: bool = False) -> Article:
    r"""Return the article in a row that holds one.

    Parameters
    ----------
    row
        The row.
    values
        Its values under the names that are read; None if these are its own.
    source
        As in `corestory.reading.fields.ReadingOptions`.

    Raises
    ------
    InputError
        The row has no text, or its text is not a string.

    Examples
    --------
    >>> article = article_of_row(SourceRow({"id": 7, "text": "One.\nTwo."}, "a.jsonl, line 1", "a.jsonl:1"))
    >>> article.article_id, len(article.texts)
    ('7', 2)
    """
    values = row.values if values is None else values
    article_id = identity_of(values, row.where) or row.name
    facts = [fact_of(values, fact) for fact in FACTS]
    content = next((name for name in CONTENTS if not is_missing(values.get(name))), "")
    if content == "html":
        html = _content_of(values["html"], "html", row.where)
        article = page_article(html, article_id=article_id, where=row.where)
        url, title, language, site = facts
        return replace(
            article,
            url=url or article.url,
            title=title or article.title,
            language=language or article.language,
            site=site,
            source=html if source else "",
        )
    texts: Sequence[str] = ()
    text = ""
    if content == "paragraphs":
        texts = strings_of(values["paragraphs"], row.where)
    elif content == "text":
        text = _content_of(values["text"], "text", row.where)
        texts = paragraphs_of_text(text, where=row.where)
    elif not any(name in values for name in CONTENTS):
        raise InputError(
            f"no text; {listed(row.values)}",
            where=row.where,
            expected="text, paragraphs or html",
            hint="Name the field with --text-column NAME.",
        )
    article = text_article(texts, article_id=article_id, where=row.where, facts=facts)
    return replace(article, source=text) if source else article


def _content_of(value: object, name: str, where: str) -> str:
    """Return a text or a page as a string; a Parquet file may hold it as bytes."""
    if isinstance(value, bytes):
        return decode(value, where=where, html=name == "html")
    return string_of(value, name, where)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that is a paragraph."""

    article_id: str
    position: int
    text: str
    row: SourceRow
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Group:
    """The adjacent rows of one article."""

    article_id: str
    again: bool = False
    lines: list[_Line] = field(default_factory=list)


def _finished(
    group: _Group, finished: "OrderedDict[str, None]", refuse: Refuse, keep: Sequence[str]
) -> Iterator[Article]:
    if not group.lines:
        return
    finished[group.article_id] = None
    if len(finished) > REMEMBERED:
        finished.popitem(last=False)
    first = group.lines[0].row
    try:
        if group.again:
            raise InputError(
                f"the rows of article {group.article_id!r} are interrupted by those of another article",
                where=first.where,
                expected="all rows of an article together",
                hint="Sort the table by article_id.",
            )
        lines = sorted(group.lines, key=lambda line: line.position)
        for line, following in pairwise(lines):
            if line.position == following.position:
                raise InputError(
                    f"article {group.article_id!r} has two paragraphs at position {line.position}",
                    where=following.row.where,
                    expected="each position once per article",
                )
        facts = [
            next((value for line in lines if fact in line.values and (value := fact_of(line.values, fact))), "")
            for fact in FACTS
        ]
        texts = (line.text for line in lines)
        article = text_article(texts, article_id=group.article_id, where=first.where, facts=facts)
    except InputError as error:
        refuse(error)
        return
    yield keeping(article, [line.row.values for line in lines if not is_blank(line.text)], keep) if keep else article


def has_paragraphs(columns: Mapping[str, object] | set[str]) -> bool:
    """Return whether rows with these columns, named in lower case, are paragraphs."""
    return POSITION in columns and "paragraphs" not in columns and "html" not in columns


def _line(row: SourceRow, values: Mapping[str, object]) -> _Line:
    article_id = identity_of(values, row.where)
    if not article_id:
        raise InputError("a paragraph without article_id", where=row.where)
    text = values.get("text")
    return _Line(
        article_id,
        position_of(values[POSITION], row.where),
        "" if is_missing(text) else string_of(text, "text", row.where),
        row,
        values,
    )
