"""Articles from what a person names: files, folders, patterns, the standard input."""

import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import iglob
from pathlib import Path
from typing import BinaryIO

from corestory.errors import InputError, Note, Refuse, no_note, reason_of
from corestory.reading.article import Article, keeping
from corestory.reading.article_rows import COLUMNS, articles_of_rows, articles_of_table
from corestory.reading.decoding import decode
from corestory.reading.fields import OPTIONS, SHOWN_FIELDS, FieldFinder, ReadingOptions, listed
from corestory.reading.file_kinds import KINDS, kind_by_content, kind_by_name
from corestory.reading.one_article import (
    LABELLED_ENDING,
    labelled_article,
    page_article,
    paragraphs_of_text,
    text_article,
)
from corestory.reading.parquet_rows import parquet_table
from corestory.reading.spans import spans_of
from corestory.reading.streams import PACKED, open_bytes, peek_bytes, plain_bytes, read_document, unpacked_name
from corestory.reading.tables import SourceRow, csv_table, folded, json_rows, source_name
from corestory.reading.text import storable
from corestory.reading.text_shapes import LUMP_SENTENCES
from corestory.remote import AnyPath, RemotePath, is_url, path_of

STANDARD_INPUT = "-"

# Of the files of a folder that are passed over, so many are named.
_NAMED = 5
# A paragraph of so many words that is all of a text has lost its line ends.
_LUMP_WORDS = 250
_PATTERN = re.compile(r"[*?\[]")


def read_articles(
    sources: Sequence[str],
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    r"""Read articles one at a time, in the order in which they are named.

    Parameters
    ----------
    sources
        Each a file; a folder, of which every file is read whose name ends as one of `KINDS`, also compressed, with
        those below it, by name, but not the hidden ones; a pattern with ``*``, ``?``, ``[]`` or ``**``; or ``-``, the
        standard input. A URL that fsspec knows names a file, a folder or a pattern too. What a file of another name
        is, and the standard input, its beginning tells: HTML, JSON (Lines) or text.
    refuse
        Called with the reason for each file or row that cannot be read; reading goes on after it.
    keep
        Further columns whose values go with the paragraphs, as `Paragraph.kept`.
    note
        Called with what was passed over in a folder, what was replaced or repaired in a text, and once with each field
        that is read by another name.
    options
        The fields that hold the text and so on, and what a file is whose name does not tell.

    Yields
    ------
    Article
        Its id is the record's own, else ``FILE:LINE``; for text and HTML the file's path, ``-`` for the standard input.

    Examples
    --------
    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("The quay opened.\nShips came.")
    ...     articles = list(read_articles([folder, "none.txt"], refuse=print))
    none.txt: no such file or folder
    >>> [paragraph.text for paragraph in articles[0].paragraphs]
    ['The quay opened.', 'Ships came.']
    """
    wanted = _Wanted(keep, note, FieldFinder(options, note))
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _not_empty(lambda refuse: _standard_input(refuse, wanted), refuse, where=source_name(source))
            continue
        for path in files_of(source, refuse=refuse, note=note):
            yield from _read_file(path, refuse, wanted)


def read_file(
    path: AnyPath,
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    """Read one file's articles, as `read_articles` does."""
    yield from _read_file(path, refuse, _Wanted(keep, note, FieldFinder(options, note)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is read of each file: the columns to keep, and where the text and so on are found."""

    keep: Sequence[str]
    note: Note
    finder: FieldFinder


def _read_file(path: AnyPath, refuse: Refuse, wanted: _Wanted) -> Iterator[Article]:
    where = storable(path.as_posix())
    yield from _not_empty(lambda refuse: _file(path, refuse, wanted), refuse, where=where)


def files_of(source: str, *, refuse: Refuse, note: Note = no_note) -> Iterator[AnyPath]:
    """Yield the files of one source, a folder's by name; one that has none is refused.

    Parameters
    ----------
    source
        A file, a folder or a pattern, as for `read_articles`.
    refuse
        Called with the reason for each file or folder that is missing or cannot be listed.
    note
        Called with the files of a folder that are passed over.
    """
    path = path_of(source)
    if not source:  # which would mean the folder one is in
        refuse(InputError("an empty name", expected="a file, a folder, a pattern or -"))
        return
    try:
        if path.is_dir():
            yield from _folder(path, refuse, note)
        elif path.exists() or not _PATTERN.search(source):
            yield path  # if it is missing, opening it says so
        else:
            matches = _matches(source, path)
            if not matches:
                refuse(InputError("no file matches", where=storable(source)))
            for match in matches:
                yield from _folder(match, refuse, note) if match.is_dir() else [match]
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        refuse(InputError(f"cannot be read ({reason_of(error)})", where=storable(source)))


def before_pattern(path: AnyPath) -> AnyPath:
    """Return the folder that a pattern starts from: the part before the first with ``*``, ``?`` or ``[``.

    Examples
    --------
    >>> before_pattern(Path("in/2024/*/a?.txt"))
    PosixPath('in/2024')
    """
    while _PATTERN.search(str(path)):
        path = path.parent
    return path


def _matches(source: str, path: AnyPath) -> Sequence[AnyPath]:
    if isinstance(path, RemotePath):
        base = before_pattern(path)
        assert isinstance(base, RemotePath)  # noqa: S101 -- the parent of a path is of its kind
        return base.matches(path.url[len(base.url) :].lstrip("/"))
    # Path.glob takes no absolute pattern.
    pattern = str(path) if is_url(source) else source
    return [Path(match) for match in sorted(iglob(pattern, recursive=True))]  # noqa: PTH207


def _folder(folder: AnyPath, refuse: Refuse, note: Note) -> Iterator[AnyPath]:
    found = False
    passed_over: list[str] = []
    count = 0
    for path in _walk(folder, refuse):
        if kind_by_name(path):
            found = True
            yield path
        else:
            count += 1
            if len(passed_over) < _NAMED:
                passed_over.append(storable(path.name))
    if count and found:
        names = ", ".join(passed_over) + ", …" * (count > len(passed_over))
        note(f"{storable(folder.as_posix())}: passed over {count:,} file{'s' * (count > 1)}: {names}")
    if not found:
        refuse(
            InputError(
                "a folder with nothing to read",
                where=storable(folder.as_posix()),
                expected=f"files that end in {', '.join(KINDS)} ({' '.join(PACKED)})",
            )
        )


def _walk(folder: AnyPath, refuse: Refuse) -> Iterator[AnyPath]:
    try:
        entries: list[tuple[AnyPath, bool]] = [
            *(folder.entries() if isinstance(folder, RemotePath) else _entries(folder))
        ]
    except (OSError, ValueError) as error:
        refuse(InputError(f"cannot be listed ({reason_of(error)})", where=storable(folder.as_posix())))
        return
    for path, is_folder in entries:
        if path.name.startswith("."):
            continue
        if is_folder:
            yield from _walk(path, refuse)
        else:
            yield path


def _entries(folder: Path) -> Iterator[tuple[Path, bool]]:
    with os.scandir(folder) as listing:
        for entry in sorted(listing, key=lambda entry: entry.name):
            is_folder = entry.is_dir(follow_symlinks=False)  # a link may lead back up
            if is_folder or entry.is_file():
                yield folder / entry.name, is_folder


def refusing(articles: Iterator[Article], refuse: Refuse) -> Iterator[Article]:
    """Yield articles until they cannot be read on, and refuse that."""
    try:
        yield from articles
    except InputError as error:
        refuse(error)


def _not_empty(read: Callable[[Refuse], Iterator[Article]], refuse: Refuse, *, where: str) -> Iterator[Article]:
    """Yield the articles of a file, and refuse a file that yields nothing and refuses nothing."""
    silent = True

    def refuse_here(error: InputError) -> None:
        nonlocal silent
        silent = False
        refuse(error)

    for article in refusing(read(refuse_here), refuse_here):
        silent = False
        yield article
    if silent:
        refuse(InputError("no articles", where=where, expected="at least one"))


def _standard_input(refuse: Refuse, wanted: _Wanted) -> Iterator[Article]:
    where = source_name(STANDARD_INPUT)
    if sys.stdin is None or sys.stdin.isatty():
        raise InputError("is a terminal", where=where, expected="text", hint="Pipe an article into it.")
    with plain_bytes(sys.stdin.buffer, where=where, close=False) as stream:
        yield from _content(stream, "", STANDARD_INPUT, refuse, wanted)


def _file(path: AnyPath, refuse: Refuse, wanted: _Wanted) -> Iterator[Article]:
    name = storable(path.as_posix())
    kind = kind_by_name(path)
    try:
        found = path.exists()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({reason_of(error)})", where=name) from None
    if not found:
        raise InputError("no such file or folder", where=name)
    if kind == "parquet":
        table = parquet_table(path, wanted=columns_to_read(wanted.keep, wanted.finder))
        yield from articles_of_table(table, where=name, refuse=refuse, keep=wanted.keep, finder=wanted.finder)
        return
    with open_bytes(path) as stream:
        yield from _content(stream, kind, name, refuse, wanted)


def columns_to_read(
    keep: Sequence[str], finder: FieldFinder
) -> Callable[[Sequence[str], Sequence[str]], Collection[str]]:
    """Return the choice of a Parquet file's columns, for `corestory.reading.parquet_rows.parquet_table`."""

    def choose(columns: Sequence[str], lists: Sequence[str]) -> Collection[str]:
        return COLUMNS.union(map(folded, keep), finder.wanted(columns), lists)

    return choose


def _content(stream: BinaryIO, kind: str, name: str, refuse: Refuse, wanted: _Wanted) -> Iterator[Article]:
    where = source_name(name)
    keep, note, finder = wanted.keep, wanted.note, wanted.finder
    kind = kind or finder.options.kind
    if not kind:
        head, stream = peek_bytes(stream, where=where)
        kind = kind_by_content(head, where=where)
    if kind in ("csv", "tsv"):
        table = csv_table(stream, name=name, refuse=refuse, delimiter="\t" if kind == "tsv" else ",")
        yield from articles_of_table(table, where=where, refuse=refuse, keep=keep, finder=finder)
    elif kind in ("lines", "json"):
        rows = json_rows(stream, name=name, refuse=refuse, lines=kind == "lines")
        rows = _with_columns(rows, _needed(keep, finder.options), where, refuse)
        yield from articles_of_rows(rows, refuse=refuse, keep=keep, finder=finder)
    else:
        text = decode(read_document(stream, where=where), where=where, html=kind == "html", note=note)
        if kind == "html":
            article = page_article(text, article_id=name, where=where)
        elif unpacked_name(name).endswith(LABELLED_ENDING):
            article = labelled_article(text, article_id=name, where=where)
        else:
            article = text_article(paragraphs_of_text(text, where=where), article_id=name, where=where)
            if finder.options.spans:
                article = replace(article, spans=spans_of(article.texts, text))
        if len(article.paragraphs) == 1 and (words := len(article.texts[0].split())) >= _LUMP_WORDS:
            note(f"{where}: looks like one paragraph of {words:,} words, which gets one label")
        elif kind != "html" and len(article.paragraphs) > LUMP_SENTENCES and "\n" not in text.strip():
            note(f"{where}: has no line ends; each of its {len(article.paragraphs):,} sentences is a paragraph")
        yield keeping(article, [{}] * len(article.paragraphs), keep)


def _needed(keep: Sequence[str], options: ReadingOptions) -> dict[str, str]:
    """Return the columns that some row must have, each with what to say if none has it; a row says it of its text."""
    of_article = {what: name for what, name in options.named.items() if what not in ("text", "html")}
    needed = {folded(name): f"{name!r} ({OPTIONS[what]})" for what, name in of_article.items()}
    return needed | {folded(name): f"{name!r} to keep" for name in keep}


def _with_columns(
    rows: Iterator[SourceRow], needed: Mapping[str, str], where: str, refuse: Refuse
) -> Iterator[SourceRow]:
    """Yield rows, and refuse at the end each needed column that no row had, as tables do by their header."""
    missing = dict(needed)
    columns: dict[str, None] = {}
    for row in rows:
        if missing:
            for column in row.values:
                missing.pop(column, None)
                if len(columns) <= SHOWN_FIELDS:
                    columns[column] = None
        yield row
    if columns:
        for name in missing.values():
            refuse(InputError(f"no column {name} in any row; {listed(columns, word='columns')}", where=where))
