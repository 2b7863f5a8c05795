"""The articles in one file or stream, by format: text, HTML, rows of a table or of JSON, an archive."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import BinaryIO

from corestory.errors import InputError, Note, Refuse, no_note, reason_of
from corestory.reading.article import Article, keeping
from corestory.reading.article_rows import COLUMNS, article_of_row, articles_of_rows, articles_of_table
from corestory.reading.decoding import decode
from corestory.reading.fields import OPTIONS, SHOWN_FIELDS, FieldFinder, listed
from corestory.reading.file_kinds import (
    archive_kind,
    begins_warc,
    is_saved_page,
    is_table,
    kind_by_content,
    kind_by_name,
    saved_page,
)
from corestory.reading.json_rows import json_rows
from corestory.reading.one_article import (
    LABELLED_ENDING,
    front_matter,
    labelled_article,
    page_article,
    paragraphs_of_text,
    text_article,
)
from corestory.reading.streams import HEAD_BYTES, open_stored, peek_bytes, plain_bytes, read_document, unpacked_name
from corestory.reading.tables import SourceRow, csv_table, folded, parquet_table, source_name
from corestory.reading.text import storable
from corestory.reading.text_shapes import LUMP_SENTENCES, is_lump
from corestory.reading.warc import warc_part_rows, warc_rows
from corestory.reading.zip_members import zip_articles
from corestory.remote import AnyPath, fetching_hint

MAX_PARAGRAPHS = 200_000
"""The most paragraphs of an article. All are in memory at a time, at some 7 kB each."""

# The fewest words, and the least share of its article's words, of a paragraph that has lost its line ends.
_LUMP_WORDS, _LUMP_SHARE = 250, 0.8
# Rows of JSON and WARC may lack a column. If all of these first rows do, its name is probably misspelt.
_ROWS_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The settings for reading files.

    Attributes
    ----------
    keep
        Further columns whose values are kept with the paragraphs.
    note
        Called with notes about the input.
    finder
        Finds the fields with the text and so on.
    paragraphs
        The most paragraphs of an article.
    """

    keep: Sequence[str] = ()
    note: Note = no_note
    finder: FieldFinder = field(default_factory=FieldFinder)
    paragraphs: int = MAX_PARAGRAPHS


def articles_of_file(path: AnyPath, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    """Read the articles of a file; refuse what cannot be read, and a file without articles."""
    yield from _not_empty(lambda refuse: _file(path, refuse, wanted), refuse, wanted, where=storable(path.as_posix()))


def articles_of_archive_part(path: AnyPath, first: int, last: int, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    """Read the articles between two cuts of a WARC file or a ZIP archive."""
    name = storable(path.as_posix())
    with open_stored(path) as stream:
        if kind_by_name(path) == "zip":
            yield from _of_zip(stream, name, refuse, wanted, first=first, last=last)
        else:
            rows = warc_part_rows(stream, first, last, name=name, refuse=refuse, note=wanted.note)
            # Another part may have the header that is to be kept.
            yield from _of_warc(rows, name, refuse, wanted, needed=wanted.keep if first == 0 else ())


def articles_of_stream(stream: BinaryIO, kind: str, name: str, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    """Read the articles of a stream; refuse what cannot be read, and a stream without articles.

    Parameters
    ----------
    stream
        The bytes as they are stored; the stream stays open.
    kind
        A value of `corestory.reading.file_kinds.KINDS`; empty to detect it from the first bytes.
    name
        Its name, ``-`` for the standard input.
    refuse, wanted
        As in `articles_of_file`.
    """
    where = source_name(name)
    yield from _not_empty(lambda refuse: _stored(stream, kind, name, refuse, wanted), refuse, wanted, where=where)


def refusing(articles: Iterator[Article], refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    """Yield articles; refuse those of too many paragraphs, and the error at which reading cannot go on."""
    try:
        for article in articles:
            if len(article.texts) <= wanted.paragraphs:
                yield article
                continue
            refuse(
                InputError(
                    f"{len(article.texts):,} paragraphs in one article",
                    where=article.article_id,
                    expected=f"at most {wanted.paragraphs:,}",
                    hint="Split it into several articles, or leave it out.",
                )
            )
    except InputError as error:
        refuse(error)


def _not_empty(
    read: Callable[[Refuse], Iterator[Article]], refuse: Refuse, wanted: Wanted, *, where: str
) -> Iterator[Article]:
    """Yield the articles of a file; refuse a file that yields nothing and refuses nothing."""
    silent = True

    def refuse_here(error: InputError) -> None:
        nonlocal silent
        silent = False
        refuse(error)

    for article in refusing(read(refuse_here), refuse_here, wanted):
        silent = False
        yield article
    if silent:
        refuse(InputError("no articles", where=where, expected="at least one"))


def _file(path: AnyPath, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    name = storable(path.as_posix())
    kind = kind_by_name(path)
    try:
        found = path.exists()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({reason_of(error)})", where=name) from None
    if not found:
        raise InputError("no such file or folder", where=name, hint=fetching_hint(name))
    if kind == "parquet":
        table = parquet_table(path, wanted=columns_to_read(wanted.keep, wanted.finder))
        yield from articles_of_table(table, where=name, refuse=refuse, keep=wanted.keep, finder=wanted.finder)
        return
    with open_stored(path) as stream:
        yield from _stored(stream, kind, name, refuse, wanted)


def columns_to_read(
    keep: Sequence[str], finder: FieldFinder
) -> Callable[[Sequence[str], Sequence[str]], Collection[str]]:
    """Return the function that chooses a Parquet file's columns, for `corestory.reading.tables.parquet_table`."""
    return lambda columns, lists: COLUMNS.union(map(folded, keep), finder.wanted(columns), lists)


def _stored(stream: BinaryIO, kind: str, name: str, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    where = source_name(name)
    if kind in ("", "text"):  # Excel saves a table as "Unicode Text" under a name that ends in .txt
        kind = wanted.finder.options.kind or kind
    if not kind:
        head, stream = peek_bytes(stream, where=where, close=False)
        kind = archive_kind(head)
    if kind == "zip":
        yield from _of_zip(stream, name, refuse, wanted)
    elif kind == "warc" and not name.lower().endswith((".bz2", ".zst")):  # only gzip has a member for each record
        rows = warc_rows(stream, name=name, refuse=refuse, note=wanted.note)
        yield from _of_warc(rows, name, refuse, wanted, needed=wanted.keep)
    else:
        with plain_bytes(stream, where=where, close=False) as plain:
            yield from _content(plain, kind, name, refuse, wanted)


def _of_zip(
    stream: BinaryIO, name: str, refuse: Refuse, wanted: Wanted, *, first: int = 0, last: int | None = None
) -> Iterator[Article]:
    read = partial(articles_of_stream, wanted=wanted)
    yield from zip_articles(stream, name=name, refuse=refuse, note=wanted.note, read=read, first=first, last=last)


def _of_warc(
    rows: Iterator[SourceRow], name: str, refuse: Refuse, wanted: Wanted, *, needed: Sequence[str]
) -> Iterator[Article]:
    keep = [folded(column) for column in wanted.keep]
    for row in _with_columns(rows, _needed(needed), source_name(name)):
        try:
            article = article_of_row(row, source=wanted.finder.options.source)
        except InputError as error:
            refuse(error)
            continue
        yield keeping(article, [row.values] * len(article.texts), keep)


def _content(stream: BinaryIO, kind: str, name: str, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    where = source_name(name)
    keep, note, finder = wanted.keep, wanted.note, wanted.finder
    if not kind:
        head, stream = peek_bytes(stream, where=where)
        kind = "warc" if begins_warc(head) else kind_by_content(head, where=where)
    if kind == "warc":
        rows = warc_rows(stream, name=name, refuse=refuse, note=wanted.note)
        yield from _of_warc(rows, name, refuse, wanted, needed=keep)
    elif kind in ("csv", "tsv"):
        table = csv_table(stream, name=name, refuse=refuse, delimiter="\t" if kind == "tsv" else ",")
        yield from articles_of_table(table, where=where, refuse=refuse, keep=keep, finder=finder)
    elif kind in ("lines", "json"):
        rows = json_rows(stream, name=name, refuse=refuse, lines=kind == "lines")
        rows = chain.from_iterable(map(finder.records, rows))
        of_article = {role: column for role, column in finder.options.named.items() if role not in ("text", "html")}
        rows = _with_columns(rows, _needed(keep, of_article), where)
        yield from articles_of_rows(rows, refuse=refuse, keep=keep, finder=finder)
    else:
        data, charset = read_document(stream, where=where), ""
        if is_saved_page(data[:HEAD_BYTES]):
            (data, charset), kind = saved_page(data, where=where), "html"
        text = decode(data, where=where, html=kind == "html", charset=charset, note=note)
        if kind == "html":
            article = page_article(text, article_id=name, where=where)
        elif unpacked_name(name).endswith(LABELLED_ENDING):
            article = labelled_article(text, article_id=name, where=where)
        else:
            article = text_article(
                paragraphs_of_text(text, where=where), article_id=name, where=where, facts=front_matter(text)
            )
        words = [len(text.split()) for text in article.texts]
        if (longest := max(words, default=0)) >= max(_LUMP_WORDS, _LUMP_SHARE * sum(words)):
            note(f"{where}: looks like one paragraph of {longest:,} words, so all of it gets the same label")
        elif kind != "html" and len(article.texts) > LUMP_SENTENCES and is_lump(text):
            note(f"{where}: has no line breaks, so each of its {len(article.texts):,} sentences is a paragraph")
        elif kind == "text" and finder.options.kind != "text" and is_table(text[:HEAD_BYTES].splitlines()):
            note(f"{where}: is read as text, but looks like a table; to read it as a table, give --input-format csv")
        article = replace(article, source=text) if finder.options.source else article
        yield keeping(article, [{}] * len(article.texts), keep)


def _needed(keep: Sequence[str], named: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the columns that some row must have, each with its words in an error; each row checks its own text."""
    needed = {folded(name): f"{name!r} ({OPTIONS[role]})" for role, name in (named or {}).items()}
    return needed | {folded(name): f"{name!r} to keep" for name in keep}


def _with_columns(rows: Iterator[SourceRow], needed: Mapping[str, str], where: str) -> Iterator[SourceRow]:
    """Yield rows; raise an InputError if none of the first rows has a needed column, as a table's header does."""
    missing = dict(needed)
    columns: dict[str, None] = {}
    first: list[SourceRow] = []
    for row in islice(rows, _ROWS_LOOKED_AT):
        first.append(row)
        for column in row.values:
            missing.pop(column, None)
            if len(columns) <= SHOWN_FIELDS:
                columns[column] = None
        if not missing:
            break
    if first and missing:
        looked_at = "any row" if len(first) < _ROWS_LOOKED_AT else f"the first {_ROWS_LOOKED_AT:,} rows"
        name = next(iter(missing.values()))
        raise InputError(f"no column {name} in {looked_at}; {listed(columns, word='columns')}", where=where)
    yield from chain(first, rows)
