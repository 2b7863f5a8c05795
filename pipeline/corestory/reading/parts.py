"""Parts of large files that are tagged separately: the files that have parts, their cuts, and the parts' articles.

A Parquet file is cut between row groups, a ZIP archive between members, a WARC file between records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from corestory.errors import InputError, Note, Refuse, no_note
from corestory.reading.article import Article
from corestory.reading.article_rows import articles_of_table, has_paragraphs
from corestory.reading.contents import Wanted, articles_of_archive_part, columns_to_read, refusing
from corestory.reading.fields import FieldFinder, ReadingOptions
from corestory.reading.file_kinds import kind_by_name
from corestory.reading.json_rows import IDENTITIES, identity_of
from corestory.reading.streams import unpacked_name
from corestory.reading.tables import SourceRow, folded, open_parquet, parquet_table
from corestory.reading.text import storable
from corestory.reading.warc import warc_cuts
from corestory.reading.zip_members import member_sizes
from corestory.remote import AnyPath

if TYPE_CHECKING:
    import pyarrow.parquet

# The fewest bytes of a part, as they are stored: some ten seconds of work.
PART_BYTES = 2**25

_KINDS = ("parquet", "warc", "zip")


def has_parts(path: AnyPath) -> bool:
    """Return whether a file of this name has parts if it is large.

    Examples
    --------
    >>> from pathlib import Path
    >>> has_parts(Path("a.warc.gz")), has_parts(Path("a.jsonl"))
    (True, False)
    """
    return kind_by_name(path) in _KINDS


def part_cuts(path: AnyPath, *, part_bytes: int | None = None) -> tuple[int, ...]:
    """Return the places at which a file is cut.

    Parameters
    ----------
    path
        The file; if it has no parts, or cannot be read, it is not cut.
    part_bytes
        The fewest bytes of a part, as they are stored; None for `PART_BYTES`.

    Returns
    -------
    tuple of int
        The beginning of each part and the end of the last: numbers of row groups or of an archive's members, positions
        in a WARC file. Empty if there would be one part.
    """
    kind = kind_by_name(path)
    part_bytes = PART_BYTES if part_bytes is None else part_bytes
    try:
        if kind == "warc":
            return warc_cuts(path, part_bytes)
        if kind in _KINDS and unpacked_name(path.name) == path.name.lower():
            return _cuts(row_group_sizes(path) if kind == "parquet" else member_sizes(path), part_bytes)
    except (InputError, OSError, ValueError):  # reading the file reports the error
        pass
    return ()


def _cuts(sizes: Sequence[int], part_bytes: int) -> tuple[int, ...]:
    cuts, size = [0], 0
    for number, bytes_there in enumerate(sizes):
        if size >= part_bytes:
            cuts.append(number)
            size = 0
        size += bytes_there
    return (*cuts, len(sizes)) if len(cuts) > 1 else ()


def read_part(
    path: AnyPath,
    first: int,
    last: int,
    *,
    refuse: Refuse,
    keep: Sequence[str] = (),
    note: Note = no_note,
    options: ReadingOptions | None = None,
) -> Iterator[Article]:
    """Read the articles that begin in a part of a file.

    All parts together are the file; each article is in exactly one.

    Parameters
    ----------
    path
        The file.
    first, last
        Two consecutive cuts of `part_cuts`.
    refuse, keep, note, options
        As in `corestory.reading.sources.read_file`.
    """
    wanted = Wanted(keep, note, FieldFinder(options, note))
    read = articles_of_row_groups if kind_by_name(path) == "parquet" else articles_of_archive_part
    yield from refusing(read(path, first, last, refuse, wanted), refuse, wanted)


def row_group_sizes(path: AnyPath) -> list[int]:
    """Return the compressed bytes of each row group of a Parquet file; an empty list if it cannot be read."""
    import pyarrow

    try:
        with open_parquet(path) as file:
            groups = map(file.metadata.row_group, range(file.metadata.num_row_groups))
            return [sum(group.column(at).total_compressed_size for at in range(group.num_columns)) for group in groups]
    except (pyarrow.ArrowException, OSError, ValueError):
        return []  # reading the file reports the error


def articles_of_row_groups(path: AnyPath, first: int, last: int, refuse: Refuse, wanted: Wanted) -> Iterator[Article]:
    """Read the articles that begin in some row groups of a Parquet file.

    A part of a table of paragraphs begins with the first row of another article than that of the row before it. It goes
    on beyond its last row group until its last article ends. All parts together are the file, each row in exactly one.
    Rows are named by their number in the file. If rows of one article are in two places, this is noticed only within a
    part.

    Parameters
    ----------
    path
        The file.
    first, last
        The first row group, and the one after the last.
    refuse, wanted
        As in `corestory.reading.contents.articles_of_file`.

    Raises
    ------
    InputError
        Reading the file cannot go on.
    """
    import pyarrow

    name = storable(path.as_posix())
    keep, finder = wanted.keep, wanted.finder
    table = parquet_table(path, wanted=columns_to_read(keep, finder), first_group=first)
    try:
        with open_parquet(path) as file:
            count = sum(file.metadata.row_group(number).num_rows for number in range(first, last))
            if has_paragraphs(finder.columns(table, where=name)):
                before = _last_identity(file, first, finder)
                rows = own_rows(table.rows, count=count, before=before, finder=finder)
            else:
                rows = islice(table.rows, count)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError("damaged Parquet data", where=name) from error
    yield from articles_of_table(replace(table, rows=rows), where=name, refuse=refuse, keep=keep, finder=finder)


def own_rows(rows: Iterable[SourceRow], *, count: int, before: str | None, finder: FieldFinder) -> Iterator[SourceRow]:
    """Yield the rows of the articles that begin in the first `count` rows.

    A row without an id belongs to the article of the row before.

    Parameters
    ----------
    rows
        All rows to the end of the table.
    count
        The number of the part's own rows.
    before
        The id in the last earlier row that has one; empty if none has one; None if there is no earlier row.
    finder
        Finds the column that names the article.

    Examples
    --------
    >>> rows = [SourceRow({"id": name}, "t", "t:1") for name in "aabbc"]
    >>> parts = [own_rows(rows, count=3, before=before, finder=FieldFinder()) for before in "xa"]
    >>> ["".join(row.values["id"] for row in part) for part in parts]
    ['aabb', 'bb']
    """
    current, begun = before, before is None
    for number, row in enumerate(rows):
        article = _identity(row.values, finder)
        if number >= count and (not begun or (article and article != current)):
            return
        if article and article != current:
            current, begun = article, True
        if begun:
            yield row


def _last_identity(file: pyarrow.parquet.ParquetFile, first: int, finder: FieldFinder) -> str | None:
    names = finder.wanted(file.schema_arrow.names, roles=["article_id"]).union(IDENTITIES)
    columns = [name for name in file.schema_arrow.names if folded(name) in names]
    for number in reversed(range(first)):
        for values in reversed(file.read_row_group(number, columns=columns, use_threads=False).to_pylist()):
            if article := _identity({folded(name): value for name, value in values.items()}, finder):
                return article
    return "" if first else None


def _identity(values: Mapping[str, object], finder: FieldFinder) -> str:
    try:
        return identity_of(finder.identity(values), "")
    except InputError:
        return ""
